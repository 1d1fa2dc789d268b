package methods

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/columns"
	"rpcsh/shell/view"
)

// A paramTable is the table of parameters, or of a result, while it is written.
type paramTable struct {
	columns.Table
	defs   schema.Definitions
	result bool     // it describes a result, which nobody has to give
	brief  bool     // it has names and types alone
	open   []string // the schemas around the one at hand
}

// row adds p, which is depth levels below a parameter, and its members. lead stands before its name.
func (t *paramTable) row(p catalog.Param, depth int, lead string) {
	if t.Len() >= maxRows {
		return
	}
	cells := []string{strings.Repeat("  ", depth) + lead + view.Visible(p.Name), view.Visible(p.Type())}
	if !t.result {
		cells = append(cells, t.need(p))
	}
	t.Row(append(cells, t.about(p))...)
	if depth < maxNesting {
		t.members(p.Schema, depth+1)
	}
}

// about returns what is said of p.
func (t *paramTable) about(p catalog.Param) string {
	if t.brief {
		return ""
	}
	about := []string{view.Visible(p.Summary)}
	if p.Summary == "" {
		about[0] = view.Visible(t.defs.Summary(p.Schema))
	}
	if p.Seen {
		about = append(about, "As seen so far.")
	}
	if values := t.defs.Values(p.Schema); len(values) > 1 && strings.Contains(p.Type(), "…") {
		var all []string
		for _, v := range values[:min(len(values), maxMembers)] {
			all = append(all, view.Readable(v))
		}
		about = append(about, "One of "+strings.Join(all, ", ")+".")
	}
	return strings.TrimSpace(strings.Join(about, " "))
}

// need says whether p has to be given, and else its default.
func (t *paramTable) need(p catalog.Param) string {
	value := t.defs.Default(p.Schema)
	switch {
	case p.Deprecated:
		return "deprecated"
	case p.Required:
		return "required"
	case value != nil:
		return "default " + columns.Clip(view.Readable(value), 30, "…")
	}
	return "optional"
}

// members adds the members of an object, or those of the objects in an array.
func (t *paramTable) members(schema json.RawMessage, depth int) {
	schema = t.defs.Resolve(schema)
	lead := "."
	members := t.defs.Properties(schema)
	if len(members) == 0 {
		lead, schema = "[].", t.defs.Resolve(t.defs.Items(schema))
		members = t.defs.Properties(schema)
	}
	if len(members) == 0 || slices.Contains(t.open, string(schema)) {
		return // the schema contains itself, and has been described above
	}
	t.open = append(t.open, string(schema))
	for _, m := range members[:min(len(members), maxMembers)] {
		t.row(m, depth, lead)
	}
	if more := len(members) - maxMembers; more > 0 {
		t.Row(strings.Repeat("  ", depth) + fmt.Sprintf("… %d more", more))
	}
	t.open = t.open[:len(t.open)-1]
}
