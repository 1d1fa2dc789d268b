package session

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/call"
	"rpcsh/shell/document"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// maxText is the largest file that is told to a peer, in bytes.
const maxText = 1 << 30

// Documents are the files that a peer has open, as a language server has. Its methods may be called by any number of
// goroutines.
type Documents struct {
	peer *Peer
	open *lsp.Documents
}

// Documents returns the files that p has open; nil: it is not told of files.
func (p *Peer) Documents() *Documents {
	if d := p.Dialect(); d == nil || !d.Documents {
		return nil
	}
	return &Documents{p, p.documents}
}

// Paths returns the absolute paths of the open files.
func (d *Documents) Paths() []string { return d.open.Paths() }

// Example returns params for a call of m about a file, as they are typed in short; nil: there is no short way.
func (d *Documents) Example(m catalog.Method, defs schema.Definitions, path string) json.RawMessage {
	spoken := d.peer.Dialect()
	if spoken == nil || spoken.Example == nil {
		return nil
	}
	return spoken.Example(m, defs, path)
}

// Open tells the peer that a file is open, unless it knows. language is LSP's identifier, "" where it follows from the
// path. It returns the one with which the file is open.
func (d *Documents) Open(ctx context.Context, path, language string) (as string, err error) {
	doc, _, err := d.ensureOpen(ctx, path, language)
	return doc.Language, err
}

// ensureOpen opens a file, and reports whether it was not open before.
func (d *Documents) ensureOpen(ctx context.Context, path, language string) (doc lsp.Document, opened bool, err error) {
	if path, err = filepath.Abs(home.Path(path)); err != nil {
		return doc, false, err
	}
	turn, err := d.open.Take(ctx)
	if err != nil {
		return doc, false, err
	}
	defer turn.End()
	if doc, ok := turn.Find(path); ok {
		return doc, false, nil
	}
	text, modified, err := readText(path)
	if err != nil {
		return doc, false, err
	}
	if language == "" {
		language = lsp.LanguageOf(path)
	}
	doc = lsp.Document{Path: path, Language: language, Version: 1, Text: text, Modified: modified}
	if err := d.send(ctx, lsp.DidOpen, doc); err != nil {
		return doc, false, err
	}
	turn.Put(doc)
	return doc, true, nil
}

// Sync tells the peer of open files that have changed, and returns their paths.
func (d *Documents) Sync(ctx context.Context) (changed []string, err error) {
	turn, err := d.open.Take(ctx)
	if err != nil {
		return nil, err
	}
	defer turn.End()
	for _, doc := range turn.Open() {
		info, err := os.Stat(doc.Path)
		if err != nil || info.ModTime().Equal(doc.Modified) {
			continue // a file that has gone stays as it was read, as in an editor
		}
		before := doc.Text
		if doc.Text, doc.Modified, err = readText(doc.Path); err != nil {
			return changed, err
		}
		if doc.Text != before {
			doc.Version++
			if err := d.send(ctx, lsp.DidChange, doc); err != nil {
				return changed, err
			}
			changed = append(changed, doc.Path)
		}
		turn.Put(doc)
	}
	return changed, nil
}

// Close tells the peer that a file is closed.
func (d *Documents) Close(ctx context.Context, path string) error {
	path, err := filepath.Abs(home.Path(path))
	if err != nil {
		return err
	}
	turn, err := d.open.Take(ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	doc, ok := turn.Find(path)
	if !ok {
		return fmt.Errorf("%s is not open", path)
	}
	turn.Remove(path)
	return d.send(ctx, lsp.DidClose, doc)
}

// send tells the peer of a document.
func (d *Documents) send(
	ctx context.Context, notification func(lsp.Document) (string, json.RawMessage), doc lsp.Document,
) error {
	method, params := notification(doc)
	m := call.Plain(call.Request{Method: method, Params: params, Notify: true})
	return d.peer.caller.Do(ctx, []*call.Prepared{m}, call.Options{Origin: event.FromSession}).Err
}

// readText reads a file that is to be a document.
func readText(path string) (text string, modified time.Time, err error) {
	data, err := document.ReadFile(path, maxText)
	if err != nil {
		return "", time.Time{}, err
	}
	if !utf8.Valid(data) {
		return "", time.Time{}, fmt.Errorf("%s is no UTF-8 text", path)
	}
	if info, err := os.Stat(path); err == nil {
		modified = info.ModTime()
	}
	return string(data), modified, nil
}

// showDocuments has p know the files that a call of method is about, and those that are open, as they are now.
func (p *Peer) showDocuments(ctx context.Context, method string, files []string) error {
	d := p.Documents()
	if d == nil {
		return nil
	}
	for _, f := range files {
		if _, err := os.Stat(f); err != nil || lsp.Syncs(method) {
			continue // the server says what it thinks of it
		}
		doc, opened, err := d.ensureOpen(ctx, f, "")
		if err != nil {
			return err
		}
		if opened {
			p.note(fmt.Sprintf("%s is open as %s", human.Path(f), doc.Language))
		}
	}
	changed, err := d.Sync(ctx)
	for _, path := range changed {
		p.note(human.Path(path) + " has changed, which the server was told")
	}
	if err == nil && len(d.Paths()) > 0 && !lsp.Syncs(method) && !p.session.opts.Attended {
		p.connection.Load().ready.Do(func() { d.awaitReady(ctx) })
	}
	return err
}
