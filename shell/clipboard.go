package shell

import (
	"context"
	"fmt"

	"rpcsh/shell/clipboard"
	"rpcsh/shell/human"
	"rpcsh/shell/term"
)

// A screen is what a terminal with a window can do beyond a Terminal.
type screen interface {
	Clear()
	SetClipboard(text string)
}

var _ screen = (*term.Terminal)(nil)

// Clear implements command.Lines.
func (l *lines) Clear() {
	if s, ok := l.shell.cfg.Terminal.(screen); ok {
		l.shell.view.Flush()
		s.Clear()
	}
}

// Copy implements command.Lines: by the system's tool, else by the terminal.
func (l *lines) Copy(ctx context.Context, text string) (by string, err error) {
	tool, err := clipboard.Find()
	if err == nil {
		if err = tool.Copy(ctx, text); err == nil {
			return tool.String(), nil
		}
		err = fmt.Errorf("%s: %w", tool, err)
	}
	s, ok := l.shell.cfg.Terminal.(screen)
	switch {
	case !ok || ctx.Err() != nil:
		return "", err
	case len(text) > term.MaxClipboard:
		return "", fmt.Errorf("%w; and terminals take %s at most", err, human.Size(term.MaxClipboard))
	}
	s.SetClipboard(text)
	return "the terminal, if it allows that (OSC 52)", nil
}
