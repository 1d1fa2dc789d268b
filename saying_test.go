package main

import (
	"bytes"
	"context"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// evil is a text that acts on a terminal in each way there is: colours, the title, C1 controls, a return, DEL, text
// from right to left, what takes no room.
const evil = "a\x1b[31mb\x1b]0;title\x07c\u009b31md\re\x7ff\u202eg\u200bh\u2066i\u2028j"

// acts is what a terminal does not show but does.
var acts = regexp.MustCompile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069]")

// TestNothingRawIsPrinted puts a text that acts on terminals into whatever a person may have from elsewhere: names of
// files and of methods, flags, settings, targets, lines.
func TestNothingRawIsPrinted(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, strings.Map(func(r rune) rune {
		if r == '/' || runtime.GOOS == "windows" && (r < ' ' || strings.ContainsRune(`<>:"|?*\`, r)) {
			return -1
		}
		return r
	}, evil))
	if err := os.WriteFile(file, []byte(evil+"\n"), 0o600); err != nil {
		t.Skip("this system has no such names: ", err)
	}
	for _, args := range [][]string{
		{"--" + evil}, {"-p", evil, "--demo", "m"}, {"-f", evil, "--demo", "m"}, {"-o", evil}, {"-t", evil, "--demo"},
		{"--max-message", evil, "--demo"}, {"--ids", evil, "--demo"}, {"-H", evil, "http://x"},
		{evil}, {evil + ":1", "m"}, {"http://127.0.0.1:1/" + evil, "m"}, {"ws://" + evil, "m"}, {"@" + evil, "m"},
		{"-l", evil}, {"-l", "/" + evil}, {"--", evil}, {"--", "/" + evil},
		{"-s", file, "--demo", "m"}, {"--schema", file, "--demo", "m"}, {"--record", file, "--demo", "m"},
		{"--ca", file, "tls://127.0.0.1:1", "m"}, {"--cert", file, "-l", "tls://127.0.0.1:0"},
		{"--token", "@" + evil, "http://127.0.0.1:1", "m"}, {"--redact", evil, "--demo", "m"},
		{"show", file}, {"stat", file}, {"show", evil}, {"export", "md", file}, {"export", evil, file},
		{"replay", file, "--demo"}, {"replay", evil, "--demo"}, {"verify", "--equal", evil, file, "--demo"},
		{"replay", "--only", evil, file, "--demo"}, {"replay", "--let", evil, file, "--demo"},
		{"tap", "-l", "127.0.0.1:0", evil}, {"tap", "--wrap", file, "x"}, {"tap", "--wrap", evil, evil},
		{"run", file}, {"run", evil}, {"completion", evil}, {"man", evil},
		{"--demo", evil}, {"--demo", "my_add", evil}, {"--demo", "my_add", "@" + evil}, {"--demo", "echo", evil + "=1"},
		{"--demo", "-e", "." + evil}, {"--demo", "-e", evil}, {"--demo", "-e", "my_add 1 2 > /no/" + evil},
		{"--demo", "-e", ".set " + evil + " 1"}, {"--demo", "-e", ".set view " + evil},
		{"--demo", "-e", ".watch " + evil}, {"--demo", "-e", ".connect " + evil},
		{"--demo", "-e", ".source " + evil}, {"--demo", "-e", ".learn " + evil},
		{"--demo", "-e", ".serve " + evil + " " + evil}, {"--demo", "-e", ".show " + evil},
		{"--demo", "-e", "@" + evil + " m"}, {"--demo", "-e", ".on " + evil + " " + evil},
		{"--demo", "-e", ".reply " + evil}, {"--demo", "-e", ".help " + evil},
		{"--demo", "-e", `echo "x" |! exit 3 #` + evil},
	} {
		var out, errs bytes.Buffer
		run(context.Background(), append([]string{"-t", "2s"}, args...), strings.NewReader(""), &out, &errs)
		if said := errs.String(); acts.MatchString(said) { // results go into a pipe as they came
			t.Errorf("%q: %q is said", args, said)
		}
	}
}

// TestOneWriter holds main to saying.go: who prints past it may print what acts on a terminal.
func TestOneWriter(t *testing.T) {
	for _, f := range sources(t)["main"] {
		if f.test || f.name == "saying.go" {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			to, ok := call.Args[0].(*ast.SelectorExpr)
			how, isMethod := call.Fun.(*ast.SelectorExpr)
			if ok && isMethod && (to.Sel.Name == "stdout" || to.Sel.Name == "stderr") &&
				regexp.MustCompile(`^(Fprint.*|WriteString)$`).MatchString(how.Sel.Name) {
				t.Errorf("%s prints past saying.go", f.set.Position(call.Pos()))
			}
			return true
		})
	}
}
