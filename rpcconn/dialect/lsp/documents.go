package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
)

// prefixSync begins the names of the methods that keep documents in sync.
const prefixSync = "textDocument/did"

// Syncs reports whether a method tells a server about a document.
func Syncs(method string) bool { return strings.HasPrefix(method, prefixSync) }

// A Document is one that a language server has open (LSP 3.18, "Text Document Synchronization").
type Document struct {
	Path     string // absolute
	Language string // LSP's identifier
	Version  int
	Text     string
	Modified time.Time // of the file, when Text was read
}

// DidOpen returns the notification that a document is open.
func DidOpen(d Document) (method string, params json.RawMessage) {
	params = fmt.Appendf(
		nil,
		`{"textDocument":{"uri":%s,"languageId":%s,"version":%d,"text":`,
		uri(d.Path),
		quoted(d.Language),
		d.Version,
	)
	return prefixSync + "Open", append(jsontext.AppendQuote(params, d.Text), "}}"...)
}

// DidChange returns the notification that a document has another text, which is sent as a whole.
func DidChange(d Document) (method string, params json.RawMessage) {
	params = fmt.Appendf(
		nil, `{"textDocument":{"uri":%s,"version":%d},"contentChanges":[{"text":`, uri(d.Path), d.Version,
	)
	return prefixSync + "Change", append(jsontext.AppendQuote(params, d.Text), "}]}"...)
}

// DidClose returns the notification that a document is closed.
func DidClose(d Document) (method string, params json.RawMessage) {
	return prefixSync + "Close", fmt.Appendf(nil, `{"textDocument":{"uri":%s}}`, uri(d.Path))
}

// uri returns the URI of a file as JSON text.
func uri(path string) []byte { return quoted(dialect.FileURI(path)) }

func quoted(text string) []byte { return jsontext.AppendQuote(nil, text) }

// Documents are the documents that one server has open. Messages about them must be in order, but reading and sending a
// file may take long. So a sender takes a Turn instead of holding a lock: others can look at the documents meanwhile,
// and stop waiting for their turn. Any number of goroutines may use it.
type Documents struct {
	turns chan struct{} // has an element while a turn is taken

	mu      sync.Mutex // protects what follows
	open    []Document
	session int // how often Forget has been called
}

// NewDocuments returns Documents without an open one.
func NewDocuments() *Documents { return &Documents{turns: make(chan struct{}, 1)} }

// Paths returns the paths of the open documents.
func (d *Documents) Paths() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []string
	for _, doc := range d.open {
		all = append(all, doc.Path)
	}
	return all
}

// Text returns the text of an open document as the server knows it; "": none is open at path.
func (d *Documents) Text(path string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, doc := range d.open {
		if doc.Path == path {
			return doc.Text
		}
	}
	return ""
}

// Forget removes all documents: the server is a new one. A Turn taken before records nothing more.
func (d *Documents) Forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = nil
	d.session++
}

// Take waits for earlier turns and takes one. The caller must call its End. The error is ctx's.
func (d *Documents) Take(ctx context.Context) (*Turn, error) {
	select {
	case d.turns <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return &Turn{documents: d, session: d.session}, nil
}

// A Turn is the right to tell a server about documents. One goroutine uses it.
type Turn struct {
	documents *Documents
	session   int
}

// End ends the turn.
func (t *Turn) End() { <-t.documents.turns }

// Open returns the open documents. They are copies.
func (t *Turn) Open() []Document {
	t.documents.mu.Lock()
	defer t.documents.mu.Unlock()
	return slices.Clone(t.documents.open)
}

// Find returns the open document at a path.
func (t *Turn) Find(path string) (Document, bool) {
	for _, doc := range t.Open() {
		if doc.Path == path {
			return doc, true
		}
	}
	return Document{}, false
}

// Put records a document as the server knows it now.
func (t *Turn) Put(doc Document) {
	d := t.documents
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session != t.session {
		return
	}
	if i := slices.IndexFunc(d.open, func(known Document) bool { return known.Path == doc.Path }); i >= 0 {
		d.open[i] = doc
		return
	}
	d.open = append(d.open, doc)
}

// Remove records that the document at a path is closed.
func (t *Turn) Remove(path string) {
	d := t.documents
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.session == t.session {
		d.open = slices.DeleteFunc(d.open, func(doc Document) bool { return doc.Path == path })
	}
}

// LanguageOf returns LSP's identifier for the language of a file (LSP 3.18, "Text Document Item").
func LanguageOf(path string) string {
	switch name := strings.ToLower(filepath.Base(path)); name {
	case "dockerfile", "makefile":
		return name
	}
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	for id, extensions := range map[string]string{
		"shellscript": "sh bash zsh ksh", "python": "py pyi", "javascript": "js mjs cjs", "typescript": "ts mts cts",
		"javascriptreact": "jsx", "typescriptreact": "tsx", "cpp": "cc cpp cxx hpp hh", "c": "c h", "csharp": "cs",
		"rust": "rs", "ruby": "rb", "markdown": "md", "yaml": "yml yaml", "perl": "pl pm", "kotlin": "kt kts",
		"haskell": "hs", "erlang": "erl", "elixir": "ex exs", "clojure": "clj", "latex": "tex", "powershell": "ps1",
		"objective-c": "m", "fsharp": "fs", "vb": "vb",
	} {
		if slices.Contains(strings.Fields(extensions), ext) {
			return id
		}
	}
	if ext == "" {
		return "plaintext"
	}
	return ext // go, java, json, lua, html, css, php, sql, swift, xml …
}
