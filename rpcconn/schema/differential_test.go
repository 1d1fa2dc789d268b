package schema

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// FuzzCheckLikeOthers checks values as another validator does, where that one takes the schema.
func FuzzCheckLikeOthers(f *testing.F) {
	for _, seed := range []struct{ schema, value string }{
		{`{"type":["integer","null"],"minimum":2,"exclusiveMaximum":5.5,"multipleOf":0.1}`, `3.0`},
		{`{"enum":[1,"a",{"b":[null,1e0]}],"const":{"b":[null,1]}}`, `{"b":[null,1.0]}`},
		{`{"properties":{"a":{"type":"string"}},"patternProperties":{"^b":false},` +
			`"additionalProperties":{"type":"null"}}`,
			`{"a":"","b":1,"c":null}`},
		{`{"required":["a"],"minProperties":1,"maxProperties":2,"propertyNames":{"maxLength":1}}`, `{"a":1,"bc":2}`},
		{`{"dependentRequired":{"a":["b"]},"dependentSchemas":{"b":{"required":["c"]}}}`, `{"a":1,"b":2}`},
		{`{"prefixItems":[{"type":"integer"}],"items":{"type":"string"},"minItems":1,"maxItems":3,` +
			`"uniqueItems":true}`,
			`[1,"a","a"]`},
		{`{"contains":{"const":1},"minContains":2,"maxContains":3}`, `[1,1,2]`},
		{`{"anyOf":[{"type":"string"},{"minimum":3}],"oneOf":[true,{"type":"null"}],"allOf":[{"maximum":9}],` +
			`"not":{"const":5}}`, `5`},
		{`{"if":{"type":"string"},"then":{"minLength":2,"maxLength":3,"pattern":"^a"},"else":false}`, `"äb"`},
		{`{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}`, `{"a":1,"b":2}`},
		{`{"anyOf":[{"prefixItems":[true]},{"contains":{"type":"null"}}],"unevaluatedItems":{"type":"string"}}`,
			`[1,null,"a"]`},
		{`{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"properties":{"x":true}},` +
			`"unevaluatedProperties":false}`, `{"k":1,"x":2}`},
	} {
		f.Add([]byte(seed.schema), []byte(seed.value))
	}
	f.Fuzz(func(t *testing.T, schema, value []byte) {
		if len(schema) > 1<<12 || len(value) > 1<<12 || !json.Valid(schema) || !json.Valid(value) ||
			bytes.Contains(schema, []byte(`"$`)) || bytes.Contains(schema, []byte(`"content`)) {
			return // the references are to definitions of ours, and contents are not looked at
		}
		s, ok := compiled(schema)
		decoded, err := decode(value)
		if !ok || err != nil || !reasonable(decoded) {
			return
		}
		want := s.Validate(decoded) == nil
		v := validation{checker: NewChecker(nil), left: maxSteps}
		document, _ := decode(schema)
		wrong := v.fit(document, part{value: decoded})
		if fits := len(wrong) == 0; v.left >= 0 && fits != want {
			t.Errorf("%s as %s: fits: %v, want %v; %+v; %v", value, schema, fits, want, wrong, s.Validate(decoded))
		}
	})
}

// compiled returns a schema as the other validator has it, if it is one of draft 2020-12 to it.
func compiled(schema []byte) (*jsonschema.Schema, bool) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil || !reasonable(document) {
		return nil, false
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("rpcsh:///schema", document); err != nil {
		return nil, false
	}
	s, err := c.Compile("rpcsh:///schema")
	return s, err == nil
}
