package schema

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestGiven(t *testing.T) {
	d := Definitions{
		"S": json.RawMessage(`{"properties":{"kind":{}},"allOf":[
			{"if":{"properties":{"kind":{"const":"a"}}},"then":{"$ref":"#/components/schemas/A"}},
			{"if":{"properties":{"kind":{"const":"b"},"more":{"const":"x"}}},"then":{"properties":{"b":true}}},
			{"if":{"properties":{"more":{"const":"x"}}},"then":{"properties":{"m":true}}},
			{"if":{},"then":{"properties":{"never":true}}},{"if":{"properties":{"kind":{"type":"string"}}},"then":{"properties":{"never":true}}},
			{"if":{"properties":{"kind":{"const":"a"}}},"else":{}},{"then":{}},5]}`),
		"A":    json.RawMessage(`{"properties":{"a":true}}`),
		"loop": json.RawMessage(`{"$ref":"#/components/schemas/loop"}`),
	}
	for _, test := range []struct {
		schema  string
		members map[string]string
		want    string // the members that it has
	}{
		{Ref("S"), map[string]string{"kind": "a"}, "a"}, {Ref("S"), map[string]string{"kind": "b"}, ""}, {Ref("S"),
			map[string]string{"kind": "b", "more": "x"}, "b m"},
		{Ref("S"), map[string]string{"kind": "c"}, ""}, {Ref("S"), nil, ""}, {Ref("loop"),
			map[string]string{"kind": "a"}, ""}, {`{"allOf":5}`, map[string]string{"kind": "a"}, ""},
		{`5`, map[string]string{"kind": "a"}, ""},
	} {
		given := d.Given(json.RawMessage(test.schema), test.members)
		if got := propertyNames(d.Properties(given)); got != test.want || (given == nil) != (test.want == "") {
			t.Errorf("%s with %v: %s has %q, want %q", test.schema, test.members, given, got, test.want)
		}
	}
}

func propertyNames(properties []Property) string {
	var names []string
	for _, p := range properties {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

func FuzzGiven(f *testing.F) {
	f.Add([]byte(`{"allOf":[{"if":{"properties":{"a":{"const":"b"}}},"then":{"x":1}}]}`), "b")
	f.Fuzz(func(t *testing.T, schema []byte, value string) {
		given := Definitions{"S": schema}.Given(schema, map[string]string{"a": value})
		if json.Valid(schema) && given != nil && !json.Valid(given) {
			t.Fatalf("%s gives %s", schema, given)
		}
	})
}
