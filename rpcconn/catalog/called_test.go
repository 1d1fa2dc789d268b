package catalog_test

import (
	"encoding/json"
	"testing"

	"rpcsh/rpcconn/catalog"
)

// What was sent is the call of a tool if that is all there is to it.
func TestCalled(t *testing.T) {
	c := catalog.New()
	c.Learn(
		catalog.Method{Name: "say", Via: &catalog.Via{
			Method: "tools/call", Fixed: json.RawMessage(`{"name":"say"}`), Member: "arguments",
		}},
		catalog.Method{Name: "put", Via: &catalog.Via{Method: "do", Fixed: json.RawMessage(`{"what":"put"}`)}},
		catalog.Method{Name: "do"},
	)
	for _, tt := range []struct{ method, params, name, given string }{
		{"tools/call", `{"name":"say","arguments":{"a":[1]}}`, "say", `{"a":[1]}`},
		{"tools/call", `{"arguments":{},"name":"say"}`, "say", `{}`},
		{"tools/call", `{"name":"say"}`, "say", `{}`},
		{"tools/call", `{"name":"other","arguments":{}}`, "", ""},
		{"tools/call", `{"name":"say","arguments":{},"_meta":{}}`, "", ""},
		{"tools/call", `{"name":"say","arguments":[1]}`, "", ""},
		{"tools/call", `{"arguments":{}}`, "", ""},
		{"tools/call", "", "", ""},
		{"tools/list", `{"name":"say"}`, "", ""},
		{"do", `{"a":1,"what":"put","b":2}`, "put", `{"a":1,"b":2}`},
		{"do", `{"what":"take"}`, "", ""},
		{"say", `{"name":"say"}`, "", ""},
	} {
		name, given, ok := c.Called(tt.method, json.RawMessage(tt.params))
		if name != tt.name || string(given) != tt.given || ok != (tt.name != "") {
			t.Errorf("%s %s is %s %s, %t, want %s %s", tt.method, tt.params, name, given, ok, tt.name, tt.given)
		}
	}
}
