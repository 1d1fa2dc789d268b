//go:build unix

package term

import (
	"slices"
	"testing"

	"rpcsh/shell/term/edit"
)

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

// Escape and Enter, one soon after the other, are two keys in vi's modes. Elsewhere Escape before a key is Alt, over a
// slow link as well.
func TestEscapeThenEnter(t *testing.T) {
	for _, tt := range []struct {
		name  string
		reads []string
		vi    *edit.Vi
		want  []key
	}{
		{"vi, two reads", []string{escape, "\r"}, new(edit.Vi), named("esc", keyEnter)},
		{"vi, two reads behind text", []string{"x", escape, "\r"}, new(edit.Vi), named(keyText, "esc", keyEnter)},
		{"vi, one read", []string{escape + "\r"}, new(edit.Vi), named("alt-enter")},
		{"Emacs, two reads", []string{escape, "\r"}, nil, named("alt-enter")},
		{"Emacs, one read", []string{escape + "\r"}, nil, named("alt-enter")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &editor{input: newInput(func() {}), vi: tt.vi}
			defer e.input.end(ErrClosed)
			for _, read := range tt.reads {
				e.input.feed([]byte(read))
			}
			var got []key
			for k, ok := e.input.next(); ok; k, ok = e.input.next() {
				got = append(got, key{name: e.resolved(k).name})
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
