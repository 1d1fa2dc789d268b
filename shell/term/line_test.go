package term

import "testing"

func TestLineEdits(t *testing.T) {
	cut := func(i func(line) int) func(line) line {
		return func(l line) line {
			l, _ = l.cut(i(l))
			return l
		}
	}
	to := func(i func(line) int) func(line) line {
		return func(l line) line { return l.to(i(l)) }
	}
	for _, c := range []struct {
		name string
		edit func(line) line
		from line
		want line
	}{
		{"left", to(line.left), line{"a日", "b"}, line{"a", "日b"}},
		{"left at the beginning", to(line.left), line{"", "b"}, line{"", "b"}},
		{"left over a flag", to(line.left), line{"x🇩🇪🇫🇷", ""}, line{"x🇩🇪", "🇫🇷"}},
		{"left over a family", to(line.left), line{"👨‍👩‍👧", ""}, line{"", "👨‍👩‍👧"}},
		{"right over an accent", to(line.right), line{"", "e\u0301x"}, line{"e\u0301", "x"}},
		{"right at the end", to(line.right), line{"b", ""}, line{"b", ""}},
		{"word left", to(line.wordLeft), line{"my_add(été ", "x"}, line{"my_add(", "été x"}},
		{"word left to the beginning", to(line.wordLeft), line{"  add", ""}, line{"  ", "add"}},
		{"word left from the first word", to(line.wordLeft), line{"add", ""}, line{"", "add"}},
		{"word right", to(line.wordRight), line{"a", " (日本 x"}, line{"a (日本", " x"}},
		{"word right to the end", to(line.wordRight), line{"a", "bc"}, line{"abc", ""}},
		{"cut blank word", cut(line.blankWordLeft), line{"a b-c  ", "d"}, line{"a ", "d"}},
		{"cut right", cut(line.right), line{"a", "日b"}, line{"a", "b"}},
		{"transpose", line.transpose, line{"a日", "bc"}, line{"ab日", "c"}},
		{"transpose at the end", line.transpose, line{"abc", ""}, line{"acb", ""}},
		{"transpose one", line.transpose, line{"a", ""}, line{"a", ""}},
		{"transpose none", line.transpose, line{"", ""}, line{"", ""}},
	} {
		if got := c.edit(c.from); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.name, c.from, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	if got := clean("a\tb\nc\x1b[31m\x9b\u0085é"); got != "a b c[31m\ufffdé" {
		t.Errorf("got %q", got)
	}
}

// FuzzLineEdits checks that no edit loses or breaks what it does not cut.
func FuzzLineEdits(f *testing.F) {
	f.Add("日本 e\u0301", "🇩🇪🇫🇷 x")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		l := line{clean(before), clean(after)}
		for name, i := range map[string]int{"left": l.left(), "right": l.right(), "word left": l.wordLeft(),
			"word right": l.wordRight(), "blank word left": l.blankWordLeft()} {
			if i < 0 || i > len(l.text()) {
				t.Fatalf("%s of %q is %d", name, l, i)
			}
			if got := l.to(i); got.text() != l.text() {
				t.Fatalf("%s of %q is %q", name, l, got)
			}
			if got, cut := l.cut(i); len(got.text())+len(cut) != len(l.text()) {
				t.Fatalf("cut to %s of %q is %q and %q", name, l, got, cut)
			}
		}
		if got := l.transpose(); len(got.text()) != len(l.text()) {
			t.Fatalf("transposed, %q is %q", l, got)
		}
	})
}
