// Package shell is the shell itself: the commands, what they print, and the loop that reads lines. The language is read by
// package lang, connections are made by package dial, the terminal is package term's.
package shell

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"rpcsh/history"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/answer"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
	"rpcsh/shell/traffic"
)

// A Terminal is where a person sits. *term.Terminal is one; tests type and see by another.
type Terminal interface {
	io.Writer
	ReadLine(ctx context.Context, prompt string) (string, error)
	Ask(ctx context.Context, question string, complete func(line string, cursor int) []term.Suggestion) (string, error)
	Page(ctx context.Context, text string) error
	Prefill(text string) // puts text into the next line that is read
	SetPrompt(prompt string)
	SetStatus(text string)
	NotifyInterrupt(f func())
	Width() int
}

// Config is what a Shell needs. Either Terminal is set, for a person, or Stdout and Stderr are.
type Config struct {
	Terminal Terminal
	Stdout   io.Writer         // results
	Stderr   io.Writer         // all else
	Status   func(text string) // shows what is being waited for where there is no Terminal; nil: nothing does

	Wire      dial.Config   // for .connect and .listen where they say nothing else
	Timeout   time.Duration // of calls; 0: none
	Output    string        // one of Outputs; "" is pretty for a person, else json
	Color     bool
	Verbose   bool
	Reconnect bool // dial peers again that have gone
	Discover  bool // ask peers what they offer: a person's unasked
	Incoming  bool // print what comes in on Stdout, a JSON object a line
	Log       bool // print each message, in and out, on Stderr: JSON objects where Output is OutputJSON

	Self     catalog.Self     // who we tell peers that we are
	History  *history.History // nil: none
	Store    catalog.Store    // of the methods known of peers
	Findings dial.Findings    // of what they speak
}

// A Shell is one session. Its methods are called by one goroutine, but for Complete and Hint.
type Shell struct {
	cfg       Config
	colors    *palette
	screen    *screen
	peers     peers
	rules     answer.Rules
	scripts   scripts
	desk      *answer.Desk
	attention chan struct{}   // a request has been parked at the desk
	handlers  handlers        // of .on
	done      context.Context // ends with the session
	finish    context.CancelFunc
	tasks     sync.WaitGroup // goroutines that the session owns
	waiting   sync.WaitGroup // those of them that wait for the answers to background calls
	tokens    tokens
	left      context.Context // ends when .quit is given
	leave     context.CancelFunc
	line      string // being run, as the person typed it; the goroutine that runs lines has this and what follows
	column    int    // where the line began, behind the prompt
	refused   string // the last one that was refused, and is run all the same if it is entered again

	mu        sync.Mutex // protects what follows
	listeners []*dial.Listener
	watch     traffic.Filter
	mute      []traffic.Filter
	variables map[string]json.RawMessage
	set       settings
	documents []*catalog.Learned // of Learn
	failed    error              // of the first background call that failed
	prompted  string             // the prompt that was made last
	ticking   bool               // the prompt's ages are kept up
}

// New starts a session; Close ends it.
func New(cfg Config) *Shell {
	s := &Shell{cfg: cfg, attention: make(chan struct{}, 1), variables: make(map[string]json.RawMessage)}
	s.desk = answer.NewDesk(answer.DeskOptions{OnParked: s.parked, OnGone: s.unparked})
	s.colors = newPalette(cfg.Color)
	s.set = initialSettings(cfg)
	if s.set.output == "" {
		s.set.output = OutputJSON
		if s.interactive() {
			s.set.output = OutputPretty
		}
	}
	s.screen = newScreen(s.stderr(), func(text string) string { return s.colors.dim(text) })
	s.done, s.finish = context.WithCancel(context.Background())
	s.left, s.leave = context.WithCancel(context.Background())
	return s
}

// Greet shows text to the person.
func (s *Shell) Greet(text string) { s.say("%s", text) }

// settings returns the settings of now.
func (s *Shell) settings() settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set
}

func (s *Shell) interactive() bool { return s.cfg.Terminal != nil }

// stdout is where results go.
func (s *Shell) stdout() io.Writer {
	if s.interactive() {
		return s.cfg.Terminal
	}
	return s.cfg.Stdout
}

// stderr is where all else goes.
func (s *Shell) stderr() io.Writer {
	if s.interactive() {
		return s.cfg.Terminal
	}
	return s.cfg.Stderr
}

// Close ends all connections and what the session has running, and puts out what is still to be shown.
func (s *Shell) Close() {
	s.closeListeners()
	s.finish()
	s.leave()
	s.closeConnections(s.peers.list())
	s.rules.Close()
	s.tasks.Wait()
	s.screen.close()
}

// Run reads lines from the terminal and runs them until the person leaves or ctx ends.
func (s *Shell) Run(ctx context.Context) error {
	ctx, cancel := s.UntilQuit(ctx)
	defer cancel()
	for {
		s.screen.flush()
		line, err := s.cfg.Terminal.ReadLine(ctx, s.prompt())
		if err != nil {
			if errors.Is(err, io.EOF) || s.left.Err() != nil {
				return nil
			}
			return err
		}
		s.keep(line)
		s.line, s.column = line, displayWidth(s.shownPrompt())
		err = s.interruptible(ctx, line)
		s.refused = ""
		if err != nil {
			s.showError(line, err)
		}
		var r *refusal
		if errors.As(err, &r) {
			s.refused = s.line
			s.cfg.Terminal.Prefill(s.line)
		}
		if s.left.Err() != nil {
			return nil
		}
	}
}

// UntilQuit returns a context that ends with ctx, and when .quit is given, which a line of .on may do.
func (s *Shell) UntilQuit(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.left, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// keep adds line to the history.
func (s *Shell) keep(line string) {
	if s.cfg.History == nil {
		return
	}
	if err := s.cfg.History.Add(line); err != nil {
		s.note(fmt.Sprintf("the line was not kept: %v", err))
	}
}

// interruptible runs a line that Ctrl-C can end.
func (s *Shell) interruptible(ctx context.Context, line string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cfg.Terminal.NotifyInterrupt(func() { cancel(errInterrupted) })
	defer s.cfg.Terminal.NotifyInterrupt(nil)
	return s.Eval(ctx, line)
}

// RunLines runs the lines that next returns until it returns io.EOF. It stops at the first that fails, unless .set stop off; its
// error is that of the first that failed.
func (s *Shell) RunLines(ctx context.Context, next func() (string, error)) error {
	var first error
	for n := 1; ; n++ {
		line, err := next()
		if errors.Is(err, io.EOF) {
			return cmp.Or(first, s.wait(ctx))
		}
		if s.left.Err() != nil {
			return first
		}
		if err != nil {
			return fmt.Errorf("reading line %d: %w", n, err)
		}
		err = s.Eval(ctx, line)
		s.screen.flush()
		if err != nil {
			err = withLine(err, line, n)
			if s.settings().stop || ctx.Err() != nil {
				return cmp.Or(first, err)
			}
			s.ShowFailure(err)
			first = cmp.Or(first, error(&shownError{err}))
		}
		if s.left.Err() != nil {
			return first
		}
	}
}

// wait waits for the answers to background calls, and returns the error of the first that failed.
func (s *Shell) wait(ctx context.Context) error {
	done := make(chan struct{})
	s.tasks.Go(func() {
		s.waiting.Wait()
		close(done)
	})
	select {
	case <-done:
	case <-ctx.Done():
		return errInterrupted
	}
	s.screen.flush()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// withLine adds to a mistake in the language where it is.
func withLine(err error, line string, n int) error {
	var syntax *lang.Error
	if !errors.As(err, &syntax) {
		return err
	}
	return fmt.Errorf("line %d, column %d: %w", n, syntax.Characters(line)+1, err)
}

// ShowFailure puts out what made a run fail, in the form that was asked for, on Stderr, unless it has been shown already.
func (s *Shell) ShowFailure(err error) {
	var shown *shownError
	if errors.As(err, &shown) {
		return
	}
	text := "rpcsh: " + visible(err.Error(), false)
	if s.cfg.Output == OutputJSON {
		text = ErrorJSON(err)
	}
	s.screen.print(s.stderr(), text)
	s.screen.flush()
}

// Eval runs one line.
func (s *Shell) Eval(ctx context.Context, line string) error {
	statement, err := lang.Parse(line, s.env(ctx))
	if err != nil {
		return err
	}
	return s.run(ctx, statement)
}

// Call runs one call whose words came apart: METHOD [ARG …] on the command line.
func (s *Shell) Call(ctx context.Context, notify bool, method string, words []string) error {
	if strings.HasPrefix(method, ".") {
		return s.Eval(ctx, strings.Join(append([]string{method}, words...), " "))
	}
	c, err := lang.ParseArgs(method, words, lang.Env{ReadFile: readFile})
	if err != nil {
		var syntax *lang.Error
		if errors.As(err, &syntax) {
			return UsageError("%s %s: %w", method, strings.Join(words, " "), err)
		}
		return err
	}
	c.Notify = c.Notify || notify
	return s.run(ctx, &lang.Statement{Calls: []lang.Call{*c}})
}

func (s *Shell) env(ctx context.Context) lang.Env {
	o := occasionOf(ctx)
	if o == nil {
		return lang.Env{Variable: s.variable, ReadFile: readFile}
	}
	return lang.Env{ReadFile: readFile, Variable: func(name string) (json.RawMessage, bool) {
		if v, ok := o.variables[name]; ok {
			return v, true
		}
		return s.variable(name)
	}}
}

// maxFile is the largest file that @FILE takes, in bytes: no message that holds a larger one would be taken by anybody.
const maxFile = 1 << 30

// readFile reads a file for an argument.
func readFile(path string) ([]byte, error) { return readUpTo(path, maxFile) }

// readUpTo reads a file of at most so many bytes. What is no regular file may have no end, or never begin.
func readUpTo(path string, most int) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Size() > int64(most):
		return nil, fmt.Errorf("%s has %s, at most %s are taken", path, size(int(info.Size())), size(most))
	}
	return os.ReadFile(path)
}

func (s *Shell) variable(name string) (json.RawMessage, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.variables[name]
	return v, ok
}

// lastResult is the variable that always holds the last result.
const lastResult = "_"

func (s *Shell) assign(name string, v json.RawMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.variables[lastResult] = v
	if name != "" {
		s.variables[name] = v
	}
}

// run runs a statement.
func (s *Shell) run(ctx context.Context, st *lang.Statement) error {
	switch {
	case st.Command != nil:
		return s.command(ctx, st)
	case st.Print != nil:
		return s.printValue(ctx, st)
	case len(st.Calls) > 0:
		return s.calls(ctx, st)
	}
	return nil
}

var _ Terminal = (*term.Terminal)(nil)
