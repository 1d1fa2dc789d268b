package shell

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
)

// runTyped runs what a person has entered, a line or several, which Ctrl-C can end, and shows what is wrong with it.
// promptWidth is how many columns stand before it. Several lines, and those of a paste, stop at the first that fails,
// as they do without a person; the others wait in the next line that is read.
func (s *Shell) runTyped(ctx context.Context, text string, promptWidth int) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.cfg.Terminal.NotifyInterrupt(func() { cancel(exit.ErrInterrupted) })
	defer s.cfg.Terminal.NotifyInterrupt(nil)
	lines, _ := lang.Lines(text)
	for _, line := range lines {
		if strings.TrimSpace(line.Text) == "" && len(lines) > 1 {
			continue
		}
		s.view.ForgetLong()
		err := s.Eval(ctx, s.runner.begin(line.Text))
		if paged := s.view.PageLong(ctx); err == nil {
			err = paged
		}
		with := s.runner.end(err)
		shown, before := line.Text, promptWidth
		if len(lines) > 1 {
			shown += "\n" // its row is not the last one
		}
		if line.Column > 0 {
			before = 0
		}
		s.view.Fail(shown, before, err)
		switch stops := err != nil && s.stopsAtFailure(); {
		case ctx.Err() != nil || s.left.Err() != nil:
			return
		case stops:
			s.goOn(with, text[line.Column+len(line.Text):]+pastedBehind(ctx, s.cfg.Terminal))
			return
		case line.Column+len(line.Text) == len(text):
			s.goOn(with, "")
		}
	}
}

// pastedBehind takes what was pasted behind the line that a terminal has read last, each line behind a line break.
func pastedBehind(ctx context.Context, terminal Terminal) string {
	t, ok := terminal.(interface {
		TakePasted(ctx context.Context) string
	})
	if !ok {
		return ""
	}
	return "\n" + t.TakePasted(ctx)
}

// goOn puts what a person goes on with into the next line: what was refused, and the lines behind it, which were not
// run. These are kept, so that they can be had when something else has been typed meanwhile.
func (s *Shell) goOn(with amendment, behind string) {
	text, cursor := with.text, with.cursor
	if behind = strings.Trim(behind, "\n"); strings.TrimSpace(behind) != "" {
		const waits = "not run: %s behind it. Enter goes on with what is below, Ctrl-C drops it, and Up brings it back"
		lines, _ := lang.Lines(behind)
		lines = slices.DeleteFunc(lines, func(l lang.Text) bool { return strings.TrimSpace(l.Text) == "" })
		s.view.Remark(fmt.Sprintf(waits, human.Plural(len(lines), "line")))
		if text != "" {
			text += "\n"
		}
		text += behind
		s.keep(text)
	}
	if text != "" {
		s.cfg.Terminal.Restore(text, cursor)
	}
}
