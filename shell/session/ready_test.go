package session

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
)

// Where nobody sits, a language server that asks for its configuration has it before it is called about a document. It
// is waited for once.
func TestLanguageServersAreReady(t *testing.T) {
	_, p, far := dialWire(t, Options{})
	p.dialect.Store(dialects.Find("lsp"))
	path := filepath.Join(t.TempDir(), "main.go")
	write(t, path, "one", time.Hour)
	const method = "textDocument/documentSymbol"
	ready := make(chan error, 1)
	go func() { ready <- p.showDocuments(t.Context(), method, []string{path}) }()
	far.expect(fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":%q,`+
		`"languageId":"go","version":1,"text":"one"}}}`, dialect.FileURI(path)))
	const question, answer = `{"jsonrpc":"2.0","id":%d,"method":"$/rpcsh/ready"}`,
		`{"jsonrpc":"2.0","id":%d,"error":{"code":-32601,"message":"unknown"}}`
	far.expect(fmt.Sprintf(question, 1))
	far.send(`{"jsonrpc":"2.0","id":7,"method":"workspace/configuration","params":{"items":[{}]}}`)
	far.expect(`{"jsonrpc":"2.0","id":7,"result":[{}]}`)
	far.send(fmt.Sprintf(answer, 1))
	far.expect(fmt.Sprintf(question, 2)) // it has asked: what it does with the answer comes before this one
	select {
	case err := <-ready:
		t.Fatalf("the call is made at once: %v", err)
	default:
	}
	far.send(fmt.Sprintf(answer, 2))
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	if err := p.showDocuments(t.Context(), method, []string{path}); err != nil {
		t.Errorf("once more: %v", err)
	}
}

// A person's shell asks nothing of the kind: whoever types is slower than a server.
func TestLanguageServersOfAPerson(t *testing.T) {
	_, p, far := dialWire(t, Options{Attended: true})
	p.dialect.Store(dialects.Find("lsp"))
	path := filepath.Join(t.TempDir(), "main.go")
	write(t, path, "one", time.Hour)
	if err := p.showDocuments(t.Context(), "textDocument/hover", []string{path}); err != nil || !far.lines.Scan() {
		t.Fatal(err)
	}
}
