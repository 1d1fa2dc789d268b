package shell

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"rpcsh/rpcconn/process"
	"rpcsh/shell/columns"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
)

// editor returns the command of the person's editor, or of one that the platform has.
func editor() ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		if words := process.Words(os.Getenv(name)); len(words) > 0 {
			return words, nil
		}
	}
	known := []string{"vi", "nano"}
	if runtime.GOOS == "windows" {
		known = []string{"notepad"}
	}
	for _, name := range known {
		if _, err := exec.LookPath(name); err == nil {
			return []string{name}, nil
		}
	}
	return nil, fmt.Errorf("there is no editor: neither VISUAL nor EDITOR names one, and %s is not there",
		strings.Join(known, " or "))
}

// EditFile implements command.Lines.
func (l *lines) EditFile(ctx context.Context, path string) error {
	words, err := editor()
	if err != nil {
		return err
	}
	err = l.Lend(func() error {
		cmd := process.Command(ctx, words[0], append(words[1:], path)...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		return cmd.Run()
	})
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return &exit.Failure{Code: exit.PeerError, Err: fmt.Errorf("editing with %s: %w", words[0], err)}
	}
	return nil
}

// EditLine implements command.Lines. As long as the person changes what does not parse, it is opened again, with what
// is wrong below its row.
func (l *lines) EditLine(ctx context.Context, line string) (string, error) {
	edited, err := l.edited(ctx, "rpcsh-*.rpc", line, checkLines)
	if err != nil && errors.As(err, new(*lang.Error)) {
		err = nil // it is shown when the line is run
	}
	return edited, err
}

// EditMessage implements command.Lines.
func (l *lines) EditMessage(ctx context.Context, text string, check func(string) error) (string, error) {
	return l.edited(ctx, "rpcsh-*.json", text, func(text string) error {
		if strings.TrimSpace(text) == "" { // it is not wanted
			return nil
		}
		return check(text)
	})
}

// edited has the person edit text in a file, of a name with a * in it. As long as they change what check refuses, it is
// opened again, with what is wrong below its row. The error is a *lang.Error where they leave it as it is then.
func (l *lines) edited(ctx context.Context, name, text string, check func(string) error) (string, error) {
	if _, ok := l.shell.cfg.Terminal.(suspender); !ok {
		return text, exit.Usagef("only a terminal that can place a cursor can be given to an editor")
	}
	f, err := os.CreateTemp("", name)
	if err != nil {
		return text, fmt.Errorf("editing the line: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	if err := f.Close(); err != nil {
		return text, fmt.Errorf("editing the line: %w", err)
	}
	for opened, mistake := text, (*lang.Error)(nil); ; {
		edited, err := l.editText(ctx, f.Name(), opened, mistake)
		if err != nil {
			return text, err
		}
		err = check(edited)
		if !errors.As(err, &mistake) || edited == opened {
			return edited, err
		}
		opened = edited
	}
}

// checkLines returns the first mistake in the lines of text.
func checkLines(text string) error {
	lines, _ := lang.Lines(text)
	for _, line := range lines {
		if _, err := lang.Check(line.Text); err != nil {
			var mistake *lang.Error
			if errors.As(err, &mistake) {
				mistake.Column += line.Column
			}
			return err
		}
	}
	return nil
}

// editText has the person edit text in a file, with mistake, if there is one, in a comment below the row that has it.
func (l *lines) editText(ctx context.Context, file, text string, mistake *lang.Error) (string, error) {
	remark := ""
	rows := strings.Split(text, "\n")
	if mistake != nil {
		row, at := mistake.Place(text)
		before := columns.Width(string([]rune(rows[row])[:at]))
		remark = "#" + strings.Repeat(" ", max(0, before-1)) + "^ " + mistake.Reason
		rows = append(rows[:row+1:row+1], append([]string{remark}, rows[row+1:]...)...)
	}
	if err := os.WriteFile(file, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		return text, fmt.Errorf("editing the line: %w", err)
	}
	if err := l.EditFile(ctx, file); err != nil {
		return text, err
	}
	edited, err := os.ReadFile(file)
	if err != nil {
		return text, fmt.Errorf("reading the line that was edited: %w", err)
	}
	var kept []string
	for row := range strings.SplitSeq(strings.ReplaceAll(string(edited), "\r\n", "\n"), "\n") {
		if remark == "" || strings.TrimRight(row, " ") != remark {
			kept = append(kept, row)
		}
	}
	return strings.TrimRight(strings.Join(kept, "\n"), " \n"), nil
}

// EditLine has the person edit a line in their editor, on the goroutine that reads it, and returns what it has become:
// the same line if that fails, which is shown.
func (s *Shell) EditLine(ctx context.Context, line string) string {
	edited, err := (&lines{s}).EditLine(ctx, line)
	s.view.Fail("", 0, err)
	return edited
}
