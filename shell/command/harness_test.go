package command_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/completer"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/command"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A shell is a table of commands with a session, a view, and a loop that is none.
type shell struct {
	*command.Table
	session *session.Session
	view    *view.View
	lines   *lines
	screen  *screen
}

// A screen keeps what is written, and is a terminal without keys.
type screen struct {
	width int        // in columns; 0: 80
	mu    sync.Mutex // protects what follows
	text  bytes.Buffer
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *screen) Fits(string) bool { return true }

func (s *screen) Page(_ context.Context, text string, _ func() string) error {
	_, err := io.WriteString(s, text)
	return err
}

func (*screen) SetStatus(string) {}

func (*screen) SetColors(term.Colors) {}

func (*screen) AskBackground(func(isLight bool)) {}

func (s *screen) Width() int { return cmp.Or(s.width, 80) }

// take returns what was written since it was called last.
func (s *screen) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

// lines answers questions from a list, and notes what else it is told.
type lines struct {
	session *session.Session
	answers []string // to Ask; then the person presses Ctrl-C
	asked   []string
	typed   string   // by RunTyped, or Prefill
	ran     []string // by Eval
	fails   error    // of Eval, and of Copy
	stops   bool
	quits   bool
	cleared bool
	copied  string // by Copy
	lent    int
	desk    desk
}

func (*lines) UpdatePrompt() {}

func (l *lines) Ask(_ context.Context, question string, complete func(string) []completer.Candidate) (string, error) {
	for _, c := range complete("") {
		question += c.Text + " "
	}
	l.asked = append(l.asked, question)
	if len(l.answers) == 0 {
		return "", exit.ErrInterrupted
	}
	answer := l.answers[0]
	l.answers = l.answers[1:]
	return answer, nil
}

func (l *lines) RunTyped(_ context.Context, line string) error {
	l.typed = line
	return nil
}

func (l *lines) Prefill(text string) { l.typed = text }

func (*lines) UntilAsked(ctx context.Context) (context.Context, func()) { return ctx, func() {} }

func (*lines) Interruption(context.Context, string) error { return exit.ErrInterrupted }

func (l *lines) Desk() command.Desk { return &l.desk }

// desk notes what it is told.
type desk struct {
	editing, prompt string
	status          bool
	color           string // of a prompt
}

func (d *desk) Editing() string           { return d.editing }
func (d *desk) SetEditing(editing string) { d.editing = editing }
func (d *desk) Prompt() string            { return d.prompt }
func (d *desk) Status() bool              { return d.status }
func (d *desk) SetStatus(on bool)         { d.status = on }

func (d *desk) SetPrompt(form string) error {
	if form != command.PromptAuto && !strings.Contains(form, "{") {
		return errors.New("it names nothing")
	}
	d.prompt = form
	return nil
}

func (d *desk) SetPromptColor(_ *session.Peer, color string) { d.color = color }

func (l *lines) EditFile(context.Context, string) error {
	l.lent++
	return nil
}

// EditMessage implements command.Lines: what is typed is what it was.
func (*lines) EditMessage(_ context.Context, text string, _ func(string) error) (string, error) {
	return text, nil
}

func (l *lines) EditLine(_ context.Context, line string) (string, error) {
	return line + " edited", nil
}

func (l *lines) Env(context.Context) lang.Env {
	return lang.Env{Variable: l.session.Variables().Get, ReadFile: os.ReadFile}
}

func (l *lines) Source(_ context.Context, file string, args []string) error {
	l.typed = strings.Join(append([]string{file}, args...), " ")
	return nil
}

func (l *lines) RunScript(_ context.Context, file string, args []string) error {
	l.typed = strings.Join(append([]string{file}, args...), " ")
	return nil
}

func (l *lines) RunLines(_ context.Context, name string, all []string) error {
	l.typed = name + ": " + strings.Join(all, "\n")
	return nil
}

func (l *lines) Eval(_ context.Context, line lang.Text) error {
	l.ran = append(l.ran, line.Text)
	return l.fails
}

func (l *lines) CheckCalls(lang.Text) error { return nil }

func (l *lines) Repeated(ctx context.Context) context.Context { return ctx }

func (l *lines) Stops() bool     { return l.stops }
func (l *lines) SetStops(s bool) { l.stops = s }
func (l *lines) Quit()           { l.quits = true }
func (l *lines) Clear()          { l.cleared = true }

func (l *lines) Copy(_ context.Context, text string) (by string, err error) {
	l.copied = text
	return "a test", l.fails
}

// newShell returns a shell before which somebody sits, or which writes into a pipe.
func newShell(t testing.TB, attended bool) *shell {
	t.Helper()
	s := &shell{screen: new(screen), session: session.New(session.Options{Attended: attended})}
	opts := view.Options{Stdout: s.screen, Stderr: s.screen}
	if attended {
		opts = view.Options{Terminal: s.screen}
	}
	s.view = view.New(opts, s.session.Events())
	s.lines = &lines{session: s.session}
	kept := ring.Follow(s.session.Events(), 1<<20)
	s.Table = command.New(command.Deps{Session: s.session, View: s.view, Lines: s.lines, Ring: kept})
	t.Cleanup(func() {
		s.session.Close()
		s.view.Close()
		kept.Close()
	})
	return s
}

// demo connects s to the demo peer, of which a document describes the methods.
func (s *shell) demo(t testing.TB) {
	t.Helper()
	wire := dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}
	peer, err := demo.Start(t.Context(), wire)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(peer.Close)
	if err := s.Connect(t.Context(), peer.Target(), wire); err != nil {
		t.Fatal(err)
	}
	s.learn(t)
}

func (s *shell) learn(t testing.TB) {
	t.Helper()
	if err := s.Learn(t.Context(), "../testdata/openrpc.json"); err != nil {
		t.Fatal(err)
	}
	s.view.Flush()
	s.screen.take()
}

// run runs a line that is a command, and returns what is seen of it, and what is wrong with it below the column where.
func (s *shell) run(t testing.TB, line string) string {
	t.Helper()
	st, err := lang.Parse(line, s.lines.Env(t.Context()))
	if err == nil {
		err = s.Run(t.Context(), st)
	}
	s.view.Flush()
	seen := s.screen.take()
	var mistake *lang.Error
	switch {
	case errors.As(err, &mistake):
		seen += line + "\n" + strings.Repeat(" ", mistake.Column) + "^ " + mistake.Reason + "\n"
	case err != nil:
		seen += err.Error() + "\n"
	}
	return seen
}
