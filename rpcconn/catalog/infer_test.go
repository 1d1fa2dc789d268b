package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

func TestObserve(t *testing.T) {
	type call struct{ params, result string }
	tests := []struct {
		name      string
		calls     []call
		signature string
		params    string // their schemas
		result    string
	}{
		{"nothing", []call{{}}, "m", "", ""},
		{"no params", []call{{params: `[]`}}, "m()", "", ""},
		{"no object", []call{{params: `5`}}, "m", "", ""},
		{"broken", []call{{params: `[1`, result: `{`}}, "m", "", ""},
		{"positions", []call{{`[1,"x"]`, `3`}}, "m(arg1: integer, arg2: string) → integer",
			`{"type":"integer"} {"type":"string"}`, `{"type":"integer"}`},
		{"fewer", []call{{params: `[1,"x"]`}, {params: `[1]`}}, "m(arg1: integer, arg2?: string)",
			`{"type":"integer"} {"type":"string"}`, ""},
		{"more", []call{{params: `[1]`}, {params: `[1,"x"]`}}, "m(arg1: integer, arg2?: string)",
			`{"type":"integer"} {"type":"string"}`, ""},
		{"none and some", []call{{params: `{}`}, {params: `{"a":1}`}}, "m(a?: integer)", `{"type":"integer"}`, ""},
		{"types", []call{{`[1]`, `1.5`}, {`[null]`, `2`}, {`[1e2]`, `null`}}, "m(arg1: number|null) → number|null",
			`{"type":["number","null"]}`, `{"type":["number","null"]}`},
		{"names", []call{{params: `{"a":1,"b":true}`}, {params: `{"b":false,"c":[]}`}},
			"m(a?: integer, b: boolean, c?: array)", `{"type":"integer"} {"type":"boolean"} {"type":"array"}`, ""},
		{"positions, then names", []call{{params: `[1]`}, {params: `{"a":"x"}`}}, "m(a: string)",
			`{"type":"string"}`, ""},
		{"names, then positions", []call{{params: `{"a":"x"}`}, {params: `[1]`}}, "m(a: string)",
			`{"type":"string"}`, ""},
		{
			"parts", []call{{`[{"a":[1,"x"],"b":{"c":null}}]`, ``}, {`[{"a":[],"d":1}]`, ``}}, "m(arg1: object)",
			`{"type":"object","properties":{"a":{"type":"array","items":{"type":["integer","string"]}},` +
				`"b":{"type":"object","properties":{"c":{"type":"null"}},"required":["c"]},"d":{"type":"integer"}},` +
				`"required":["a"]}`, "",
		},
		{
			"an object, later", []call{{`[1]`, ``}, {`[{"a":1}]`, ``}, {`[2]`, ``},
				{`[{"a":1,"b":1}]`, ``}}, "m(arg1: integer|object)",
			`{"type":["integer","object"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}},` +
				`"required":["a"]}`, "",
		},
		{"depth", []call{{`[[[[[[[1]]]]]]]`, ``}}, "m(arg1: [[[[array]]]])", `{"type":"array",` +
			`"items":{"type":"array","items":{"type":"array","items":{"type":"array","items":{"type":"array"}}}}}`, ""},
		{"large", []call{{`["` + strings.Repeat("x", maxObservedSize) + `"]`, `1`}}, "m", "", `{"type":"integer"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := New()
			for _, call := range test.calls {
				c.Observe("m", false, json.RawMessage(call.params), json.RawMessage(call.result))
			}
			m, ok := c.Find("m")
			if !ok || m.Source != SourceUsed || m.Signature() != test.signature {
				t.Errorf("got %v, %s, %s, want %s", ok, m.Source, m.Signature(), test.signature)
			}
			var schemas []string
			for _, p := range m.Params {
				schemas = append(schemas, string(p.Schema))
			}
			if got := strings.Join(schemas, " "); got != test.params {
				t.Errorf("params are %s, want %s", got, test.params)
			}
			if m.Result == nil != (test.result == "") || m.Result != nil && string(m.Result.Schema) != test.result {
				t.Errorf("result is %+v, want %s", m.Result, test.result)
			}
		})
	}
}

func TestObserveKeepsWhatIsKnown(t *testing.T) {
	for _, known := range []Method{{Name: "m", Source: sourcePeer, Params: []Param{}},
		{Name: "m", Source: sourcePeer, Result: &Param{}}} {
		c := New(known)
		version := c.Version()
		c.Observe("m", false, json.RawMessage(`[1]`), json.RawMessage(`2`))
		if m, _ := c.Find("m"); !reflect.DeepEqual(m, known) || c.Version() != version {
			t.Errorf("got %+v", m)
		}
	}
	c := New(Method{Name: "m", Source: sourcePeer})
	c.Observe("m", true, json.RawMessage(`[1]`), nil)
	if got := c.Methods(); len(got) != 2 || got[1].Source != SourceTraffic || got[1].Signature() != "m(arg1: integer)" {
		t.Errorf("got %+v", got)
	}
}

func TestObserveAddsToNames(t *testing.T) {
	names := &Learned{Source: "help", Methods: []Method{{Name: "m"}}}
	signature := func(c *Catalog) string {
		m, _ := c.Find("m")
		return fmt.Sprintf("%s %v %s", m.Source, m.Inferred, m.Signature())
	}
	c := New()
	c.Observe("m", false, json.RawMessage(`[1]`), json.RawMessage(`"x"`))
	for range 2 { // they are told once more
		c.Replace(names)
		if got, want := signature(c), "help true m(arg1: integer) → string"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	c.Observe("m", false, json.RawMessage(`[null]`), nil)
	m, _ := c.Find("m")
	if got, want := signature(c), "help true m(arg1: integer|null) → string"; got != want ||
		c.Check(m, json.RawMessage(`["x"]`)) != nil {
		t.Errorf("got %s, want %s, unchecked", got, want)
	}
	c.Replace(&Learned{Source: "help", Methods: []Method{{Name: "m", Params: []Param{{Name: "a"}}}}})
	if got, want := signature(c), "help false m(a?: integer|null) → string"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What was seen of the types of params and results stays where a better source does not tell them. It is no reason to
// refuse anything.
func TestTypesThatWereSeenStay(t *testing.T) {
	text := json.RawMessage(`{"type":"string"}`)
	source := func() *Learned {
		return &Learned{Source: SourceCode, Methods: []Method{{Name: "m", Params: []Param{
			{Name: "a", Required: true}, {Name: "b", Schema: text}, {Name: "c"},
		}}}}
	}
	c := New()
	c.Observe("m", false, json.RawMessage(`[1,2]`), json.RawMessage(`3`))
	for range 2 { // it is read once more
		c.Replace(source())
		m, _ := c.Find("m")
		if got, want := m.Signature(), "m(a: integer, b?: string, c?) → integer"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if !m.Params[0].Seen || m.Params[1].Seen || !m.Result.Seen || m.Inferred {
			t.Errorf("got %+v, result %+v", m, m.Result)
		}
		if got := c.Check(m, json.RawMessage(`["x","y"]`)); got != nil {
			t.Errorf("params are refused: %v", got)
		}
		if got := c.Check(m, json.RawMessage(`[1,2]`)); len(got) != 1 || got[0].Param != "b" {
			t.Errorf("b has the type of the source, and no problem: %v", got)
		}
		if got := c.CheckResult(m, json.RawMessage(`"x"`)); got != nil {
			t.Errorf("a result is refused: %v", got)
		}
	}
	told := source()
	told.Source, told.Methods[0].Params = sourcePeer, []Param{{Name: "a", Schema: text}}
	c.Replace(told)
	if m, _ := c.Find("m"); m.Signature() != "m(a?: string) → integer" || m.Params[0].Seen {
		t.Errorf("got %+v", m)
	}
	named := New()
	named.Observe("m", false, json.RawMessage(`{"c":true,"a":1}`), nil)
	named.Replace(source())
	if m, _ := named.Find("m"); m.Signature() != "m(a: integer, b?: string, c?: boolean)" {
		t.Errorf("got %s", m.Signature())
	}
}

func TestObserveChangesTheVersionOnlyIfItLearns(t *testing.T) {
	c := New()
	version := c.Version()
	for i, params := range []string{`[1]`, `[2]`, `["x"]`, `[3]`} {
		c.Observe("m", false, json.RawMessage(params), nil)
		if changed := c.Version() != version; changed != (i%2 == 0) {
			t.Errorf("%s: changed: %v", params, changed)
		}
		version = c.Version()
	}
	m, _ := c.Find("m")
	c.Observe("m", false, json.RawMessage(`[null,null]`), nil)
	if m.Signature() != "m(arg1: integer|string)" {
		t.Errorf("a method that was given out has become %s", m.Signature())
	}
}

// maxMembersSeen is how many params are learned from calls; schema.Observation keeps no more.
const maxMembersSeen = 50

func TestObserveIsBounded(t *testing.T) {
	c := New()
	for i := range maxObserved + 10 {
		c.Observe("m", false, json.RawMessage(fmt.Sprintf(`{"p%d":1}`, i)), nil)
	}
	if m, _ := c.Find("m"); len(m.Params) != maxMembersSeen {
		t.Errorf("%d params are known", len(m.Params))
	}
	var members []string
	for i := range maxMembersSeen {
		members = append(members, fmt.Sprintf(`"a%d%s":{"b":{"c":%d}}`, i, strings.Repeat("x", 900), i))
	}
	large := json.RawMessage("{" + strings.Join(members, ",") + "}")
	most := 4 * maxAllInferred / len(large)
	for i, before := 0, -1; i < most && c.inferred > before; i++ {
		before = c.inferred
		c.Observe(fmt.Sprint(i), true, large, json.RawMessage("["+string(large)+"]"))
	}
	size := 0
	for _, m := range c.Methods() {
		size += m.size()
	}
	if size > maxAllInferred || size < maxAllInferred/2 {
		t.Errorf("%d bytes are inferred, of %d at most", size, maxAllInferred)
	}
	params := json.RawMessage(`[1]`)
	if n := testing.AllocsPerRun(10, func() { c.Observe("m", false, params, params) }); n != 0 {
		t.Errorf("what has been seen often enough allocates %v times", n)
	}
}

func FuzzObserve(f *testing.F) {
	f.Add([]byte(`[1,{"a":[1.5,null]}]`), []byte(`{"a":{"b":[{}]}}`),
		[]byte(`{"type":["integer"],"properties":{"a":5},"required":7}`))
	f.Fuzz(func(t *testing.T, first, second, schema []byte) {
		c := New(Method{Name: "m", Source: SourceUsed, Inferred: true, Params: []Param{{Name: "arg1", Schema: schema}}})
		c.Observe("m", false, first, second)
		c.Observe("m", false, second, first)
		m, _ := c.Find("m")
		for _, p := range m.Params {
			if p.Schema != nil && jsontext.Valid(schema) == nil && jsontext.Valid(p.Schema) != nil {
				t.Errorf("the schema is %s", p.Schema)
			}
		}
		n := New()
		n.Observe("m", false, first, nil)
		if m, ok := n.Find("m"); ok && len(m.Params) < maxMembersSeen {
			m.Source, m.Inferred = sourcePeer, false
			if got := n.Check(m, first); m.Params != nil && len(got) > 0 {
				t.Errorf("%s does not fit what is inferred of it: %v", first, got)
			}
		}
	})
}
