package term

import (
	"io"
	"strings"

	"rpcsh/shell/term/edit"
)

// apply does what a key is bound to while no search is under way. It reports whether the line, or what is shown of it,
// has changed.
func (e *editor) apply(k key) bool {
	selected := e.shown != e.line
	if k.name != "alt-." {
		e.dot = nil
	}
	switch k.name {
	case "tab", "backtab":
		e.applyTab(k.name)
		return true
	case "up", "ctrl-p":
		return e.moves((*list).previous, edit.Line.Above) || e.walk((*recall).older)
	case "down":
		if e.recall == nil && !e.hidden && !e.line.HasRows() {
			e.applyTab("down") // into the list
			return true
		}
		return e.moves((*list).next, edit.Line.Below) || e.recall != nil && e.walk((*recall).newer)
	case "ctrl-n":
		return e.moves((*list).next, edit.Line.Below) || e.recall != nil && e.walk((*recall).newer)
	case "esc", "ctrl-g":
		if e.hidden {
			return false
		}
		e.hidden = true // the typed text stays, without the selected suggestion
		e.touch()
		return true
	case "ctrl-c":
		e.screen.commit(e.prompt(), e.line.Text()+"^C", nil)
		if e.answers != nil {
			e.fail(ErrInterrupted)
			return true
		}
		e.line = edit.Line{}
		e.restart()
		e.show() // so that there is a line again, which the next Ctrl-C drops
		return true
	case "ctrl-l":
		e.screen.clear()
		return false
	}

	e.line = e.shown
	if selected && k.name == keyText {
		k.text = typedOnce(e.line.Before, k.text)
	}
	return e.applyTaking(k, selected)
}

// typedOnce returns text without what a suggestion that was just taken ends with to go on: a person who does not look
// types the colon, equals sign or slash once more.
func typedOnce(taken, text string) string {
	first := text[:min(1, len(text))]
	if strings.Contains(`:/=\`, first) && strings.HasSuffix(taken, first) {
		return text[len(first):]
	}
	return text
}

// applyTaking is apply for all keys that take the selected suggestion, and end a walk through the past lines. selected
// says that there was one.
func (e *editor) applyTaking(k key, selected bool) bool {
	switch k.name {
	case keyEnter:
		switch {
		case selected:
		case e.answers == nil && e.continues(e.line.Text()):
			e.line = e.line.BreakRow()
		default:
			e.done = true
			return true
		}
	case "alt-enter":
		if e.answers != nil {
			return false
		}
		e.line = e.line.BreakRow()
	case keyBreak:
		isAbove := strings.Contains(e.line.After, "\n") // of other rows, which it is pasted between
		if !isAbove && !e.continues(e.line.Before) {
			e.done, e.pasted = true, true
			return true
		}
		e.line = e.line.Insert("\n")
	case "ctrl-d":
		if e.line.Empty() {
			e.fail(io.EOF)
			return true
		}
		e.line, _ = e.line.Cut(e.line.Right())
	case "ctrl-x ctrl-e":
		if e.answers != nil || e.elsewhere == nil {
			return false
		}
		e.line = edit.Line{Before: edit.Clean(e.elsewhere(e.ctx, e.line.Text()))}
	case "ctrl-r":
		e.recall, e.hidden = nil, true
		e.startSearch()
		return true
	default:
		if !e.edit(k) && !selected {
			return false
		}
	}
	e.recall = nil
	e.hidden = !opensList(k.name, e.line)
	e.touch()
	return true
}

// opensList reports whether a key opens the list of suggestions for l: keys that change a word do, keys that move the
// cursor do not.
func opensList(name string, l edit.Line) bool {
	switch name {
	case keyText:
		return true
	case "backspace", "delete", "ctrl-d", "ctrl-w", "alt-backspace", "alt-d":
		return l.Word() != ""
	}
	return false
}

// edit does what a key does to the line alone, and reports whether the key is bound.
func (e *editor) edit(k key) bool {
	l := e.line
	switch k.name {
	case keyText:
		e.line = l.Typed(k.text)
	case keyPaste:
		e.line = l.Insert(k.text)
	case "left", "ctrl-b":
		e.line = l.To(l.Left())
	case "right", "ctrl-f":
		e.line = l.To(l.Right())
	case "ctrl-left", "alt-left", "alt-b":
		e.line = l.To(l.WordLeft())
	case "ctrl-right", "alt-right", "alt-f":
		e.line = l.To(l.WordRight())
	case "home", "ctrl-a":
		e.line = l.To(l.RowStart())
	case "end", "ctrl-e":
		e.line = l.To(l.RowEnd())
	case "backspace":
		e.line, _ = l.Cut(l.Left())
	case "delete":
		e.line, _ = l.Cut(l.Right())
	case "ctrl-w":
		e.kill(l.BlankWordLeft())
	case "alt-backspace":
		e.kill(l.WordLeft())
	case "alt-d", "ctrl-delete", "alt-delete":
		e.kill(l.WordRight())
	case "ctrl-u":
		e.kill(l.RowStart())
	case "ctrl-k":
		e.kill(l.RowEnd())
	case "ctrl-y":
		e.line = l.Insert(e.killed)
	case "ctrl-t":
		e.line = l.Transpose()
	case "ctrl-_":
		e.line = e.undo.Back(l)
	case "alt-/":
		e.line = e.undo.Forth(l)
	case "alt-.":
		if e.dot == nil {
			lines := e.past()
			e.dot = &lastWord{lines: lines, at: len(lines), typed: l}
		}
		e.line = e.dot.next(l)
	default:
		return false
	}
	return true
}

// kill cuts what is between byte i and the cursor, for Ctrl-Y.
func (e *editor) kill(i int) {
	l, cut := e.line.Cut(i)
	e.line = l
	if cut != "" {
		e.killed = cut
	}
}

// applyTab opens the list if it is closed, and moves the selection if it is open. Tab takes the only suggestion once it
// is selected: there is none to move to.
func (e *editor) applyTab(name string) {
	if e.hidden {
		e.hidden, e.listed = false, false
		return
	}
	e.look()
	switch {
	case e.list.empty(): // perhaps there are suggestions now
		e.listed = false
	case name != "down" && len(e.list.items) == 1 && !e.list.none():
		e.line, e.recall = e.shown, nil
		e.touch()
	case name == "backtab":
		e.selects((*list).previous)
	default:
		e.selects((*list).next)
	}
}

// moves moves the selection where something is selected, else the cursor where there is a row to move to. It reports
// whether it did.
func (e *editor) moves(selection func(*list), row func(edit.Line) (edit.Line, bool)) bool {
	if e.shown != e.line {
		e.selects(selection)
		return true
	}
	l, ok := row(e.line)
	if !ok || e.recall != nil {
		return false
	}
	e.line, e.hidden = l, true
	e.touch()
	return true
}

// walk goes through the past lines.
func (e *editor) walk(step func(*recall, edit.Line) edit.Line) bool {
	if e.recall == nil {
		lines := e.past()
		all := e.line.Text() == e.given.Text() || e.vi != nil && e.vi.Normal
		e.recall = &recall{lines: lines, at: len(lines), typed: e.line, all: all}
	}
	e.line = step(e.recall, e.line)
	e.hidden = true
	e.touch()
	return true
}

// startSearch begins a search.
func (e *editor) startSearch() {
	e.search = &search{lines: e.past(), typed: e.line}
	e.find()
}

// find lists the past lines that have what is searched for, and selects the newest.
func (e *editor) find() {
	cols, rows := e.screen.size()
	e.list.set(fit(e.search.find(), cols, rows, cols), "") // the line that is shown may go on in another row
	e.list.next()
	e.showFound()
}

// showFound shows the selected past line.
func (e *editor) showFound() {
	_, row := e.list.selected()
	e.line = e.search.lineOf(row)
	e.shown, e.listed, e.hinted = e.line, true, ""
}

// applyInSearch does what a key does in a search. If it returns false, the search has ended with the line it found, and
// the key is to be applied to that.
func (e *editor) applyInSearch(k key) bool {
	s := e.search
	switch k.name {
	case keyText, keyPaste:
		s.query += k.text
		e.find()
	case keyBreak:
		s.query += " "
		e.find()
	case "backspace":
		s.query = strings.TrimSuffix(s.query, edit.LastCluster(s.query))
		e.find()
	case "ctrl-r", "down", "ctrl-n":
		if e.list.next(); e.list.none() { // the last was selected
			e.list.previous()
		}
		e.showFound()
	case "ctrl-s", "up", "ctrl-p":
		if e.list.previous(); e.list.none() {
			e.list.next()
		}
		e.showFound()
	case keyEnter, "tab":
		return e.endSearch(e.line, true)
	case "esc", "ctrl-g", "ctrl-c":
		return e.endSearch(s.typed, true)
	default:
		return e.endSearch(e.line, false)
	}
	return true
}

// endSearch ends the search with the line l and returns used.
func (e *editor) endSearch(l edit.Line, used bool) bool {
	e.undo.Note(e.search.typed, l, false)
	e.search, e.line = nil, l
	if e.vi != nil {
		e.line = e.vi.Settle(l)
	}
	e.hidden = true
	e.touch()
	return used
}
