package methods

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// When a list of methods is too long to be read through.
const (
	groupedFrom  = 40  // from this many methods on, they are grouped
	OverviewFrom = 200 // from this many methods on, groups are listed, unless the methods were asked for
)

// A layout has the widths of the columns of a list of methods.
type layout struct {
	width     int // of the list
	signature int
	source    int // 0: it is not shown
}

// layout returns the widths for methods, at least one. Long signatures leave room for the summaries, as far as these
// are long.
func (p Page) layout(methods []catalog.Method) layout {
	c, summary := layout{width: p.Width}, 0
	first := methods[0].Source
	for _, m := range methods {
		if m.Source != first {
			c.source = max(c.source, columns.Width(m.Source.String()), columns.Width(first.String()))
		}
		c.signature = max(c.signature, columns.Width(view.Visible(m.Signature())))
		summary = max(summary, columns.Width(about(m)))
	}
	if summary > 0 {
		c.signature = min(c.signature, max(c.width*3/5, c.width-3-2-summary))
	}
	if c.source > 0 {
		const least = 12 // columns in which a signature says which method it is
		c.signature = min(c.signature, max(least, c.width-3-2-c.source))
	}
	return c
}

// List returns methods, at least one, as a table, in groups if they are many. If all were learned in the same way, that
// is said below the table.
func (p Page) List(methods []catalog.Method) string {
	groups := []group{{methods: methods}}
	if len(methods) > groupedFrom {
		groups = inGroups(methods)
	}
	c := p.layout(methods)
	var b strings.Builder
	for i, g := range groups {
		if len(groups) > 1 {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(p.Colors.Bold(columns.Clip(g.title(), c.width, "…")) + "\n")
		}
		for _, m := range g.methods {
			b.WriteString(p.line(m, c) + "\n")
		}
	}
	if c.source == 0 {
		text := human.Plural(len(methods), "method") + ", " + sourceText(methods[0].Source)
		b.WriteString(p.Colors.Dim(text) + "\n")
	}
	return b.String()
}

// line returns the line of m: a mark for who calls it, signature, where it was learned, and summary.
func (p Page) line(m catalog.Method, c layout) string {
	mark, paint := " ", func(text string) string { return text }
	if m.Ours {
		mark = p.Colors.In("←")
	}
	summary, room := about(m), c.signature
	if m.Deprecated {
		paint = p.Colors.Dim
	}
	if summary == "" && c.source == 0 { // nothing is beside it
		room = c.width
	}
	signature := columns.Clip(view.Visible(m.Signature()), min(room, c.width-3), "…")
	line := mark + "  " + paint(signature) + padding(signature, c.signature)
	if c.source > 0 {
		source := view.Visible(m.Source.String())
		line += "  " + source + padding(source, c.source)
	}
	if summary != "" {
		line += "  " + paint(columns.Clip(summary, max(0, c.width-columns.Width(line)-2), "…"))
	}
	return strings.TrimRight(line, " ")
}

// about returns what stands behind a method in a list; "": nothing does.
func about(m catalog.Method) string {
	if m.Deprecated {
		return strings.TrimSpace("deprecated. " + view.Visible(m.Summary))
	}
	return view.Visible(m.Summary)
}

// padding returns the blanks that fill text up to width columns.
func padding(text string, width int) string {
	return strings.Repeat(" ", max(0, width-columns.Width(text)))
}

// Overview returns a line for each group of methods, with some of their names.
func (p Page) Overview(methods []catalog.Method) string {
	groups := inGroups(methods)
	width, counted := 0, 0
	for _, g := range groups {
		width = max(width, columns.Width(view.Visible(g.pattern())))
		counted = max(counted, len(human.Grouped(len(g.methods))))
	}
	width = min(width, p.Width/2)
	var b strings.Builder
	for _, g := range groups {
		pattern := columns.Clip(view.Visible(g.pattern()), width, "…")
		line := fmt.Sprintf("%s%s  %*s  ", pattern, padding(pattern, width), counted, human.Grouped(len(g.methods)))
		names := columns.Clip(g.names(p.Width), max(0, p.Width-columns.Width(line)), "…")
		b.WriteString(line + p.Colors.Dim(names) + "\n")
	}
	some := view.Visible(groups[len(groups)/2].pattern())
	b.WriteString(p.Colors.Dim(human.Plural(len(methods), "method")+"; .methods "+some+
		" lists a group, .methods * all, .methods /WORD searches") + "\n")
	return b.String()
}
