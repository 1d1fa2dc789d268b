package edit

import "testing"

func TestPartner(t *testing.T) {
	for _, tt := range []struct {
		text     string
		at, want int
	}{
		{`f {"a":[1,2]}`, 2, 12},
		{`f {"a":[1,2]}`, 12, 2},
		{`f {"a":[1,2]}`, 7, 11},
		{`f {"a":[1,2]}`, 11, 7},
		{`f {"]":1}`, 2, 8},
		{`f {"a\"}":1}`, 2, 11},
		{`f '[' ]`, 6, -1},
		{`don't [a]`, 6, 8},
		{`f [1}`, 2, -1},
		{`f [1}`, 4, -1},
		{`f [[1]`, 2, -1},
		{`f x`, 2, -1},
		{``, 0, -1},
		{`[]`, -1, -1},
	} {
		if got := Partner(tt.text, tt.at); got != tt.want {
			t.Errorf("Partner(%q, %d) is %d, want %d", tt.text, tt.at, got, tt.want)
		}
	}
}

func TestLastWord(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"ping":                     "ping",
		"add 1 22 ":                "22",
		`echo {"a": 1, "b": [ 2]}`: `{"a": 1, "b": [ 2]}`,
		`log "two words"`:          `"two words"`,
		`log name='two words'`:     `name='two words'`,
		`log don't go`:             "go",
		`echo 1 | .a`:              ".a",
		`odd ] two`:                "two",
	} {
		if got := LastWord(text); got != want {
			t.Errorf("the last word of %q is %q, want %q", text, got, want)
		}
	}
}

// A word that was typed is undone as a whole, and so is each cut; what was undone can be done again until something
// else is.
func TestUndo(t *testing.T) {
	var u Undo
	l := Line{}
	typed := func(text string) {
		for _, c := range text {
			before := l
			l = l.Insert(string(c))
			u.Note(before, l, true)
		}
	}
	undo := func(move func(Line) Line, want string) {
		t.Helper()
		before := l
		l = move(l)
		u.Note(before, l, false)
		if l.Text() != want {
			t.Errorf("got %q, want %q", l.Text(), want)
		}
	}
	typed("one two")
	before := l
	l, _ = l.Cut(l.BlankWordLeft())
	u.Note(before, l, false)
	typed("2")
	undo(u.Back, "one ")
	undo(u.Back, "one two")
	undo(u.Back, "one ")
	undo(u.Back, "")
	undo(u.Back, "")
	undo(u.Forth, "one ")
	undo(u.Forth, "one two")
	typed("x")
	undo(u.Forth, "one twox")
	undo(u.Back, "one two")
	for range 2 * maxUndo {
		typed("a ")
	}
	if len(u.past) > maxUndo {
		t.Errorf("%d changes are kept", len(u.past))
	}
}
