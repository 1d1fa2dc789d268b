package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// ends ends the test run if f does not return: without its bound, f would never do so.
func ends(f func()) {
	watchdog := time.AfterFunc(30*time.Second, func() { panic("this does not end") })
	defer watchdog.Stop()
	f()
}

// nest returns inner wrapped n times in the text around it, which has a %s for it.
func nest(around, inner string, n int) json.RawMessage {
	before, after, _ := strings.Cut(around, "%s")
	return json.RawMessage(strings.Repeat(before, n) + inner + strings.Repeat(after, n))
}

// numbered returns n texts made of format and their number, with commas between.
func numbered(format string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return strings.Join(list, ",")
}

// TestResolveIsBounded follows references that lead on for too long, or in a circle.
func TestResolveIsBounded(t *testing.T) {
	d := Definitions{"last": json.RawMessage(`{"type":"string"}`), "loop": json.RawMessage(Ref("loop"))}
	next := "last"
	for i := range maxDepth {
		name := fmt.Sprint(i)
		d[name] = json.RawMessage(Ref(next))
		next = name
	}
	ends(func() {
		for name, want := range map[string]bool{"loop": false, fmt.Sprint(maxDepth - 3): true, next: false} {
			if got := d.Resolve(json.RawMessage(Ref(name))); (got != nil) != want {
				t.Errorf("%s resolves to %s", name, got)
			}
		}
	})
}

func TestDepthIsBounded(t *testing.T) {
	var d Definitions
	allOf := `{"allOf":[%s]}`
	for n, found := range map[int]bool{maxDepth - 1: true, maxDepth: false} {
		if got := d.Summary(nest(allOf, `{"description":"deep"}`, n)); (got != "") != found {
			t.Errorf("at depth %d the summary is %q", n, got)
		}
		if got := d.Types(nest(`{"anyOf":[%s]}`, `{"type":"string"}`, n)); (got != nil) != found {
			t.Errorf("at depth %d the types are %q", n, got)
		}
		if got := d.Properties(nest(allOf, `{"properties":{"a":{}}}`, n)); (len(got) > 0) != found {
			t.Errorf("at depth %d the properties are %v", n, got)
		}
	}
	tree := &tree{text: []byte(`{}`)}
	budget := 1 << 20
	tree.find(strings.Repeat("/a", jsontext.MaxDepth+1), &budget)
	if len(tree.members) > 0 {
		t.Errorf("%d parents of a pointer that is too long are looked at", len(tree.members))
	}
}

func TestMembersAreBounded(t *testing.T) {
	var d Definitions
	enum := json.RawMessage(`{"enum":[` + numbered("%d", 2*maxMembers) + `]}`)
	if n := len(d.Values(enum)); n != maxMembers {
		t.Errorf("%d values", n)
	}
	object := json.RawMessage(`{"properties":{` + numbered(`"p%d":{}`, 2*maxMembers) + `}}`)
	if n := len(d.Properties(object)); n != maxMembers {
		t.Errorf("%d properties", n)
	}
	same := json.RawMessage(`{"allOf":[` + numbered(`{"properties":{"p":{"minimum":%d}}}`, 2*maxDepth) + `]}`)
	parts := jsontext.Elements(jsontext.Get(d.Properties(same)[0].Schema, "allOf"))
	if len(parts) != maxDepth {
		t.Errorf("a property has %d schemas", len(parts))
	}
	big := `{"properties":{"p":{"description":"%d` + strings.Repeat("x", maxCombined*2/3) + `"}}}`
	large := json.RawMessage(`{"allOf":[` + numbered(big, 3) + `]}`)
	if n := len(d.Properties(large)[0].Schema); n > maxCombined {
		t.Errorf("a combined schema has %d bytes", n)
	}
}

// TestSampleIsBounded looks for samples that are too long; TestDefinitions has the depth.
func TestSampleIsBounded(t *testing.T) {
	var d Definitions
	long := strings.Repeat("x", maxSampleSize)
	ten := strings.Repeat("%s,", 9) + "%s"
	wide := json.RawMessage(`{"type":"null"}`)
	for range 4 {
		wide = json.RawMessage(`{"type":"array","prefixItems":[` + strings.ReplaceAll(ten, "%s", string(wide)) + `]}`)
	}
	for _, test := range []struct {
		name   string
		schema json.RawMessage
		max    int
	}{
		{"wide", wide, 3 * maxSampleSize},
		{"example", json.RawMessage(`{"type":"string","example":"` + long + `"}`), len(`""`)},
		{"minItems", json.RawMessage(`{"type":"array","minItems":1000,"items":{"type":"null"}}`),
			len(`[null,null,null,null]`)},
		{"minLength", json.RawMessage(`{"type":"string","minLength":1000000}`), maxSampleSize + len(`""`)},
		{"pattern", json.RawMessage(`{"type":"string","pattern":"^(abcdefghij){1000}$"}`), maxSampleSize + 20},
	} {
		if got := d.Sample(test.schema); len(got) > test.max || jsontext.Valid(got) != nil {
			t.Errorf("%s: the sample has %d bytes, want at most %d", test.name, len(got), test.max)
		}
	}
}

func TestInferIsBounded(t *testing.T) {
	members := Infer(nil, json.RawMessage(`{`+numbered(`"p%d":1`, 2*maxInferredMembers)+`}`))
	if n := len(jsontext.Members(jsontext.Get(members, "properties"))); n != maxInferredMembers {
		t.Errorf("%d members", n)
	}
	deep := Infer(nil, nest(`[%s]`, `1`, 2*maxInferredDepth))
	if n := strings.Count(string(deep), `"items"`); n != maxInferredDepth {
		t.Errorf("items at %d depths in %s", n, deep)
	}
	name := strings.Repeat("x", 2*maxInferred/maxInferredMembers)
	large := json.RawMessage(`{` + numbered(`"`+name+`%d":1`, maxInferredMembers) + `}`)
	if got := Infer(nil, large); got != nil {
		t.Errorf("a schema of %d bytes is inferred", len(got))
	}
}

func TestRemarksAreBounded(t *testing.T) {
	var r Remarks
	long := strings.Repeat("é", 2*maxRemarked)
	for i := range 2 * maxRemarks {
		r.Add(fmt.Sprintf("%d: ", i)+"%v", long)
	}
	lines := r.Lines()
	if len(lines) != maxRemarks || utf8.RuneCountInString(lines[0]) > maxRemarked+len(`0: ""…`) {
		t.Errorf("%d lines, such as %s", len(lines), lines[0])
	}
	_, remarks := BundleRefs(json.RawMessage(`{"type":"`+long+`"}`), "", make(Definitions))
	if len(remarks) != 1 || strings.Count(remarks[0], "é") > maxRemarked {
		t.Errorf("the type is clipped to %q", remarks)
	}
}

// TestCirclesAreBounded bundles definitions that refer to nothing but the next one, and the last to the first.
func TestCirclesAreBounded(t *testing.T) {
	for n, want := range map[int]int{maxDepth: 1, maxDepth + 1: 0} {
		list := numbered(`"%d":{"$ref":"#/$defs/next%[1]d"}`, n)
		for i := range n {
			list = strings.Replace(list, fmt.Sprintf(`next%d"`, i), fmt.Sprintf(`%d"`, (i+1)%n), 1)
		}
		schema := json.RawMessage(`{"$ref":"#/$defs/0","$defs":{` + list + `}}`)
		if _, remarks := BundleRefs(schema, "", make(Definitions)); len(remarks) != want {
			t.Errorf("a circle of %d: %q", n, remarks)
		}
	}
}

// TestCheckIsBounded checks values that do not fit: nothing is found out about those that are over a limit.
func TestCheckIsBounded(t *testing.T) {
	text := func(n int) string { return `"` + strings.Repeat("x", n) + `"` }
	constant := func(n int) string { return `{"const":` + text(n) + `}` }
	d := Definitions{"0": json.RawMessage(`{"type":"integer"}`)}
	for i := range 20 {
		part := Ref(fmt.Sprint(i))
		d[fmt.Sprint(i+1)] = json.RawMessage(`{"allOf":[` + part + `,` + part + `]}`)
	}
	d["loop"] = json.RawMessage(`{"allOf":[` + Ref("loop") + `,{"type":"string"}]}`)
	for _, test := range []struct {
		name, schema, value string
		found               int // problems
	}{
		{"a large schema", constant(maxValue), `1`, 1},
		{"a value", `{"type":"integer"}`, text(maxValue - 2), 1},
		{"a large value", `{"type":"integer"}`, text(maxValue), 0},
		{"a number", `{"type":"string"}`, strings.Repeat("9", maxDigits), 1},
		{"a long number", `{"type":"string"}`, strings.Repeat("9", maxDigits+1), 0},
		{"an exponent", `{"type":"string"}`, fmt.Sprintf("1e%d", maxDigits), 1},
		{"a large exponent", `{"type":"string"}`, fmt.Sprintf("1e%d", maxDigits+1), 0},
		{"a small exponent", `{"type":"string"}`, fmt.Sprintf("1e-%d", maxDigits+1), 0},
		{"steps", Ref("5"), `"x"`, 1},
		{"many steps", Ref("17"), `"x"`, 0},
		{"elements", `{"items":{"type":"integer"}}`, `["x"` + strings.Repeat(`,1`, maxSteps/2) + `]`, 1},
		{"many elements", `{"items":{"type":"integer"}}`, `["x"` + strings.Repeat(`,1`, maxSteps) + `]`, 0},
		{"a circle", Ref("loop"), `1`, 1},
		{"elements that are equal", `{"uniqueItems":true}`, `[` + numbered("%d", maxSteps) + `,7]`, 1},
		{"many members", `{"required":[` + numbered(`"m%d"`, 2*maxNamed) + `]}`, `{}`, maxNamed},
	} {
		got := NewChecker(d).Check(json.RawMessage(test.schema), json.RawMessage(test.value))
		if len(got) != test.found {
			t.Errorf("%s: %d problems, want %d", test.name, len(got), test.found)
		}
	}
}

// TestReasonsAreBounded looks for what a reason would list or quote at length.
func TestReasonsAreBounded(t *testing.T) {
	for _, test := range []struct{ schema, value, want string }{
		{`{"enum":[` + numbered("%d", 2*maxNamed) + `]}`, `"x"`,
			`is "x", one of ` + strings.ReplaceAll(numbered("%d", maxNamed), ",", ", ") + `, … is wanted`},
		{`{"type":["string","integer","boolean","array","object"]}`, `null`, ` or something else is wanted`},
		{`{"pattern":"` + strings.Repeat("y", 2*maxRemarked) + `"}`, `"x"`,
			`what matches ` + strings.Repeat("y", maxRemarked-1) + `…`},
	} {
		got := NewChecker(nil).Check(json.RawMessage(test.schema), json.RawMessage(test.value))
		if len(got) != 1 || !strings.Contains(got[0].Reason, test.want) {
			t.Errorf("%.40s: got %v, want %q", test.schema, got, test.want)
		}
	}
}
