package catalog

import (
	"encoding/json"
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
		"A": json.RawMessage(`{"properties":{"a":true}}`), "loop": json.RawMessage(`{"$ref":"#/components/schemas/loop"}`),
	}
	for _, test := range []struct {
		schema  string
		members map[string]string
		want    string // the members that it has
	}{
		{ref("S"), map[string]string{"kind": "a"}, "a"}, {ref("S"), map[string]string{"kind": "b"}, ""}, {ref("S"), map[string]string{"kind": "b", "more": "x"}, "b m"},
		{ref("S"), map[string]string{"kind": "c"}, ""}, {ref("S"), nil, ""}, {ref("loop"), map[string]string{"kind": "a"}, ""}, {`{"allOf":5}`, map[string]string{"kind": "a"}, ""}, {`5`, map[string]string{"kind": "a"}, ""},
	} {
		given := d.Given(json.RawMessage(test.schema), test.members)
		if got := memberNames(d, given); got != test.want || (given == nil) != (test.want == "") {
			t.Errorf("%s with %v: %s has %q, want %q", test.schema, test.members, given, got, test.want)
		}
	}
}

func TestOVSDBCompletesByTable(t *testing.T) {
	d := FromOVSDB([]string{"Switch"}, []json.RawMessage{ovsdbTestSchema(t)}).Definitions
	port := d.Given(json.RawMessage(ref("Operation")), map[string]string{"op": "select", "table": "Port"})
	for path, want := range map[string]string{"columns": `"_uuid" "_version" "name" "one" "speed" "up"`, "row": "name one speed up"} {
		steps := []string{path}
		if path == "columns" {
			steps = append(steps, "[]")
		}
		if got := memberNames(d, port, steps...); got != want {
			t.Errorf("%s are %s, want %s", path, got, want)
		}
	}
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
