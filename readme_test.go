package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rpcsh/shell/command"

	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "rewrite the generated parts of README.md")

const readmeFile = "README.md"

// generated is the parts of README.md between <!-- NAME --> and <!-- /NAME -->.
func generated() map[string]string {
	return map[string]string{"commands": commandTable(), "flags": flagList()}
}

func commandTable() string {
	var b strings.Builder
	b.WriteString("| command | |\n| --- | --- |\n")
	for _, group := range command.Groups() {
		fmt.Fprintf(&b, "| **%s** | |\n", group)
		for _, c := range command.List() {
			if c.Group != group {
				continue
			}
			names := "." + c.Name
			for _, alias := range c.Aliases {
				names += ", ." + alias
			}
			// In a table, | ends a cell even inside of a code span.
			usage := strings.ReplaceAll(strings.TrimSpace(names+" "+c.Usage), "|", `\|`)
			fmt.Fprintf(&b, "| `%s` | %s |\n", usage, c.Summary)
		}
	}
	return b.String()
}

func flagList() string { return "```\n" + newFlags(new(options)).FlagUsages() + "```\n" }

// TestReadmeGenerated compares what README.md lists with the tables in the program; with -update it rewrites README.md.
func TestReadmeGenerated(t *testing.T) {
	text := readFile(t, readmeFile)
	for name, want := range generated() {
		opening, closing := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
		before, rest, opened := strings.Cut(text, opening)
		got, after, closed := strings.Cut(rest, closing)
		switch {
		case !opened || !closed:
			t.Errorf("%s has no part between %q and %q", readmeFile, opening, closing)
		case *update:
			text = before + opening + want + closing + after
		case got != want:
			t.Errorf("the %s in %s are not those of the program (go test -run Readme . -update):\n%s\nwant\n%s", name, readmeFile, got, want)
		}
	}
	if *update {
		if err := os.WriteFile(readmeFile, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// TestReadmeCommandLines: the two commands that a newcomer is told stand alone, ready to be copied.
func TestReadmeCommandLines(t *testing.T) {
	text := readFile(t, readmeFile)
	for _, command := range []string{"go run . --demo", "go test ./..."} {
		if !strings.Contains(text, "\n```\n"+command+"\n```\n") {
			t.Errorf("%s has no block with %q alone", readmeFile, command)
		}
	}
}

// TestReadmeNames: a flag or a command that README.md shows is one of the program.
func TestReadmeNames(t *testing.T) {
	text := readFile(t, readmeFile)
	known := make(map[string]bool)
	newFlags(new(options)).VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	for _, c := range command.List() {
		for _, name := range append(c.Aliases, c.Name) {
			known["."+name] = true
		}
		for _, flag := range regexp.MustCompile(`--[a-z-]+`).FindAllString(c.Usage, -1) {
			known[flag] = true
		}
		for _, term := range c.Terms {
			known[strings.Fields(term.Name)[0]] = true
		}
	}
	known["--x"] = true // an argument that looks like a flag
	for _, pattern := range []string{
		`[ \x60(](--[a-z][a-z-]*)`,            // flags
		`(?m)^[^\n]*> (\.[a-z]+)`,             // commands in sessions
		`\x60(\.(?:set|call|help|serve|use))`, // commands in the text, where jq expressions begin with a dot too
	} {
		found := regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1)
		if found == nil {
			t.Errorf("%s has nothing that matches %s", readmeFile, pattern)
		}
		for _, f := range found {
			if !known[f[1]] {
				t.Errorf("%s has %s, the program does not", readmeFile, f[1])
			}
		}
	}
}

// TestReadmeExitCodes compares the table of exit codes with the constants of package shell, and with what rpcsh -h says.
func TestReadmeExitCodes(t *testing.T) {
	var got []string
	help := strings.Join(strings.Fields(exitCodes), " ")
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+) \| ([^|(]*[^|( ])`).FindAllStringSubmatch(readFile(t, readmeFile), -1) {
		got = append(got, row[1])
		if !strings.Contains(help, row[1]+" "+row[2]) {
			t.Errorf("rpcsh -h does not say %q of exit code %s", row[2], row[1])
		}
	}
	if want := exitConstants(t); !slices.Equal(got, want) {
		t.Errorf("exit codes in %s: %q, in shell/exit.go: %q", readmeFile, got, want)
	}
}

// exitConstants returns the values of the constants Exit… in shell/exit.go, in their order.
func exitConstants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "shell/exit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && strings.HasPrefix(spec.Names[0].Name, "Exit") {
			values = append(values, spec.Values[0].(*ast.BasicLit).Value)
		}
		return true
	})
	return values
}

// TestReadmeExamples runs what the blocks marked console show, and compares what is printed.
func TestReadmeExamples(t *testing.T) {
	text := readFile(t, readmeFile)
	times := regexp.MustCompile(`"time":"[^"]*"`)
	blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(blocks) == 0 {
		t.Fatalf("%s has no blocks marked console", readmeFile)
	}
	for _, block := range blocks {
		for _, example := range strings.Split("\n"+block[1], "\n$ rpcsh ")[1:] {
			line, want, _ := strings.Cut(strings.TrimSuffix(example, "\n"), "\n")
			t.Run(line, func(t *testing.T) {
				var out bytes.Buffer
				run(t.Context(), splitWords(line), strings.NewReader(""), &out, &out)
				got := times.ReplaceAllString(strings.TrimSuffix(out.String(), "\n"), "")
				if want := times.ReplaceAllString(want, ""); got != want {
					t.Errorf("printed\n%s\nwant\n%s", got, want)
				}
			})
		}
	}
}

// splitWords splits a line as a system's shell does, as far as examples need it: blanks, and single quotes.
func splitWords(line string) []string {
	words := regexp.MustCompile(`'[^']*'|[^ ]+`).FindAllString(line, -1)
	for i, w := range words {
		words[i] = strings.Trim(w, "'")
	}
	return words
}

// TestVersion: the program's version is that of the newest entry of CHANGELOG.md.
func TestVersion(t *testing.T) {
	newest := regexp.MustCompile(`(?m)^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d$`).FindStringSubmatch(readFile(t, "CHANGELOG.md"))
	if newest == nil || newest[1] != version {
		t.Errorf("the newest entry of CHANGELOG.md is %q, the version is %s", newest, version)
	}
}
