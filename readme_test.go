package main

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell/command"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

var update = flag.Bool("update", false, "rewrite what is generated or played in README.md and docs/")

const (
	readmeFile       = "README.md"
	referenceFile    = "docs/reference.md"
	architectureFile = "docs/architecture.md"
)

// commandTable returns the shell's commands, and their groups in order.
func commandTable() ([]command.Command, []string) { return command.List(), command.Groups() }

// generated is the parts of the documents between <!-- NAME --> and <!-- /NAME -->.
func generated() map[string]map[string]string {
	return map[string]map[string]string{
		readmeFile:       {"commands": commandLines()},
		architectureFile: {"packages": packageTable()},
		referenceFile: {
			"commands": commandReference(), "flags": "```text\n" + newFlags(new(options)).FlagUsages() + "```\n",
			"verbs": verbReference(), "settings": settingReference(), "keys": bindingTable(term.Bindings()),
		},
		"docs/typing.md": {"vikeys": bindingTable(term.ViBindings())},
	}
}

// verbReference says what each verb does, with the flags that only it has.
func verbReference() string {
	var b strings.Builder
	for _, v := range verbs() {
		fmt.Fprintf(&b, "- `%s`: %s.\n", v.line(), v.summary)
		if flags := v.ownFlags().FlagUsages(); flags != "" {
			fmt.Fprintf(&b, "\n  ```text\n%s  ```\n\n", flags)
		}
	}
	return b.String()
}

// cell returns text for a cell of a table, where | ends a cell even inside of a code span.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// signature returns a command with its other names and its arguments.
func signature(c command.Command) string {
	names := "." + c.Name
	for _, alias := range c.Aliases {
		names += ", ." + alias
	}
	return strings.TrimSpace(names + " " + c.Usage)
}

// eachCommand calls group with each group and then one with each of its commands.
func eachCommand(group func(string), one func(command.Command)) {
	commands, groups := commandTable()
	for _, g := range groups {
		group(g)
		for _, c := range commands {
			if c.Group == g {
				one(c)
			}
		}
	}
}

// commandLines names the commands, a group a row: what each does is told by .help and the reference.
func commandLines() string {
	var b strings.Builder
	b.WriteString("| | |\n| --- | --- |")
	eachCommand(
		func(group string) { fmt.Fprintf(&b, "\n| %s |", group) },
		func(c command.Command) { fmt.Fprintf(&b, " `.%s`", c.Name) },
	)
	return strings.ReplaceAll(b.String(), "`\n", "` |\n") + " |\n"
}

func commandReference() string {
	var b strings.Builder
	eachCommand(
		func(group string) { fmt.Fprintf(&b, "### %s\n\n", group) },
		func(c command.Command) {
			fmt.Fprintf(&b, "#### .%s\n\n```text\n%s\n```\n\n%s\n\n", c.Name, signature(c), sentence(c.Summary))
			if c.Help != "" {
				b.WriteString(escaped(c.Help) + "\n\n")
			}
			if len(c.Terms) > 0 {
				b.WriteString("| | |\n| --- | --- |\n")
				for _, term := range c.Terms {
					fmt.Fprintf(&b, "| `%s` | %s |\n", cell(term.Name), cell(escaped(term.Meaning)))
				}
				b.WriteString("\n")
			}
			if len(c.Examples) > 0 {
				fmt.Fprintf(&b, "```text\n%s\n```\n\n", strings.Join(c.Examples, "\n"))
			}
		},
	)
	return strings.TrimSuffix(b.String(), "\n")
}

// sentence returns a summary as a sentence.
func sentence(summary string) string {
	text := strings.ToUpper(summary[:1]) + summary[1:]
	if !strings.HasSuffix(text, "…") {
		text += "."
	}
	return escaped(text)
}

// escaped returns text in which nothing is markup.
func escaped(text string) string {
	return strings.NewReplacer("*", `\*`, "_", `\_`, "<", `\<`).Replace(text)
}

// initialSettings returns the settings of a new session without a person, for which one of them has another default.
func initialSettings() []command.Setting {
	s := session.New(session.Options{
		Settings: session.Settings{Timeout: defaultTimeout}, Wire: dial.Config{Settle: dial.DefaultSettle},
	})
	defer s.Close()
	v := view.New(view.Options{Stdout: io.Discard, Stderr: io.Discard}, s.Events())
	defer v.Close()
	kept := ring.Follow(s.Events(), ring.DefaultLimit)
	defer kept.Close()
	return command.New(command.Deps{Session: s, View: v, Lines: initialLines{}, Ring: kept}).Settings()
}

// initialLines are lines of which nothing is asked but what settings are in the beginning.
type initialLines struct{ command.Lines }

func (initialLines) Stops() bool        { return true }
func (initialLines) Desk() command.Desk { return initialDesk{} }

type initialDesk struct{ command.Desk }

func (initialDesk) Editing() string { return command.EditingEmacs }
func (initialDesk) Prompt() string  { return command.PromptAuto }
func (initialDesk) Status() bool    { return true }

func settingReference() string {
	var b strings.Builder
	b.WriteString("| setting | values | default | |\n| --- | --- | --- | --- |\n")
	for _, s := range initialSettings() {
		initial := "`" + s.Get() + "`"
		if s.Name == "output" { // the only one that depends on where rpcsh runs
			initial = "`pretty` at a terminal, else `json`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Name, strings.Join(s.Values, "` `"), initial, s.Help)
	}
	return b.String()
}

func bindingTable(bindings []term.Binding) string {
	var b strings.Builder
	b.WriteString("| key | |\n| --- | --- |\n")
	for _, binding := range bindings {
		fmt.Fprintf(&b, "| %s | %s |\n", strings.ReplaceAll(binding.Names(), "_", `\_`), binding.Does)
	}
	return b.String()
}

// TestDocsGenerated compares what the documents list with the tables in the program; with -update it rewrites them.
func TestDocsGenerated(t *testing.T) {
	for file, parts := range generated() {
		text := readFile(t, file)
		for name, want := range parts {
			opening, closing := "<!-- "+name+" -->\n", "<!-- /"+name+" -->\n"
			before, rest, opened := strings.Cut(text, opening)
			got, after, closed := strings.Cut(rest, closing)
			switch {
			case !opened || !closed:
				t.Errorf("%s has no part between %q and %q", file, opening, closing)
			case *update:
				text = before + opening + want + closing + after
			case got != want:
				t.Errorf("the %s in %s are not those of the program (go test -run Docs . -update):\n%s\nwant\n%s",
					name, file, got, want)
			}
		}
		if *update {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestReadmeLength: README.md is for the first ten minutes, and has the words that people search for.
func TestReadmeLength(t *testing.T) {
	const most = 250
	text := readFile(t, readmeFile)
	if n := strings.Count(text, "\n"); n > most {
		t.Errorf("%s has %d lines, at most %d are wanted; the rest belongs into docs/", readmeFile, n, most)
	}
	for _, word := range []string{
		"REPL", "mock server", "auto-detection", "introspection", "fault injection", "pager",
	} {
		if !strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
			t.Errorf("%s does not say %q", readmeFile, word)
		}
	}
}

// TestDocsLinks: what a document refers to is there.
func TestDocsLinks(t *testing.T) {
	anchors := regexp.MustCompile(`(?m)^#+ (.*)$`)
	for _, name := range docNames(t) {
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(readFile(t, name), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(link[1], "#")
			target := name
			if file != "" {
				target = filepath.Join(filepath.Dir(name), file)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s refers to %s: %v", name, link[1], err)
				continue
			}
			found := anchor == ""
			if !found {
				for _, m := range anchors.FindAllStringSubmatch(readFile(t, target), -1) {
					found = found || slug(m[1]) == anchor
				}
			}
			if !found {
				t.Errorf("%s refers to %s, which has no such heading", name, link[1])
			}
		}
	}
}

// slug returns the anchor that GitHub gives a heading.
func slug(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
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

// knownNames returns the flags and commands of the program, and the flags of commands.
func knownNames() map[string]bool {
	known := make(map[string]bool)
	newFlags(new(options)).VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	for _, v := range verbs() {
		v.ownFlags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
	}
	commands, _ := commandTable()
	for _, c := range commands {
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
	known["--x"] = true           // an argument that looks like a flag
	known["--data-binary"] = true // of curl, which .curl writes
	return known
}

// TestDocsNames: a flag or a command that the documents show is one of the program.
func TestDocsNames(t *testing.T) {
	known := knownNames()
	matched := make(map[string]bool)
	patterns := []string{
		`[ \x60](--[a-z][a-z-]*)`,             // flags
		`(?m)^[^\n]*> (\.[a-z]+)`,             // commands in sessions
		`\x60(\.(?:set|call|help|serve|use))`, // commands in the text, where jq expressions begin with a dot too
	}
	for _, name := range docNames(t) {
		if name == "docs/peers.md" || name == "docs/architecture.md" { // which tell of the flags of others
			continue
		}
		var lines []string
		for line := range strings.Lines(readFile(t, name)) {
			others := strings.HasPrefix(line, "$ ") || strings.HasPrefix(line, "curl ") // with flags of theirs
			if !others || strings.HasPrefix(line, "$ rpcsh ") {
				line, _, _ = strings.Cut(line, " -- ") // what follows is a child's
				lines = append(lines, line+"\n")
			}
		}
		for _, pattern := range patterns {
			for _, found := range regexp.MustCompile(pattern).FindAllStringSubmatch(strings.Join(lines, ""), -1) {
				matched[pattern] = true
				if !known[found[1]] {
					t.Errorf("%s has %s, the program does not", name, found[1])
				}
			}
		}
	}
	for _, pattern := range patterns {
		if !matched[pattern] {
			t.Errorf("the documents have nothing that matches %s", pattern)
		}
	}
}

// TestDocsExitCodes compares the table of exit codes with the constants of package exit, and with what rpcsh -h says.
func TestDocsExitCodes(t *testing.T) {
	var got []string
	help := strings.Join(strings.Fields(exitCodes), " ")
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| ([^|(]*[^|( ])`)
	for _, row := range rows.FindAllStringSubmatch(readFile(t, referenceFile), -1) {
		got = append(got, row[1])
		if !strings.Contains(help, row[1]+" "+row[2]) {
			t.Errorf("rpcsh -h does not say %q of exit code %s", row[2], row[1])
		}
	}
	if want := exitConstants(t); !slices.Equal(got, want) {
		t.Errorf("exit codes in %s: %q, in shell/exit/exit.go: %q", referenceFile, got, want)
	}
}

// exitConstants returns the values of the constants in shell/exit/exit.go, in their order.
func exitConstants(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "shell/exit/exit.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 {
			return true
		}
		if number, ok := spec.Values[0].(*ast.BasicLit); ok {
			values = append(values, number.Value)
		}
		return true
	})
	return values
}

// TestVersion: the program's version is that of the newest entry of CHANGELOG.md.
func TestVersion(t *testing.T) {
	heading := regexp.MustCompile(`(?m)^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d$`)
	newest := heading.FindStringSubmatch(readFile(t, "CHANGELOG.md"))
	if newest == nil || newest[1] != version {
		t.Errorf("the newest entry of CHANGELOG.md is %q, the version is %s", newest, version)
	}
}
