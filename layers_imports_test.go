package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// module is how the import paths of ours begin.
const module = "rpcsh"

// sourceFile is a file of ours.
type sourceFile struct {
	name   string // from the root of the module, with slashes
	test   bool
	text   string
	syntax *ast.File
	set    *token.FileSet
}

// sources returns the files of ours by the names of their packages, those for other systems included.
func sources(t *testing.T) map[string][]sourceFile {
	t.Helper()
	all, err := readSources()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// readSources reads them once, for all tests.
var readSources = sync.OnceValues(func() (map[string][]sourceFile, error) {
	all := make(map[string][]sourceFile)
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := entry.Name(); entry.IsDir() {
			if name != "." && (base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		f := sourceFile{
			name: filepath.ToSlash(name), test: strings.HasSuffix(name, "_test.go"),
			text: string(text), set: token.NewFileSet(),
		}
		if f.syntax, err = parser.ParseFile(f.set, name, text, parser.SkipObjectResolution); err != nil {
			return err
		}
		in := path.Dir(f.name)
		if in == "." {
			in = "main"
		}
		all[in] = append(all[in], f)
		return nil
	})
	return all, err
})

// modulesOf returns the modules that are required by go.mod, the longest paths first.
func modulesOf(t *testing.T) (modules []string) {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(strings.TrimPrefix(line, "require "))
		if len(words) >= 2 && strings.HasPrefix(words[1], "v") {
			modules = append(modules, words[0])
		}
	}
	slices.SortFunc(modules, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return modules
}

// imported returns what files import: the packages of ours by their names, and the modules of others.
func imported(files []sourceFile, modules []string) (ours, others map[string]bool) {
	ours, others = make(map[string]bool), make(map[string]bool)
	for _, f := range files {
		for _, spec := range f.syntax.Imports {
			name := strings.Trim(spec.Path.Value, `"`)
			if own, ok := strings.CutPrefix(name, module+"/"); ok {
				ours[own] = true
				continue
			}
			within := func(m string) bool { return name == m || strings.HasPrefix(name, m+"/") }
			if i := slices.IndexFunc(modules, within); i >= 0 {
				others[modules[i]] = true
			} else if first, _, _ := strings.Cut(name, "/"); strings.Contains(first, ".") {
				others[name] = true // go.mod has no such module
			}
		}
	}
	return ours, others
}

// Every package is in the table, imports exactly what the table says, and only what stands below it.
func TestLayers(t *testing.T) {
	all, modules := sources(t), modulesOf(t)
	floors := make(map[string]int) // the place of each package, counted from the top
	for i, l := range layers() {
		if _, twice := floors[l.name]; twice {
			t.Errorf("%s is in the table twice", l.name)
		}
		floors[l.name] = i
		if len(all[l.name]) == 0 {
			t.Errorf("%s is in the table, and there is no such package", l.name)
		}
		if l.purpose == "" {
			t.Errorf("%s: the table does not say what it is for", l.name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, ok := floors[name]; !ok {
			t.Errorf("%s is not in the table", name)
		}
	}
	for _, l := range layers() {
		product, tests := byTest(all[l.name])
		ours, others := imported(product, modules)
		compareImports(t, l.name, ours, strings.Fields(l.imports))
		compareImports(t, l.name, others, strings.Fields(l.modules))
		for name := range ours {
			if floors[name] <= floors[l.name] {
				t.Errorf("%s imports %s, which is not below it", l.name, name)
			}
		}
		ours, _ = imported(tests, modules)
		for name := range ours {
			connections := inRpcconn(l.name) && inRpcconn(name)
			if floors[name] < floors[l.name] && !connections {
				t.Errorf("the tests of %s import %s, which is not below it", l.name, name)
			}
		}
	}
}

func inRpcconn(name string) bool { return name == "rpcconn" || strings.HasPrefix(name, "rpcconn/") }

// byTest returns the files that are no tests, and those that are.
func byTest(files []sourceFile) (product, tests []sourceFile) {
	for _, f := range files {
		if f.test {
			tests = append(tests, f)
		} else {
			product = append(product, f)
		}
	}
	return product, tests
}

// compareImports reports in what a package's imports differ from those of the table.
func compareImports(t *testing.T, name string, got map[string]bool, allowed []string) {
	t.Helper()
	for _, path := range slices.Sorted(maps.Keys(got)) {
		if !slices.Contains(allowed, path) {
			t.Errorf("%s imports %s, which the table does not allow", name, path)
		}
	}
	for _, path := range allowed {
		if !got[path] {
			t.Errorf("%s: the table allows %s, which it does not import", name, path)
		}
	}
	if !slices.IsSorted(allowed) {
		t.Errorf("%s: the table is not sorted: %s", name, strings.Join(allowed, " "))
	}
}

// The imports of a file stand in groups, with an empty line between: Go's own packages, those of others, and ours.
func TestImportGroups(t *testing.T) {
	group := func(spec *ast.ImportSpec) string {
		first, _, _ := strings.Cut(strings.Trim(spec.Path.Value, `"`), "/")
		switch {
		case first == module:
			return "ours"
		case strings.Contains(first, "."):
			return "others"
		}
		return "Go's"
	}
	for _, files := range sources(t) {
		for _, f := range files {
			for i := 1; i < len(f.syntax.Imports); i++ {
				above, spec := f.syntax.Imports[i-1], f.syntax.Imports[i]
				together := f.set.Position(spec.Pos()).Line == f.set.Position(above.End()).Line+1
				if together && group(above) != group(spec) {
					t.Errorf("%s: %s stands with %s", f.name, spec.Path.Value, above.Path.Value)
				}
			}
		}
	}
}
