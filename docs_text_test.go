package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A document is README.md or a page of docs/. Besides its text, it is a script: TestDocs plays the blocks whose fence
// says console. Comments, which readers do not see, say what a block needs:
//
//	<!-- needs NAME … -->    peers without which the section is not played (docPeers)
//	<!-- awaits PORT … -->   ports on which somebody listens before the block goes on behind a command that ends
//	                         with &
//	<!-- file NAME -->       the next block is a file, which is there in each section of each document
type document struct {
	name   string
	lines  []string
	files  map[string]string
	scenes []*scene
}

// A scene is a section of a document. It is played in a folder of its own, in which nothing is known from earlier.
type scene struct {
	title  string
	needs  []string
	blocks []*block
}

// A block is a fenced block that is played.
type block struct {
	first, last int      // its lines are document.lines[first:last]
	session     string   // the word behind console: a terminal; blocks with the same word go on in it
	half        bool     // the last line is typed, but not entered
	small       bool     // the terminal that it opens is one of 80 columns and 24 rows
	awaits      []string // ports
	steps       []step
}

// A step is what a person does in a block, and what is to be seen then.
type step struct {
	command string // behind "$ "
	prompt  bool   // there is a prompt, at which typed is typed
	typed   string
	line    string // all of the line
	want    []string
	at      int  // index of the line in document.lines
	row     int  // index of the first row of shown
	goesOn  bool // what the terminal shows next comes by itself, perhaps at once
}

// shown returns the rows that are to be seen: what is wanted, and before it the prompt with what is typed.
func (s step) shown() []string {
	if s.prompt {
		return append([]string{s.line}, s.want...)
	}
	return s.want
}

// halfTyped is the word behind console that marks a block whose last line is not entered.
const halfTyped = "half"

// smallWindow is the word behind console that marks a block whose terminal is as small as the usual ones.
const smallWindow = "80x24"

// docNames returns README.md and the pages of docs/.
func docNames(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	names := []string{readmeFile}
	for _, page := range pages {
		names = append(names, filepath.ToSlash(page))
	}
	return names
}

var (
	fence       = regexp.MustCompile("^```(\\w*) ?(.*)$")
	comment     = regexp.MustCompile(`^<!-- (needs|awaits|file) (.*) -->$`)
	heading     = regexp.MustCompile(`^#{1,3} (.*)$`)
	promptShown = regexp.MustCompile(`^(?:\[[^\]]+\] )?(?:insecure! )?(?:\([^)]*\)|(?:@\S+ )?[\w.\-:/]+)> ?(.*)$`)
)

// readDocument reads a document.
func readDocument(t *testing.T, name string) *document {
	t.Helper()
	d := &document{name: name, lines: strings.Split(readFile(t, name), "\n"), files: make(map[string]string)}
	now := new(scene)
	var file string
	var awaits []string
	for i := 0; i < len(d.lines); i++ {
		line := d.lines[i]
		if m := heading.FindStringSubmatch(line); m != nil {
			now = &scene{title: m[1]}
			d.scenes = append(d.scenes, now)
		}
		if m := comment.FindStringSubmatch(line); m != nil {
			switch m[1] {
			case "needs":
				now.needs = append(now.needs, strings.Fields(m[2])...)
			case "awaits":
				awaits = strings.Fields(m[2])
			case "file":
				file = m[2]
			}
		}
		m := fence.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		end := i + 1 + slices.Index(d.lines[i+1:], "```")
		if end == i {
			t.Fatalf("%s:%d: the block has no end", name, i+1)
		}
		switch {
		case m[1] == "console":
			now.blocks = append(now.blocks, d.block(i+1, end, m[2], awaits))
			awaits = nil
		case file != "":
			d.files[file] = strings.Join(d.lines[i+1:end], "\n") + "\n"
			file = ""
		}
		i = end
	}
	for _, s := range d.scenes {
		s.markSteps()
	}
	return d
}

// markSteps marks the steps behind which something comes by itself.
func (s *scene) markSteps() {
	before := make(map[string]*step) // by terminal
	for _, b := range s.blocks {
		for i := range b.steps {
			now := &b.steps[i]
			if now.command != "" && !(i+1 < len(b.steps) && b.steps[i+1].prompt) {
				continue // it has no terminal
			}
			half := b.half && i == len(b.steps)-1
			if last := before[b.session]; last != nil && now.command == "" && (half || !now.prompt) {
				last.goesOn = true
			}
			before[b.session] = now
		}
	}
}

// block reads the block in d.lines[first:last].
func (d *document) block(first, last int, words string, awaits []string) *block {
	b := &block{first: first, last: last, awaits: awaits}
	for word := range strings.FieldsSeq(words) {
		switch word {
		case halfTyped:
			b.half = true
		case smallWindow:
			b.small = true
		default:
			b.session = word
		}
	}
	for i := first; i < last; i++ {
		line := d.lines[i]
		command, isCommand := strings.CutPrefix(line, "$ ")
		prompt := promptShown.FindStringSubmatch(line)
		switch {
		case isCommand:
			b.steps = append(b.steps, step{command: command, line: line, at: i, row: i + 1})
		case prompt != nil:
			b.steps = append(b.steps, step{prompt: true, typed: prompt[1], line: line, at: i, row: i})
		default:
			if len(b.steps) == 0 {
				b.steps = append(b.steps, step{at: i, row: i})
			}
			s := &b.steps[len(b.steps)-1]
			s.want = append(s.want, line)
		}
	}
	return b
}

// replace puts other lines into the place of what a step shows. It moves those behind.
func (d *document) replace(s step, lines []string) {
	d.lines = slices.Replace(d.lines, s.row, s.row+len(s.shown()), lines...)
}

func (d *document) write(t *testing.T) {
	t.Helper()
	if err := os.WriteFile(d.name, []byte(strings.Join(d.lines, "\n")), 0o644); err != nil {
		t.Error(err)
	}
}

// elided stands for any number of rows.
const elided = "…"

// masks are what differs from run to run.
var masks = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`"time":"[^"]*"`), `"time":TIME`},
	{regexp.MustCompile(`"number":\d+`), `"number":N`},
	{regexp.MustCompile(`"ms":\d+(\.\d+)?`), `"ms":N`},
	{regexp.MustCompile(`\d\d:\d\d:\d\d\.\d{3}`), `TIME`},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`), `DATE`},
	{regexp.MustCompile(`"file:///[^"]*/`), `"file:///…/`},
	{regexp.MustCompile(`:\d{4,5}\b`), `:PORT`},
	{regexp.MustCompile(`\b\d+(\.\d+)? (ms|µs|s|min)\b`), `DURATION`},
	{regexp.MustCompile(`, of which connecting took DURATION`), ``}, // which is said where it was much
	{regexp.MustCompile(`\b\d+/s\b`), `N/s`},
	// how often a slow peer was asked
	{regexp.MustCompile(`(found in DURATION),[^\n]*(\n\d+ connections;[^\n]*)?`), `$1`},
	{regexp.MustCompile(`(?m)^\[\d+ \S+ DURATION\] `), ``}, // a request that waits for the person comes at any time
	{regexp.MustCompile(`( connected from \S+) · .*`), `$1`},
	{regexp.MustCompile(`(?m)^TIME · @\d+ speaks .*\n|\nTIME · @\d+ speaks .*\z`), ``}, // which some have said by then
	{regexp.MustCompile(`[ \t]+`), ` `},
	// messages in and out, to which a discovery adds
	{regexp.MustCompile(`DURATION( \d+)+(\n|$)`), `DURATION COUNTS$2`},
	{regexp.MustCompile(`\n DURATION`), ` DURATION`}, // which has not fitted into the row
	{regexp.MustCompile(` +(\n|$)`), `$1`},
}

// masked returns rows as they are compared.
func masked(rows []string) []string {
	text := strings.Join(rows, "\n")
	for _, m := range masks {
		text = m.pattern.ReplaceAllString(text, m.text)
	}
	return strings.Split(text, "\n")
}

// fits reports whether got is want, in which a row of … stands for any rows. Both are masked.
func fits(got, want []string) bool {
	for i, w := range want {
		if w == elided {
			for skip := i; skip <= len(got); skip++ {
				if fits(got[skip:], want[i+1:]) {
					return true
				}
			}
			return false
		}
		if i >= len(got) || got[i] != w {
			return false
		}
	}
	return len(got) == len(want)
}

// TestDocsCompared: what differs from run to run is masked, and nothing else.
func TestDocsCompared(t *testing.T) {
	for _, tt := range []struct {
		got, want string
		fits      bool
	}{
		{"42     0.5 ms", "42  1.5 s", true},
		{"42", "43", false},
		{"42\n43", "42", false},
		{"42", "42\n43", false},
		{"long result\n     0.6 ms", "long result  12 ms", true},
		{"10:02:55.811 ← tick 1", "23:04:31.244 ← tick 1", true},
		{"10:02:55.811 ← tick 1", "23:04:31.244 ← tick 2", false},
		{"tcp://127.0.0.1:35205", "tcp://127.0.0.1:6000", true},
		{"found in 7 ms, 4 connections; sent: x", "found in 1 ms", true},
		{"[1 roots/list 3 s] peer> x", "peer> x", true},
		{"tcp://127.0.0.1:35205", "tcp://127.0.0.2:6000", false},
		{"a\nb\nc", "a\n…\nc", true},
		{"a\nc", "a\n…\nc", true},
		{"a\nb", "a\n…\nc", false},
		{"a\nb", "…", true},
		{"", "…", true},
		{"@1 connected from 127.0.0.1:35205 · JSON-RPC 2.0, line\n10:02:55.811 · @1 speaks JSON-RPC 2.0, line",
			"@1 connected from 127.0.0.1:6000", true},
		{`{"time":"2026-11-22T09:19:08Z","peer":1}`, `{"time":"x","peer":1}`, true},
		{`{"time":"2026-11-22T09:19:08Z","peer":1}`, `{"time":"x","peer":2}`, false},
	} {
		if got := fits(masked(strings.Split(tt.got, "\n")), masked(strings.Split(tt.want, "\n"))); got != tt.fits {
			t.Errorf("%q fits %q: %v", tt.got, tt.want, got)
		}
	}
}

// What the docs name as a test is one.
func TestDocsNameTests(t *testing.T) {
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	there := make(map[string]bool)
	for _, files := range sources(t) {
		for _, f := range files {
			for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(f.text, -1) {
				there[m[1]] = true
			}
		}
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\bTest[A-Z]\w*`).FindAllString(string(text), -1) {
			if !there[name] {
				t.Errorf("%s names %s, which is no test", page, name)
			}
		}
	}
}
