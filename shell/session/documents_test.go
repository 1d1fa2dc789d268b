package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/event"
)

// write writes a file, which is then as old as age.
func write(t *testing.T, path, text string, age time.Duration) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

// A language server is told what becomes of a file, in order.
func TestDocuments(t *testing.T) {
	_, p, far := dialWire(t, Options{})
	if p.Documents() != nil {
		t.Fatal("a peer that is no language server is told of files")
	}
	p.dialect.Store(dialects.Find("lsp"))
	d := p.Documents()
	path := filepath.Join(t.TempDir(), "main.go")
	uri := dialect.FileURI(path)
	expect := func(method, params string) {
		t.Helper()
		far.expect(fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/%s","params":%s}`, method, params))
	}

	write(t, path, "one", time.Hour)
	if as, err := d.Open(t.Context(), path, ""); err != nil || as != "go" {
		t.Fatalf("open as %q: %v", as, err)
	}
	expect("didOpen", fmt.Sprintf(`{"textDocument":{"uri":%q,"languageId":"go","version":1,"text":"one"}}`, uri))
	if as, err := d.Open(t.Context(), path, "other"); err != nil || as != "go" {
		t.Errorf("open twice as %q: %v", as, err)
	}

	write(t, path, "one", 2*time.Hour) // touched, and the same
	if changed, err := d.Sync(t.Context()); err != nil || len(changed) > 0 {
		t.Errorf("changed: %v, %v", changed, err)
	}
	write(t, path, "two", time.Minute)
	if changed, err := d.Sync(t.Context()); err != nil || !slices.Equal(changed, []string{path}) {
		t.Errorf("changed: %v, %v", changed, err)
	}
	expect("didChange", fmt.Sprintf(`{"textDocument":{"uri":%q,"version":2},"contentChanges":[{"text":"two"}]}`, uri))

	if got := d.Paths(); !slices.Equal(got, []string{path}) {
		t.Errorf("open: %v", got)
	}
	if err := d.Close(t.Context(), path); err != nil {
		t.Error(err)
	}
	expect("didClose", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, uri))
	if err := d.Close(t.Context(), path); err == nil || err.Error() != path+" is not open" {
		t.Errorf("closed twice: %v", err)
	}
}

// While a server is told of a file, which may take long, others look at what is open, and give up waiting for their
// turn.
func TestDocumentsAreNotLocked(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	p.dialect.Store(dialects.Find("lsp"))
	d := p.Documents()
	path := filepath.Join(t.TempDir(), "main.go")
	write(t, path, "one", time.Hour)

	slow := s.Events().Subscribe(event.Options{Policy: event.Wait, Events: 1})
	s.Note("what fills the queue, so that what is sent cannot be published")
	opened := make(chan error, 1)
	go func() {
		_, err := d.Open(context.Background(), path, "")
		opened <- err
	}()
	if !far.lines.Scan() { // it is sent, and Open goes on
		t.Fatal("the server is told nothing")
	}
	if got := d.Paths(); len(got) > 0 {
		t.Errorf("open: %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Sync(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a turn: %v", err)
	}
	slow.Close()
	if err := <-opened; err != nil {
		t.Error(err)
	}
	if got := d.Paths(); len(got) != 1 {
		t.Errorf("open: %v", got)
	}
}
