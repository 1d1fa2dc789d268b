// Package shell is the loop: it reads a line, and runs it. The language is read by package lang, what is done with
// peers lies in package session, the commands in package command, what is seen in package view, and the terminal in
// package term.
package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/history"
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/columns"
	"rpcsh/shell/command"
	"rpcsh/shell/complete"
	"rpcsh/shell/config"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/intercept"
	"rpcsh/shell/lang"
	"rpcsh/shell/macro"
	"rpcsh/shell/record"
	"rpcsh/shell/redact"
	"rpcsh/shell/ring"
	"rpcsh/shell/session"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// A Terminal is where a person sits. *term.Terminal is one; tests type and see by another.
type Terminal interface {
	view.Terminal
	ReadLine(ctx context.Context, prompt string) (string, error)
	Ask(ctx context.Context, question string, complete func(line string, cursor int) []term.Suggestion) (string, error)
	Prefill(text string)             // puts text into the next line that is read
	Restore(text string, cursor int) // does so after a line that was refused, unless more has been typed behind it
	SetPrompt(prompt string)
	NotifyInterrupt(f func())
}

var _ Terminal = (*term.Terminal)(nil)

// Config is what a Shell needs. Either Terminal is set, for a person, or Stdout and Stderr are.
type Config struct {
	Terminal Terminal
	Stdout   io.Writer         // results
	Stderr   io.Writer         // all else
	Stdin    io.Reader         // what @- stands for; nil: lines come from there
	Status   func(text string) // shows what is being waited for where there is no Terminal; nil: nothing does
	Columns  func() int        // that lines on Stderr may take where there is no Terminal; nil: no window shows them

	Wire      dial.Config   // for .connect and .listen where they say nothing else
	Timeout   time.Duration // of calls; 0: none
	Handshake time.Duration // of a session's beginning; 0: as for calls
	IDs       string        // which ids answers may have, one of IDs; "": the first
	Output    string        // one of view.Outputs; "" is pretty for a person, else json
	Color     bool
	Verbose   bool
	Reconnect bool            // dial peers again that have gone
	Memory    *rpcconn.Memory // of what waits for peers
	Discover  bool            // ask peers what they offer: a person's unasked
	Incoming  bool            // print what comes in on Stdout, a JSON object a line
	Log       bool            // print each message, in and out, on Stderr: JSON objects where Output is view.OutputJSON

	Self     dialect.Self     // who we tell peers that we are
	History  *history.History // nil: none
	Store    catalog.Store    // of the methods known of peers
	Findings detect.Findings  // of what they speak
	// Beforehand is an OpenRPC document of what peers have, which counts as remembered; nil: there is none.
	Beforehand any
	Named      *config.Config // targets, aliases; nil: there are none
	Record     record.Options // of recordings: what is masked, and what they tell of the program
}

// A Shell is a session, its view, and what runs lines. Its methods are called by one goroutine, but for Complete and
// Hint.
type Shell struct {
	cfg       Config
	session   *session.Session
	view      *view.View
	ring      *ring.Ring
	recording *record.Control
	commands  *command.Table
	completer *complete.Completer
	runner    *runner
	prompter  *prompter
	desk      *desk
	tapped    atomic.Pointer[intercept.Tap] // nil: the shell is attached to none
	left      context.Context               // ends when .quit is given
	leave     context.CancelFunc
	close     func()    // is Close, once
	secret    sync.Once // it has been said that a line is not written down

	mu    sync.Mutex // protects what follows
	stops bool       // a run of several lines stops at the first that fails
}

// IDs returns which ids answers may have, the default first; see session.Settings.
func IDs() []string { return session.IDs() }

// New starts a session; Close ends it.
func New(cfg Config) *Shell {
	s := &Shell{cfg: cfg, stops: true}
	s.left, s.leave = context.WithCancel(context.Background())
	s.session = session.New(session.Options{
		Wire: cfg.Wire, Self: cfg.Self, Store: cfg.Store, Beforehand: cfg.Beforehand,
		Settings: session.Settings{Timeout: cfg.Timeout, Handshake: cfg.Handshake, IDs: cfg.IDs},
		Findings: cfg.Findings,
		Discover: cfg.Discover, Attended: cfg.Terminal != nil, Redial: cfg.Reconnect, RunLine: s.runHook,
		ShowPings: cfg.Verbose, Memory: cfg.Memory,
	})
	options := view.Options{
		Stdout: cfg.Stdout, Stderr: cfg.Stderr, Status: cfg.Status, Columns: cfg.Columns, Color: cfg.Color,
		Verbose: cfg.Verbose, Output: cfg.Output,
		Incoming: cfg.Incoming, Log: cfg.Log, Several: s.session.Several,
		Asked: func(e *event.Event) view.Asked { return asked(s.session.Peers(), e) },
	}
	s.ring = ring.Follow(s.session.Events(), kept(cfg))
	s.recording = newRecording(s, cfg.Record)
	lines := &lines{s}
	if cfg.Terminal != nil {
		options.Terminal, options.Pipe = cfg.Terminal, lines.pipe
	}
	s.view = view.New(options, s.session.Events())
	addThemes(s.view, cfg.Named)
	setKeys(cfg.Terminal, cfg.Named)
	s.desk = newDesk(cfg.Terminal, newStatusBar(s.session, cfg.Terminal))
	s.prompter = newPrompter(s.session, cfg.Terminal, s.desk, func() bool { return s.tapped.Load() != nil })
	s.commands = command.New(command.Deps{
		Session: s.session, View: s.view, Lines: lines, History: cfg.History, Config: cfg.Named, Ring: s.ring,
		Recording: s.recording, Tapped: s.tapped.Load,
	})
	s.completer = complete.New(s.session, s.commands, s.view.Width)
	s.runner = &runner{
		session: s.session, view: s.view, commands: s.commands, prompter: s.prompter, pipeTo: lines.pipe,
	}
	_, s.runner.retypes = cfg.Terminal.(*term.Plain)
	s.prompter.follow(s.commands.Index())
	s.close = sync.OnceFunc(s.end)
	return s
}

// Close ends all connections and what the session has running, and puts out what is still to be shown. It may be called
// more than once.
func (s *Shell) Close() { s.close() }

func (s *Shell) end() {
	s.leave()
	if t := s.tapped.Load(); t != nil {
		t.Close()
	}
	s.session.Close()
	s.prompter.close()
	s.desk.bar.close()
	s.view.Failure(s.recording.Close())
	s.view.Close()
	s.ring.Close()
}

// Run reads lines from the terminal and runs them until the person leaves or ctx ends.
func (s *Shell) Run(ctx context.Context) error {
	ctx, cancel := s.UntilQuit(ctx)
	defer cancel()
	for {
		s.view.Flush()
		text, err := s.cfg.Terminal.ReadLine(ctx, s.prompter.prompt())
		if err != nil {
			if errors.Is(err, io.EOF) || s.left.Err() != nil {
				return nil
			}
			return err
		}
		s.keep(text)
		s.runTyped(ctx, text, columns.Width(s.prompter.lastPrompt()))
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

// keep adds a line to the history.
func (s *Shell) keep(text string) {
	if s.cfg.History == nil {
		return
	}
	add := s.cfg.History.Add
	if redact.InLine(text) {
		add = s.cfg.History.AddForNow
		s.secret.Do(func() { s.session.Note("lines with passwords or the like are kept for this run only") })
	}
	if err := add(text); err != nil {
		s.session.Note(fmt.Sprintf("the line was not kept: %v", err))
	}
}

// ShowFailure puts out what made a run fail, in the form that was asked for, on Stderr, unless it has been shown
// already.
func (s *Shell) ShowFailure(err error) { s.view.Failure(err) }

// Eval runs one line.
func (s *Shell) Eval(ctx context.Context, text string) error {
	if s.cfg.Named != nil {
		line, is, err := s.cfg.Named.Aliases().Expand(text)
		switch {
		case err != nil:
			return exit.Usagef("%w", err)
		case is:
			return inExpanded(s.evalLine(ctx, line), line)
		}
	}
	if mistake := s.runner.habit(ctx, text); mistake != nil {
		return mistake
	}
	return s.evalLine(ctx, text)
}

// evalLine runs one line that is none of an alias.
func (s *Shell) evalLine(ctx context.Context, text string) error {
	if lang.HasCalls(text) { // which are made while it is read: nothing is sent where there is a mistake behind them
		if _, err := lang.Check(text); err != nil {
			return err
		}
	}
	statement, err := lang.Parse(text, s.env(ctx))
	if err != nil {
		return err
	}
	return s.runner.run(ctx, statement)
}

// Call runs one call whose words came apart: METHOD [ARG …] on the command line.
func (s *Shell) Call(ctx context.Context, notify bool, method string, words []string) error {
	isAlias := !notify && s.cfg.Named != nil && s.cfg.Named.Aliases()[method] != ""
	if isAlias {
		words = macro.Words(words)
	}
	if isAlias || strings.HasPrefix(method, ".") {
		return s.Eval(ctx, strings.Join(append([]string{method}, words...), " "))
	}
	c, err := lang.ParseArgs(method, words, s.env(ctx))
	if err != nil {
		var syntax *lang.Error
		if errors.As(err, &syntax) {
			return exit.Usagef("%s %s: %w", method, strings.Join(words, " "), err)
		}
		return err
	}
	c.Notify = c.Notify || notify
	return s.runner.run(ctx, &lang.Statement{Calls: []lang.Call{*c}})
}

// runHook runs a line of .on.
func (s *Shell) runHook(ctx context.Context, h *session.Hook) error {
	err := s.Eval(ctx, h.Line)
	s.prompter.updatePrompt()
	if err != nil && ctx.Err() == nil && !exit.IsShown(err) {
		p := session.HookOf(ctx).Peer
		text := fmt.Sprintf("%s: .on %s %s: %s", p.Title(), h.Trigger.Text, h.Line, view.CompactError(err))
		p.Problem(event.FromHook, text)
	}
	return err
}

// Complete returns suggestions for a line with the cursor after line[:cursor].
func (s *Shell) Complete(line string, cursor int) []term.Suggestion {
	return s.completer.Complete(line, cursor)
}

// Hint returns what belongs at the cursor of a line, in a row of the terminal; "": there is nothing to say.
func (s *Shell) Hint(line string, cursor int) string { return s.completer.Hint(line, cursor) }
