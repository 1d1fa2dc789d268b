package shell

import (
	"context"
	"errors"

	"rpcsh/shell/lang"
	"rpcsh/shell/session"
)

// CheckCalls implements command.Lines.
func (l *lines) CheckCalls(line lang.Text) error {
	p := l.shell.session.Peers().Current()
	if p == nil || !p.Alive() {
		return nil
	}
	ctx := session.InHook(l.shell.session.Context(), &session.HookContext{Peer: p})
	err := l.checkCalls(ctx, line.Text)
	var mistake *lang.Error
	if errors.As(err, &mistake) {
		return &lang.Error{Column: mistake.Column + line.Column, Reason: mistake.Reason}
	}
	return err
}

// checkCalls returns the mistake in the params of a line's calls, as far as it is to be seen before they are made.
func (l *lines) checkCalls(ctx context.Context, text string) error {
	s := l.shell
	if s.cfg.Named != nil {
		if line, is, err := s.cfg.Named.Aliases().Expand(text); err == nil && is {
			return inExpanded(checkStatement(ctx, s.runner, line, s.env(ctx)), line)
		}
	}
	return checkStatement(ctx, s.runner, text, s.env(ctx))
}

// checkStatement is checkCalls for a line that is none of an alias.
func checkStatement(ctx context.Context, r *runner, text string, env lang.Env) error {
	if lang.HasCalls(text) {
		return nil
	}
	st, err := lang.Parse(text, env)
	if err != nil { // it may have values later
		return nil
	}
	if st.Command != nil {
		line, is := st.Command.Line()
		err = checkStatement(ctx, r, line.Text, env)
		var mistake *lang.Error
		if is && errors.As(err, &mistake) {
			mistake.Column += line.Column
		}
		return err
	}
	if len(st.Calls) == 0 {
		return nil
	}
	j, err := r.job(ctx, st)
	if err != nil {
		return err
	}
	peers, err := r.addressed(ctx, st)
	if err != nil {
		return nil // they may come later
	}
	for _, p := range peers {
		_, err := r.prepare(ctx, p, j)
		var refused *refusal
		if errors.As(err, &refused) { // Enter once more does not make its runs send it
			return refused.error
		}
		if err != nil {
			return err
		}
	}
	return nil
}
