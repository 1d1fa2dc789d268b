package term_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"rpcsh/shell/term"
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
