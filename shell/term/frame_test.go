package term

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/mattn/go-runewidth"

	"rpcsh/shell/columns"
	"rpcsh/shell/term/edit"
	"rpcsh/shell/term/termtest"
)

// FuzzLayout checks, for any line in any window, that a frame leaves the cursor where it should be, and that nothing of
// it is left once it is erased, nor anything of what was above.
func FuzzLayout(f *testing.F) {
	f.Add("> ", "hello", "world", uint8(10), uint8(5), uint8(3))
	f.Add("", "日本語日本語", "日", uint8(5), uint8(3), uint8(9))
	f.Add("a long prompt> ", "", "", uint8(1), uint8(1), uint8(1))
	f.Add("", "\x1b[2J\t", "\x9b", uint8(4), uint8(4), uint8(0))
	f.Fuzz(func(t *testing.T, prompt, before, after string, cols, rows, list uint8) {
		for _, s := range []string{prompt, before, after} {
			if !widthsAgree(s) {
				t.Skip("the emulator takes no clusters")
			}
		}
		if !widthsAgree(prompt + before + after) {
			t.Skip("the emulator takes no clusters")
		}
		c, r := max(int(cols), 1), max(int(rows), 1)
		fr := frame{
			prompt: prompt, line: edit.Line{Before: before, After: after}, list: make([]listRow, list%20),
			hint: strings.Repeat("hint ", int(list)/20),
		}
		if n := len(before + after); n > 2 {
			fr.tokens = []Token{{TokenNumber, 0, n / 2}, {tokenPartner, n/2 + 1, n}}
		}
		for i := range fr.list {
			fr.list[i] = listRow{text: " choice ", description: " one ", selected: i == 1, thumb: i%2 == 0}
		}
		d := fr.layout(c, r, Colors{Number: "\x1b[36m"}, "\x1b[1m")
		if len(d.widths) > r {
			t.Fatalf("%d rows in a window of %d", len(d.widths), r)
		}
		e := termtest.NewEmulator(c, r)
		_, _ = e.Write([]byte("above\r\n" + d.bytes))
		if e.Column() != d.col || len(e.Unknown()) > 0 {
			t.Fatalf("the cursor is in column %d, want %d; unknown: %q", e.Column(), d.col, e.Unknown())
		}
		s := screen{size: func() (int, int) { return c, r }, drawn: &d}
		_, _ = e.Write(s.erase(nil))
		if got := e.Text(); got != "above" {
			t.Fatalf("erased, it leaves %q", got)
		}
	})
}

// widthsAgree reports whether s is as wide in the emulator, which adds up its characters.
func widthsAgree(s string) bool {
	for g := graphemes.FromString(s); g.Next(); {
		cell := withPictures(g.Value())
		sum := 0
		for i, r := range []rune(cell) {
			if w := runewidth.RuneWidth(r); i > 0 && w > 0 || i == 0 && w == 0 {
				return false
			} else {
				sum += w
			}
		}
		if sum != columns.Width(cell) {
			return false
		}
	}
	return true
}

func TestLayoutKeepsTheCursorInView(t *testing.T) {
	f := frame{line: edit.Line{Before: strings.Repeat("a", 50), After: strings.Repeat("b", 50)}}
	d := f.layout(10, 4, Colors{}, "")
	if len(d.widths) != 4 || d.row < 0 || d.row > 3 || !strings.Contains(d.bytes, "aaaaaaaaaa\r\nbbbbbbbbbb") {
		t.Errorf("%d rows, the cursor in row %d: %q", len(d.widths), d.row, d.bytes)
	}
}

func TestPictures(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"a\x1b[2J\t\x7f\u009bé", "a␛[2J␉␡\ufffdé"},
		{"a\x9bb", "a\ufffdb"},                             // which a terminal of 8 bits takes for CSI
		{"a\u202eb\u2066c\u200f", "a\ufffdb\ufffdc\ufffd"}, // and what follows would stand before it
		{"👩\u200d👩\u200d👧 نمی\u200cخواهم", "👩\u200d👩\u200d👧 نمی\u200cخواهم"}, // joiners, which spelling needs
	} {
		if got := withPictures(c.text); got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.text, got, c.want)
		}
	}
}

func TestFit(t *testing.T) {
	found := []Suggestion{
		{Text: "one", Description: "a long description of it"}, {Description: "empty"}, {Text: "with\x1bcontrol"},
		{Text: "two"}, {Text: "three"},
	}
	texts := func(cols, rows, lineWidth int) string {
		var b strings.Builder
		for _, s := range fit(found, cols, rows, lineWidth) {
			b.WriteString(s.Text + ":" + s.Description + " ")
		}
		return b.String()
	}
	for _, c := range []struct {
		cols, rows, lineWidth int
		want                  string
	}{
		{80, 24, 5, "one:a long description of it two: three: "},
		{20, 24, 5, "one:a long de… two: three: "},
		{15, 24, 5, "one: two: three: "},
		{80, 3, 5, "one:a long description of it two: "},
		{80, 3, 85, "one:a long description of it "},
		{80, 1, 5, ""},
		{1, 1, 5, ""},
	} {
		if got := texts(c.cols, c.rows, c.lineWidth); got != c.want {
			t.Errorf("%d by %d, line of %d: %q, want %q", c.cols, c.rows, c.lineWidth, got, c.want)
		}
	}
	many := make([]Suggestion, 10_000)
	for i := range many {
		many[i].Text = strconv.Itoa(i / 2)
	}
	got := fit(many, 80, 24, 5)
	if len(got) != maxSuggestions {
		t.Errorf("%d suggestions", len(got))
	}
	if len(slices.Compact(got)) != maxSuggestions { // equal ones follow each other
		t.Errorf("two cannot be told apart: %v", got)
	}
}

func TestFootKeepsItsFigures(t *testing.T) {
	f := foot{"a-long-name.example.com", " · connected · 3.0 ms"} // 23 and 21 columns
	for cols, want := range map[int]string{
		80: "a-long-name.example.com · connected · 3.0 ms",
		44: "a-long-name.example.com · connected · 3.0 ms",
		43: "a-long-name.example.c… · connected · 3.0 ms",
		10: "a-long-… · connected · 3.0 ms", // of which the row shows what it has room for
	} {
		if got := f.text(cols); got != want {
			t.Errorf("in %d columns: %q, want %q", cols, got, want)
		}
	}
}

// What a list has beyond the rows that are shown takes no memory for each.
func TestListMemory(t *testing.T) {
	of := func(n int) float64 {
		found := make([]Suggestion, n)
		for i := range found {
			found[i] = Suggestion{Text: fmt.Sprintf("method%02d", i), Description: "(a: integer)"}
		}
		l := newList()
		return testing.AllocsPerRun(10, func() {
			l.set(fit(found, 80, 24, 2), "")
			l.rows()
		})
	}
	if few, many := of(listHeight), of(maxSuggestions); many > few {
		t.Errorf("a list is made with %v allocations, a longer one with %v", few, many)
	}
}
