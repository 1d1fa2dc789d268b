package main

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"

	"rpcsh/history"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
)

// openTerminal opens the terminal for a person, and what is kept for them between runs.
func (p *program) openTerminal(cfg *shell.Config) (closeTerminal func(), err error) {
	h, historyErr := history.Open(filepath.Join(stateDir(), "history"), historyLimit)
	if historyErr != nil {
		p.say("%s", plain.Error(historyErr))
	}
	cfg.History = h
	if p.plain {
		return p.openPlain(cfg), nil
	}
	t, err := term.Open(term.Config{
		Complete: func(line string, cursor int) []term.Suggestion {
			return p.shell.Complete(line, cursor)
		},
		Hint: func(line string, cursor int) string {
			return p.shell.Hint(line, cursor)
		},
		History:   h.Entries,
		Continues: lang.Continues,
		Tokens:    tokens,
		Edit: func(ctx context.Context, line string) string {
			return p.shell.EditLine(ctx, line)
		},
		Quit: p.ending.quit,
	})
	if errors.Is(err, term.ErrNoTerminal) {
		return p.openPlain(cfg), nil
	}
	if err != nil {
		return nil, err
	}
	cfg.Terminal = t
	p.ending.leaveKeys()
	return func() {
		p.ending.takeKeys()
		_ = t.Close()
		_ = h.Close()
	}, nil
}

// openPlain is openTerminal where nothing is drawn.
func (p *program) openPlain(cfg *shell.Config) (closeTerminal func()) {
	plain := term.NewPlain(p.stdin, p.stdout, lang.Continues)
	cfg.Terminal = plain
	p.ending.leaveKeys(syscall.SIGQUIT)
	return func() {
		p.ending.takeKeys()
		plain.Close()
	}
}

// tokens returns what of a line that is typed has colours.
func tokens(line string) []term.Token {
	var all []term.Token
	lines, _ := lang.Lines(line)
	for _, l := range lines {
		for _, t := range lang.Tokens(l.Text) {
			all = append(all, term.Token{Kind: term.TokenKind(t.Kind), From: l.Column + t.From, To: l.Column + t.To})
		}
	}
	return all
}

// begin does what comes before the first line. A person may give it up by Ctrl-C.
func begin(ctx context.Context, p *program, terminal shell.Terminal) error {
	if terminal != nil {
		var giveUp context.CancelCauseFunc
		ctx, giveUp = context.WithCancelCause(ctx)
		defer giveUp(nil)
		terminal.NotifyInterrupt(func() { giveUp(exit.ErrInterrupted) })
		defer terminal.NotifyInterrupt(nil)
	}
	err := p.prepare(ctx)
	if err != nil || p.seat == nil && p.hasLines() { // of which the first may say how peers are answered
		return err
	}
	return p.connect(ctx)
}
