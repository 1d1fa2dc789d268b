package catalog

import (
	"encoding/json"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

func TestReorderParams(t *testing.T) {
	params := []Param{{Name: "a", Required: true}, {Name: "b", Schema: json.RawMessage(`{"default":7}`)}, {Name: "c"},
		{Name: "d"}}
	tests := []struct {
		structure    Structure
		params, want string // an error where it begins with "error: "
	}{
		{ByName, ``, ``},
		{ByName, `{"x":1}`, `{"x":1}`},
		{ByName, `[]`, `{}`},
		{ByName, ` [ 1e2 , {"x":1} ] `, `{"a":1e2,"b":{"x":1}}`},
		{ByName, `[{"b":1,"\u0061":2}]`, `{"b":1,"\u0061":2}`},
		{ByName, `[{"x":1}]`, `{"a":{"x":1}}`},
		{ByName, `[{}]`, `{"a":{}}`},
		{ByName, `[1,2,3,4,5]`, `error: 1 param too many: m has a, b, c, d`},
		{ByName, `[1`, `[1`},
		{ByName, `5`, `5`},
		{ByPosition, ``, ``},
		{ByPosition, `[1,2,3,4,5]`, `[1,2,3,4,5]`},
		{ByPosition, `{}`, `[]`},
		{ByPosition, ` { "a" : 100.0 } `, `[100.0]`},
		{ByPosition, `{"d":4,"a":1}`, `[1,7,null,4]`},
		{ByPosition, `{"a":1,"a":2}`, `[2]`},
		{ByPosition, `{"b":2}`, `error: a is missing: m takes its params by position, and b is behind it`},
		{ByPosition, `{"x":1}`, `error: x is not a param of m: it has a, b, c, d`},
		{Either, `{"x":1}`, `{"x":1}`},
		{Either, `[1]`, `[1]`},
	}
	for _, test := range tests {
		got, err := ReorderParams(Method{Name: "m", Params: params, Structure: test.structure},
			json.RawMessage(test.params))
		text := string(got)
		if err != nil {
			text = "error: " + err.Error()
		}
		if text != test.want {
			t.Errorf("%s, %s: got %s, want %s", test.structure, test.params, text, test.want)
		}
	}
	for _, structure := range []Structure{ByName, ByPosition} {
		if got, err := ReorderParams(Method{Name: "m", Structure: structure},
			json.RawMessage(`[1]`)); string(got) != `[1]` || err != nil {
			t.Errorf("of a method whose params are not known: %s, %v", got, err)
		}
	}
	many := Method{Name: "m", Structure: ByName, Params: make([]Param, 1000)}
	if _, err := ReorderParams(many, json.RawMessage("["+strings.Repeat("1,", 1000)+"1]")); err == nil ||
		len(err.Error()) > 200 {
		t.Errorf("the error is %v", err)
	}
}

func TestCall(t *testing.T) {
	tests := []struct {
		via          *Via
		params, want string // method and what is sent, or an error where it begins with "error: "
	}{
		{nil, ``, `m `},
		{nil, `[1]`, `m [1]`},
		{&Via{"call", json.RawMessage(`{"name":"x"}`), "arguments"}, ``, `call {"name":"x","arguments":{}}`},
		{&Via{"call", json.RawMessage(` { "name" : "}" } `), "arguments"}, `{"a":1e400}`,
			`call { "name" : "}","arguments":{"a":1e400}}`},
		{&Via{"call", json.RawMessage(`{}`), `a"b`}, `{}`, `call {"a\"b":{}}`},
		{&Via{"call", nil, "a"}, ` {"b":1} `, `call {"a": {"b":1} }`},
		{&Via{"call", json.RawMessage(`{"x":1}`), ""}, ``, `call {"x":1}`},
		{&Via{"call", json.RawMessage(`{"x":1}`), ""}, ` { "b" : 1 }`, `call {"x":1, "b" : 1 }`},
		{&Via{"call", json.RawMessage(`{ }`), ""}, `{"b":1}`, `call {"b":1}`},
		{&Via{"call", nil, ""}, ``, `call {}`},
		{&Via{"call", nil, ""}, `[1]`, `error: m takes named params: write NAME=VALUE, or an object`},
		{&Via{"call", nil, "a"}, `1`, `error: m takes named params: write NAME=VALUE, or an object`},
	}
	for _, test := range tests {
		method, sent, err := Method{Name: "m", Via: test.via}.Call(json.RawMessage(test.params))
		text := method + " " + string(sent)
		if err != nil {
			text = "error: " + err.Error()
		} else if len(sent) > 0 && jsontext.Valid(sent) != nil {
			t.Errorf("%s is not valid", sent)
		}
		if text != test.want {
			t.Errorf("%v, %s: got %s, want %s", test.via, test.params, text, test.want)
		}
	}
}
