package view

import (
	"errors"
	"strings"

	"rpcsh/shell/columns"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
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
	text := prefix + Visible(err.Error())
	if v.opts.Output == OutputJSON {
		text = exit.JSON(err)
	}
	v.screen.print(v.opts.Stderr, text)
}

func (p person) fail(line string, promptWidth int, err error) {
	text := Visible(err.Error())
	var syntax *lang.Error
	if !errors.As(err, &syntax) {
		p.screen.print(p.terminal, p.colors.Err(text))
		return
	}
	end := min(syntax.Column, len(line))
	before, after := Visible(line[:end]), Visible(line[end:])
	excerpt := ""
	column := promptWidth + columns.Width(before)
	if column+2 >= p.Width() { // the line is wrapped: show the relevant part again
		excerpt, column = excerptAt(before, after)
	}
	mark := "^ " + text
	if w := columns.Width(text) + 1; column+1+w >= p.Width() && w <= column { // there is room on the left only
		mark, column = text+" ^", column-w
	}
	p.screen.print(p.terminal, excerpt+strings.Repeat(" ", column)+p.colors.Err(mark))
}

// excerptAt returns a line with the end of before and the beginning of after, and the column at which after begins
// there.
func excerptAt(before, after string) (text string, column int) {
	const context = 20 // characters
	start, rest := []rune(before), []rune(after)
	shown := "  " + string(start[max(0, len(start)-context):])
	return shown + string(rest[:min(len(rest), context)]) + "\n", columns.Width(shown)
}
