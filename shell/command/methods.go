package command

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/history"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/arguments"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/methods"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A finder finds the methods that a command's arguments mean.
type finder struct {
	session *session.Session
	index   *MethodIndex
}

// complete completes a method of the current peer as the first word of a command's arguments. It is a Command's Find.
func (f *finder) complete(words []string, typed string) []completer.Candidate {
	p := f.session.Peers().Current()
	if len(words) > 0 || p == nil {
		return nil
	}
	return f.index.Find(p.Known(), typed)
}

// find returns the methods that [@PEER] METHOD means: the peer's, and those of the same name that it calls here
// after it.
func (f *finder) find(ctx context.Context, args lang.Text) (*session.Peer, []catalog.Method, error) {
	p := f.session.Peers().Current()
	a := arguments.Read(args)
	name := a.Quoted()
	if strings.HasPrefix(name.Text, "@") {
		var err error
		if p, err = f.session.Peers().Find(name.Text); err != nil {
			return nil, nil, located(err, name.Column)
		}
		name = a.Quoted()
	}
	switch {
	case p == nil:
		return nil, nil, f.session.NotConnected()
	case name.Text == "":
		return nil, nil, arguments.Mistake(name, "a method is missing (.methods lists them)")
	}
	if err := a.End(); err != nil {
		return nil, nil, err
	}
	f.session.Discovery().Ensure(ctx, p)
	wanted := strings.TrimPrefix(arguments.Unquote(name.Text), "!")
	all := p.Known().Methods()
	var found []catalog.Method
	for _, m := range all {
		if m.Name == wanted {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil, nil, arguments.Mistake(name, methods.Unknown(wanted, all))
	}
	return p, found, nil
}

// A methodTeller tells what is known of methods.
type methodTeller struct {
	*finder
	view  *view.View
	lines asker
	typed *history.History // nil: no lines are kept
}

func methodCommands(deps Deps, f *finder) []Command {
	t := &methodTeller{f, deps.View, deps.Lines, deps.History}
	return []Command{
		{
			Name: "methods", Group: groupMethods, Usage: "[PATTERN | /WORD …]",
			Summary: "list the methods that are known, with where they were learned",
			Help: "PATTERN is a glob, or a part of the name or of the summary; /WORD … searches names and " +
				"documentation for all of the words. Many methods are put into groups by what their names begin " +
				"with, and where they are very many, the groups alone are listed. Methods that the peer calls here " +
				"are marked with ←; a pipe gets the peer's own alone, one a line.",
			Examples: []string{".methods", ".methods my_*", ".methods /hover", ".methods *"},
			Find:     f.complete,
			Run:      func(ctx context.Context, args lang.Text) error { return t.list(ctx, args.Text) },
		},
		{
			Name: "describe", Group: groupMethods, Usage: "[@PEER] METHOD",
			Summary: "tell all that is known of a method; METHOD? does the same",
			Help: "Parameters with their members, result, errors, documentation, and a line that can be run as it " +
				"stands. With -o json, or .set output json, it is OpenRPC's method object.",
			Examples: []string{".describe my_add"},
			Find:     f.complete,
			Run:      t.describe,
		},
		{
			Name: "template", Group: groupMethods, Typed: true, Usage: "[@PEER] METHOD",
			Summary: "put a line that calls a method into the editor, its arguments filled in",
			Help: "They are those of the method's first example, or what fits its required parameters. Without a " +
				"person the line is printed.",
			Examples: []string{".template my_add"},
			Find:     f.complete,
			Run:      t.template,
		},
		{
			Name: "edit-line", Group: groupMethods, Typed: true, Usage: "[[@PEER] METHOD]",
			Summary: "edit the line before, or one that calls a method, in $VISUAL or $EDITOR",
			Help: "What is saved comes back into the line, and is not yet run; Ctrl-X Ctrl-E does the same with the " +
				"line that is being typed. What does not parse is opened again, with what is wrong in a comment. " +
				"Where neither variable is set, it is vi or nano.",
			Examples: []string{".edit-line", ".edit-line my_add"},
			Find:     f.complete,
			Run:      t.editLine,
		},
		{
			Name: "fill", Group: groupMethods, Typed: true, Usage: "[@PEER] METHOD",
			Summary: "ask for the parameters of a method one by one, then call it",
			Help: "An answer is text, JSON, or the number of a value to choose from; \"7\" in quotes is text. " +
				"Without an answer an optional parameter is left out. Ctrl-C gives up. The line that is called is " +
				"shown, and kept like one that was typed.",
			Examples: []string{".fill my_add"},
			Find:     f.complete,
			Run:      t.fill,
		},
	}
}

// page is where methods are shown, in lists of a width.
func (t *methodTeller) page(width int) methods.Page {
	return methods.Page{Width: width, Colors: t.view.Colors()}
}

// list runs .methods: it lists the methods that pattern means, of the current peer, or of all where there is none.
func (t *methodTeller) list(ctx context.Context, pattern string) error {
	peers := t.session.Peers().List()
	if p := t.session.Peers().Current(); p != nil {
		peers = []*session.Peer{p}
	}
	if len(peers) == 0 {
		return t.session.NotConnected()
	}
	var found []catalog.Method
	known, matches := 0, methods.Matching(pattern)
	for _, p := range peers {
		t.session.Discovery().Ensure(ctx, p)
		known += p.Known().Len()
		for _, m := range p.Known().Methods() {
			if (!m.Ours || t.view.Interactive()) && matches(m) {
				found = append(found, m)
			}
		}
	}
	switch {
	case len(found) == 0 && pattern != "" && known > 0:
		return fmt.Errorf("no known method matches %s (.methods /WORD searches the documentation too)", pattern)
	case len(found) == 0:
		t.view.Remark(methods.Unknown("", nil))
		return nil
	case !t.view.Interactive():
		var b strings.Builder
		for _, m := range found {
			b.WriteString(view.Visible(m.Signature()) + "\n")
		}
		t.view.Say("%s", b.String())
		return nil
	case pattern == "" && len(found) > methods.OverviewFrom:
		return t.view.PageList(ctx, func(width int) string { return t.page(width).Overview(found) })
	}
	return t.view.PageList(ctx, func(width int) string { return t.page(width).List(found) })
}

// describe runs .describe [@PEER] METHOD.
func (t *methodTeller) describe(ctx context.Context, args lang.Text) error {
	p, found, err := t.find(ctx, args)
	if err != nil {
		return err
	}
	defs := p.Known().Definitions()
	var texts []string
	for _, m := range found {
		if t.view.Output() == view.OutputJSON {
			texts = append(texts, t.view.Safe(string(methods.Object(m, defs))))
		} else {
			texts = append(texts, t.page(t.view.ListWidth()).Describe(m, defs, example(p, m)))
		}
	}
	return t.view.Page(ctx, strings.Join(texts, "\n"))
}

// template runs .template [@PEER] METHOD.
func (t *methodTeller) template(ctx context.Context, args lang.Text) error {
	p, found, err := t.find(ctx, args)
	if err != nil {
		return err
	}
	line := example(p, found[0])
	if !t.view.Interactive() {
		t.view.Say("%s", view.Visible(line))
		return nil
	}
	t.lines.Prefill(line)
	return nil
}

// editLine runs .edit-line [[@PEER] METHOD].
func (t *methodTeller) editLine(ctx context.Context, args lang.Text) error {
	if !t.view.Interactive() {
		return exit.Usagef(".edit-line is for a person at a terminal")
	}
	line := ""
	switch {
	case args.Text != "":
		p, found, err := t.find(ctx, args)
		if err != nil {
			return err
		}
		line = example(p, found[0])
	case t.typed != nil:
		if all := t.typed.Entries(); len(all) > 1 {
			line = all[len(all)-2] // the last is this one
		}
	}
	edited, err := t.lines.EditLine(ctx, line)
	if err == nil {
		t.lines.Prefill(edited)
	}
	return err
}

// fill runs .fill [@PEER] METHOD: it asks for the parameters one by one, and calls the method.
func (t *methodTeller) fill(ctx context.Context, args lang.Text) error {
	if !t.view.Interactive() {
		return exit.Usagef(".fill asks a person; write the arguments instead (.template METHOD prints an example)")
	}
	p, found, err := t.find(ctx, args)
	if err != nil {
		return err
	}
	m := found[0]
	switch {
	case m.Ours:
		return fmt.Errorf("the peer calls this method; .serve %s answers it", view.Visible(m.Name))
	case m.Params == nil:
		return fmt.Errorf("the parameters of %s are not known", view.Visible(m.Name))
	}
	given, err := (&form{t.view, t.lines, p.Known(), m}).ask(ctx)
	if err != nil {
		return err
	}
	line := methods.CallLine(m, methods.Params(m, given))
	if p != t.session.Peers().Current() {
		line = p.At() + " " + line
	}
	return t.lines.RunTyped(ctx, line)
}
