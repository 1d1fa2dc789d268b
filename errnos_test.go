package main

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

// What the system's errors mean is asked of package plain, which knows it for each system: in syscall of Windows, the
// names that Unix has stand for errors that never occur. Files of one system may have their own.
func TestErrorsOfSystems(t *testing.T) {
	errno := regexp.MustCompile(`^E[A-Z0-9]+$`)
	for _, files := range sources(t) {
		for _, f := range files {
			of := path.Base(f.name)
			if f.test || strings.Contains(of, "_unix") || strings.Contains(of, "_windows") {
				continue
			}
			ast.Inspect(f.syntax, func(n ast.Node) bool {
				named, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if in, ok := named.X.(*ast.Ident); ok && in.Name == "syscall" && errno.MatchString(named.Sel.Name) {
					t.Errorf("%s: syscall.%s: ask package plain", f.set.Position(named.Pos()), named.Sel.Name)
				}
				return true
			})
		}
	}
}
