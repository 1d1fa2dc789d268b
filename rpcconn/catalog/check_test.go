package catalog

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn/schema"
)

// testDefinitions are what the tables below refer to.
func testDefinitions() schema.Definitions {
	text, err := os.ReadFile("../schema/testdata/definitions.json")
	if err != nil {
		panic(err)
	}
	var d schema.Definitions
	if err := json.Unmarshal(text, &d); err != nil {
		panic(err)
	}
	d["Broken"] = json.RawMessage(`{"type":"string","properties":[`)
	return d
}

// checked returns a catalog with testDefinitions.
func checked() *Catalog {
	c := New()
	c.Replace(&Learned{Source: sourcePeer, Definitions: testDefinitions()})
	return c
}

func problemText(problems []schema.Problem) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "; ")
}

func TestCheckParams(t *testing.T) {
	integer := json.RawMessage(`{"type":"integer"}`)
	m := Method{Name: "m", Source: sourcePeer, Params: []Param{{Name: "a", Required: true, Schema: integer},
		{Name: "b", Schema: integer}}}
	open, inferred, unknown := m, m, m
	open.Open, inferred.Source, unknown.Params = true, SourceUsed, nil
	tests := []struct {
		m            Method
		params, want string
	}{
		{m, `[1]`, ``},
		{m, `[1,2]`, ``},
		{m, `[1,null]`, ``},
		{m, `[null]`, `a is null, an integer is wanted`},
		{m, `[1,2,3]`, `1 param too many: m has a, b`},
		{m, `[]`, `a is missing`},
		{m, `{"b":2}`, `a is missing`},
		{m, `{"a":1,"b":null}`, ``},
		{m, `{"a":"1","b":1.5}`, `a is a string, an integer is wanted; b is 1.5, an integer is wanted`},
		{m, `{"a":1,"c":2}`, `c is not a param of m: it has a, b`},
		{m, ` {"\u0061":18446744073709551616} `, ``},
		{m, ``, `a is missing`},
		{m, `null`, `a is missing`},
		{m, `5`, `params are an integer, an array or an object is wanted`},
		{m, `[1`, ``},
		{open, `[1,2,3]`, ``},
		{open, `{"a":true,"c":2}`, `a is a boolean, an integer is wanted`},
		{inferred, `["x"]`, ``},
		{unknown, `["x"]`, ``},
	}
	c := checked()
	for _, test := range tests {
		if got := problemText(c.Check(test.m, json.RawMessage(test.params))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.params, got, test.want)
		}
	}
	if got := c.Check(m, json.RawMessage("{"+strings.Repeat(`"x":1,`, 1000)+`"a":1}`)); len(got) != maxListed {
		t.Errorf("%d problems are told", len(got))
	}
	m = Method{Name: "m", Source: sourcePeer, Params: []Param{
		{Name: "p", Schema: json.RawMessage(`{"items":{"type":"string"}}`)},
	}}
	if got := c.Check(m, json.RawMessage("[["+strings.Repeat("1,", 1000)+"1]]")); len(got) != maxListed {
		t.Errorf("%d problems of one value are told", len(got))
	}
}

func TestCheckSchemas(t *testing.T) {
	tests := []struct{ schema, value, want string }{
		{``, `1`, ``},
		{`true`, `1`, ``},
		{`false`, `1`, `p is not wanted there`},
		{`{}`, `1`, ``},
		{`{"type":["integer","null"]}`, `"x"`, `p is a string, an integer or null is wanted`},
		{`{"enum":["low","high"]}`, `"x"`, `p is "x", one of "low", "high" is wanted`},
		{`{"enum":["low"]}`, `{"a":1}`, `p is {"a":1}, "low" is wanted`},
		{`{"const":5}`, `6`, `p is 6, 5 is wanted`},
		{`{"const":5}`, `5.0`, ``},
		{`{"minimum":5,"multipleOf":2}`, `3`, `p is 3, a multiple of 2 is wanted; p is 3, at least 5 is wanted`},
		{`{"exclusiveMaximum":0.5}`, `0.5`, `p is 0.5, less than 0.5 is wanted`},
		{`{"minimum":5}`, `1e99999999`, ``},
		{`{"minimum":1e99999999}`, `1`, ``},
		{`{"minimum":5}`, `1e300`, ``},
		{`{"minLength":2,"pattern":"^0x"}`, `"a"`,
			`p is "a", a text of at least 2 characters is wanted; p is "a", what matches ^0x is wanted`},
		{`{"pattern":"(?<=a)b"}`, `"a"`, ``},
		{`{"type":"array","items":{"type":"integer"},"minItems":3}`, `[1,"x"]`,
			`p has 2 elements, at least 3 are wanted; p[1] is a string, an integer is wanted`},
		{`{"items":[{"type":"string"},{"type":"integer"}]}`, `["a","b"]`, `p[1] is a string, an integer is wanted`},
		{`{"prefixItems":[{"type":"string"}],"items":false}`, `["a",1]`, `p[1] is not wanted there`},
		{`{"minProperties":1,"maxItems":1}`, `{}`, `p has 0 members, at least 1 are wanted`},
		{`{"uniqueItems":true}`, `[1,2,1.0]`, `p has equal elements, [0] and [2]`},
		{`{"$ref":"#/components/schemas/Position"}`, `{"line":0,"unit":"x"}`,
			`p.col is missing; p.line is 0, at least 1 is wanted; p.unit is "x", one of "utf-8", "utf-16" is wanted`},
		{`{"properties":{"a b":{"properties":{"c":{"type":"null"}}}}}`, `{"a b":{"c":1}}`,
			`p["a b"].c is a number, null is wanted`},
		{`{"properties":{"a":true},"additionalProperties":false}`, `{"b":1,"c":1,"a":1}`,
			`p.b is not known there; p.c is not known there`},
		{`{"anyOf":[{"type":"integer"},{"type":"null"}]}`, `"x"`, `p is a string, an integer or null is wanted`},
		{`{"oneOf":[{"type":"string","pattern":"^0x"},{"enum":["latest","pending"]}]}`, `"last"`,
			`p is "last", what matches ^0x or one of "latest", "pending" is wanted`},
		{`{"anyOf":[{"$ref":"#/components/schemas/Position"},{"type":"null"}]}`, `{"line":1}`, `p.col is missing`},
		{`{"oneOf":[{"type":"integer"},{"minimum":1}]}`, `2`, `p fits more than one of what is wanted`},
		{`{"$ref":"#/components/schemas/Shape"}`, `{"kind":"square"}`, `p.a is missing`},
		{`{"$ref":"#/components/schemas/Tree"}`,
			`{"value":"","children":[{"value":"","children":[{"value":1,"children":[]}]}]}`,
			`p.children[0].children[0].value is a number, a string is wanted`},
		{`{"$ref":"#/components/schemas/to~1it"}`, `1`, `p is 1, one of "utf-8", "utf-16" is wanted`},
		{`{"not":{"type":"string"}}`, `"x"`, `p does not fit its schema`},
		{`{"contains":{"type":"string"}}`, `[1]`, `p does not fit its schema`},
		{`{"propertyNames":{"maxLength":1}}`, `{"ab":1}`, `p does not fit its schema`},
		{`{"dependentRequired":{"a":["b"]}}`, `{"a":1}`, `p.b is missing beside a`},

		{`{"$ref":"#/components/schemas/Loop"}`, `1`, ``},
		{`{"$ref":"#/components/schemas/All"}`, `{"a":1}`, `p.a is a number, a string is wanted`},
		{`{"$ref":"#/components/schemas/Any"}`, `"x"`, `p is a string, an integer is wanted`},
		{`{"$ref":"#/components/schemas/Lost"}`, `1`, ``},
		{`{"$ref":"#/components/schemas/Broken"}`, `1`, ``},
		{`{"$ref":"http://localhost:1/x"}`, `1`, ``},
		{`{"$ref":"file:///etc/hostname"}`, `1`, ``},
		{`{"$schema":"http://localhost:1/x","$id":"http://localhost:1/y","type":"string"}`, `1`,
			`p is a number, a string is wanted`},
		{`{"type":"odd"}`, `1`, ``},
		{`{"type":5}`, `1`, ``},
		{`{"type":"string"`, `1`, ``},
		{`{"minimum":true}`, `1`, ``},
		{`{"minimum":true,"maximum":2}`, `3`, `p is 3, at most 2 is wanted`},
		{`{"type":"string","nullable":true}`, `null`, ``},
		{`{"minimum":1,"exclusiveMinimum":true}`, `1`, `p is 1, more than 1 is wanted`},
		{`{"maximum":1,"exclusiveMaximum":false}`, `1`, ``},
		{`{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}`, `{"a":1,"b":2}`,
			`p.b is not wanted there`},
		{`{"dependencies":{"a":["b"],"c":{"required":["d"]}}}`, `{"a":1,"c":2}`,
			`p.b is missing beside a; p.d is missing`},
		{`{"items":[true],"additionalItems":false}`, `[1,2]`, `p[1] is not wanted there`},
		{`{"contains":{"const":1},"maxContains":1}`, `[1,1]`, `p does not fit its schema`},
	}
	c := checked()
	for _, test := range tests {
		m := Method{Name: "m", Source: sourcePeer,
			Params: []Param{{Name: "p", Required: true, Schema: json.RawMessage(test.schema)}}}
		if got := problemText(c.Check(m, json.RawMessage("["+test.value+"]"))); got != test.want {
			t.Errorf("%s as %s: got %s, want %s", test.value, test.schema, got, test.want)
		}
	}
}

func TestCheckResult(t *testing.T) {
	c := checked()
	m := Method{Name: "m", Source: sourcePeer, Result: &Param{Name: "r", Schema: json.RawMessage(`{"type":"integer"}`)}}
	for result, want := range map[string]string{`1`: ``, `"x"`: `result is a string, an integer is wanted`, `[`: ``} {
		if got := problemText(c.CheckResult(m, json.RawMessage(result))); got != want {
			t.Errorf("%s: got %s, want %s", result, got, want)
		}
	}
	m.Source = SourceTraffic
	if got := c.CheckResult(m, json.RawMessage(`"x"`)); got != nil {
		t.Errorf("of an inferred result: %v", got)
	}
	if got := c.CheckResult(Method{Name: "m", Source: sourcePeer}, json.RawMessage(`"x"`)); got != nil {
		t.Errorf("of an unknown result: %v", got)
	}
}

func TestCheckFollowsTheDefinitions(t *testing.T) {
	c := New()
	m := Method{Name: "m", Source: sourcePeer,
		Params: []Param{{Name: "p", Schema: json.RawMessage(`{"$ref":"#/components/schemas/D"}`)}}}
	for name, article := range map[string]string{"string": "a string", "integer": "an integer"} {
		c.Replace(&Learned{Source: sourcePeer,
			Definitions: schema.Definitions{"D": json.RawMessage(fmt.Sprintf(`{"type":%q}`, name))}})
		if got, want := problemText(c.Check(m, json.RawMessage(`[true]`))), "p is a boolean, "+article+
			" is wanted"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestCheckIsBounded has schemas that take the time of the universe to check a value with.
func TestCheckIsBounded(t *testing.T) {
	d := make(schema.Definitions)
	for i := range 40 {
		ref := `{"$ref":"` + schema.Pointer(fmt.Sprint(i+1)) + `"}`
		d[fmt.Sprint(i)] = json.RawMessage(`{"allOf":[` + ref + `,` + ref + `]}`)
	}
	d["40"] = json.RawMessage(`{"type":"string"}`)
	d["Deep"] = json.RawMessage(`{"anyOf":[{"items":{"$ref":"#/components/schemas/Deep"}},` +
		`{"items":{"$ref":"#/components/schemas/Deep"}}],"not":{"const":0}}`)
	wide := `{"anyOf":[` + strings.Repeat(`{"type":"string"},`, 70_000) + `{"type":"null"}]}`
	deep := strings.Repeat("[", 500) + "0" + strings.Repeat("]", 500)
	c := New()
	c.Replace(&Learned{Source: sourcePeer, Definitions: d})
	for _, test := range []struct{ schema, value string }{
		{`{"$ref":"#/components/schemas/0"}`, `1`},
		{`{"$ref":"#/components/schemas/Deep"}`, deep},
		{strings.Repeat(`{"items":`, 300) + `{}` + strings.Repeat(`}`, 300), deep},
		{wide, `1`},
		{`{"type":"string"}`, `"` + strings.Repeat("x", 1<<20) + `"`},
	} {
		m := Method{Name: "m", Source: sourcePeer, Params: []Param{{Name: "p", Schema: json.RawMessage(test.schema)}}}
		if got := c.Check(m, json.RawMessage("["+test.value+"]")); len(got) > 0 {
			t.Errorf("%.50s: %v", test.schema, got)
		}
	}
}

func TestCheckIsForManyGoroutines(t *testing.T) {
	c := checked()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 20 {
				m := Method{Name: "m", Source: sourcePeer,
					Params: []Param{{Name: "p", Schema: json.RawMessage(fmt.Sprintf(`{"maximum":%d}`, j))}}}
				if got := c.Check(m, json.RawMessage(`[1000]`)); len(got) != 1 {
					t.Errorf("got %v", got)
				}
				c.Replace(&Learned{Source: SourceSchema, Definitions: schema.Definitions{fmt.Sprint(i): nil}})
			}
		})
	}
	wg.Wait()
}

func FuzzCheck(f *testing.F) {
	for name := range testDefinitions() {
		f.Add([]byte(`{"$ref":"`+schema.Pointer(name)+`"}`), []byte(`{"type":"object"}`),
			[]byte(`{"p":{"line":1,"x":[1e5]}}`))
	}
	f.Add([]byte(`{"$ref":"#/components/schemas/Fuzz"}`),
		[]byte(`{"oneOf":[{"$ref":"#/components/schemas/Fuzz"},{"not":{}}],"multipleOf":0.5}`), []byte(`[1]`))
	f.Fuzz(func(t *testing.T, schema, definition, params []byte) {
		c := New()
		d := testDefinitions()
		d["Fuzz"] = definition
		p := Param{Name: "p", Required: true, Schema: schema}
		m := Method{Name: "m", Params: []Param{p}, Result: &p, Structure: ByName, Source: sourcePeer}
		c.Replace(&Learned{Source: sourcePeer, Definitions: d})
		for _, problem := range append(c.Check(m, params), c.CheckResult(m, params)...) {
			if problem.Reason == "" || strings.Contains(problem.String(), "\n") {
				t.Errorf("%q", problem)
			}
		}
		if arranged, err := ReorderParams(m, params); err == nil {
			c.Check(m, arranged)
		}
	})
}
