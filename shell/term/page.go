package term

import (
	"context"
	"fmt"
	"strings"

	"rpcsh/shell/columns"
)

// Page prints text a windowful at a time, and asks in between: Enter, a blank and Tab show more, End shows all that is
// left, and q, Escape, Ctrl-C and Ctrl-D end it. Any other key ends it, too, and belongs to the next line, as does
// pasted text. Other output appears above the question. The error is ctx's, ErrClosed, that of writing to the terminal,
// or io.EOF if the terminal is gone.
//
// It must not be called while a line is read.
func (t *Terminal) Page(ctx context.Context, text string) error {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	total := len(lines)
	t.input.setReading(true)
	defer t.input.setReading(false)
	for {
		cols, rows := t.size()
		n := windowful(lines, cols, rows-1)
		if _, err := t.Write([]byte(strings.Join(lines[:n], ""))); err != nil {
			return err
		}
		lines = lines[n:]
		if len(lines) == 0 {
			return nil
		}
		k, err := t.askKey(
			ctx, fmt.Sprintf("-- %d of %d lines: Enter shows more, End all, q no more -- ", total-len(lines), total),
		)
		if err != nil {
			return err
		}
		switch {
		case k.name == keyEnter || k.name == keyBreak || k.name == "tab" || k.text == " ":
		case k.name == "end":
			_, err := t.Write([]byte(strings.Join(lines, "")))
			return err
		case k.text == "q" || k.name == "esc" || k.name == "ctrl-c" || k.name == "ctrl-d":
			return nil
		default:
			t.input.putBack(k)
			return nil
		}
	}
}

// windowful returns how many lines fit into rows of cols columns; at least one.
func windowful(lines []string, cols, rows int) int {
	used := 0
	for i, l := range lines {
		if used += max(1, (columns.Width(l)+cols-1)/cols); used > rows {
			return max(1, i)
		}
	}
	return len(lines)
}

// askKey shows question until a key is pressed, and returns the key. Of text it takes the first character.
func (t *Terminal) askKey(ctx context.Context, question string) (key, error) {
	t.screen.show(frame{prompt: question})
	defer t.screen.hide()
	for {
		if k, ok := t.input.next(); ok {
			if first := firstCluster(k.text); k.name == keyText && first != k.text {
				t.input.putBack(key{keyText, k.text[len(first):]})
				k.text = first
			}
			return k, nil
		}
		for _, err := range []error{ctx.Err(), t.input.ended(), t.screen.failed()} {
			if err != nil {
				return key{}, err
			}
		}
		select {
		case <-t.input.wake:
		case <-ctx.Done():
		}
	}
}
