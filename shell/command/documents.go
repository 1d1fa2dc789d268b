package command

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/arguments"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/methods"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// keyboard is what these commands need of the loop that reads lines.
type keyboard interface {
	lender
	waiter
}

// documents are the commands about the files that a language server has open.
type documents struct {
	session *session.Session
	view    *view.View
	lines   keyboard
	holder  *holder
}

func documentCommands(s *session.Session, v *view.View, lines keyboard, h *holder) []Command {
	d := &documents{s, v, lines, h}
	return []Command{
		{
			Name: "open", Group: groupDocuments, Usage: "FILE [LANGUAGE]",
			Summary: "tell a language server that a file is open",
			Help: "What changes in the file later is told before the next call. A file that is named in a call, as " +
				"in textDocument/hover FILE:LINE:COLUMN, is opened by that. LANGUAGE is LSP's identifier, such as " +
				"shellscript; it follows from the file's name.",
			Examples: []string{".open main.go", ".open build shellscript"},
			Find:     findFiles,
			Run:      d.open,
		},
		{
			Name: "edit", Group: groupDocuments, Typed: true, Usage: "[FILE | N|next [MESSAGE]]",
			Summary: "edit a file in $EDITOR and tell the language server what has changed; or a message that is held",
			Help: "The file is opened first where it is not. Without a person, or without FILE, changes that " +
				"others made to open files are told. Where .hold holds message N, that is edited: it passes once it " +
				"is saved and is JSON, an empty file drops it; MESSAGE takes its place without an editor.",
			Examples: []string{".edit main.go", ".edit 17"},
			Complete: func(words []string) []completer.Candidate {
				if len(words) > 0 {
					return nil
				}
				return append(d.completeOpen(words), heldCandidates(s)...)
			},
			Run: d.edit,
		},
		{
			Name: "close-doc", Group: groupDocuments, Usage: "FILE",
			Summary:  "tell a language server that a file is closed",
			Examples: []string{".close-doc main.go"},
			Complete: d.completeOpen,
			Run:      d.close,
		},
	}
}

// server returns the current peer, if it is a language server whose session has begun.
func (d *documents) server(ctx context.Context) (*session.Peer, error) {
	p := d.session.Peers().Current()
	if p == nil {
		return nil, d.session.NotConnected()
	}
	if err := d.session.Usable(p); err != nil {
		return nil, err
	}
	if err := d.await(ctx, p); err != nil {
		return nil, err
	}
	if p.Documents() == nil {
		return nil, fmt.Errorf("%s is no language server, as far as is known; -p lsp says that it is one, "+
			".discover lsp asks", p.Title())
	}
	return p, nil
}

// await waits until the session with p has begun, and it is known whether p is a language server.
func (d *documents) await(ctx context.Context, p *session.Peer) error {
	if p.Documents() != nil && d.session.HasBegun([]*session.Peer{p}) {
		return nil
	}
	_, stop := d.view.Working("the session begins …")
	defer stop()
	ctx, cancel := d.lines.UntilAsked(ctx)
	defer cancel()
	err := d.session.Discovery().Await(ctx, p)
	if err != nil && ctx.Err() != nil {
		return d.lines.Interruption(ctx, err.Error())
	}
	return err
}

// open runs .open FILE [LANGUAGE].
func (d *documents) open(ctx context.Context, args lang.Text) error {
	words := arguments.Read(args).Words()
	if len(words) == 0 || len(words) > 2 {
		return fmt.Errorf("which file? write .open FILE [LANGUAGE]")
	}
	p, err := d.server(ctx)
	if err != nil {
		return err
	}
	language, err := p.Documents().Open(ctx, words[0], strings.Join(words[1:], ""))
	if err == nil {
		d.view.Report(fmt.Sprintf("%s is open as %s", words[0], language))
	}
	return err
}

// edit runs .edit [FILE].
func (d *documents) edit(ctx context.Context, args lang.Text) error {
	if d.holder.edits(args) {
		return d.holder.edit(ctx, args)
	}
	p, err := d.server(ctx)
	if err != nil {
		return err
	}
	if words := arguments.Read(args).Words(); len(words) > 0 {
		if _, err := p.Documents().Open(ctx, words[0], ""); err != nil {
			return err
		}
		if err := d.runEditor(ctx, words[0]); err != nil {
			return err
		}
	}
	changed, err := p.Documents().Sync(ctx)
	if err == nil && len(changed) == 0 {
		d.view.Report("nothing has changed")
	}
	for _, path := range changed {
		d.session.Note(human.Path(path) + " has changed, which the server was told")
	}
	return err
}

// close runs .close-doc FILE.
func (d *documents) close(ctx context.Context, args lang.Text) error {
	if args.Text == "" {
		return fmt.Errorf("which file? Tab lists those that are open")
	}
	p, err := d.server(ctx)
	if err != nil {
		return err
	}
	return p.Documents().Close(ctx, arguments.Read(args).Words()[0])
}

// runEditor has the person edit a file; without a person it does nothing.
func (d *documents) runEditor(ctx context.Context, path string) error {
	if !d.view.Interactive() {
		return nil
	}
	return d.lines.EditFile(ctx, path)
}

// completeOpen completes the documents that are open.
func (d *documents) completeOpen([]string) []completer.Candidate {
	p := d.session.Peers().Current()
	if p == nil || p.Documents() == nil {
		return nil
	}
	var all []completer.Candidate
	for _, path := range p.Documents().Paths() {
		all = append(all, completer.Candidate{Text: human.Path(path), Description: "open"})
	}
	return all
}

// example returns a line that calls m at p, and can be run as it stands. Where p is a language server it is about a
// document that is open.
func example(p *session.Peer, m catalog.Method) string {
	defs := p.Known().Definitions()
	if docs := p.Documents(); docs != nil && !m.Ours {
		if open := docs.Paths(); len(open) > 0 {
			if params := docs.Example(m, defs, human.Path(open[0])); params != nil {
				return methods.CallLine(m, params)
			}
		}
	}
	return methods.Example(m, defs)
}
