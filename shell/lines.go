package shell

import (
	"context"
	"errors"

	"rpcsh/completer"
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

func (l *lines) Quit() { l.shell.leave() }

func (l *lines) Prefill(text string) { l.shell.cfg.Terminal.Prefill(text) }

func (l *lines) Env(ctx context.Context) lang.Env { return env(ctx, l.shell.session) }

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
	s.runner.begin(line)
	err := s.Eval(ctx, line)
	if s.runner.end(err) {
		s.cfg.Terminal.Prefill(line)
	}
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

// Lend implements command.Lines. A terminal that cannot be lent is none that a program could use.
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
