package edit

import (
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// press presses keys; ^[ is Escape.
func press(v *Vi, l Line, keys string) Line {
	var undo Undo
	for g := graphemes.FromString(strings.ReplaceAll(keys, "^[", "\x1b")); g.Next(); {
		was, wasInsert := l, !v.Normal
		switch {
		case g.Value() == "\x1b":
			l = v.Escape(l)
		case !v.Normal:
			l = l.Typed(g.Value())
		default:
			effect, times := Nothing, 0
			if l, effect, times = v.Press(l, g.Value()); effect == Undone {
				for range min(times, 3) {
					l = v.Settle(undo.Back(l))
				}
			}
		}
		undo.NoteVi(!wasInsert, v.Normal, was, l, wasInsert && !v.Normal)
	}
	return l
}

func TestVi(t *testing.T) {
	for _, tt := range []struct{ from, keys, want string }{
		{"add 40 |2", "h", "add 40| 2"},
		{"a|dd", "hhhh", "|add"},
		{"|add", "lllll", "ad|d"},
		{"|日本語", "2l", "日本|語"},
		{"|my_add(1, 2)", "w", "my_add|(1, 2)"},
		{"|my_add(1, 2)", "W", "my_add(1, |2)"},
		{"|my_add(1, 2)", "3w", "my_add(1|, 2)"},
		{"|one", "w", "on|e"},
		{"|my_add(1)", "e", "my_ad|d(1)"},
		{"my_ad|d(1)", "e", "my_add|(1)"},
		{"|my_add(1) x", "E", "my_add(1|) x"},
		{"one two(|", "b", "one two|("},
		{"one two|(", "2b", "|one two("},
		{"one a.b|", "B", "one |a.b"},
		{"  one| two", "0", "|  one two"},
		{"  one| two", "^", "  |one two"},
		{"|one two", "$", "one tw|o"},
		{"|a=1 b=2 c=3", "f=", "a|=1 b=2 c=3"},
		{"|a=1 b=2 c=3", "2f=", "a=1 b|=2 c=3"},
		{"|a=1 b=2 c=3", "f=;", "a=1 b|=2 c=3"},
		{"|a=1 b=2 c=3", "f=;,", "a|=1 b=2 c=3"},
		{"|a=1 b=2 c=3", "t=;", "a=1 |b=2 c=3"},
		{"a=1 b=2 c=|3", "F=;", "a=1 b|=2 c=3"},
		{"a=1 b=2 c=3|", "T=", "a=1 b=2 c=|3"},
		{"a=1 b=2 c=|3", "T=", "a=1 b=2 c=|3"},
		{"|abc", "fx", "|abc"},
		{"|f [1,[2]]", "w%", "f [1,[2]|]"},
		{"f [1,|[2]]", "%d%", "f [1,|]"},
		{"|one two three", "dw", "|two three"},
		{"|one two three", "2dw", "|three"},
		{"|one two three", "d2w", "|three"},
		{"one |two", "dw", "one| "},
		{"|one two", "de", "| two"},
		{"one two| three", "db", "one | three"},
		{"one |two three", "d$", "one| "},
		{"one |two three", "D", "one| "},
		{"one |two three", "d0", "|two three"},
		{"|a=1 b=2", "df=", "|1 b=2"},
		{"|a=1 b=2", "dt=", "|=1 b=2"},
		{"one| two", "dfx", "one| two"},
		{"|abc", "x", "|bc"},
		{"|abcd", "3x", "|d"},
		{"ab|c", "x", "a|b"},
		{"ab|c", "X", "a|c"},
		{"|", "x", "|"},
		{"one |two", "dd", "|"},
		{"|one\ntwo\nthree", "dd", "|two\nthree"},
		{"one\ntwo\nth|ree", "dd", "one\n|two"},
		{"one\nt|wo\nthree", "2dd", "|one"},
		{"|one\ntwo", "ddp", "two\n|one"},
		{"one\nt|wo", "yyP", "one\n|two\ntwo"},
		{"|one\ntwo", "dw", "|\ntwo"},
		{"|one two", "cwsix^[", "si|x two"},
		{"on|e two", "cwx^[", "on|x two"},
		{"|one two", "c2wx^[", "|x"},
		{"|one two", "cc1^[", "|1"},
		{"one |two", "Cx^[", "one |x"},
		{"|one two", "sX^[", "|Xne two"},
		{"|one two", "2sX^[", "|Xe two"},
		{"one |two", "Snew^[", "ne|w"},
		{"|one two", "ywP", "one| one two"},
		{"|one two", "ywP2p", "one one one| one two"},
		{"|one two", "dwp", "tone| wo"},
		{"|abc", "xp", "b|ac"},
		{"one |two", "y0p", "oone| ne two"},
		{"|abc", "rx", "|xbc"},
		{"|abc", "2rx", "x|xc"},
		{"ab|c", "2rx", "ab|c"},
		{"|aBc", "2~", "Ab|c"},
		{"a|bc", "ix^[", "a|xbc"},
		{"a|bc", "ax^[", "ab|xc"},
		{"ab|c", "Ix^[", "|xabc"},
		{"a|bc", "Ax^[", "abc|x"},
		{"f {|", "o1^[", "f {\n  |1"},
		{"|f", "Oa^[", "|a\nf"},
		{"|one two three", "dw.", "|three"},
		{"|one two three", "cwx^[w.", "x |x three"},
		{"|a b c d", "xx..", "|c d"},
		{"|one two", "dwu", "|one two"},
		{"|one two three", "dwdwuu", "|one two three"},
		{"|one two", "cwab^[u", "|one two"},
		{"|one two", "cwa b c^[u", "|one two"},
		{"|one two", "xcwa^[u", "|ne two"},
		{"|one two", "xcwa^[uu", "|one two"},
		{"|one two", "ix y^[Az^[u", "x yone tw|o"},
		{"|one two", "ix y^[Az^[uu", "|one two"},
		{"|one two", "ia^[xu", "|aone two"},
		{"|one", "dk", "|one"},
		{"|one", "dqx", "|ne"},
		{"|one", "d^[x", "|ne"},
		{"|one two", "99999999999l", "one tw|o"},
	} {
		before, after, _ := strings.Cut(tt.from, "|")
		l := press(&Vi{Normal: true}, Line{before, after}, tt.keys)
		if got := l.Before + "|" + l.After; got != tt.want {
			t.Errorf("%q, %s: %q, want %q", tt.from, tt.keys, got, tt.want)
		}
	}
}

// FuzzVi: whatever is pressed, the cursor is at a character in normal mode, where its row has one.
func FuzzVi(f *testing.F) {
	f.Add("one two\nthree", "dwu3fxcwab")
	f.Add("日本 {[1]}", "%d%pP.;,")
	f.Fuzz(func(t *testing.T, text, keys string) {
		v := new(Vi)
		l := press(v, Line{Before: Clean(text)}, "^["+keys)
		if v.Normal && len(l.Before) == l.RowEnd() && len(l.Before) > l.RowStart() {
			t.Errorf("the cursor is behind %q", l.Before)
		}
		if len(v.keys) > 20 {
			t.Errorf("%d keys wait", len(v.keys))
		}
	})
}
