package main

import (
	"go/ast"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// No regular expression is compiled before main begins: lazyregexp compiles it when it is needed.
func TestNothingIsCompiledAtStart(t *testing.T) {
	for _, files := range sources(t) {
		for _, f := range files {
			for _, d := range f.syntax.Decls {
				if _, ok := d.(*ast.GenDecl); !ok || f.test {
					continue
				}
				ast.Inspect(d, func(n ast.Node) bool {
					call, ok := n.(*ast.SelectorExpr)
					if ok && call.Sel.Name == "MustCompile" {
						t.Errorf("%s compiles a regular expression as the program starts", f.set.Position(call.Pos()))
					}
					return true
				})
			}
		}
	}
}

// BenchmarkStart starts the program as often as one that only links pflag, color and go-prompt, in turn, and fails
// where it takes far longer: a start is to take 1.5 times as long. Both are copies, which lie in the system's memory as
// what is read from a disk does; from where a linker has just written them, bigger programs start slower.
func BenchmarkStart(b *testing.B) {
	const starts, bar, slack = 60, 1.5, 1.5
	programs := []string{built(b, "./testdata/hello"), built(b, ".")}
	for b.Loop() {
		var took [2][]time.Duration
		for range starts {
			for i, program := range programs {
				start := time.Now()
				if err := exec.Command(program, "--version").Run(); err != nil {
					b.Fatal(err)
				}
				took[i] = append(took[i], time.Since(start))
			}
		}
		ratio := float64(early(took[1])) / float64(early(took[0]))
		b.ReportMetric(ratio, "of-hello")
		if ratio > bar*slack {
			b.Errorf("a start takes %.2f times as long as that of the other, %.2f is the bar", ratio, bar)
		}
	}
}

// built builds a program and returns the path of a copy.
func built(b *testing.B, source string) string {
	b.Helper()
	linked := filepath.Join(b.TempDir(), "linked")
	if out, err := exec.Command("go", "build", "-o", linked, source).CombinedOutput(); err != nil {
		b.Fatalf("building %s: %v\n%s", source, err, out)
	}
	text, err := os.ReadFile(linked)
	if err == nil {
		err = os.WriteFile(linked+".copy", text, 0o700)
	}
	if err != nil {
		b.Fatal(err)
	}
	return linked + ".copy"
}

// early returns the first quartile of durations: what others do on this machine only adds to them.
func early(durations []time.Duration) time.Duration {
	slices.Sort(durations)
	return durations[len(durations)/4]
}
