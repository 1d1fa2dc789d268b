package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
)

// What a description shows of a method at the most.
const (
	maxNesting  = 2   // levels of members below a parameter
	maxMembers  = 40  // of one object
	maxRows     = 300 // of a table
	maxExamples = 3
)

// describe tells all that is known of a method.
func (s *Shell) describe(ctx context.Context, args lang.Text) error {
	p, methods, err := s.findMethod(ctx, args)
	if err != nil {
		return err
	}
	defs := p.known.Definitions()
	var texts []string
	for _, m := range methods {
		if s.settings().output == OutputJSON {
			texts = append(texts, s.safe(string(methodObject(m, defs))))
		} else {
			texts = append(texts, s.description(m, defs, p.example(m)))
		}
	}
	return s.page(ctx, strings.Join(texts, "\n"))
}

// findMethod returns the methods that [@PEER] METHOD means: the peer's, and ours of the same name after it.
func (s *Shell) findMethod(ctx context.Context, args lang.Text) (*peer, []catalog.Method, error) {
	p := s.peers.selected()
	name, rest := quotedWord(args)
	if strings.HasPrefix(name.Text, "@") {
		var err error
		if p, err = s.peers.find(name.Text); err != nil {
			return nil, nil, mistake(err, name.Column)
		}
		name, rest = quotedWord(rest)
	}
	switch {
	case p == nil:
		return nil, nil, s.notConnected()
	case name.Text == "":
		return nil, nil, &lang.Error{Column: name.Column, Reason: "a method is missing (.methods lists them)"}
	}
	if err := noArguments(rest); err != nil {
		return nil, nil, err
	}
	s.ensureLearned(ctx, p)
	wanted := strings.TrimPrefix(unquote(name.Text), "!")
	all := p.known.Methods()
	var found []catalog.Method
	for _, m := range all {
		if m.Name == wanted {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil, nil, &lang.Error{Column: name.Column, Reason: unknownMethod(wanted, all)}
	}
	return p, found, nil
}

// unknownMethod says that there is no method name, and what may have been meant.
func unknownMethod(name string, methods []catalog.Method) string {
	if len(methods) == 0 {
		return "no methods are known yet; those that you call and that exist are learned, .learn FILE reads them from a file"
	}
	if glob.Is(name) {
		return "write the name of one method; .methods " + name + " lists those that match"
	}
	if near := nearestNames(name, methods); len(near) > 0 {
		return "no method of this name is known; did you mean " + strings.Join(near, " or ") + "?"
	}
	return "no method of this name is known; .methods lists those that are"
}

// methodObject returns m as OpenRPC's method object (OpenRPC 1.3, section Method Object); what its schemas refer to is in the document
// that .export writes.
func methodObject(m catalog.Method, defs schema.Definitions) json.RawMessage {
	alone := catalog.New()
	alone.Replace(&catalog.Learned{Source: m.Source, Methods: []catalog.Method{m}, Definitions: defs})
	var document struct{ Methods []json.RawMessage }
	if json.Unmarshal(openrpc.Export(alone, ""), &document) != nil || len(document.Methods) == 0 {
		return json.RawMessage(`{"name":` + string(jsontext.AppendQuote(nil, m.Name)) + `}`) // ours are in no document
	}
	return json.RawMessage(compact(document.Methods[0]))
}

// description returns all that is known of m, for a person; example is a line that can be run as it stands.
func (s *Shell) description(m catalog.Method, defs schema.Definitions, example string) string {
	width := min(s.listWidth(), widestText)
	var b strings.Builder
	for i, line := range fill(strings.Fields(visible(m.Signature(), false)), width, "", "    ") {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(s.colors.bold(line))
	}
	b.WriteString("\n  " + s.colors.dim(strings.Join(fill(strings.Fields(methodFacts(m)), width, "", "  "), "\n")) + "\n")
	about := m.Description
	if !strings.HasPrefix(strings.TrimSpace(about), m.Summary) {
		about = m.Summary + "\n\n" + about
	}
	if text := markdown(about, width-2, s.colors); text != "" {
		b.WriteString("\n" + indented(text))
	}
	d := describer{defs: defs}
	switch {
	case m.Params == nil:
		s.section(&b, "parameters are not known")
	case len(m.Params) == 0 && !m.Open:
		s.section(&b, "no parameters")
	default:
		s.section(&b, "parameters"+structureText(m.Structure))
		for _, p := range m.Params {
			d.row(p, 0, "")
		}
		if m.Open {
			d.row(catalog.Param{Name: "…", Summary: "further ones are taken"}, 0, "")
		}
		b.WriteString(indented(d.table.within(width - 2)))
	}
	if m.Result != nil {
		d := describer{defs: defs, result: true}
		d.row(*m.Result, 0, "")
		s.section(&b, "result")
		b.WriteString(indented(d.table.within(width - 2)))
	}
	if len(m.Errors) > 0 {
		s.section(&b, "errors")
		var t table
		for _, e := range m.Errors[:min(len(m.Errors), maxRows)] {
			t.row(fmt.Sprint(e.Code), visible(e.Message, false))
		}
		b.WriteString(indented(t.within(width - 2)))
	}
	s.examples(&b, m, example)
	return b.String()
}

// methodFacts says in a line what m is, and where it was learned.
func methodFacts(m catalog.Method) string {
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
		facts = append(facts, "sent as "+visible(m.Via.Method, false))
	}
	if m.Source != "" {
		facts = append(facts, sourceText(m.Source))
	}
	if m.Deprecated {
		facts = append(facts, "deprecated")
	}
	if len(m.Tags) > 0 {
		facts = append(facts, "tags: "+visible(strings.Join(m.Tags, ", "), false))
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

// section begins a section.
func (s *Shell) section(b *strings.Builder, title string) {
	b.WriteString("\n" + s.colors.bold(title) + "\n")
}

// indented puts text two columns to the right.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		b.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
	return b.String()
}

// examples writes m's examples, and another where it is none of them.
func (s *Shell) examples(b *strings.Builder, m catalog.Method, another string) {
	var lines []string
	for _, e := range m.Examples[:min(len(m.Examples), maxExamples)] {
		if e.Params != nil && !m.Ours {
			lines = append(lines, visible(callLine(m, e.Params), false))
			if e.Result != nil {
				lines = append(lines, "  "+shorten(compact(e.Result), len(e.Result)))
			}
		}
	}
	if example := visible(another, false); !slices.Contains(lines, example) {
		lines = append(lines, example)
	}
	s.section(b, "example")
	b.WriteString(indented(strings.Join(lines, "\n")))
}

// A describer makes the table of parameters, or of a result.
type describer struct {
	defs   schema.Definitions
	result bool // nobody has to give what it describes
	table  table
	open   []string // the schemas around the one at hand
}

// row adds p, which is at depth below a parameter, and its members; lead stands before its name.
func (d *describer) row(p catalog.Param, depth int, lead string) {
	if len(d.table.rows) >= maxRows {
		return
	}
	about := []string{visible(p.Summary, false)}
	if p.Summary == "" {
		about[0] = visible(d.defs.Summary(p.Schema), false)
	}
	if values := d.defs.Values(p.Schema); len(values) > 1 && strings.Contains(p.Type(), "…") {
		var all []string
		for _, v := range values[:min(len(values), maxMembers)] {
			all = append(all, visible(compact(v), false))
		}
		about = append(about, "One of "+strings.Join(all, ", ")+".")
	}
	cells := []string{strings.Repeat("  ", depth) + lead + visible(p.Name, false), visible(p.Type(), false)}
	if !d.result {
		cells = append(cells, d.need(p))
	}
	d.table.row(append(cells, strings.TrimSpace(strings.Join(about, " ")))...)
	if depth < maxNesting {
		d.members(p.Schema, depth+1)
	}
}

// need says whether p has to be given, and what it is otherwise.
func (d *describer) need(p catalog.Param) string {
	value := d.defs.Default(p.Schema)
	switch {
	case p.Deprecated:
		return "deprecated"
	case p.Required:
		return "required"
	case value != nil:
		return "default " + fit(visible(compact(value), false), 30)
	}
	return "optional"
}

// members adds the members of an object, or those of the objects in an array.
func (d *describer) members(schema json.RawMessage, depth int) {
	schema = d.defs.Resolve(schema)
	lead := "."
	members := d.defs.Properties(schema)
	if len(members) == 0 {
		lead, schema = "[].", d.defs.Resolve(d.defs.Items(schema))
		members = d.defs.Properties(schema)
	}
	if len(members) == 0 || slices.Contains(d.open, string(schema)) {
		return // in a circle, it has been described above
	}
	d.open = append(d.open, string(schema))
	for _, m := range members[:min(len(members), maxMembers)] {
		d.row(m, depth, lead)
	}
	if more := len(members) - maxMembers; more > 0 {
		d.table.row(strings.Repeat("  ", depth) + fmt.Sprintf("… %d more", more))
	}
	d.open = d.open[:len(d.open)-1]
}
