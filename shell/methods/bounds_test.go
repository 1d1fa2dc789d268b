package methods

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// object returns the schema of an object with n members of a type.
func object(n int, member string) string {
	var members []string
	for i := range n {
		members = append(members, fmt.Sprintf(`"m%03d":%s`, i, member))
	}
	return `{"type":"object","properties":{` + strings.Join(members, ",") + `}}`
}

// A description stays readable, whatever the peer tells of a method.
func TestDescribeIsBounded(t *testing.T) {
	deep := `{"type":"integer"}`
	for i := range 5 {
		deep = fmt.Sprintf(`{"type":"object","properties":{"level%d":%s}}`, 5-i, deep)
	}
	var values []string
	for i := range 2 * maxMembers {
		values = append(values, fmt.Sprintf(`"value%03d"`, i))
	}
	param := func(schema string) []catalog.Param {
		return []catalog.Param{{Name: "p", Schema: json.RawMessage(schema)}}
	}
	var many []catalog.Param
	var errors []catalog.MethodError
	for i := range 2 * maxRows {
		many = append(many, catalog.Param{Name: fmt.Sprintf("many%03d", i)})
		errors = append(errors, catalog.MethodError{Code: int64(i), Message: "wrong"})
	}
	var examples []catalog.Example
	for i := range 2 * maxExamples {
		examples = append(examples, catalog.Example{Params: json.RawMessage(fmt.Sprintf("[%d]", i))})
	}
	for _, tt := range []struct {
		name   string
		method catalog.Method
		word   string // that is counted
		want   int
	}{
		{"levels", catalog.Method{Params: param(deep)}, ".level", maxNesting},
		{"members", catalog.Method{Params: param(object(2*maxMembers, "{}"))}, ".m", maxMembers},
		{"members left out", catalog.Method{Params: param(object(2*maxMembers, "{}"))}, "… 40 more", 1},
		{
			"values", catalog.Method{Params: param(`{"enum":[` + strings.Join(values, ",") + `]}`)},
			`"value039"`, 1,
		},
		{
			"further values", catalog.Method{Params: param(`{"enum":[` + strings.Join(values, ",") + `]}`)},
			`"value040"`, 0,
		},
		{"parameters", catalog.Method{Params: many}, "\n  many", maxRows},
		{"errors", catalog.Method{Errors: errors}, "wrong", maxRows},
		{"examples", catalog.Method{Examples: examples}, "\n  call ", maxExamples},
	} {
		tt.method.Name = "call"
		text := plainPage().Describe(tt.method, schema.Definitions{}, ".help")
		if got := strings.Count(text, tt.word); got != tt.want {
			t.Errorf("%s: %d, want %d, in\n%.2000s", tt.name, got, tt.want, text)
		}
	}
}

func TestNearestIsBounded(t *testing.T) {
	var all []catalog.Method
	for i := range 10 {
		all = append(all, catalog.Method{Name: fmt.Sprintf("method%d", i)})
	}
	if got := Nearest("methodx", all); len(got) != 3 {
		t.Errorf("suggested %q", got)
	}
	long := strings.Repeat("x", 200)
	if got := Nearest(long+"z", []catalog.Method{{Name: long + "y"}}); len(got) != 0 {
		t.Errorf("for a name of 201 characters, %d are suggested", len(got))
	}
}

func TestLongListHasGroups(t *testing.T) {
	list := func(n int) string {
		var all []catalog.Method
		for i := range n {
			all = append(all, catalog.Method{Name: fmt.Sprintf("%c.m%03d", 'a'+i%2, i)})
		}
		return plainPage().List(all)
	}
	if got := list(groupedFrom); strings.Contains(got, "(20)") {
		t.Errorf("a short list has groups:\n%s", got)
	}
	if got := list(groupedFrom + 2); !strings.Contains(got, "a. (21)") || !strings.Contains(got, "b. (21)") {
		t.Errorf("a long list has no groups:\n%s", got)
	}
}

// A list of methods takes little memory: the text, and a type for each param.
func TestHelpMemory(t *testing.T) {
	integer := json.RawMessage(`{"type":"integer"}`)
	m := catalog.Method{Name: "add", Params: []catalog.Param{
		{Name: "a", Required: true, Schema: integer}, {Name: "b", Schema: integer},
	}}
	memory := make([]byte, 100)
	if n := testing.AllocsPerRun(10, func() { Help(&m, memory) }); n > 3 {
		t.Errorf("%v allocations", n)
	}
	for _, want := range []string{"(a: integer, b?: integer)", "(a: integer, b?: integer) Adds.",
		"(a: integer, b?: integer) deprecated Adds."} {
		m.Deprecated, m.Summary = strings.Contains(want, "deprecated"), ""
		if strings.Contains(want, "Adds.") {
			m.Summary = "Adds."
		}
		if got := Help(&m, memory); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := Help(&catalog.Method{Name: "m", Summary: "Is."}, nil); got != "Is." {
		t.Errorf("where no params are known: %q", got)
	}
}
