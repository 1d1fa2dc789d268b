//go:build unix

package term

import "testing"

const escape = "\x1b"

// The prompt shows the mode of vi's keys.
func TestVi(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("vi\r")
	s.shows("> vi", ">")
	s.Press("one two")
	s.shows("> one two")
	s.Press(escape)
	s.shows(": one two")
	s.cursorAfter(": one tw")
	s.tell("print above")
	s.shows("above", ": one two")
	s.tell("prompt (gone)> ")
	s.shows("(gone): one two")
	s.tell("prompt > ")
	s.Press("bdw")
	s.shows(": one")
	s.cursorAfter(": one")
	s.Press("u")
	s.shows(": one two")
	s.Press("cwsix")
	s.shows("> one six")
	s.Press(escape)
	s.cursorAfter(": one si")
	s.Press("0.") // faster than it can be shown
	s.shows(": six six")
	s.Press("$p" + "\r") // what was changed
	s.shows("> six sixone", `got "six sixone"`, ">")
	s.Press("abc")
	s.shows("> abc")
	s.Press(escape + "hx") // no pause behind Escape
	s.shows(": ac")
	s.Press("A!\x12six") // Ctrl-R searches in insert mode
	s.shows(`(search "six") six sixone`, "               six sixone")
	s.Press(escape)
	s.shows("> ac!")
	s.Press(escape)
	s.shows(": ac!")
	s.Press("k")
	s.shows(": six sixone")
	s.Press("kj")
	s.shows(": six sixone")
	s.Press("j")
	s.shows(": ac!")
	s.Press("/one")
	s.shows(`(search "one") six sixone`, "               six sixone")
	s.Press("\r")
	s.shows(": six sixone")
	s.Press("\x03")
	s.shows("> six sixone^C", ">")
	s.Press("bad a !b c\r") // which comes back with the cursor at !
	s.cursorAfter("> bad a ")
	s.Press(escape)
	s.cursorAfter(": bad a ")
	s.Press("x")
	s.shows(": bad a b c")
	s.Press("\x03")
	s.shows("> bad a b c^C", ">")
	s.Press("quit\r")
	s.ends("> quit", "ended: <nil>")
}
