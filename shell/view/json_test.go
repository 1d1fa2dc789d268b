package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

func TestCompact(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", "[1,2]": "[1,2]", "[ 1,\n\t2 ]\r\n": "[1,2]",
		`{"b": 1.0, "a b": "c  d"}`: `{"b":1.0,"a b":"c  d"}`, "": "", "[1, ": "[1, ",
		`"<\u0041>&"`: `"<\u0041>&"`, "[1e400, 9007199254740993]": "[1e400,9007199254740993]",
	} {
		if got := Compact(json.RawMessage(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
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
		if got := Arguments(p); got != want {
			t.Errorf("%s: %s, want %s", params, got, want)
		}
	}
	if got := Arguments(json.RawMessage("[" + strings.Repeat("1,", 1<<20) + "1]")); len(got) > 100*maxShown {
		t.Errorf("%d bytes of long params", len(got))
	}
}

func FuzzArguments(f *testing.F) {
	for _, s := range []string{
		`[1,"a",[2]]`, `[[42,23]]`, `{"a":1}`, "[]", `["$x","| & ;","#",">"]`, `[{"a":"$_"}]`, `["a b",-1.0]`,
		"[\"\x7f\"]", `["\u00fc\u007f\ud800"]`,
	} {
		f.Add(s)
	}
	env := lang.Env{Variable: func(string) (json.RawMessage, bool) { return nil, false }}
	f.Fuzz(func(t *testing.T, text string) {
		params := json.RawMessage(text)
		if jsontext.Valid(params) != nil || params[0] != '[' && params[0] != '{' || len(params) > maxShown {
			return
		}
		s, err := lang.Parse("m "+Arguments(params), env)
		if err != nil || len(s.Calls) != 1 || Readable(s.Calls[0].Params) != Readable(bytes.TrimSpace(params)) {
			t.Fatalf("%s is typed %s, which is %+v, %v", text, Arguments(params), s, err)
		}
	})
}

// Of a value that is far longer than what is shown, only the beginning is looked at, so its blanks stay.
func TestCompactValueIsBounded(t *testing.T) {
	short := "[" + strings.Repeat(" ", maxShown) + "1]"
	if got := new(form).short(json.RawMessage(short)); got != "[1]" {
		t.Errorf("a short value is shown as %.20q", got)
	}
	long := "[" + strings.Repeat(" ", maxParsed) + "1]"
	if got := new(form).short(json.RawMessage(long)); !strings.HasPrefix(got, "[  ") {
		t.Errorf("a long value is shown as %.20q", got)
	}
}
