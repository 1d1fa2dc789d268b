package term

import (
	"io"
)

// An effect is what a key has done, or needs.
type effect int

const (
	nothing        effect = iota
	edited                // the line, or what is shown of it, has changed
	renderFirst           // go-prompt has to render what earlier keys did; then the key is to be applied again
	selectNext            // go-prompt is to move the selection
	selectPrevious        // the same, backwards
)

// apply does what a key is bound to while no search is under way. changed says that go-prompt has not rendered the
// effects of earlier keys. e.mu is held.
func (e *editor) apply(k key, changed bool) effect {
	selected := e.shown != e.line
	walking := e.recall != nil
	if k.name == "down" && !selected && !walking && !e.hidden {
		k.name = "tab" // into the list
	}
	switch k.name {
	case "tab", "backtab":
		return e.applyTab(k.name, changed)
	case "up", "ctrl-p":
		if selected {
			return selectPrevious
		}
		return e.walk((*recall).older)
	case "down", "ctrl-n":
		if selected {
			return selectNext
		}
		if !walking {
			return nothing
		}
		return e.walk((*recall).newer)
	case "esc", "ctrl-g":
		if e.hidden {
			return nothing
		}
		e.hidden = true // the typed text stays, without the selected suggestion
		e.touch()
		return edited
	case "ctrl-c":
		e.screen.commit(e.label, e.line.text()+"^C")
		if e.answers != nil {
			e.fail(ErrInterrupted)
			return edited
		}
		e.line = line{}
		e.restart()
		e.show(nil)
		return edited
	case "ctrl-l":
		e.screen.clear()
		return nothing
	}

	// All other keys take the selected suggestion, and end a walk through the past lines.
	e.line = e.shown
	switch k.name {
	case keyEnter:
		if selected {
			break
		}
		e.done = true
		return edited
	case keyBreak:
		if !e.continues(e.line.before) {
			e.done = true
			return edited
		}
		e.line = e.line.insert(" ")
	case "ctrl-d":
		if e.line.empty() {
			e.fail(io.EOF)
			return edited
		}
		e.line, _ = e.line.cut(e.line.right())
	case "ctrl-r":
		e.startSearch()
	default:
		if !e.edit(k) && !selected {
			return nothing
		}
	}
	e.recall = nil
	e.hidden = !opensList(k.name, e.line)
	e.touch()
	return edited
}

// opensList reports whether a key opens the list of suggestions for l: keys that change a word do, keys that move the
// cursor do not.
func opensList(name string, l line) bool {
	switch name {
	case keyText:
		return true
	case "backspace", "delete", "ctrl-d", "ctrl-w", "alt-backspace", "alt-d":
		return l.word() != ""
	}
	return false
}

// edit does what a key does to the line alone, and reports whether the key is bound. e.mu is held.
func (e *editor) edit(k key) bool {
	l := e.line
	switch k.name {
	case keyText, keyPaste:
		e.line = l.insert(k.text)
	case "left", "ctrl-b":
		e.line = l.to(l.left())
	case "right", "ctrl-f":
		e.line = l.to(l.right())
	case "ctrl-left", "alt-left", "alt-b":
		e.line = l.to(l.wordLeft())
	case "ctrl-right", "alt-right", "alt-f":
		e.line = l.to(l.wordRight())
	case "home", "ctrl-a":
		e.line = l.home()
	case "end", "ctrl-e":
		e.line = l.end()
	case "backspace":
		e.line, _ = l.cut(l.left())
	case "delete":
		e.line, _ = l.cut(l.right())
	case "ctrl-w":
		e.kill(l.blankWordLeft())
	case "alt-backspace":
		e.kill(l.wordLeft())
	case "alt-d", "ctrl-delete", "alt-delete":
		e.kill(l.wordRight())
	case "ctrl-u":
		e.kill(0)
	case "ctrl-k":
		e.kill(len(l.text()))
	case "ctrl-y":
		e.line = l.insert(e.killed)
	case "ctrl-t":
		e.line = l.transpose()
	default:
		return false
	}
	return true
}

// kill cuts what is between byte i and the cursor, for Ctrl-Y. e.mu is held.
func (e *editor) kill(i int) {
	l, cut := e.line.cut(i)
	e.line = l
	if cut != "" {
		e.killed = cut
	}
}

// applyTab opens the list if it is closed, and moves the selection if it is open. e.mu is held.
func (e *editor) applyTab(name string, changed bool) effect {
	switch {
	case e.hidden:
		e.hidden, e.listed = false, false
		return edited
	case changed || !e.synced:
		return renderFirst
	case len(e.list) == 0: // perhaps there are suggestions now
		e.listed = false
		return edited
	case name == "backtab":
		return selectPrevious
	}
	return selectNext
}

// walk goes through the past lines. e.mu is held.
func (e *editor) walk(step func(*recall, line) line) effect {
	if e.recall == nil {
		lines := e.past()
		e.recall = &recall{lines: lines, at: len(lines), typed: e.line}
	}
	e.line = step(e.recall, e.line)
	e.hidden = true
	e.touch()
	return edited
}

// startSearch begins a search. e.mu is held.
func (e *editor) startSearch() {
	e.search = newSearch(e.past(), e.line)
}

// applyInSearch does what a key does in a search. If it returns false, the search has ended with the line it found, and
// the key is to be applied to that. e.mu is held.
func (e *editor) applyInSearch(k key) bool {
	s := e.search
	switch k.name {
	case keyText, keyPaste:
		s.typeMore(k.text)
	case keyBreak:
		if !e.continues(s.query) {
			return e.endSearch(s.found, false)
		}
		s.typeMore(" ")
	case "backspace":
		s.typeLess()
	case "ctrl-r", "up":
		s.older()
	case "ctrl-s", "down":
		s.newer()
	case "ctrl-g", "ctrl-c":
		return e.endSearch(s.typed, true)
	case "esc":
		return e.endSearch(s.found, true)
	default:
		return e.endSearch(s.found, false)
	}
	e.line = s.found
	e.touch()
	return true
}

// endSearch ends the search with the line l and returns used. e.mu is held.
func (e *editor) endSearch(l line, used bool) bool {
	e.search, e.line = nil, l
	e.hidden = true
	e.touch()
	return used
}
