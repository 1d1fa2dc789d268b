package shell

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/process"
	"rpcsh/shell/columns"
	"rpcsh/shell/command"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
	"rpcsh/shell/view"
)

// lines is the loop as commands see it.
type lines struct{ shell *Shell }

var _ command.Lines = (*lines)(nil)

func (l *lines) UpdatePrompt() { l.shell.prompter.updatePrompt() }

func (l *lines) Desk() command.Desk { return l.shell.desk }

func (l *lines) Quit() { l.shell.leave() }

func (l *lines) Prefill(text string) { l.shell.cfg.Terminal.Prefill(text) }

func (l *lines) Env(ctx context.Context) lang.Env { return l.shell.env(ctx) }

func (l *lines) Source(ctx context.Context, file string, args []string) error {
	return l.shell.source(ctx, file, args)
}

func (l *lines) RunScript(ctx context.Context, file string, args []string) error {
	return l.shell.runScript(ctx, file, args)
}

func (l *lines) RunLines(ctx context.Context, name string, all []string) error {
	if !l.shell.view.Interactive() { // the first line of the output is for what the run was asked
		ctx = aside(ctx)
	}
	return l.shell.runPart(ctx, &statements{next: each(all), file: name})
}

// Eval implements command.Lines.
func (l *lines) Eval(ctx context.Context, line lang.Text) error {
	err := l.shell.Eval(ctx, line.Text)
	var mistake *lang.Error
	if errors.As(err, &mistake) {
		mistake.Column += line.Column
	}
	return err
}

func (l *lines) Repeated(ctx context.Context) context.Context { return isRepeated(ctx) }

func (l *lines) Stops() bool { return l.shell.stopsAtFailure() }

func (l *lines) SetStops(stops bool) {
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	l.shell.stops = stops
}

func (l *lines) UntilAsked(ctx context.Context) (context.Context, func()) {
	return l.shell.prompter.untilAsked(ctx)
}

func (l *lines) Interruption(ctx context.Context, doing string) error {
	return interruption(ctx, doing)
}

// Ask implements command.Lines.
func (l *lines) Ask(
	ctx context.Context, question string, complete func(typed string) []completer.Candidate,
) (string, error) {
	l.shell.view.Flush() // what was said before comes first
	answer, err := l.shell.cfg.Terminal.Ask(ctx, question, func(line string, cursor int) []term.Suggestion {
		var all []term.Suggestion
		for _, c := range complete(line[:cursor]) {
			all = append(all, term.Suggestion{Text: c.Text, Description: c.Description})
		}
		return all
	})
	if errors.Is(err, term.ErrInterrupted) {
		err = exit.ErrInterrupted
	}
	return answer, err
}

// RunTyped implements command.Lines.
func (l *lines) RunTyped(ctx context.Context, line string) error {
	s := l.shell
	prompt := s.prompter.prompt()
	s.view.Say("%s", view.Visible(prompt+line))
	s.keep(line)
	s.view.ForgetLong()
	err := s.Eval(ctx, s.runner.begin(line))
	if paged := s.view.PageLong(ctx); err == nil {
		err = paged
	}
	s.goOn(s.runner.end(err), "")
	s.view.Fail(line, columns.Width(prompt), err)
	if err != nil {
		err = &exit.Shown{Err: err}
	}
	return err
}

// A suspender is a Terminal that can be given to another program for a while.
type suspender interface {
	Suspend() error
	Resume() error
}

// pipe runs a command of the system's shell with text on its standard input. It has the terminal meanwhile.
func (l *lines) pipe(ctx context.Context, command, text string) error {
	err := l.lendOutput(func(stdout, stderr io.Writer) error {
		cmd := process.ShellCommand(ctx, command)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), stdout, stderr
		return cmd.Run()
	})
	var ended *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &ended):
		return &exit.Failure{Code: exit.PeerError, Err: fmt.Errorf("%s: %w", view.Visible(command), err)}
	}
	return err
}

// lendOutput runs a program that prints, with the terminal where it can be lent.
func (l *lines) lendOutput(run func(stdout, stderr io.Writer) error) error {
	cfg := l.shell.cfg
	if _, ok := cfg.Terminal.(suspender); ok {
		return l.Lend(func() error { return run(os.Stdout, os.Stderr) })
	}
	l.shell.view.Flush()
	if cfg.Terminal != nil {
		return run(cfg.Terminal, cfg.Terminal)
	}
	return run(direct(cfg.Stdout), direct(cfg.Stderr))
}

// direct returns what another program writes to in place of w, without us: a file stays one.
func direct(w io.Writer) io.Writer {
	if d, ok := w.(interface{ Direct() io.Writer }); ok {
		return d.Direct()
	}
	return w
}

// Lend gives the terminal to another program while run runs. A terminal that cannot be lent is none that a program
// could use.
func (l *lines) Lend(run func() error) error {
	t, ok := l.shell.cfg.Terminal.(suspender)
	if !ok {
		return nil
	}
	l.shell.view.Flush()
	if err := t.Suspend(); err != nil {
		return err
	}
	err := run()
	if resumed := t.Resume(); err == nil {
		err = resumed
	}
	return err
}
