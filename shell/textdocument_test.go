package shell

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/dialect/lsp"
)

func TestIsWrapper(t *testing.T) {
	for object, want := range map[string]bool{
		`{"$buffer":1}`: true, `{"$oid":"x"}`: true, `{"$a":1,"b":2}`: false, `{"a":1}`: false, `{}`: false, `[1]`: false, ``: false,
		`{"\u0024buffer":1}`: true, strings.Repeat("[", 3): false,
	} {
		if got := isWrapper(json.RawMessage(object)); got != want {
			t.Errorf("%s: %v", object, got)
		}
	}
}

// The example of a method is about a document that is open, and says what the long form of it would.
func TestExampleOfADocument(t *testing.T) {
	server := dialects.Find("lsp")
	learned, err := server.Learn(t.Context(), dialect.Peer{}, json.RawMessage(`{"capabilities":{"hoverProvider":true,"renameProvider":true,
		"referencesProvider":true,"documentSymbolProvider":true,"textDocumentSync":2,"workspaceSymbolProvider":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer()
	p.known = catalog.New()
	p.known.Replace(learned)
	p.dialect.Store(server)
	turn, _ := p.documents.Take(t.Context())
	path, _ := filepath.Abs("a.go")
	turn.Put(lsp.Document{Path: path})
	turn.End()
	for method, want := range map[string]string{
		"textDocument/hover":          `textDocument/hover a.go:1:1`,
		"textDocument/documentSymbol": `textDocument/documentSymbol a.go`,
		"textDocument/references":     `textDocument/references a.go:1:1 {"includeDeclaration":false}`,
		"textDocument/rename":         `textDocument/rename a.go:1:1 ""`,
		"workspace/symbol":            `workspace/symbol query=""`,
	} {
		m, ok := p.known.Find(method)
		if got := p.example(m); !ok || got != want {
			t.Errorf("%s: got %q, want %q", method, got, want)
		}
	}
}
