package shell

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rpcsh/shell/document"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/macro"
)

// RunLines runs the lines that next returns until it returns io.EOF. It stops at the first that fails, unless .set stop
// off; its error is that of the first that failed. toEnd reports whether it came to the last line. connect, if not nil,
// is called once, before the first line that does more than say how peers are answered; its error ends all.
func (s *Shell) RunLines(
	ctx context.Context, next func() (string, error), connect func(context.Context) error,
) (toEnd bool, err error) {
	return s.runToEnd(ctx, &statements{next: next, connect: connect})
}

// Lines returns what RunLines is given for texts of one line or several each.
func Lines(texts []string) (next func() (string, error)) {
	var lines []string
	for _, text := range texts {
		lines = append(lines, strings.Split(text, "\n")...)
	}
	return each(lines)
}

// RunScript is RunLines for the lines of a file, in which args, words of the command line, are $1 … $9.
func (s *Shell) RunScript(
	ctx context.Context, file string, args []string, connect func(context.Context) error,
) (toEnd bool, err error) {
	ctx, lines, err := openScript(ctx, file, macro.Words(args))
	if err != nil {
		return false, err
	}
	lines.connect = connect
	return s.runToEnd(ctx, lines)
}

// source runs the lines of a file in the course of a line.
func (s *Shell) source(ctx context.Context, file string, args []string) error {
	ctx, lines, err := openScript(ctx, file, args)
	if err != nil {
		return err
	}
	return s.runPart(ctx, lines)
}

// runPart runs lines that stand in a file, in the course of a line.
func (s *Shell) runPart(ctx context.Context, lines *statements) error {
	defer s.runner.untyped()()
	toEnd, err := s.runAll(isOneOfMany(ctx), lines)
	if exit.IsShown(err) && !toEnd {
		s.session.Note(fmt.Sprintf("%s:%d: this line failed; what follows it was not run", lines.file, lines.n))
	}
	return err
}

// maxScript is the largest file of lines that is taken, in bytes: it is held in memory.
const maxScript = 16 << 20

// openScript reads a file of lines. One that is being run already would never end.
func openScript(ctx context.Context, file string, args []string) (context.Context, *statements, error) {
	running, _ := ctx.Value(scriptsKey{}).([]string)
	if slices.Contains(running, file) {
		return ctx, nil, exit.Usagef("%s is being run already: it would never end", file)
	}
	text, err := document.ReadFile(file, maxScript)
	if err != nil {
		return ctx, nil, exit.Usagef("%w", err)
	}
	running = append(slices.Clone(running), file)
	lines := &statements{next: each(slices.Collect(strings.Lines(string(text)))), file: file, args: args}
	return context.WithValue(ctx, scriptsKey{}, running), lines, nil
}

// each returns a function that returns one line after the other, and io.EOF then.
func each(lines []string) func() (string, error) {
	return func() (string, error) {
		if len(lines) == 0 {
			return "", io.EOF
		}
		line := strings.TrimRight(lines[0], "\r\n")
		lines = lines[1:]
		return line, nil
	}
}

// scriptsKey is the key of the names of the files that are being run.
type scriptsKey struct{}

// runToEnd runs all lines, and waits for what they have in the background.
func (s *Shell) runToEnd(ctx context.Context, lines *statements) (toEnd bool, err error) {
	if toEnd, err = s.runAll(ctx, lines); toEnd {
		background := s.runner.inBackground.wait(ctx)
		s.view.Flush()
		err = cmp.Or(err, background)
	}
	return toEnd, err
}

// runAll is RunLines without waiting for what is in the background.
func (s *Shell) runAll(ctx context.Context, lines *statements) (toEnd bool, err error) {
	var first error
	for {
		text, n, err := lines.read()
		atEnd := errors.Is(err, io.EOF)
		if lines.connect != nil && (atEnd || err == nil && !s.commands.Prepares(text)) {
			if err := lines.connect(ctx); err != nil {
				return false, err
			}
			lines.connect = nil
		}
		switch {
		case atEnd:
			return true, first
		case s.left.Err() != nil:
			return false, first
		case err != nil:
			return false, fmt.Errorf("reading line %d: %w", n, err)
		}
		err = s.evalIn(ctx, lines, text)
		s.view.Flush()
		if err != nil {
			err = lines.located(err, text, n)
			if s.stopsAtFailure() || ctx.Err() != nil {
				return false, cmp.Or(first, err)
			}
			s.show(err)
			first = cmp.Or(first, error(&exit.Shown{Err: err}))
		}
		if s.left.Err() != nil {
			return false, first
		}
	}
}

// show puts out why a line failed, after which others are run.
func (s *Shell) show(err error) {
	if s.view.Interactive() {
		s.view.Fail("", 0, err)
	} else {
		s.ShowFailure(err)
	}
}

// evalIn runs one line of those of lines.
func (s *Shell) evalIn(ctx context.Context, lines *statements, text string) error {
	if lines.file == "" {
		return s.Eval(ctx, text)
	}
	expanded, err := macro.Expand(text, lines.args)
	if err != nil {
		return err
	}
	if err = s.Eval(ctx, expanded); err != nil && expanded != text {
		err = inExpanded(err, expanded)
	}
	return err
}

// inExpanded returns a mistake in a line that stands nowhere as it was run as one that has that line.
func inExpanded(err error, line string) error {
	var mistake *lang.Error
	if !errors.As(err, &mistake) {
		return err
	}
	var expanded error = &exit.Failure{Code: exit.Code(err), Err: &lang.ExpandedError{Line: line, Mistake: mistake}}
	var refused *refusal
	if errors.As(err, &refused) {
		expanded = &refusal{expanded, refused.meant}
	}
	return expanded
}

func (s *Shell) stopsAtFailure() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stops
}

// byteOrderMark is what some editors write before the first line.
const byteOrderMark = "\ufeff"

// statements puts lines together that belong together.
type statements struct {
	next func() (string, error)
	n    int // lines that were read
	err  error

	file string   // that they are read from; "": none
	args []string // its $1 …, as lines have them

	connect func(context.Context) error // nil: that was done
}

// read returns the next line and its number; lines that it goes on in come with it. Its error is that of next.
func (s *statements) read() (text string, n int, err error) {
	n = s.n + 1
	for n > s.n || lang.Open(text) {
		line := ""
		if s.err == nil {
			line, s.err = s.next()
			if s.n == 0 {
				line = strings.TrimPrefix(line, byteOrderMark)
			}
		}
		switch {
		case s.err != nil && n > s.n:
			return "", n, s.err
		case s.err != nil: // what has no end is a mistake
			return text, n, nil
		case n > s.n:
			text = line
		default:
			text += "\n" + line
		}
		s.n++
	}
	return text, n, nil
}

// located adds to an error where it is: text begins in line n. In a file that is told of any error, else of a mistake
// in the language.
func (s *statements) located(err error, text string, n int) error {
	var syntax *lang.Error
	isMistake := errors.As(err, &syntax)
	switch {
	case isMistake && s.file == "":
		row, column := syntax.Place(text)
		return fmt.Errorf("line %d, column %d: %w", n+row, column+1, err)
	case isMistake: // whose column is none of the line that has named the file
		row, column := syntax.Place(text)
		return exit.Usagef("%s:%d:%d: %s", s.file, n+row, column+1, syntax.Reason)
	case s.file == "" || exit.IsShown(err):
		return err
	}
	return &exit.Failure{Code: exit.Code(err), Err: fmt.Errorf("%s:%d: %w", s.file, n, err)}
}
