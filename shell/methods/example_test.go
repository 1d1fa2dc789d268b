package methods

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

func TestCallLine(t *testing.T) {
	tests := []struct{ method, params, want string }{
		{"m", ``, `m`},
		{"m", `[]`, `m`},
		{"m", `{}`, `m`},
		{"my_add", `[1, 2]`, `my_add 1 2`},
		{"my_add", `{"a":1,"b":"text"}`, `my_add a=1 b=text`},
		{
			"textDocument/hover", `{"textDocument":{"uri":"file:///a b"},"position":{"line":1}}`,
			`textDocument/hover textDocument={"uri":"file:///a b"} position={"line":1}`,
		},
		{
			"m", `["a b","true","7","","x=1","$x","@f","'","\u0041","file:///x",":=","-x"]`,
			`m "a b" "true" "7" "" "x=1" "$x" "@f" "'" "\u0041" file:///x ":=" -x`,
		},
		{"m", `[[1,2]]`, `m [[1,2]]`},
		{"m", `[{"a":1}]`, `m [{"a":1}]`},
		{"m", `[[1],{"a":1}]`, `m [1] {"a":1}`},
		{"m", `{"a.b":1}`, `m {"a.b":1}`},
		{"m", `{"a b":1,"":2}`, `m {"a b":1,"":2}`},
		{"m", `{"a":1,"a":2}`, `m {"a":1,"a":2}`},
		{".odd", `[1]`, `.call .odd 1`},
		{"two words", `{"a":"b c"}`, `"two words" a="b c"`},
		{"a|b", `[[1]]`, `"a|b" [[1]]`},
		{"!m", ``, `"!m"`},
		{"@1", ``, `"@1"`},
		{"$x", ``, `"$x"`},
		{"#", ``, `"#"`},
		{"x", `["=",">","&",";","|","#"]`, `x "=" ">" "&" ";" "|" "#"`},
		{"\u202e", ``, `"` + "\u202e" + `"`},
	}
	for _, test := range tests {
		if got := CallLine(catalog.Method{Name: test.method}, json.RawMessage(test.params)); got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.method, test.params, got, test.want)
		}
	}
}

func TestExampleLine(t *testing.T) {
	schema := func(text string) json.RawMessage { return json.RawMessage(text) }
	integer := catalog.Param{Name: "a", Required: true, Schema: schema(`{"type":"integer","default":5}`)}
	text := catalog.Param{Name: "b", Required: true, Schema: schema(`{"enum":["x","y z"]}`)}
	optional := catalog.Param{Name: "o"}
	tests := []struct {
		m    catalog.Method
		want string
	}{
		{catalog.Method{Name: "m"}, "m"},
		{catalog.Method{Name: "m", Params: []catalog.Param{integer, text}}, "m 5 x"},
		{catalog.Method{Name: "m", Params: []catalog.Param{integer, text}, Structure: catalog.ByName}, "m a=5 b=x"},
		{catalog.Method{Name: "m", Params: []catalog.Param{optional, text}}, "m b=x"},
		{catalog.Method{Name: "m", Params: []catalog.Param{integer, optional}}, "m 5"},
		{catalog.Method{Name: "m", Kind: catalog.KindNotification, Params: []catalog.Param{integer}}, "!m 5"},
		{
			catalog.Method{Name: "m", Params: []catalog.Param{integer},
				Examples: []catalog.Example{{Params: schema(`[1, 2]`)}}},
			"m 1 2",
		},
		{catalog.Method{Name: "m", Ours: true}, ".serve m null"},
		{catalog.Method{Name: "m", Ours: true, Result: &integer}, ".serve m 5"},
		{catalog.Method{Name: "m", Ours: true, Kind: catalog.KindNotification}, ".watch m"},
	}
	for _, test := range tests {
		if got := Example(test.m, nil); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}

// FuzzCallLine: what a line says is what it was made of.
func FuzzCallLine(f *testing.F) {
	f.Add("my_add", []byte(`[1,2]`))
	f.Add("a b", []byte(`{"a":"b c","x":[1]}`))
	f.Add("m?", []byte(`["x?","a=1"]`))
	f.Fuzz(func(t *testing.T, method string, params []byte) {
		if method == "" || !utf8.ValidString(method) || jsontext.Valid(params) != nil ||
			strings.IndexByte("[{", params[0]) < 0 || len(view.Compact(params)) <= 2 {
			return
		}
		line := CallLine(catalog.Method{Name: method}, params)
		st, err := lang.Parse(line, lang.Env{})
		if err != nil || len(st.Calls) != 1 || view.Compact(st.Calls[0].Params) != view.Compact(params) {
			t.Fatalf("%q %s gives %q: %v", method, params, line, err)
		}
		if want, _ := jsontext.Unquote(jsontext.AppendQuote(nil, method)); st.Calls[0].Method != want {
			t.Fatalf("%q gives %q, the method is %q", method, line, st.Calls[0].Method)
		}
	})
}
