package rpcconn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

func TestError(t *testing.T) {
	tests := []struct {
		err  *rpcconn.Error
		text string
	}{
		{rpcconn.NewError(rpcconn.CodeParseError, ""), "error -32700: Parse error"},
		{rpcconn.NewError(rpcconn.CodeInvalidRequest, "why"), `error -32600: Invalid Request "why"`},
		{rpcconn.NewError(rpcconn.CodeMethodNotFound, ""), "error -32601: Method not found"},
		{rpcconn.NewError(rpcconn.CodeInvalidParams, ""), "error -32602: Invalid params"},
		{rpcconn.NewError(rpcconn.CodeInternalError, ""), "error -32603: Internal error"},
		{rpcconn.NewError(-32000, ""), "error -32000: Server error"},
		{&rpcconn.Error{Code: 1, Message: "m", Data: json.RawMessage("null")}, "error 1: m null"},
		{&rpcconn.Error{CodeText: json.RawMessage(`"E_\u0041"`), Message: "m"}, "error E_A: m"},
		{&rpcconn.Error{CodeText: json.RawMessage(`1e99`), Message: "m"}, "error 1e99: m"},
		{&rpcconn.Error{CodeText: json.RawMessage(`{"a":1}`), Message: "m"}, `error {"a":1}: m`},
		{rpcconn.Uncoded("m", nil), "error: m"},
		{&rpcconn.Error{Message: "unknown method"}, "error: unknown method"},
		{&rpcconn.Error{Message: "no \u00e9", Data: json.RawMessage(`"no \u00e9"`)}, "error: no \u00e9"},
		{&rpcconn.Error{Message: "no", Data: json.RawMessage(`["no"]`)}, `error: no ["no"]`},
		{&rpcconn.Error{Code: 1, Message: "no", Data: json.RawMessage(`[1, "no"]`)}, "error 1: no"}, // as Neovim has it
		{&rpcconn.Error{Code: 1, Message: "no", Data: json.RawMessage(`[0,"no"]`)}, `error 1: no [0,"no"]`},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.text {
			t.Errorf("got %q, want %q", got, test.text)
		}
	}
	named := &rpcconn.Error{CodeText: json.RawMessage(`"E"`)}
	if errors.Is(named, &rpcconn.Error{}) || !errors.Is(named, &rpcconn.Error{CodeText: json.RawMessage(`"E"`)}) {
		t.Error("errors are not told apart by codes that are no numbers")
	}
	wrapped := fmt.Errorf("calling: %w", &rpcconn.Error{Code: 5, Message: "five"})
	if !errors.Is(wrapped, &rpcconn.Error{Code: 5}) || errors.Is(wrapped, &rpcconn.Error{Code: 6}) ||
		errors.Is(wrapped, rpcconn.ErrNoAnswer) {
		t.Error("errors are not told apart by their codes")
	}
}

func TestSetCode(t *testing.T) {
	for _, test := range []struct{ text, code, name string }{ // name: as people read it
		{"-32000", "-32000", "-32000"}, {"-32000.0", "-32000", "-32000"}, {"1e3", "1000", "1000"}, {"0", "0", ""},
		{"9223372036854775807", "9223372036854775807", "9223372036854775807"},
		{"9223372036854775808", "9223372036854775808", "9223372036854775808"},
		{"1.5", "1.5", "1.5"}, {"1e400", "1e400", "1e400"}, {`"E"`, `"E"`, "E"}, {"[1]", "[1]", "[1]"},
		{"null", "null", ""}, {"", "null", ""},
	} {
		e := &rpcconn.Error{Code: 7, CodeText: json.RawMessage("8")}
		e.SetCode(json.RawMessage(test.text))
		if test.text == "" {
			e.SetCode(nil)
		}
		if got := string(e.AppendCode(nil)); got != test.code || e.CodeName() != test.name {
			t.Errorf("code %s is %s and reads %q, want %s and %q", test.text, got, e.CodeName(), test.code, test.name)
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("a", rpcconn.ExcerptSize)
	tests := map[string]string{
		"":                                   `""`,
		"a\n\x1b[31m\"":                      `"a\n\x1b[31m\""`,
		long:                                 `"` + long + `"`,
		long + "b":                           `"` + long + `"…`,
		long[1:] + "é":                       `"` + long[1:] + `"…`,
		"\x16\x00\x00\x00\xff":               "16 00 00 00 ff",
		"\xff" + long:                        "ff" + strings.Repeat(" 61", rpcconn.ExcerptSize-1) + "…",
		strings.Repeat("a", 38) + "😀" + long: `"` + strings.Repeat("a", 38) + `"…`,
	}
	for in, want := range tests {
		if got := rpcconn.Excerpt([]byte(in)); got != want {
			t.Errorf("%q gives\n%s\nwant\n%s", in, got, want)
		}
	}
}
