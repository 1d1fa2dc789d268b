package term

import (
	"strings"

	"rpcsh/shell/term/edit"
)

// inVi does what a key does where it is one of vi's. used says that it is; changed, that the line or what is shown of
// it has changed.
func (e *editor) inVi(k key) (used, changed bool) {
	if char, isAlt := strings.CutPrefix(k.name, "alt-"); isAlt && char == edit.FirstCluster(char) {
		e.inVi(key{name: "esc"}) // which was followed by a character too soon
		k = key{keyText, char}
	}
	switch {
	case k.name == "esc":
		given := e.line == e.given // with the cursor where something is to be done
		at := len(e.line.Before)
		if e.line = e.vi.Escape(e.line); given {
			e.line = e.vi.Settle(e.line.To(at))
		}
		e.hidden = true
	case !e.vi.Normal:
		return false, false
	case k.name == "backspace":
		e.pressVi("h")
	case k.name == "delete":
		e.pressVi("x")
	case k.name == "ctrl-r":
		e.line = e.vi.Settle(e.undo.Forth(e.line))
	case k.name != keyText:
		return false, false
	default:
		char := edit.FirstCluster(k.text)
		if rest := k.text[len(char):]; rest != "" { // each is a key of its own, and may be undone
			e.input.putBack(key{keyText, rest})
		}
		e.pressVi(char)
	}
	e.touch()
	if e.search != nil {
		e.find()
	}
	return true, true
}

// pressVi does what a character does in normal mode.
func (e *editor) pressVi(char string) {
	l, effect, times := e.vi.Press(e.line, char)
	if e.line = l; effect != edit.Older && effect != edit.Newer {
		e.recall = nil
	}
	e.hidden = true
	for range times {
		switch effect {
		case edit.Undone:
			e.line = e.undo.Back(e.line)
		case edit.Older:
			_ = e.moves((*list).previous, edit.Line.Above) || e.walk((*recall).older)
		case edit.Newer:
			_ = e.moves((*list).next, edit.Line.Below) || e.recall != nil && e.walk((*recall).newer)
		case edit.Search:
			e.search = &search{lines: e.past(), typed: e.line}
			return
		default:
			return
		}
	}
	e.line = e.vi.Settle(e.line)
}
