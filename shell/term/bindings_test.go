package term_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"rpcsh/shell/term"
	"rpcsh/shell/term/edit"
)

// TestBindings: every key that keybindings.go knows is documented, and no other.
func TestBindings(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "keybindings.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	bound := map[string]bool{"enter": true}
	ast.Inspect(file, func(n ast.Node) bool {
		clause, ok := n.(*ast.CaseClause)
		if !ok {
			return true
		}
		for _, e := range clause.List {
			if lit, ok := e.(*ast.BasicLit); ok {
				name, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				bound[name] = true
			}
		}
		return true
	})
	documented := make(map[string]bool)
	for _, b := range term.Bindings() {
		for _, k := range b.Keys {
			documented[k] = true
			if !bound[k] {
				t.Errorf("%s is documented, and does nothing", k)
			}
		}
	}
	for k := range bound {
		if !documented[k] {
			t.Errorf("%s does something, and is not documented", k)
		}
	}
}

// TestViBindings: every command of vi's keys is documented, and no other.
func TestViBindings(t *testing.T) {
	documented := ""
	for _, b := range term.ViBindings() {
		documented += strings.Join(b.Keys, " ") + " "
	}
	left := documented
	for _, c := range edit.ViCommands {
		name := string(c) + " "
		if c == ' ' {
			name = "space "
		}
		if !strings.Contains(" "+documented, " "+name) {
			t.Errorf("%q is not documented", c)
		}
		left = strings.Replace(" "+left, " "+name, " ", 1)[1:]
	}
	if left != "esc ctrl-r " {
		t.Errorf("documented, and do nothing: %s", left)
	}
}
