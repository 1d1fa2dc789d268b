package main

import (
	"fmt"
	"io"
	"strings"

	"rpcsh/shell/columns"
	"rpcsh/shell/view"
)

// A speaker is what main prints by: nothing that acts on a terminal gets past it, wherever the text is from.
type speaker struct{ stdout, stderr io.Writer }

// say tells the person something in a line on stderr, which a window breaks at blanks.
func (s speaker) say(format string, args ...any) {
	text := "rpcsh: " + view.Visible(fmt.Sprintf(format, args...))
	fmt.Fprintln(s.stderr, columns.BreakWords(text, s.room(s.stderr)))
}

// unbounded is the width of lines that no window breaks.
const unbounded = 1 << 20

// room returns how many columns a line on a stream may take.
func (s speaker) room(stream any) int {
	if width := columnsOf(stream); width > 1 {
		return width - 1
	}
	return unbounded
}

// print prints a line on stdout.
func (s speaker) print(text string) { fmt.Fprintln(s.stdout, view.Visible(text)) }

// printAll prints lines whose texts are visible.
func (s speaker) printAll(lines string) error {
	_, err := io.WriteString(s.stdout, lines)
	return err
}

// printJSON prints a JSON text, as it is where no terminal is.
func (s speaker) printJSON(text []byte) {
	if isTerminal(s.stdout) {
		s.print(string(text))
		return
	}
	_, _ = s.stdout.Write(append(text, '\n'))
}

// quote shows a line that a child has written to its stderr.
func (s speaker) quote(line string) { fmt.Fprintln(s.stderr, "│ "+view.Visible(line)) }

// printStacks prints what the runtime says that the program is doing.
func (s speaker) printStacks(text []byte) {
	fmt.Fprint(s.stderr, view.VisibleLines(strings.ReplaceAll(string(text), "\t", "    ")))
}

// passOn prints a line that a child has written to its stderr: as it is where no terminal is.
func (s speaker) passOn(line string) {
	if isTerminal(s.stderr) {
		line = view.Visible(line)
	}
	fmt.Fprintln(s.stderr, line)
}

// showStatus shows what is under way in one row, in place of what was. stderr is a terminal.
func (s speaker) showStatus(text string) { fmt.Fprint(s.stderr, "\r\x1b[K"+s.inRow(text)) }

// inRow returns text as a row of the terminal that stderr is has room for it.
func (s speaker) inRow(text string) string {
	return columns.Clip(view.Visible(text), s.room(s.stderr), "…")
}
