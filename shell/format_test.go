package shell

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "my_add 1 ~", "my_add 1 ~"},
		{"empty", "", ""},
		{"letters", "größe 日本 Ω", "größe 日本 Ω"},
		{"emoji", "👍 👍🏽 ❤️ 👩‍👩‍👧", "👍 👍🏽 ❤️ 👩‍👩‍👧"},
		{"escape", "a\x1b[31mb", `a\u001b[31mb`},
		{"clear screen", "\x1b[2J\x1bc", `\u001b[2J\u001bc`},
		{"title", "\x1b]0;owned\x07", `\u001b]0;owned\u0007`},
		{"hyperlink", "\x1b]8;;http://x\x1b\\y", `\u001b]8;;http://x\u001b\y`},
		{"C0", "\x00\b\v\f\x0e\x1f", `\u0000\u0008\u000b\u000c\u000e\u001f`},
		{"DEL", "a\x7f", `a\u007f`},
		{"C1", "\u0080\u0085\u009b2J\u009d0;x\u009c\u009f", `\u0080\u0085\u009b2J\u009d0;x\u009c\u009f`},
		{"C1 as a byte", "\x9b2J", `\x9b2J`},
		{"not UTF-8", "a\xff\xc3b\xe2\x82", `a\xff\xc3b\xe2\x82`},
		{"half a surrogate pair", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{"bidi", "\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c", `\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c`},
		{"line separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"not seen", "a\u200bb\ufeffc\u00add\u2060", `a\u200bb\ufeffc\u00add\u2060`},
		{"tags", "\U000e0041\U000e0001", `\udb40\udc41\udb40\udc01`},
		{"white space", "a\tb\nc\r\nd", `a\tb\nc\r\nd`},
	} {
		if got := visible(tt.text, false); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got, want := visible("a\nb\r\n\tc\x1b", true), "a\nb\\r\n\\tc\\u001b"; got != want {
		t.Errorf("with its lines: %q, want %q", got, want)
	}
}

// isHarmless reports whether text does nothing to a terminal but to be written.
func isHarmless(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) < 0
}

// Whatever comes in, what goes out is harmless; and where it is JSON, it is the same JSON.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"a\x1b[31m", "\u009b", "\xff\xfe", "\u202e", "\"\u009b\"", "[\"\U000e0041\u2028\"]", "👩‍👧", "\\u001b", "a\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := visible(text, false)
		if !isHarmless(got) {
			t.Errorf("%q became %q", text, got)
		}
		if again := visible(got, false); again != got {
			t.Errorf("%q became %q, and that %q", text, got, again)
		}
		if lines := visible(text, true); !isHarmless(strings.ReplaceAll(lines, "\n", "")) || strings.Count(lines, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q with its lines became %q", text, lines)
		}
		if json.Valid([]byte(text)) && utf8.ValidString(text) {
			if was, is := sameJSON(t, compact(json.RawMessage(text))), sameJSON(t, visible(compact(json.RawMessage(text)), false)); was != is {
				t.Errorf("%q became other JSON: %q", text, got)
			}
		}
		if short := shorten(text, len(text)); !isHarmless(short) || len(short) > maxShown+40 {
			t.Errorf("%q was shortened to %q", text, short)
		}
	})
}

// sameJSON writes JSON text in one way: with all its escapes resolved.
func sameJSON(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q is no JSON: %v", text, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompact(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "[1,2]": "[1,2]", "[ 1,\n\t2 ]\r\n": "[1,2]", `{"b": 1.0, "a b": "c  d"}`: `{"b":1.0,"a b":"c  d"}`, "": "", "[1, ": "[1, ",
		`"<\u0041>&"`: `"<\u0041>&"`, "[1e400, 9007199254740993]": "[1e400,9007199254740993]",
	} {
		if got := compact(json.RawMessage(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestPretty(t *testing.T) {
	plain := newPalette(false)
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
		{"no JSON", 80, "no JSON"}, {"no JSON", 1, "no JSON"},
	} {
		if got := pretty(json.RawMessage(tt.text), tt.width, plain); got != tt.want {
			t.Errorf("%s in %d columns:\n%s\nwant\n%s", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestColored(t *testing.T) {
	p := newPalette(true)
	for _, tt := range []struct{ text, want string }{
		{`{"a":"b"}`, "{" + p.key(`"a"`) + ":" + p.str(`"b"`) + "}"},
		{`[-1.5e+3,true]`, "[" + p.number("-1.5e+3") + "," + p.keyword("true") + "]"},
		{`{"a\"": null}`, "{" + p.key(`"a\""`) + ": " + p.keyword("null") + "}"},
		{`"a: {1} \\"`, p.str(`"a: {1} \\"`)},
		{`"never closed \`, p.str(`"never closed \`)},
		{`"`, p.str(`"`)},
		{"", ""},
	} {
		if got := colored(tt.text, p); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
	if got := newPalette(false).str("x"); got != "x" {
		t.Errorf("without colours: %q", got)
	}
}

var colorCode = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// The colours taken away, what is shown is the JSON that came, and nothing but colours moves the terminal.
func FuzzPretty(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":"c\\\""}],"d":null}`, `"\u001b[31m"`, "[1e400,-0.0]", "\"\u009b\"", "[[],{}, \"\"]", "1", "nope", `{"a:":":"}`} {
		f.Add(s, 10)
	}
	color, plain := newPalette(true), newPalette(false)
	f.Fuzz(func(t *testing.T, text string, width int) {
		got := pretty(json.RawMessage(text), width, color)
		bare := colorCode.ReplaceAllString(got, "")
		if want := pretty(json.RawMessage(text), width, plain); bare != want {
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

func TestArguments(t *testing.T) {
	for params, want := range map[string]string{
		"":                        "",
		"[]":                      "[]",
		"{}":                      "{}",
		"[1, \"a b\", null]":      `1 "a b" null`,
		"[[42, 23]]":              "[[42,23]]", // or the one argument would be taken for the params
		`[{"a": 1}]`:              `[{"a":1}]`,
		"[[1], {\"a\" : 2}, 3.0]": `[1] {"a":2} 3.0`,
		`{"a": 1, "b": [2, 3]}`:   `{"a":1,"b":[2,3]}`,
		"5":                       "5",
	} {
		var p json.RawMessage
		if params != "" {
			p = json.RawMessage(params)
		}
		if got := arguments(p); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	if got := arguments(json.RawMessage("[" + strings.Repeat("1,", 1<<20) + "1]")); len(got) > 100*maxShown {
		t.Errorf("%d bytes of long params", len(got))
	}
}

// What arguments writes can be typed, and is the same call.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{`[1,"a",[2]]`, `[[42,23]]`, `{"a":1}`, "[]", `["$x","| & ;","#",">"]`, `[{"a":"$_"}]`, `["a b",-1.0]`} {
		f.Add(s)
	}
	env := lang.Env{Variable: func(string) (json.RawMessage, bool) { return nil, false }}
	f.Fuzz(func(t *testing.T, text string) {
		params := json.RawMessage(text)
		if jsontext.Valid(params) != nil || params[0] != '[' && params[0] != '{' || len(params) > maxShown {
			return
		}
		s, err := lang.Parse("m "+arguments(params), env)
		if err != nil || len(s.Calls) != 1 || compact(s.Calls[0].Params) != compact(bytes.TrimSpace(params)) {
			t.Fatalf("%s is typed %s, which is %+v, %v", text, arguments(params), s, err)
		}
	})
}

func TestShorten(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name, text string
		total      int
		want       string
	}{
		{"short", "a b", 3, "a b"},
		{"at the limit", x(maxShown), maxShown, x(maxShown)},
		{"above it", x(maxShown + 1), maxShown + 1, x(maxShown) + "… (601 B)"},
		{"of a whole that is not there", x(maxShown + 1), 5 << 20, x(maxShown) + "… (5.0 MiB)"},
		{"lines", "a\nb\r\n\r\nc\n", 10, "a b c"},
		{"control characters", "\x1b[2J\t", 5, `\u001b[2J\t`},
		{"between the bytes of a character", x(maxShown-1) + "üü", maxShown + 3, x(maxShown-1) + "… (603 B)"},
		{"before an emoji", x(maxShown-3) + "🙂", maxShown + 1, x(maxShown-3) + "… (601 B)"},
		{"long of wide characters", strings.Repeat("日", 1000), 3000, strings.Repeat("日", 200) + "… (2.9 KiB)"},
		{"long of no UTF-8", strings.Repeat("\x80", 3000), 3000, strings.Repeat(`\x80`, 150) + "… (2.9 KiB)"},
		{"long of lines", strings.Repeat("\n", 1<<20) + "x", 1 << 20, "… (1.0 MiB)"},
	} {
		if got := shorten(tt.text, tt.total); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 B", 1: "1 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 64 << 10: "64.0 KiB", 1<<20 - 1: "1.0 MiB", 1<<20 - 100: "1023.9 KiB", 1 << 20: "1.0 MiB", 64 << 20: "64.0 MiB", 5 << 30: "5120.0 MiB",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestTookAndAge(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0 ms", 840 * time.Microsecond: "0.8 ms", 999900 * time.Microsecond: "999.9 ms", 999960 * time.Microsecond: "1.0 s", 2400 * time.Millisecond: "2.4 s",
		59940 * time.Millisecond: "59.9 s", 59960 * time.Millisecond: "1 min 0 s", 185 * time.Second: "3 min 5 s", 2*time.Hour + 3*time.Minute: "2 h 3 min",
	} {
		if got := took(d); got != want {
			t.Errorf("took %d ns: %s, want %s", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		0: "0 s", 1999 * time.Millisecond: "1 s", time.Minute - 1: "59 s", time.Minute: "1 min 0 s", time.Hour - 1: "59 min 59 s", time.Hour: "1 h 0 min", 49*time.Hour + 59*time.Minute + 59*time.Second: "49 h 59 min",
	} {
		if got := age(d); got != want {
			t.Errorf("the age of %d ns: %s, want %s", d, got, want)
		}
	}
}

// longJSON is 64 KiB, as a result is that a person looks at.
var longJSON = json.RawMessage("[" + strings.Repeat(`{"name":"some text","n":12345,"ok":true,"list":[1,2.5]},`, (64<<10)/56) + "null]")

func BenchmarkVisible(b *testing.B) {
	for name, text := range map[string]string{"ASCII": string(longJSON), "UTF-8": strings.Repeat("größe 日本 ", (64<<10)/15), "hostile": strings.Repeat("\x1b[31m\u009b", (64<<10)/7)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				visible(text, false)
			}
		})
	}
}

func BenchmarkPretty(b *testing.B) {
	for name, p := range map[string]*palette{"plain": newPalette(false), "colored": newPalette(true)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(longJSON)))
			for b.Loop() {
				pretty(longJSON, 80, p)
			}
		})
	}
}
