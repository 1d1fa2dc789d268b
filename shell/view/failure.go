package view

import (
	"errors"
	"strings"

	"rpcsh/rpcconn/plain"
	"rpcsh/shell/columns"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
)

// Fail shows what is wrong with a line that was run. A person sees a caret below the column of the mistake; promptWidth
// is how many columns the prompt took before the line. Nothing is shown if err has been shown.
func (v *View) Fail(line string, promptWidth int, err error) {
	if err == nil || exit.IsShown(err) {
		return
	}
	v.sub.Flush()
	v.audience.fail(line, promptWidth, err)
}

// Failure shows what ended a run: as a JSON object if Options.Output asks for JSON. Nothing is shown if err has been
// shown.
func (v *View) Failure(err error) {
	if err == nil || exit.IsShown(err) {
		return
	}
	v.sub.Flush()
	v.failure(err)
	v.screen.flush()
}

func (v *View) failure(err error) {
	text := v.wrapped(prefix + failureText(plain.Error(err).Error()))
	if v.opts.Output == OutputJSON {
		text = exit.JSON(err)
	}
	v.screen.print(v.opts.Stderr, text)
}

func (p person) fail(line string, promptWidth int, err error) {
	text, shown := failureText(plain.Error(err).Error()), ""
	var syntax *lang.Error
	var expanded *lang.ExpandedError
	switch {
	case errors.As(err, &syntax):
	case errors.As(err, &expanded): // in a line that is not there to be seen
		lead, _, _ := strings.Cut(text, Visible(expanded.Error()))
		syntax, line, promptWidth = expanded.Mistake, expanded.Line, columns.Width(lead)
		text, shown = Visible(syntax.Reason), lead+term.Shown(line)+"\n"
	default:
		p.screen.print(p.terminal, p.wrapped(p.colors.Err(text)))
		return
	}
	again, column := placeAt(line, syntax.Column, promptWidth, p.Width())
	for i, row := range markRows(text, column, p.Width()-1) {
		if i > 0 {
			again += "\n"
		}
		blanks := len(row) - len(strings.TrimLeft(row, " "))
		again += row[:blanks] + p.colors.Err(row[blanks:])
	}
	p.screen.print(p.terminal, shown+again)
}

// markRows returns a caret in a column, and text beside it or, where it has too little room there, below, in rows of
// width columns.
func markRows(text string, column, width int) []string {
	const least = 40 // columns in which text is read well
	before := strings.Repeat(" ", column)
	switch w := columns.Width(text) + 1; {
	case column+1+w <= width:
		return []string{before + "^ " + text}
	case w <= column:
		return []string{before[w:] + text + " ^"}
	case width-column-2 >= least:
		return columns.Fill(strings.Fields(text), width, before+"^ ", before+"  ")
	}
	return append([]string{before + "^"}, columns.Fill(strings.Fields(text), width, "", "")...)
}

// placeAt returns the column in which byte at of line stands on a terminal of so many columns, behind a prompt. Where
// the line goes on in rows below that one, again is that row, to be shown once more above the caret.
func placeAt(line string, at, promptWidth, width int) (again string, column int) {
	const continuation = 2 // columns before all rows but the first
	at = min(at, len(line))
	start := strings.LastIndexByte(line[:at], '\n') + 1
	lead := promptWidth
	if start > 0 {
		lead = continuation
	}
	text, _, more := strings.Cut(line[start:], "\n")
	blanks := strings.Repeat(" ", lead)
	before := columns.Rows(blanks+term.Shown(line[start:at]), width)
	rows := columns.Rows(blanks+term.Shown(text), width)
	row := len(before) - 1
	column = columns.Width(before[row])
	switch {
	case column >= width && row+1 < len(rows): // what stands there begins the next row
		row, column = row+1, 0
	case column >= width:
		column = width - 1
	}
	if more || row+1 < len(rows) {
		again = rows[row] + "\n"
	}
	return again, column
}
