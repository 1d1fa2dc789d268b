package shell_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rpcsh/history"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell"
	"rpcsh/shell/term"
)

var update = flag.Bool("update", false, "rewrite what is seen in the dialogues")

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

// childVariable makes this binary a child process that fails.
const childVariable = "RPCSH_TEST_CHILD_FAILS"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		fmt.Fprintln(os.Stderr, "oops \x1b[31m")
		os.Exit(3)
	}
	rpctest.RunTogether()
	goleak.VerifyTestMain(m)
}

// A person is a Terminal at which a test types, and sees what is printed.
type person struct {
	lines   chan string   // typed
	prompts chan struct{} // a line is wanted

	mu        sync.Mutex // protects what follows
	prompt    string
	status    string
	last      string // that was typed
	restored  string // with a mark at the cursor
	other     string // what says that it is not the last one
	cols      int    // of the window
	rows      int    // of it; 0: all fits
	seen      strings.Builder
	interrupt func()
	answers   func(line string, cursor int) []term.Suggestion // to the question asked last
}

func newPerson() *person {
	return &person{lines: make(chan string), prompts: make(chan struct{}, 1), cols: 1000}
}

func (p *person) ReadLine(ctx context.Context, prompt string) (string, error) {
	p.SetPrompt(prompt)
	select {
	case p.prompts <- struct{}{}:
	default:
	}
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", io.EOF
		}
		p.mu.Lock()
		p.last = line
		p.mu.Unlock()
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Ask shows what a terminal leaves of a question: it and its answer.
func (p *person) Ask(
	ctx context.Context, question string, complete func(line string, cursor int) []term.Suggestion,
) (string, error) {
	p.mu.Lock()
	p.answers = complete
	p.mu.Unlock()
	line, err := p.ReadLine(ctx, question)
	fmt.Fprintln(p, question+line)
	if line == "^C" {
		return "", term.ErrInterrupted
	}
	return line, err
}

// widen gives the window so many columns. There are so many that no note is broken, until then.
func (p *person) widen(cols int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cols = cols
}

func (p *person) resize(rows int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = rows
}

func (p *person) Fits(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rows == 0 || strings.Count(text, "\n") < p.rows
}

// Page shows nothing of a text that does not fit: a pager leaves nothing.
func (p *person) Page(_ context.Context, text string, _ func() string) error {
	if !p.Fits(text) {
		text = "paged\n"
	}
	_, err := io.WriteString(p, text)
	return err
}

func (p *person) Prefill(text string) { fmt.Fprintln(p, "in the editor: "+text) }

// Restore shows another line than the one that was refused, which is typed anew. It stands before what is said of it.
func (p *person) Restore(text string, cursor int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.restored = text[:cursor] + "▮" + text[cursor:]
	if text != p.last {
		p.other = "in the editor: " + text + "\n"
	}
}

func (p *person) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.Write(b)
}

func (p *person) SetPrompt(prompt string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.prompt = prompt
}

func (p *person) SetStatus(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if text != "" {
		p.status = text
	}
}

func (*person) SetColors(term.Colors) {}

func (*person) AskBackground(func(isLight bool)) {}

func (p *person) NotifyInterrupt(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.interrupt = f
}

func (p *person) Width() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cols
}

// take returns what was seen since the last take, as far as it is the same in every run.
func (p *person) take() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return normalize(p.other + p.seen.String())
}

func (p *person) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen.Reset()
	p.other = ""
}

var varying = []struct {
	pattern *regexp.Regexp
	text    string
}{
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d\.\d\d\d`), "TIME"},
	{regexp.MustCompile(`\n +(\d+(\.\d)? (ms|s)\n)`), " $1"}, // where the row had no room
	{regexp.MustCompile(`(?m)^\d+(\.\d)? (ms|s)$`), "TOOK"},
	{regexp.MustCompile(` +\d+(\.\d)? (ms|s|min \d+ s)(\n|$|  )`), "  TOOK$3"},
	{regexp.MustCompile(` +(\d+ ·  TOOK)`), "  $1"},      // what is set to the right
	{regexp.MustCompile(`TIME +RESULT`), "TIME  RESULT"}, // a column is as wide as what it holds
	{regexp.MustCompile(`TOOK +(\S)`), "TOOK  $1"},
	{regexp.MustCompile(`in \d+\.\d ms`), "in TOOK"},
	{regexp.MustCompile(`kept, [\d.]+ \S+ of`), "kept, SIZE of"}, // among it is text that has times
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "HOST:PORT"},
	{regexp.MustCompile(` \d+ s  `), " AGE  "},
}

func normalize(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.text)
	}
	return text
}

// A session is a shell at which a person sits, with a demo peer at hand.
type session struct {
	*person
	t     *testing.T
	shell *shell.Shell
	peer  *demo.Peer
	done  chan error
}

// startSession starts a shell, and connects it to a demo peer that speaks cfg.
func startSession(t *testing.T, cfg dial.Config) *session {
	t.Helper()
	var err error
	s := &session{person: newPerson(), t: t, done: make(chan error, 1)}
	if s.peer, err = demo.Start(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	h, err := history.Open("", 100)
	if err != nil {
		t.Fatal(err)
	}
	sh := shell.New(shell.Config{
		Terminal: s, Wire: cfg, Timeout: patience, History: h, Store: catalog.Store{Dir: t.TempDir()},
	})
	s.shell = sh
	go func() { s.done <- sh.Run(context.Background()) }()
	t.Cleanup(func() {
		close(s.lines)
		if err := <-s.done; err != nil {
			t.Errorf("the session ended with: %v", err)
		}
		sh.Close()
		s.peer.Close()
	})
	s.waitPrompt()
	return s
}

func (s *session) waitPrompt() {
	s.t.Helper()
	select {
	case <-s.prompts:
	case <-time.After(patience):
		s.t.Fatalf("no prompt came; seen:\n%s", s.take())
	}
}

// enter types line; $PEER stands for the demo peer's address, where there is one.
func (s *session) enter(line string) {
	s.t.Helper()
	if s.peer != nil {
		line = strings.ReplaceAll(line, "$PEER", s.peer.Target().Address)
	}
	if runtime.GOOS == "windows" {
		line = strings.NewReplacer("|! cat", `|! find "3"`, "/dev/null", os.DevNull).Replace(line)
	}
	select {
	case s.lines <- line:
	case <-time.After(patience):
		s.t.Fatal("nobody reads lines")
	}
}

// expect waits until exactly want has been seen.
func (s *session) expect(want string) (got string) {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	if *update {
		deadline = time.Now().Add(time.Second)
	}
	for {
		got = strings.ReplaceAll(s.take(), "→ "+os.DevNull, "→ /dev/null")
		if got == want || time.Now().After(deadline) {
			return got
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestDialogues types the lines of testdata/dialogues that begin with "$ ", and compares what is seen with what follows
// them. Go test -update rewrites what follows.
func TestDialogues(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/dialogues/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues found: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playDialogue(t, file) })
	}
}

func playDialogue(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cfg dial.Config
	head, steps, _ := strings.Cut(string(data), "\n\n")
	if _, err := fmt.Sscanf(head, "# %s %s", &cfg.Protocol, &cfg.Framing); err != nil && cfg.Protocol == "" {
		t.Fatalf("%s has to begin with # PROTOCOL [FRAMING]", file)
	}
	s := startSession(t, cfg)
	s.widen(100)
	var played strings.Builder
	fmt.Fprintf(&played, "%s\n\n", head)
	for _, step := range strings.Split("\n"+steps, "\n$ ")[1:] {
		line, want, _ := strings.Cut(step, "\n")
		if want = strings.TrimSuffix(want, "\n"); want != "" {
			want += "\n"
		}
		s.forget()
		s.enter(line)
		s.waitPrompt()
		got := s.expect(want)
		if got != want && !*update {
			t.Errorf("%s: typed\n%s\nseen\n%s\nwant\n%s", file, line, got, want)
		}
		fmt.Fprintf(&played, "$ %s\n%s", line, got)
	}
	if *update {
		if err := os.WriteFile(file, []byte(played.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
