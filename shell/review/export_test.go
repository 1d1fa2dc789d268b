package review

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rpcsh/shell/export"
	"rpcsh/shell/jq"
)

var update = flag.Bool("update", false, "write the files that the tests compare with")

// exported returns what an export of a recording of testdata writes.
func exported(t *testing.T, form export.Form, name string, opts Options) string {
	t.Helper()
	opts.File = filepath.Join("testdata", name+".rpcrec")
	got, err := look(t, func(ctx context.Context, opts Options) error { return Export(ctx, opts, form) }, "", opts)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Each form of a recording is the file beside it.
func TestExport(t *testing.T) {
	for _, form := range export.Forms() {
		for _, name := range []string{"session", "hostile", "tap"} {
			t.Run(form.Name+" "+name, func(t *testing.T) {
				got := exported(t, form, name, Options{})
				if problem := grammars[form.Name](got); problem != nil {
					t.Error(problem)
				}
				if form.Name == "html" {
					_, got, _ = strings.Cut(got, pageData)
					got, _, _ = strings.Cut(got, "</script>")
				}
				file := filepath.Join("testdata", "export", name+"."+form.Name+form.Suffix)
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("it is not %s:\n%s", file, got)
				}
			})
		}
	}
}

// Of what is no recording, no form has a beginning.
func TestExportUnreadable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x")
	for _, content := range []string{"", "words", `{"rpcrec":2}`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, form := range export.Forms() {
			got, err := look(t, func(ctx context.Context, opts Options) error { return Export(ctx, opts, form) }, "",
				Options{File: file})
			if err == nil || got != "" {
				t.Errorf("%q as %s: %q, %v", content, form.Name, got, err)
			}
		}
	}
}

// pageData is what stands before the data of a page.
const pageData = `<script type="application/json" id="data">`

// grammars are what the programs that read a form demand of it, whatever peers have sent.
var grammars = map[string]func(text string) error{
	"mermaid": func(text string) error {
		const safe = `(#\d+;|[^#;:%<>&$\\` + "`" + `\x00-\x1f\x{2028}\x{2029}\x{202e}])+`
		const name = `(us|[pc]\d+)`
		line := regexp.MustCompile(`^(sequenceDiagram|    (participant ` + name + ` as |Note over ` + name + `: |` +
			name + `(->>|-->>|--x|-\))` + name + `: )` + safe + `)$`)
		return eachLine(text, line.MatchString)
	},
	"md": func(text string) error {
		fence := ""
		block := regexp.MustCompile("^(```+)json$")
		plain := regexp.MustCompile("^(### Recorded [-0-9: ]+( by)?|[0-9:.]+ [·→←] [a-z]+( from)?|The first .*|)$")
		return eachLine(text, func(line string) bool {
			switch opened := block.FindStringSubmatch(line); {
			case fence != "" && line == fence:
				fence = ""
			case fence != "":
				return !strings.HasPrefix(strings.TrimSpace(line), fence)
			case opened != nil:
				fence = opened[1]
			default:
				head, _, _ := strings.Cut(withoutCode(line), "¶")
				return plain.MatchString(strings.TrimRight(head, " *"))
			}
			return true
		})
	},
	"trace": validJSON,
	"html": func(text string) error {
		tags := regexp.MustCompile(`<(/?\w+)`)
		head, rest, _ := strings.Cut(text, pageData)
		data, script, found := strings.Cut(rest, "</script>\n<script>\"use strict\";")
		switch {
		case !found || tags.MatchString(data) || strings.Contains(data, "<"):
			return errors.New("the data is not apart from the page")
		case !strings.Contains(head, "default-src 'none'; script-src 'sha256-"):
			return errors.New("the page may load what it likes")
		case !strings.HasSuffix(script, "</script>\n</html>\n") || strings.Count(script, "</script") != 1:
			return errors.New("the page's script is not the last of it")
		}
		return validJSON(data)
	},
	"har": validJSON,
	"lsp-inspector": func(text string) error {
		head := regexp.MustCompile(`^\[Trace - [0-9:.]+\] (Sending|Received) ` +
			`(request '[^][]* - \([0-9a-zA-Z-]+\)'\.|notification '[^][]*'\.|` +
			`response '[^][]* - \([0-9a-zA-Z-]+\)'(\. Processing request took| in) \d+ms[^][]*)$`)
		for entry := range strings.SplitSeq(strings.TrimSuffix(text, "\n\n\n"), "\n\n\n") {
			first, value, _ := strings.Cut(entry, "\n")
			_, value, found := strings.Cut(value, ": ")
			if !found || !head.MatchString(first) || strings.Contains(value, "[Trace") || validJSON(value) != nil {
				return fmt.Errorf("entry %s", entry)
			}
		}
		return nil
	},
	"mcpsnoop": func(text string) error {
		return eachLine(text, func(line string) bool { return validJSON(line) == nil })
	},
}

// withoutCode returns a line of markdown with a mark for each of its spans of code, by the rule of CommonMark: one ends
// at the next backticks that are as many.
func withoutCode(line string) string {
	runs := regexp.MustCompile("`+")
	var b strings.Builder
	for {
		begin := runs.FindStringIndex(line)
		if begin == nil {
			return b.String() + line
		}
		fence, rest := line[begin[0]:begin[1]], line[begin[1]:]
		end := -1
		for _, run := range runs.FindAllStringIndex(rest, -1) {
			if end < 0 && run[1]-run[0] == len(fence) {
				end = run[1]
			}
		}
		if end < 0 {
			return b.String() + line
		}
		b.WriteString(line[:begin[0]] + "¶")
		line = rest[end:]
	}
}

func eachLine(text string, good func(line string) bool) error {
	var problems []error
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if !good(line) {
			problems = append(problems, fmt.Errorf("line %d: %s", i+1, line))
		}
	}
	return errors.Join(problems...)
}

func validJSON(text string) error {
	var v any
	return json.Unmarshal([]byte(text), &v)
}

// What rpcsh reads of its own exports says what the recording did.
func TestExportRead(t *testing.T) {
	if len(grammars) != len(export.Forms()) {
		t.Error("not every form has a grammar")
	}
	says, err := jq.Compile(`select(.kind != "unreadable") |
		[.dir, .kind, .id, .method, .params, .result, .error.code, .error.message]`)
	if err != nil {
		t.Fatal(err)
	}
	chosen := Options{
		Filter: filter(t, "kind:request kind:notification kind:response kind:error peer:1"), JQ: says,
	}
	opts := chosen
	opts.File = filepath.Join("testdata", "session.rpcrec")
	want, err := look(t, Show, "", opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"har", "lsp-inspector"} {
		form, _ := export.Find(name)
		text := exported(t, form, "session", Options{Filter: filter(t, "peer:1")})
		if got, err := look(t, Show, text, chosen); err != nil || got != want {
			t.Errorf("%s: %v\n%swant\n%s", name, err, got, want)
		}
	}
}

// A log without a date begins with the time of computers.
func TestExportTimeless(t *testing.T) {
	const log = `[Trace - 10:00:00 AM] Sending request 'shutdown - (1)'.
Params: null


[Trace - 10:00:01 AM] Received response 'shutdown - (1)' in 4ms.
Result: null


`
	for name, want := range map[string]string{
		"trace": `"ts":0,"dur":1000000,`, "har": `"time": 1.000000,`, "mcpsnoop": `"ts":"1970-01-01T00:00:01Z"`,
		"lsp-inspector": `[Trace - 00:00:01.000] Received`, "md": "### Recorded by `vscode-languageclient`\n",
	} {
		form, _ := export.Find(name)
		got, err := look(t, func(ctx context.Context, opts Options) error { return Export(ctx, opts, form) }, log,
			Options{})
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %v, want %s in\n%s", name, err, want, got)
		}
	}
}

func TestExportFilter(t *testing.T) {
	form, _ := export.Find("mermaid")
	got := exported(t, form, "session", Options{Filter: filter(t, "add kind:response kind:error peer:1")})
	want := `sequenceDiagram
    participant us as rpcsh
    participant p1 as localhost#58;6000
    p1--xus: #35;2 error -32602 no · 100.0 ms
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

// A diagram ends where Mermaid would draw it no more, and says how much is missing.
func TestExportBound(t *testing.T) {
	var text strings.Builder
	text.WriteString(`{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n")
	for range 2000 {
		text.WriteString(`{"t":0,"c":1,"d":">","m":{"jsonrpc":"2.0","method":"tick","params":["some words"]}}` + "\n")
	}
	form, _ := export.Find("mermaid")
	got, err := look(t, func(ctx context.Context, opts Options) error { return Export(ctx, opts, form) }, text.String(),
		Options{})
	if err != nil || len(got) > 50_000 || !regexp.MustCompile(`… and [\d,]+ more events, for which`).MatchString(got) {
		t.Errorf("%d bytes, %v: …%s", len(got), err, got[max(0, len(got)-200):])
	}
}

// What cannot be exported leaves the file that is written to as it is.
func TestExportTo(t *testing.T) {
	form, _ := export.Find("md")
	dir := t.TempDir()
	recorded, other := filepath.Join(dir, "a.rpcrec"), filepath.Join(dir, "other")
	good := `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n"
	for file, text := range map[string]string{recorded: good, other: "words"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	remark := func(string) {}
	for _, test := range []struct{ from, to, want string }{
		{recorded, recorded, "it is the recording itself"},
		{other, recorded, "this is no recording"},
		{filepath.Join(dir, "none"), recorded, "there is no such file"},
		{recorded, filepath.Join(dir, "none", "x.md"), filepath.Join("none", "x.md") + ": its folder is missing"},
	} {
		_, err := ExportTo(context.Background(), Options{File: test.from, Remark: remark}, form, test.to)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s to %s: %v, want %s", test.from, test.to, err, test.want)
		}
		if text, err := os.ReadFile(recorded); err != nil || string(text) != good {
			t.Errorf("the file is %q now, %v", text, err)
		}
	}
	size, err := ExportTo(context.Background(), Options{File: recorded, Remark: remark}, form, other)
	text, _ := os.ReadFile(other)
	if err != nil || size != len(text) || !strings.HasPrefix(string(text), "### Recorded") {
		t.Errorf("%d bytes, %v: %q", size, err, text)
	}
}
