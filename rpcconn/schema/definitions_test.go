package schema

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

// definitions are what the tables below, and those of package catalog, refer to.
func definitions() Definitions {
	text, err := os.ReadFile("testdata/definitions.json")
	if err != nil {
		panic(err)
	}
	var d Definitions
	if err := json.Unmarshal(text, &d); err != nil {
		panic(err)
	}
	d["Broken"] = json.RawMessage(`{"type":"string","properties":[`)
	return d
}

// show returns params in short, as signatures have them.
func show(params []Property) string {
	var list []string
	for _, p := range params {
		s := p.Name
		if !p.Required {
			s += "?"
		}
		if t := p.Type(); t != "" {
			s += ":" + t
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

func join[T any](list []T) string {
	parts := make([]string, len(list))
	for i, e := range list {
		if raw, ok := any(e).(json.RawMessage); ok {
			parts[i] = string(raw)
			continue
		}
		parts[i] = fmt.Sprint(e)
	}
	return strings.Join(parts, " ")
}

func TestTypeText(t *testing.T) {
	tests := []struct{ schema, want string }{
		{``, ""},
		{`true`, ""},
		{`5`, ""},
		{`{}`, ""},
		{`{"type":"integer","format":"int32"}`, "integer"},
		{`{"type":["string","null"]}`, "string|null"},
		{`{"type":[]}`, ""},
		{`{"type":5}`, ""},
		{`{"type":"Blob"}`, "Blob"},
		{`{"type":"string","nullable":true}`, "string|null"},
		{`{"type":"array"}`, "array"},
		{`{"type":"array","items":{}}`, "array"},
		{`{"type":"array","items":{"type":"integer"}}`, "[integer]"},
		{`{"items":{"items":{"type":"string"}}}`, "[[string]]"},
		{`{"type":"array","items":[{"type":"string"}]}`, "array"},
		{`{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}`, "[Tree]"},
		{`{"enum":["a","b"]}`, `"a"|"b"`},
		{`{"type":"string","enum":["a","b","c","d","e"]}`, `"a"|"b"|"c"|"d"|…`},
		{`{"enum":[1,null]}`, `1|null`},
		{`{"enum":["a long text that nobody wants to see in a list"]}`, `"a long text that nobody wants t…"`},
		{`{"const":{"a":1}}`, `{"a":1}`},
		{`{"$ref":"#/components/schemas/Tree"}`, "Tree"},
		{`{"$ref":"#/components/schemas/to~1it"}`, "to/it"},
		{`{"$ref":"Tree"}`, "Tree"},
		{`{"$ref":5}`, ""},
		{`{"$ref":"#/"}`, ""},
		{`{"type":"object"}`, "object"},
		{`{"properties":{}}`, "object"},
		{`{"type":"object","title":"Shape"}`, "Shape"},
		{`{"type":"string","title":"Shape"}`, "string"},
		{`{"anyOf":[{"type":"integer"},{"type":"null"},{"type":"integer"}]}`, "integer|null"},
		{`{"oneOf":[{"type":"string"},{"enum":["a"]}]}`, `string|"a"`},
		{`{"oneOf":[{"type":"integers"},{"type":"integer"}]}`, `integers|integer`},
		{`{"oneOf":[{"type":"string"},{}]}`, ""},
		{`{"oneOf":5}`, ""},
		{`{"allOf":[{"description":"x"},{"type":"integer"},{"type":"number"}]}`, "integer"},
		{`{"type":"string","enum":[`, "string"},
		{strings.Repeat(`{"items":`, 900) + `{"type":"string"}` + strings.Repeat(`}`, 900), "[[[[[[[array]]]]]]]"},
	}
	for _, test := range tests {
		if got := TypeText(json.RawMessage(test.schema)); got != test.want {
			t.Errorf("%.80s: got %s, want %s", test.schema, got, test.want)
		}
	}
}

func TestResolve(t *testing.T) {
	d := definitions()
	tests := []struct{ schema, want string }{
		{`{"type":"string"}`, `{"type":"string"}`},
		{`true`, `true`},
		{``, ``},
		{`{"$ref":"#/components/schemas/to~1it"}`, string(d["Unit"])},
		{`{"$ref":"#/components/schemas/to%7e1it"}`, string(d["Unit"])},
		{`{"$ref":"#/components/schemas/Lost"}`, ``},
		{`{"$ref":"#/components/schemas/Loop"}`, ``},
		{`{"$ref":"other.json"}`, ``},
		{`{"$ref":{}}`, ``},
	}
	for _, test := range tests {
		if got := d.Resolve(json.RawMessage(test.schema)); string(got) != test.want {
			t.Errorf("%s: got %s, want %s", test.schema, got, test.want)
		}
	}
}

func TestDefinitions(t *testing.T) {
	tests := []struct {
		schema                                                 string
		types, properties, items, values, def, summary, sample string
	}{
		{schema: ``, sample: `null`},
		{schema: `true`, sample: `null`},
		{schema: `[]`, sample: `null`},
		{schema: `{"type":"integer","default":3,"description":"\nHow many.\nOr not."}`, types: "integer", def: "3",
			summary: "How many.", sample: "3"},
		{schema: `{"type":"integer","minimum":5}`, types: "integer", sample: "5"},
		{schema: `{"type":"number","exclusiveMinimum":5}`, types: "number", sample: "6"},
		{schema: `{"type":"string","pattern":"^0x[0-9a-f]{4}$"}`, types: "string", sample: `"0x0000"`},
		{schema: `{"type":"string","minLength":2}`, types: "string", sample: `"xx"`},
		{schema: `{"type":"string","pattern":"("}`, types: "string", sample: `""`},
		{schema: `{"type":"boolean","title":"Really"}`, types: "boolean", values: "true false", summary: "Really",
			sample: "false"},
		{schema: `{"type":["boolean","null"]}`, types: "boolean null", values: "true false null", sample: "false"},
		{schema: `{"type":["string","null"]}`, types: "string null", sample: `""`},
		{schema: `{"type":["null","integer"]}`, types: "null integer", sample: "0"},
		{schema: `{"type":"null"}`, types: "null", values: "null", sample: "null"},
		{schema: `{"type":"odd"}`, types: "odd", sample: "null"},
		{schema: `{"enum":["a",1,"b"]}`, types: "string integer", values: `"a" 1 "b"`, sample: `"a"`},
		{schema: `{"const":1.5}`, types: "number", values: "1.5", sample: "1.5"},
		{schema: `{"anyOf":[{"$ref":"#/components/schemas/Unit"},{"type":"null"}]}`, types: "string null",
			values: `"utf-8" "utf-16" null`, def: `"utf-16"`, summary: "How columns", sample: `"utf-16"`},
		{schema: `{"anyOf":[{"type":"string"},{}]}`, sample: `""`},
		{schema: `{"type":"array","items":{"type":"string"}}`, types: "array", items: `{"type":"string"}`,
			sample: "[]"},
		{schema: `{"items":{"type":"string"},"minItems":2}`, types: "array", items: `{"type":"string"}`,
			sample: `["",""]`},
		{schema: `{"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false}`, types: "array",
			items: `{"type":"integer"}`, sample: `[0,""]`},
		{schema: `{"items":[{"type":"integer"}]}`, types: "array", items: `{"type":"integer"}`, sample: "[]"},
		{schema: `{"$ref":"#/components/schemas/Position"}`, types: "object",
			properties: "line:integer col:integer unit?:Unit", summary: "A position", sample: `{"line":1,"col":0}`},
		{schema: `{"$ref":"#/components/schemas/Range"}`, types: "object",
			properties: "line:integer col:integer unit:Unit end:Position", summary: "A position",
			sample: `{"line":1,"col":0,"unit":"utf-16","end":{"line":1,"col":0}}`},
		{schema: `{"$ref":"#/components/schemas/Shape"}`, types: "object null",
			properties: `kind:"circle"|"square" r?:number a?:number`, sample: `{"kind":"circle","r":0}`},
		{schema: `{"$ref":"#/components/schemas/Tree"}`, types: "object", properties: "value:string children:[Tree]",
			sample: `{"value":"","children":[]}`},
		{schema: `{"$ref":"#/components/schemas/Loop"}`, sample: "null"},
		{schema: `{"$ref":"#/components/schemas/Lost"}`, sample: "null"},
		{schema: `{"$ref":"#/components/schemas/All"}`, types: "object", properties: "a?:string", sample: "{}"},
		{schema: `{"$ref":"#/components/schemas/Any"}`, sample: "null"},
		{schema: `{"$ref":"#/components/schemas/Broken"}`, types: "string", sample: `""`},
		{schema: `{"type":"object","example":{"a":1}}`, types: "object", sample: `{"a":1}`},
		{schema: `{"type":"object","properties":5,"required":"a"}`, types: "object", sample: "{}"},
		{schema: `{"allOf":5,"anyOf":{},"oneOf":"x","enum":7,"type":{},"items":9}`, types: "array", items: "9",
			sample: "[]"},
	}
	d := definitions()
	for _, test := range tests {
		schema := json.RawMessage(test.schema)
		check := func(what, got, want string) {
			t.Helper()
			if got != want {
				t.Errorf("%s of %s: got %s, want %s", what, test.schema, got, want)
			}
		}
		check("types", join(d.Types(schema)), test.types)
		check("properties", show(d.Properties(schema)), test.properties)
		check("items", string(d.Items(schema)), test.items)
		check("values", join(d.Values(schema)), test.values)
		check("default", string(d.Default(schema)), test.def)
		check("summary", d.Summary(schema), test.summary)
		check("sample", string(d.Sample(schema)), test.sample)
	}
}

// TestDefinitionsThatDouble has schemas whose parts would be met 2^30 times by one who follows each reference.
func TestDefinitionsThatDouble(t *testing.T) {
	d := Definitions{"30": json.RawMessage(`{"type":"object","properties":{"x":{"type":"string"}},"required":["x"]}`)}
	for _, keyword := range []string{"allOf", "anyOf", "prefixItems"} {
		for i := range 30 {
			ref := `{"$ref":"` + Pointer(fmt.Sprint(i+1)) + `"}`
			d[fmt.Sprint(i)] = json.RawMessage(
				fmt.Sprintf(`{%q:[%s,%s,{"properties":{"x":{"const":%d},"y%d":%s}}],"required":["y%d"]}`, keyword, ref,
					ref, i, i, ref, i))
		}
		schema := json.RawMessage(`{"$ref":"#/components/schemas/0"}`)
		d.Types(schema)
		d.Properties(schema)
		d.Values(schema)
		d.Summary(schema)
		sample := d.Sample(json.RawMessage(Ref("20")))
		if jsontext.Valid(sample) != nil || len(sample) > 10*maxSampleSize {
			t.Errorf("%s: the sample is %.200s", keyword, sample)
		}
	}
}

func FuzzDefinitions(f *testing.F) {
	for name := range definitions() {
		f.Add([]byte(`{"$ref":"`+Pointer(name)+`"}`),
			[]byte(`{"anyOf":[{"$ref":"#/components/schemas/Fuzz"},{"enum":["a"]}]}`))
	}
	f.Fuzz(func(t *testing.T, schema, definition []byte) {
		d := definitions()
		d["Fuzz"] = definition
		TypeText(schema)
		d.Resolve(schema)
		d.Types(schema)
		d.Properties(schema)
		d.Items(schema)
		d.Values(schema)
		d.Default(schema)
		d.Summary(schema)
		if sample := d.Sample(json.RawMessage(Ref("20"))); jsontext.Valid(sample) != nil {
			t.Errorf("the sample of %s is %s", schema, sample)
		}
	})
}
