package methods

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/columns"
	"rpcsh/shell/view"
)

// The most that a description shows of a method.
const (
	maxNesting  = 2   // levels of members below a parameter
	maxMembers  = 40  // of one object
	maxRows     = 300 // of a table
	maxExamples = 3
)

// Object returns m as OpenRPC's method object (OpenRPC 1.3, section Method Object); the document that .export writes
// has what its schemas refer to.
func Object(m catalog.Method, defs schema.Definitions) json.RawMessage {
	alone := catalog.New()
	alone.Replace(&catalog.Learned{Source: m.Source, Methods: []catalog.Method{m}, Definitions: defs})
	var document struct{ Methods []json.RawMessage }
	if json.Unmarshal(openrpc.Export(alone, ""), &document) != nil || len(document.Methods) == 0 {
		// documents leave out methods that the peer calls here
		return json.RawMessage(`{"name":` + string(jsontext.AppendQuote(nil, m.Name)) + `}`)
	}
	return json.RawMessage(view.Compact(document.Methods[0]))
}

// A description is the description of a method while it is written.
type description struct {
	strings.Builder
	Page
	method catalog.Method
	defs   schema.Definitions
}

// Describe returns all that is known of m; example is a line that can be run as it stands.
func (p Page) Describe(m catalog.Method, defs schema.Definitions, example string) string {
	d := &description{Page: Page{min(p.Width, WidestText), p.Colors}, method: m, defs: defs}
	d.head()
	d.params()
	if m.Result != nil {
		t := paramTable{defs: defs, result: true}
		t.row(*m.Result, 0, "")
		if m.Result.Type() != "" || t.about(*m.Result) != "" || t.Len() > 1 { // else its name is all that is known
			d.section("result")
			d.table(&t.Table)
		}
	}
	if len(m.Errors) > 0 {
		d.section("errors")
		var t columns.Table
		for _, e := range m.Errors[:min(len(m.Errors), maxRows)] {
			t.Row(fmt.Sprint(e.Code), view.Visible(e.Message))
		}
		d.table(&t)
	}
	d.examples(example)
	return d.String()
}

// Answer returns what is known of what answers m, whose Result is known: its type and, of an object, its members.
func (p Page) Answer(m catalog.Method, defs schema.Definitions) string {
	return p.answer(m, paramTable{defs: defs})
}

// AnswerInBrief is Answer without what is said of the members.
func (p Page) AnswerInBrief(m catalog.Method, defs schema.Definitions) string {
	return p.answer(m, paramTable{defs: defs, brief: true})
}

func (p Page) answer(m catalog.Method, t paramTable) string {
	defs := t.defs
	d := &description{Page: Page{min(p.Width, WidestText), p.Colors}, method: m, defs: defs}
	d.WriteString(d.Colors.Bold("answer to "+view.Visible(m.Name)) + "\n")
	members := defs.Properties(m.Result.Schema)
	if len(members) == 0 {
		t.result = true
		t.row(catalog.Param{Name: "VALUE", Summary: m.Result.Summary, Schema: m.Result.Schema}, 0, "")
	}
	for _, member := range members {
		t.row(member, 0, "")
	}
	d.table(&t.Table)
	return d.String()
}

// head writes the signature, the facts, and the documentation.
func (d *description) head() {
	signature := strings.Fields(view.Visible(d.method.Signature()))
	for i, line := range columns.Fill(signature, d.Width, "", "    ") {
		if i > 0 {
			d.WriteString("\n")
		}
		d.WriteString(d.Colors.Bold(line))
	}
	facts := columns.Fill(strings.Fields(facts(d.method)), d.Width, "", "  ")
	d.WriteString("\n  " + d.Colors.Dim(strings.Join(facts, "\n")) + "\n")
	about := d.method.Description
	if !strings.HasPrefix(strings.TrimSpace(about), d.method.Summary) {
		about = d.method.Summary + "\n\n" + about
	}
	if text := view.Markdown(about, d.Width-2, d.Colors); text != "" {
		d.WriteString("\n" + indented(text))
	}
}

// params writes the section of the parameters.
func (d *description) params() {
	m := d.method
	switch {
	case m.Params == nil:
		d.section("parameters are not known")
		return
	case len(m.Params) == 0 && !m.Open:
		d.section("no parameters")
		return
	}
	d.section("parameters" + structureText(m.Structure))
	t := paramTable{defs: d.defs}
	for _, p := range m.Params {
		t.row(p, 0, "")
	}
	if m.Open {
		t.row(catalog.Param{Name: "…", Summary: "further ones are taken"}, 0, "")
	}
	d.table(&t.Table)
}

// examples writes the method's examples, and another if it is not among them.
func (d *description) examples(another string) {
	var lines []string
	for _, e := range d.method.Examples[:min(len(d.method.Examples), maxExamples)] {
		if e.Params != nil && !d.method.Ours {
			lines = append(lines, view.Visible(CallLine(d.method, e.Params)))
			if e.Result != nil {
				lines = append(lines, "  "+view.Shorten(view.Readable(e.Result), len(e.Result)))
			}
		}
	}
	if example := view.Visible(another); !slices.Contains(lines, example) {
		lines = append(lines, example)
	}
	d.section("example")
	d.WriteString(indented(strings.Join(lines, "\n")))
}

// section begins a section.
func (d *description) section(title string) { d.WriteString("\n" + d.Colors.Bold(title) + "\n") }

// table writes the table of a section.
func (d *description) table(t *columns.Table) { d.WriteString(indented(t.Within(d.Width - 2))) }

// facts returns a line that says what m is, and where it was learned.
func facts(m catalog.Method) string {
	var facts []string
	switch {
	case m.Ours && m.Kind == catalog.KindNotification:
		facts = append(facts, "a notification that the peer sends")
	case m.Ours:
		facts = append(facts, "called by the peer, .serve answers it")
	case m.Kind == catalog.KindRequest:
		facts = append(facts, "request")
	case m.Kind == catalog.KindNotification:
		facts = append(facts, "notification")
	}
	if m.Via != nil {
		facts = append(facts, "sent as "+view.Visible(m.Via.Method))
	}
	if m.Source != "" {
		facts = append(facts, sourceText(m.Source))
	}
	if m.Deprecated {
		facts = append(facts, "deprecated")
	}
	if len(m.Tags) > 0 {
		facts = append(facts, "tags: "+view.Visible(strings.Join(m.Tags, ", ")))
	}
	return strings.Join(facts, " · ")
}

func structureText(structure catalog.Structure) string {
	switch structure {
	case catalog.ByName:
		return ", by name"
	case catalog.ByPosition:
		return ", by position"
	}
	return ""
}

// indented moves text two columns to the right.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		b.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
	return b.String()
}
