package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/glob"
)

// When a list of methods is too long to be looked through.
const (
	groupedFrom  = 40  // methods: they are put into groups
	overviewFrom = 200 // methods: the groups are listed, unless the methods were asked for
)

// listMethods lists the methods that pattern means, of the current peer, or of all where there is none.
func (s *Shell) listMethods(ctx context.Context, pattern string) error {
	peers := s.peers.list()
	if p := s.peers.selected(); p != nil {
		peers = []*peer{p}
	}
	if len(peers) == 0 {
		return s.notConnected()
	}
	var found []catalog.Method
	known, means := 0, meant(pattern)
	for _, p := range peers {
		s.ensureLearned(ctx, p)
		known += p.known.Len()
		for _, m := range p.known.Methods() {
			if (!m.Ours || s.interactive()) && means(m) {
				found = append(found, m)
			}
		}
	}
	switch {
	case len(found) == 0 && pattern != "" && known > 0:
		return fmt.Errorf("no known method matches %s (.methods /WORD searches the documentation too)", pattern)
	case len(found) == 0:
		s.remark("no methods are known yet; those that you call and that exist are learned, .learn FILE reads them from a file")
		return nil
	case !s.interactive():
		var b strings.Builder
		for _, m := range found {
			b.WriteString(visible(m.Signature(), false) + "\n")
		}
		s.say("%s", b.String())
		return nil
	case pattern == "" && len(found) > overviewFrom:
		return s.page(ctx, s.methodOverview(found))
	}
	return s.page(ctx, s.methodList(found))
}

// meant returns what reports whether a pattern of .methods means a method.
func meant(pattern string) func(m catalog.Method) bool {
	lower := strings.ToLower(pattern)
	contains := func(text, word string) bool { return strings.Contains(strings.ToLower(text), word) }
	if searched, ok := strings.CutPrefix(lower, "/"); ok {
		words := strings.Fields(searched)
		return func(m catalog.Method) bool {
			text := strings.ToLower(documentation(m))
			return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
		}
	}
	if glob.Is(pattern) {
		return func(m catalog.Method) bool { return glob.Match(pattern, m.Name) }
	}
	return func(m catalog.Method) bool { return contains(m.Name, lower) || contains(m.Summary, lower) }
}

// documentation returns all that is said of m, its name included.
func documentation(m catalog.Method) string {
	parts := append([]string{m.Name, m.Summary, m.Description}, m.Tags...)
	for _, p := range m.Params {
		parts = append(parts, p.Name, p.Summary)
	}
	if m.Result != nil {
		parts = append(parts, m.Result.Name, m.Result.Summary)
	}
	for _, e := range m.Errors {
		parts = append(parts, e.Message)
	}
	return strings.Join(parts, "\n")
}

// methodList returns methods as a table, in groups where they are many. Where they were learned is said below it if that is the same for
// all. Signatures that are long leave room for the summaries.
func (s *Shell) methodList(methods []catalog.Method) string {
	groups := []methodGroup{{methods: methods}}
	if len(methods) > groupedFrom {
		groups = inGroups(methods)
	}
	c := columns{width: s.listWidth()}
	first := methods[0].Source
	for _, m := range methods {
		if m.Source != first {
			c.source = max(c.source, displayWidth(m.Source.String()), displayWidth(first.String()))
		}
		c.signature = max(c.signature, displayWidth(visible(m.Signature(), false)))
		c.summaries = c.summaries || m.Summary != "" || m.Deprecated
	}
	if c.summaries {
		c.signature = min(c.signature, c.width*3/5)
	}
	var b strings.Builder
	for i, g := range groups {
		if len(groups) > 1 {
			if i > 0 {
				b.WriteString("\n")
			}
			b.WriteString(s.colors.bold(fit(g.title(), c.width)) + "\n")
		}
		for _, m := range g.methods {
			b.WriteString(s.methodLine(m, c) + "\n")
		}
	}
	if c.source == 0 {
		b.WriteString(s.colors.dim(plural(len(methods), "method")+", "+sourceText(first)) + "\n")
	}
	return b.String()
}

// columns are the widths of a list of methods.
type columns struct {
	width     int // of all
	signature int
	source    int // 0: it is not shown
	summaries bool
}

// methodLine returns the line of m: whose it is, signature, where it was learned, and summary.
func (s *Shell) methodLine(m catalog.Method, c columns) string {
	mark, paint := " ", func(text string) string { return text }
	if m.Ours {
		mark = s.colors.in("←")
	}
	summary := visible(m.Summary, false)
	if m.Deprecated {
		paint, summary = s.colors.dim, strings.TrimSpace("deprecated. "+summary)
	}
	signature := fit(visible(m.Signature(), false), min(c.signature, c.width-3))
	line := mark + "  " + paint(signature) + strings.Repeat(" ", max(0, c.signature-displayWidth(signature)))
	if c.source > 0 {
		source := visible(m.Source.String(), false)
		line += "  " + source + strings.Repeat(" ", max(0, c.source-displayWidth(source)))
	}
	if summary != "" {
		line += "  " + paint(fit(summary, max(0, c.width-displayWidth(line)-2)))
	}
	return strings.TrimRight(line, " ")
}

// methodOverview returns a line for each group of methods, with the names of some.
func (s *Shell) methodOverview(methods []catalog.Method) string {
	groups := inGroups(methods)
	width, counted := 0, 0
	for _, g := range groups {
		width, counted = max(width, displayWidth(visible(g.pattern(), false))), max(counted, len(grouped(len(g.methods))))
	}
	width = min(width, s.listWidth()/2)
	var b strings.Builder
	for _, g := range groups {
		pattern := fit(visible(g.pattern(), false), width)
		line := fmt.Sprintf("%s%s  %*s  ", pattern, strings.Repeat(" ", width-displayWidth(pattern)), counted, grouped(len(g.methods)))
		var names strings.Builder
		for _, m := range g.methods {
			if names.Len() > 0 {
				names.WriteString(", ")
			}
			names.WriteString(visible(strings.TrimPrefix(m.Name, g.prefix), false))
			if names.Len() > s.listWidth() {
				break
			}
		}
		b.WriteString(line + s.colors.dim(fit(names.String(), max(0, s.listWidth()-displayWidth(line)))) + "\n")
	}
	some := groups[len(groups)/2].pattern()
	b.WriteString(s.colors.dim(fmt.Sprintf("%s; .methods %s lists a group, .methods * all, .methods /WORD searches", plural(len(methods), "method"), visible(some, false))) + "\n")
	return b.String()
}

// sourceText says where something was learned.
func sourceText(source catalog.Source) string {
	switch source {
	case catalog.SourceTraffic:
		return "seen from the peer"
	case catalog.SourceUsed:
		return "used here"
	case catalog.SourceCode:
		return "read from source code"
	case catalog.SourceSchema:
		return "read from a document"
	}
	return "learned by " + visible(source.String(), false)
}
