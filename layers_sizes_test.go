package main

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What a part may have at most, tests not counted.
const (
	maxFile     = 400  // lines
	maxFunction = 80   // lines
	maxMethods  = 40   // of a type
	maxPackage  = 3500 // lines
	maxLine     = 120  // columns, a tab being four
)

// Files, functions, types and packages stay small enough to be read.
func TestSizes(t *testing.T) {
	all := sources(t)
	for _, l := range layers() {
		product, _ := byTest(all[l.name])
		methods := make(map[string]int) // by types
		lines := 0
		for _, f := range product {
			n := strings.Count(f.text, "\n")
			if n > maxFile {
				t.Errorf("%s has %d lines, more than %d", f.name, n, maxFile)
			}
			lines += n
			for _, d := range f.syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					checkFunction(t, f, fn)
					if fn.Recv != nil {
						methods[receiver(fn)]++
					}
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(methods)) {
			if methods[name] > maxMethods {
				t.Errorf("%s: the type %s has %d methods, more than %d", l.name, name, methods[name], maxMethods)
			}
		}
		switch large := lines > maxPackage; {
		case large && l.large == "":
			t.Errorf("%s has %d lines, more than %d, and the table does not say why", l.name, lines, maxPackage)
		case !large && l.large != "":
			t.Errorf("%s has %d lines only, and the table says why it has more than %d", l.name, lines, maxPackage)
		}
	}
}

// Lines can be read beside another window.
func TestLines(t *testing.T) {
	for _, files := range sources(t) {
		product, _ := byTest(files)
		for _, f := range product {
			number := 0
			for line := range strings.Lines(f.text) {
				number++
				line = strings.TrimSuffix(line, "\n")
				if columns := utf8.RuneCountInString(line) + 3*strings.Count(line, "\t"); columns > maxLine {
					t.Errorf("%s:%d has %d columns, more than %d", f.name, number, columns, maxLine)
				}
			}
		}
	}
}

// checkFunction checks the length of a function.
func checkFunction(t *testing.T, f sourceFile, fn *ast.FuncDecl) {
	t.Helper()
	first, last := f.set.Position(fn.Pos()).Line, f.set.Position(fn.End()).Line
	if lines := last - first + 1; lines > maxFunction {
		t.Errorf("%s:%d: %s has %d lines, more than %d", f.name, first, fn.Name.Name, lines, maxFunction)
	}
}

// receiver returns the name of the type that a method belongs to.
func receiver(fn *ast.FuncDecl) string {
	expr := fn.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return fmt.Sprintf("%T", e)
		}
	}
}
