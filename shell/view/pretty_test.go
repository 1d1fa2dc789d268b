package view

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

func TestPretty(t *testing.T) {
	plain := NewPalette(false)
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"42", 80, "42"},
		{`{"a": [1, 2], "b": {}}`, 80, `{"a":[1,2],"b":{}}`},
		{`{"a": [1, 2], "b": {}}`, 18, `{"a":[1,2],"b":{}}`},
		{`{"a": [1, 2], "b": {}}`, 17, "{\n  \"a\": [1,2],\n  \"b\": {}\n}"},
		{`["üüüü"]`, 8, `["üüüü"]`},
		{`"long text stays"`, 3, `"long text stays"`},
		{"[\"\u009b2J\",\"\x7f\"]", 80, `["\u009b2J","\u007f"]`},
		{"[\"\u009b2J\",1]", 3, "[\n  \"\\u009b2J\",\n  1\n]"},
		{"[1]", 0, "[\n  1\n]"}, {"[1]", -10, "[\n  1\n]"},
		{"[]", -10, "[\n]"}, {"[" + strings.Repeat(" ", 700) + "]", 80, "[\n]"},
		{`{"1 ": {"\u0061/\/\"": [  ]}}`, 3, "{\n  \"1 \": {\n    \"\\u0061/\\/\\\"\": []\n  }\n}"},
		{"no JSON", 80, "no JSON"}, {"no JSON", 1, "no JSON"},
	} {
		if got := Pretty(json.RawMessage(tt.text), tt.width, plain); got != tt.want {
			t.Errorf("%s in %d columns:\n%s\nwant\n%s", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestColored(t *testing.T) {
	p := NewPalette(true)
	for _, tt := range []struct{ text, want string }{
		{`{"a":"b"}`, "{" + p.Key(`"a"`) + ":" + p.Str(`"b"`) + "}"},
		{`[-1.5e+3,true]`, "[" + p.Number("-1.5e+3") + "," + p.Keyword("true") + "]"},
		{`{"a\"": null}`, "{" + p.Key(`"a\""`) + ": " + p.Keyword("null") + "}"},
		{`"a: {1} \\"`, p.Str(`"a: {1} \\"`)},
		{`"never closed \`, p.Str(`"never closed \`)},
		{`"`, p.Str(`"`)},
		{"", ""},
	} {
		if got := paintJSON(tt.text, p); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := NewPalette(false).Str("x"); got != "x" {
		t.Errorf("without colours: %q", got)
	}
}

var colorCode = regexp.MustCompile(`\x1b\[[0-9;]*m`)

func FuzzPretty(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,{"b":"c\\\""}],"d":null}`, `"\u001b[31m"`, "[1e400,-0.0]", "\"\u009b\"", "[[],{}, \"\"]", "1",
		"nope", `{"a:":":"}`,
	} {
		f.Add(s, 10)
	}
	color, plain := NewPalette(true), NewPalette(false)
	f.Fuzz(func(t *testing.T, text string, width int) {
		got := Pretty(json.RawMessage(text), width, color)
		bare := colorCode.ReplaceAllString(got, "")
		if want := Pretty(json.RawMessage(text), width, plain); bare != want {
			t.Fatalf("%q is %q in colours, and %q without", text, got, want)
		}
		if !isHarmless(strings.ReplaceAll(bare, "\n", "")) {
			t.Fatalf("%q became %q", text, bare)
		}
		if jsontext.Valid([]byte(text)) != nil {
			return
		}
		if was, is := sameJSON(t, text), sameJSON(t, bare); was != is {
			t.Fatalf("%q became other JSON: %q", text, bare)
		}
	})
}

var longJSON = json.RawMessage("[" + strings.Repeat(
	`{"name":"some text","n":12345,"ok":true,"list":[1,2.5]},`, (64<<10)/56,
) + "null]")

func BenchmarkPretty(b *testing.B) {
	for name, p := range map[string]*Palette{"plain": NewPalette(false), "colored": NewPalette(true)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(longJSON)))
			for b.Loop() {
				Pretty(longJSON, 80, p)
			}
		})
	}
}
