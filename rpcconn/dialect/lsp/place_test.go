package lsp

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/schema"
)

func TestPosition(t *testing.T) {
	in := source{"a.txt", strings.Split("one\r\n\tzwei 😀 x\n\nend\n", "\n")}
	tests := []struct {
		in                 source
		line, column, want string
	}{
		{in, "1", "1", `{"line":0,"character":0}`},
		{in, "1", "", `{"line":0,"character":0}`},
		{in, "1", "4", `{"line":0,"character":3}`}, // behind the last character
		{in, "2", "7", `{"line":1,"character":6}`},
		{in, "2", "8", `{"line":1,"character":8}`}, // 😀 is two units of UTF-16
		{in, "3", "1", `{"line":2,"character":0}`},
		{in, "5", "1", `{"line":4,"character":0}`}, // behind the last line break
		{source{}, "9", "4", `{"line":8,"character":3}`},
		{in, "0", "1", "lines and columns count from 1"},
		{source{}, "1", "00", "lines and columns count from 1"},
		{in, "1", "5", "there is no column 5: line 1 of a.txt has 3 characters"},
		{in, "3", "2", "there is no column 2: line 3 of a.txt has 0 characters"},
		{in, "5", "2", "there is no column 2: line 5 of a.txt has 0 characters"},
		{in, "6", "1", "there is no line 6: a.txt has 4 lines"},
		{source{"b", []string{""}}, "2", "", "there is no line 2: b has 1 line"},
		{in, "99999999999999999999", "1", "there is no line 99999999999999999999: a.txt has 4 lines"},
	}
	for _, test := range tests {
		position, err := test.in.position(test.line, test.column)
		got := string(position)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s:%s is %s, want %s", test.line, test.column, got, test.want)
		}
	}
}

// lspMethod returns a method of the protocol, as a server with every capability has it.
func lspMethod(t *testing.T, name string) (catalog.Method, schema.Definitions) {
	t.Helper()
	learned, err := Read(json.RawMessage(`{"capabilities":{"hoverProvider":true,"renameProvider":true,
	"referencesProvider":true,"documentFormattingProvider":true,
		"documentSymbolProvider":true,"codeActionProvider":true,"textDocumentSync":2,"workspaceSymbolProvider":true}}`))
	if err != nil {
		t.Fatal(err)
	}
	c := catalog.New()
	c.Replace(learned)
	m, ok := c.Find(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	return m, c.Definitions()
}

func TestPrepare(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("a.go", []byte("package a\n\nvar x int\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := dialect.FileURI(filepath.Join(dir, "a.go"))
	gone := dialect.FileURI(filepath.Join(dir, "gone.go"))
	document := `"textDocument":{"uri":"` + here + `"}`
	tests := []struct{ method, params, want string }{
		{"textDocument/hover", `["gone.go:3:2"]`, `gone.go: there is no such file`},
		{"textDocument/hover", `{"textDocument":"gone.go","position":"3:2"}`, `gone.go: there is no such file`},
		{"textDocument/hover", `[":3:2"]`, `a file is missing before the place: write FILE:LINE:COLUMN`},
		{"textDocument/didClose", `{"textDocument":"gone.go"}`, `{"textDocument":{"uri":"` + gone + `"}}`},
		{"textDocument/hover", `["a.go:3:2"]`, `{` + document + `,"position":{"line":2,"character":1}}`},
		{"textDocument/hover", `["a.go:3"]`, `{` + document + `,"position":{"line":2,"character":0}}`},
		{"textDocument/hover", `["a.go"]`, `textDocument/hover wants a place: write a.go:LINE:COLUMN, counted from 1`},
		{"textDocument/hover", `{"textDocument":"a.go","position":"3:2"}`,
			`{` + document + `,"position":{"line":2,"character":1}}`},
		{"textDocument/hover", `{"textDocument":{"uri":"x"},"position":"3:2"}`,
			`{"textDocument":{"uri":"x"},"position":{"line":2,"character":1}}`},
		{"textDocument/hover", `{"textDocument":"a.go","position":"three"}`,
			`three is no position: write LINE:COLUMN, counted from 1, or {…} as LSP has it`},
		{"textDocument/hover", `{"textDocument":{"uri":"x"},"position":{"line":0,"character":0}}`,
			`{"textDocument":{"uri":"x"},"position":{"line":0,"character":0}}`},
		{"textDocument/hover", `["untitled://1:3:2"]`,
			`{"textDocument":{"uri":"untitled://1"},"position":{"line":2,"character":1}}`},
		{"textDocument/rename", `["a.go:1:1","other"]`,
			`{` + document + `,"position":{"line":0,"character":0},"newName":"other"}`},
		{"textDocument/rename", `["a.go:1:1","other",1]`,
			`textDocument/rename has fewer params than there are arguments`},
		{"textDocument/documentSymbol", `["a.go"]`, `{` + document + `}`},
		{"textDocument/codeAction", `["a.go:1:1-3:3",{"diagnostics":[]}]`, `{` + document +
			`,"range":{"start":{"line":0,"character":0},"end":{"line":2,"character":2}},"context":{"diagnostics":[]}}`},
		{"textDocument/codeAction", `["a.go:1:1"]`, `{` + document +
			`,"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":0}},"context":{"diagnostics":[]}}`},
		{"textDocument/references", `["a.go:1:1"]`, `{` + document +
			`,"position":{"line":0,"character":0},"context":{"includeDeclaration":true}}`},
		{"textDocument/references", `["a.go:1:1",{"includeDeclaration":false}]`, `{` + document +
			`,"position":{"line":0,"character":0},"context":{"includeDeclaration":false}}`},
		{"textDocument/references", `{"textDocument":"a.go","position":"1:1"}`, `{` + document +
			`,"position":{"line":0,"character":0}}`},
		{"textDocument/formatting", `["a.go"]`, `{` + document + `,"options":{"tabSize":4,"insertSpaces":true}}`},
		{"textDocument/hover", `["a.go:0:0"]`, `lines and columns count from 1`},
		{"textDocument/hover", `["a.go:5:1"]`, `there is no line 5: a.go has 3 lines`},
		{"textDocument/hover", `{"textDocument":"a.go","position":"3:11"}`,
			`there is no column 11: line 3 of a.go has 9 characters`},
		{"textDocument/codeAction", `["a.go:1:1-3:11",{"diagnostics":[]}]`,
			`there is no column 11: line 3 of a.go has 9 characters`},
		{"textDocument/codeAction", `["a.go:1:2-1:1",{"diagnostics":[]}]`, `the range ends before it begins`},
		{"textDocument/codeAction", `["a.go:3:2",{"diagnostics":[]}]`, `{` + document +
			`,"range":{"start":{"line":2,"character":1},"end":{"line":2,"character":1}},"context":{"diagnostics":[]}}`},
		{"workspace/symbol", `["a.go:1:1"]`, `["a.go:1:1"]`},
		{"textDocument/hover", `[1]`, `[1]`},
		{"textDocument/hover", `["a\n.go:1:1"]`, `["a\n.go:1:1"]`},
		{"textDocument/hover", `5`, `5`},
		{"textDocument/hover", ``, ``},
	}
	for _, test := range tests {
		m, _ := lspMethod(t, test.method)
		got, _, err := prepare(m, json.RawMessage(test.params), os.ReadFile)
		text := string(got)
		if err != nil {
			text = err.Error()
		}
		if text != test.want {
			t.Errorf("%s %s: got\n%s, want\n%s", test.method, test.params, text, test.want)
		}
	}
}

// The example of a method is about a document that is open, and says what the long form of it would.
func TestExample(t *testing.T) {
	for method, want := range map[string]string{
		"textDocument/hover":          `["a.go:1:1"]`,
		"textDocument/documentSymbol": `["a.go"]`,
		"textDocument/references":     `["a.go:1:1",{"includeDeclaration":false}]`,
		"textDocument/rename":         `["a.go:1:1",""]`,
		"textDocument/didOpen":        ``,
		"workspace/symbol":            ``,
	} {
		m, defs := lspMethod(t, method)
		if got := string(example(m, defs, "a.go")); got != want {
			t.Errorf("%s: got %q, want %q", method, got, want)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	for path, want := range map[string]string{"a.go": "go", "b/X.PY": "python", "c.bash": "shellscript",
		"Makefile": "makefile", "x/Dockerfile": "dockerfile", "d.h": "c", "LICENSE": "plaintext"} {
		if got := LanguageOf(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func FuzzPrepare(f *testing.F) {
	f.Add([]byte(`["a.go:1:2-3:4"]`), "x\n😀y")
	f.Add([]byte(`{"textDocument":"a\nb","position":":99999999999999999999:1","range":"1:1-2:2"}`), "")
	f.Add([]byte(`["a\n.go:1:1",{}]`), "\r\n")
	f.Fuzz(func(t *testing.T, params []byte, text string) {
		read := func(string) ([]byte, error) { return []byte(text), nil }
		for _, name := range []string{"textDocument/hover", "textDocument/rename", "textDocument/codeAction",
			"textDocument/didOpen"} {
			m, ok := FindMethod(name)
			if !ok {
				t.Fatalf("there is no %s", name)
			}
			full, _, err := prepare(m, params, read)
			if err == nil && json.Valid(params) && !json.Valid(full) {
				t.Fatalf("%s %q becomes %q", name, params, full)
			}
		}
	})
}
