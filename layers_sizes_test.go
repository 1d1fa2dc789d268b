package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"maps"
	"path"
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
	maxLine     = 120  // columns, a tab being four, in tests, too
)

// Files, functions, types and packages stay small enough to be read. With -v it tells how large they are.
func TestSizes(t *testing.T) {
	all := sources(t)
	for _, l := range layers() {
		product, _ := byTest(all[l.name])
		files, types := make(map[string]int), make(map[string]int) // the lines of files, the methods of types
		lines := 0
		for _, f := range product {
			files[path.Base(f.name)] = strings.Count(f.text, "\n")
			lines += files[path.Base(f.name)]
			for _, d := range f.syntax.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok {
					checkFunction(t, f, fn)
					if fn.Recv != nil {
						types[receiver(fn)]++
					}
				}
			}
		}
		file := checkSizes(t, l.name, files, maxFile, "lines")
		largest := checkSizes(t, l.name, types, maxMethods, "methods")
		if testing.Verbose() {
			t.Logf("%s: files: %d, lines: %d, largest file: %s, largest type: %s",
				l.name, len(files), lines, file, largest)
		}
		switch large := lines > maxPackage; {
		case large && l.large == "":
			t.Errorf("%s has %d lines, more than %d, and the table does not say why", l.name, lines, maxPackage)
		case !large && l.large != "":
			t.Errorf("%s has %d lines only, and the table says why it has more than %d", l.name, lines, maxPackage)
		}
	}
}

// checkSizes reports which of a package's files or types are larger than most, and returns the largest one.
func checkSizes(t *testing.T, in string, sizes map[string]int, most int, unit string) (largest string) {
	t.Helper()
	size := 0
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		if sizes[name] > most {
			t.Errorf("%s: %s has %d %s, more than %d", in, name, sizes[name], unit, most)
		}
		if sizes[name] > size {
			largest, size = fmt.Sprintf("%s (%d %s)", name, sizes[name], unit), sizes[name]
		}
	}
	return cmp.Or(largest, "none")
}

// Lines can be read beside another window.
func TestLines(t *testing.T) {
	for _, files := range sources(t) {
		for _, f := range files {
			number, quoted := 0, quotedLines(f)
			for line := range strings.Lines(f.text) {
				number++
				line = strings.TrimSuffix(line, "\n")
				columns := utf8.RuneCountInString(line) + 3*strings.Count(line, "\t")
				if columns > maxLine && !(f.test && quoted[number]) {
					t.Errorf("%s:%d has %d columns, more than %d", f.name, number, columns, maxLine)
				}
			}
		}
	}
}

// quotedLines returns the lines of a file that begin inside a raw string. In tests they may be wide: they are what a
// peer sent or what must come out of it, in which a line break would be another text.
func quotedLines(f sourceFile) map[int]bool {
	quoted := make(map[int]bool)
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && strings.HasPrefix(text.Value, "`") {
			first := f.set.Position(text.Pos()).Line
			for i := range strings.Count(text.Value, "\n") {
				quoted[first+1+i] = true
			}
		}
		return true
	})
	return quoted
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
