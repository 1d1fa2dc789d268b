package shell

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/dialect/lsp"
)

// textFile reads a file that is to be a document.
func textFile(path string) (text string, modified time.Time, err error) {
	data, err := readFile(path)
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

// openDocument tells p that the file is open, unless it knows.
func (s *Shell) openDocument(ctx context.Context, p *peer, path, language string) (lsp.Document, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return lsp.Document{}, err
	}
	turn, err := p.documents.Take(ctx)
	if err != nil {
		return lsp.Document{}, err
	}
	defer turn.End()
	if doc, ok := turn.Find(path); ok {
		return doc, nil
	}
	text, modified, err := textFile(path)
	if err != nil {
		return lsp.Document{}, err
	}
	if language == "" {
		language = lsp.LanguageOf(path)
	}
	doc := lsp.Document{Path: path, Language: language, Version: 1, Text: text, Modified: modified}
	method, params := lsp.DidOpen(doc)
	if err := p.link.Load().Notify(ctx, method, params); err != nil {
		return lsp.Document{}, err
	}
	turn.Put(doc)
	return doc, nil
}

// keepInStep tells p of open documents whose files have changed, and returns their paths.
func (s *Shell) keepInStep(ctx context.Context, p *peer) (changed []string, err error) {
	turn, err := p.documents.Take(ctx)
	if err != nil {
		return nil, err
	}
	defer turn.End()
	for _, doc := range turn.Open() {
		info, err := os.Stat(doc.Path)
		if err != nil || info.ModTime().Equal(doc.Modified) {
			continue // a file that has gone stays as it was read, as in an editor
		}
		text, modified, err := textFile(doc.Path)
		if err != nil {
			return changed, err
		}
		doc.Modified = modified
		if text == doc.Text {
			turn.Put(doc)
			continue
		}
		doc.Text = text
		doc.Version++
		method, params := lsp.DidChange(doc)
		if err := p.link.Load().Notify(ctx, method, params); err != nil {
			return changed, err
		}
		turn.Put(doc)
		changed = append(changed, doc.Path)
	}
	return changed, nil
}

// closeDocument tells p that a document is closed.
func (s *Shell) closeDocument(ctx context.Context, p *peer, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	turn, err := p.documents.Take(ctx)
	if err != nil {
		return err
	}
	defer turn.End()
	doc, ok := turn.Find(path)
	if !ok {
		return fmt.Errorf("%s is not open", path)
	}
	turn.Remove(path)
	method, params := lsp.DidClose(doc)
	return p.link.Load().Notify(ctx, method, params)
}
