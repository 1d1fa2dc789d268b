package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

func TestBundleRefs(t *testing.T) {
	tests := []struct{ name, schema, want, definitions string }{
		{"nothing to do", `{ "type" : "object" }`, `{ "type" : "object" }`, ``},
		{"no schema", `5`, `5`, ``},
		{"no JSON", `{"a"`, ``, ``},
		{"another document's", `{"$schema":"http://x","$id":"y","type":"string"}`, `{"type":"string"}`, ``},
		{
			"$defs", `{"type":"object","properties":{"a":{"$ref":"#/$defs/A","title":"T"}},` +
				`"$defs":{"A":{"type":"string"},"Unused":{}}}`,
			`{"type":"object","properties":{"a":{"$ref":"#/components/schemas/t.A","title":"T"}}}`,
			`t.A={"type":"string"}`,
		},
		{
			"definitions that need each other", `{"items":{"$ref":"#/definitions/A"},` +
				`"definitions":{"A":{"anyOf":[{"$ref":"#/definitions/B"},{"type":"null"}]},` +
				`"B":{"not":{"$ref":"#/definitions/A"}}}}`,
			`{"items":{"$ref":"#/components/schemas/t.A"}}`,
			`t.A={"anyOf":[{"$ref":"#/components/schemas/t.B"},{"type":"null"}]} ` +
				`t.B={"not":{"$ref":"#/components/schemas/t.A"}}`,
		},
		{
			"itself", `{"properties":{"next":{"$ref":"#"}}}`,
			`{"properties":{"next":{"$ref":"#/components/schemas/t"}}}`,
			`t={"properties":{"next":{"$ref":"#/components/schemas/t"}}}`,
		},
		{
			"any place", `{"properties":{"a":{"type":"string"},"b":{"$ref":"#/properties/a"},` +
				`"c":{"$ref":"#/allOf/0"}},"allOf":[{"minimum":1}]}`,
			`{"properties":{"a":{"type":"string"},"b":{"$ref":"#/components/schemas/t.a"},` +
				`"c":{"$ref":"#/components/schemas/t.0"}},"allOf":[{"minimum":1}]}`,
			`t.0={"minimum":1} t.a={"type":"string"}`,
		},
		{
			"one name for two", `{"items":[{"$ref":"#/$defs/A"},{"$ref":"#/definitions/A"}],` +
				`"$defs":{"A":{"type":"string"}},"definitions":{"A":{"type":"null"}}}`,
			`{"items":[{"$ref":"#/components/schemas/t.A"},{"$ref":"#/components/schemas/t.A-2"}]}`,
			`t.A={"type":"string"} t.A-2={"type":"null"}`,
		},
		{
			"names that are written otherwise", `{"$defs":{"a/b ~c":{"type":"null"}},"\u0024ref":"#/$defs/a~1b%20~0c"}`,
			`{"\u0024ref":"#/components/schemas/t.a~1b%20~0c"}`, `t.a/b ~c={"type":"null"}`,
		},
		{"members called as keywords",
			`{"properties":{"$ref":{"type":"string"},"definitions":{"$ref":"#/$defs/A"}},"$defs":{"A":{}}}`,
			`{"properties":{"$ref":{"type":"string"},"definitions":{"$ref":"#/components/schemas/t.A"}}}`, `t.A={}`},
		{"data that looks like a reference", `{"default":{"$ref":"#/x"},"enum":[{"$ref":"#/x"}]}`,
			`{"default":{"$ref":"#/x"},"enum":[{"$ref":"#/x"}]}`, ``},
		{"elsewhere, nowhere, no reference",
			`{"allOf":[{"$ref":"http://x/y","title":"T"},{"$ref":"#/none"},{"$ref":"#anchor"},{"$ref":5}]}`,
			`{"allOf":[{"title":"T"},{},{},{"$ref":5}]}`, ``},
	}
	for _, test := range tests {
		into := make(Definitions)
		got, _ := BundleRefs(json.RawMessage(test.schema), "t", into)
		var list []string
		for _, name := range slices.Sorted(maps.Keys(into)) {
			list = append(list, fmt.Sprintf("%s=%s", name, into[name]))
		}
		if definitions := strings.Join(list, " "); string(got) != test.want || definitions != test.definitions {
			t.Errorf("%s: got\n%s, %s, want\n%s, %s", test.name, got, definitions, test.want, test.definitions)
		}
	}
}

func TestBundleRefsRemarks(t *testing.T) {
	tests := []struct{ schema, want string }{
		{`{"type":["string","null"],"properties":{"type":{"type":"integer"}},"enum":[{"type":"x"}]}`, ``},
		{`{"type":"quantum"}`, `t: "quantum" is no type of JSON Schema`},
		{`{"items":{"type": ["string", "int"]}}`, `t: "int" is no type of JSON Schema`},
		{`{"type":7}`, `t: 7 is no type of JSON Schema`},
		{`{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"$ref":"#/$defs/A"}}}`,
			`t: "t.B" refers to itself and to nothing else`},
		{`{"$ref":"#"}`, `t: "t" refers to itself and to nothing else`},
		{`{"$ref":"#/$defs/A","$defs":{"A":{"items":{"$ref":"#/$defs/A"}}}}`, ``},
		{`{"$ref":"#/$defs/A"}`, `t: nothing is at "#/$defs/A", which a schema refers to`},
		{`{`, `t: the schema is no JSON`},
	}
	for _, test := range tests {
		_, remarks := BundleRefs(json.RawMessage(test.schema), "t", make(Definitions))
		if got := strings.Join(remarks, "; "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.schema, got, test.want)
		}
	}
}

func TestBundleRefsKeepsDefinitionsApart(t *testing.T) {
	into := Definitions{"A": json.RawMessage(`{"type":"null"}`)}
	schema := json.RawMessage(`{"$ref":"#/$defs/A","$defs":{"A":{"type":"string"}}}`)
	for i, want := range []string{`{"$ref":"#/components/schemas/A-2"}`, `{"$ref":"#/components/schemas/A-3"}`} {
		if got, _ := BundleRefs(schema, "", into); string(got) != want || len(into) != i+2 {
			t.Errorf("got %s, %s, want %s", got, into, want)
		}
	}
}

func FuzzBundleRefs(f *testing.F) {
	f.Add([]byte(`{"$ref":"#/$defs/A","$defs":{"A":{"items":[{"$ref":"#"},{"$ref":"#/$defs/A/items/0"}]}}}`))
	f.Add([]byte(`{"properties":{"a":{"$ref":"http://x"}},"definitions":{"b":{"$ref":"#/a~1b%20"}}}`))
	f.Fuzz(func(t *testing.T, schema []byte) {
		into := make(Definitions)
		got, _ := BundleRefs(schema, "t", into)
		if jsontext.Valid(schema) != nil != (got == nil) {
			t.Fatalf("%s becomes %s", schema, got)
		}
		for name, d := range into {
			if jsontext.Valid(d) != nil {
				t.Fatalf("definition %s is %s", name, d)
			}
		}
		if got == nil {
			return
		}
		if jsontext.Valid(got) != nil {
			t.Fatalf("%s becomes %s", schema, got)
		}
		again := make(Definitions)
		h := NewBundler(jsontext.Encode(map[string]any{"components": map[string]any{"schemas": into}}), again)
		h.Bundle(got, "")
		h.Finish()
		for _, remark := range h.Remarks.Lines() {
			if len(schema) < 1000 && (strings.Contains(remark, "elsewhere") ||
				strings.Contains(remark, "nothing is at")) {
				t.Fatalf("%s becomes %s, %s: %q", schema, got, into, remark)
			}
		}
	})
}
