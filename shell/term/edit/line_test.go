package edit

import "testing"

func TestLineEdits(t *testing.T) {
	cut := func(i func(Line) int) func(Line) Line {
		return func(l Line) Line {
			l, _ = l.Cut(i(l))
			return l
		}
	}
	to := func(i func(Line) int) func(Line) Line {
		return func(l Line) Line { return l.To(i(l)) }
	}
	for _, c := range []struct {
		name string
		edit func(Line) Line
		from Line
		want Line
	}{
		{"left", to(Line.Left), Line{"a日", "b"}, Line{"a", "日b"}},
		{"left at the beginning", to(Line.Left), Line{"", "b"}, Line{"", "b"}},
		{"left over a flag", to(Line.Left), Line{"x🇩🇪🇫🇷", ""}, Line{"x🇩🇪", "🇫🇷"}},
		{"left over a family", to(Line.Left), Line{"👨‍👩‍👧", ""}, Line{"", "👨‍👩‍👧"}},
		{"right over an accent", to(Line.Right), Line{"", "e\u0301x"}, Line{"e\u0301", "x"}},
		{"right at the end", to(Line.Right), Line{"b", ""}, Line{"b", ""}},
		{"word left", to(Line.WordLeft), Line{"my_add(été ", "x"}, Line{"my_add(", "été x"}},
		{"word left to the beginning", to(Line.WordLeft), Line{"  add", ""}, Line{"  ", "add"}},
		{"word left from the first word", to(Line.WordLeft), Line{"add", ""}, Line{"", "add"}},
		{"word right", to(Line.WordRight), Line{"a", " (日本 x"}, Line{"a (日本", " x"}},
		{"word right to the end", to(Line.WordRight), Line{"a", "bc"}, Line{"abc", ""}},
		{"cut blank word", cut(Line.BlankWordLeft), Line{"a b-c  ", "d"}, Line{"a ", "d"}},
		{"cut right", cut(Line.Right), Line{"a", "日b"}, Line{"a", "b"}},
		{"a row is indented", Line.BreakRow, Line{"f {\n  a: [", "]"}, Line{"f {\n  a: [\n    ", "]"}},
		{"a row of text is not", Line.BreakRow, Line{"f {\n  \"a\": \"(", ""}, Line{"f {\n  \"a\": \"(\n", ""}},
		{"it is after text", Line.BreakRow, Line{"  f \"a\" 'b'", ""}, Line{"  f \"a\" 'b'\n  ", ""}},
		{"transpose", Line.Transpose, Line{"a日", "bc"}, Line{"ab日", "c"}},
		{"transpose at the end", Line.Transpose, Line{"abc", ""}, Line{"acb", ""}},
		{"transpose one", Line.Transpose, Line{"a", ""}, Line{"a", ""}},
		{"transpose none", Line.Transpose, Line{"", ""}, Line{"", ""}},
	} {
		if got := c.edit(c.from); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.name, c.from, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	if got := Clean("a\tb\nc\x1b[31m\x9b\u0085é"); got != "a\tb\nc[31m\ufffdé" {
		t.Errorf("got %q", got)
	}
	if got := CleanRow("a\tb\nc\x1b\r\x9b"); got != "a b c\ufffd" {
		t.Errorf("as a row: got %q", got)
	}
}

// FuzzLineEdits checks that no edit loses or breaks what it does not cut.
func FuzzLineEdits(f *testing.F) {
	f.Add("日本 e\u0301", "🇩🇪🇫🇷 x")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		l := Line{Clean(before), Clean(after)}
		for name, i := range map[string]int{"left": l.Left(), "right": l.Right(), "word left": l.WordLeft(),
			"word right": l.WordRight(), "blank word left": l.BlankWordLeft()} {
			if i < 0 || i > len(l.Text()) {
				t.Fatalf("%s of %q is %d", name, l, i)
			}
			if got := l.To(i); got.Text() != l.Text() {
				t.Fatalf("%s of %q is %q", name, l, got)
			}
			if got, cut := l.Cut(i); len(got.Text())+len(cut) != len(l.Text()) {
				t.Fatalf("cut to %s of %q is %q and %q", name, l, got, cut)
			}
		}
		for name, move := range map[string]func() (Line, bool){"above": l.Above, "below": l.Below} {
			if got, _ := move(); got.Text() != l.Text() {
				t.Fatalf("%s of %q is %q", name, l, got)
			}
		}
		if got := l.Transpose(); len(got.Text()) != len(l.Text()) {
			t.Fatalf("transposed, %q is %q", l, got)
		}
	})
}
