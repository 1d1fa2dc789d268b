package command

import (
	"context"
	"errors"
	"fmt"

	"rpcsh/completer"
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/arguments"
	"rpcsh/shell/document"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A learner learns which methods a peer has.
type learner struct {
	session *session.Session
	view    *view.View
	lines   waiter
}

func (l *learner) commands() []Command {
	return []Command{
		{
			Name: "discover", Group: groupMethods, Usage: "[CONVENTION]",
			Summary:  "ask the peer what it offers, and tell what it answers",
			Help:     conventionHelp(),
			Examples: []string{".discover", ".discover rpc.discover"},
			Complete: func([]string) []completer.Candidate {
				var all []completer.Candidate
				for _, c := range dialects.Conventions() {
					all = append(all, completer.Candidate{Text: c.Name, Description: c.Summary})
				}
				return all
			},
			Run: func(ctx context.Context, args lang.Text) error { return l.discover(ctx, args.Text) },
		},
		{
			Name: "learn", Group: groupMethods, Usage: "FILE …",
			Summary: "read from files which methods the peer has",
			Help: "FILE.json, or an http address, is an OpenRPC document; FILE.py is the source of a py-bson-rpc " +
				"service, which is not run. What files of the same kind told before is forgotten: name all of them.",
			Examples: []string{".learn service.py", ".learn openrpc.json", ".learn http://localhost:8080/openrpc.json"},
			Find:     findFiles,
			Run:      l.learnFiles,
		},
	}
}

// conventionHelp lists the conventions.
func conventionHelp() string {
	text := "Without CONVENTION, those that fit what the peer speaks are tried, one after the other, until one is " +
		"answered. There are"
	for i, c := range dialects.Conventions() {
		if i > 0 {
			text += ";"
		}
		text += fmt.Sprintf(" %s: %s", c.Name, c.Summary)
	}
	return text + "."
}

// discover runs .discover [CONVENTION]: it asks the current peer what it offers, because the person wants to know.
func (l *learner) discover(ctx context.Context, name string) error {
	p := l.session.Peers().Current()
	if p == nil {
		return l.session.NotConnected()
	}
	if err := l.session.Usable(p); err != nil {
		return err
	}
	by, err := l.conventions(p, name)
	if err != nil {
		return err
	}
	ctx, cancel := l.lines.UntilAsked(ctx)
	defer cancel()
	_, stop := l.view.Working("asking what " + p.Title() + " offers …")
	defer stop()
	switch {
	case l.session.Discovery().Ask(ctx, p, by, l.told):
		return nil
	case ctx.Err() != nil:
		return l.lines.Interruption(ctx, "given up")
	}
	return &exit.Failure{Code: exit.PeerError, Err: fmt.Errorf(
		"%s does not tell what it offers; its methods are learned as you call them, and .learn reads them from a "+
			"file", p.Title())}
}

// conventions returns those by which p is asked: the one called name, or those that fit.
func (l *learner) conventions(p *session.Peer, name string) ([]*dialect.Dialect, error) {
	if name == "" {
		return l.session.Discovery().Fitting(p)
	}
	if _, known := p.Link().Wire(); !known {
		return l.session.Discovery().Fitting(p) // which says so
	}
	c := dialects.Find(name)
	if c == nil || c.Learn == nil {
		return nil, fmt.Errorf("there is no convention %s; .help discover lists them", name)
	}
	return []*dialect.Dialect{c}, nil
}

// told tells what became of a question. What was learned is an event.
func (l *learner) told(c *dialect.Dialect, err error) {
	var refused *rpcconn.Error
	switch {
	case err == nil:
	case errors.As(err, &refused):
		why := view.Visible(human.Clip(view.ErrorText(refused), 100))
		l.view.Remark(fmt.Sprintf("%s: not offered (%s)", c.Name, why))
	default:
		l.view.Remark(c.Name + ": " + view.Visible(err.Error()))
	}
}

// learnFiles runs .learn FILE …: it reads which methods the current peer has.
func (l *learner) learnFiles(ctx context.Context, args lang.Text) error {
	p := l.session.Peers().Current()
	if p == nil {
		return l.session.NotConnected()
	}
	paths := arguments.Read(args).Words()
	if len(paths) == 0 {
		return fmt.Errorf("a file is missing: FILE.json is an OpenRPC document, FILE.py the source of a service")
	}
	var all []*catalog.Learned
	for _, path := range paths {
		learned, err := l.session.Discovery().Read(ctx, path)
		if err != nil {
			return err
		}
		l.tell(path, learned)
		all = append(all, learned)
	}
	for _, learned := range document.Merge(all) {
		p.Known().Replace(learned)
	}
	return nil
}

// Learn reads from a file, or from what is at an http address, which methods a peer has, and tells what it has
// learned: --schema. It is for the peer of now, and for those that come.
func (t *Table) Learn(ctx context.Context, path string) error {
	learned, err := t.learner.session.Discovery().Read(ctx, path)
	if err != nil {
		return err
	}
	t.learner.session.Discovery().Document(learned)
	t.learner.tell(path, learned)
	return nil
}

// tell tells what was learned from path, and what could not be read there.
func (l *learner) tell(path string, learned *catalog.Learned) {
	l.view.Report(human.Plural(len(learned.Methods), "method") + " learned from " + view.Visible(path))
	for _, line := range session.RemarkLines(path, learned.Remarks, true) {
		l.view.Remark(view.Visible(line))
	}
}
