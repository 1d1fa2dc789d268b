package view

import (
	"slices"
	"testing"

	"rpcsh/shell/human"
)

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "größe": 5, "日本": 4, "한글": 4, "e\u0301": 1, "👩‍👩‍👧": 2, "👍🏽": 2, "🇩🇪": 2, "·…": 2,
		"\x1b[31mred\x1b[0m text": 8, "\x1b[2;1m": 0, "\x1b[": 0,
	} {
		if got := Width(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestFitAndClip(t *testing.T) {
	for _, tt := range []struct {
		text      string
		n         int
		fit, clip string // columns, and characters
	}{
		{"abcdef", 6, "abcdef", "abcdef"},
		{"abcdef", 5, "abcd…", "abcd…"},
		{"日本語", 5, "日本…", "日本語"},
		{"日本語", 2, "…", "日…"},
		{"", 0, "", ""},
		{"a", 0, "", "…"},
	} {
		if got := Fit(tt.text, tt.n); got != tt.fit && tt.n > 0 {
			t.Errorf("Fit(%q, %d) is %q, want %q", tt.text, tt.n, got, tt.fit)
		}
		if got := human.Clip(tt.text, tt.n); got != tt.clip {
			t.Errorf("human.Clip(%q, %d) is %q, want %q", tt.text, tt.n, got, tt.clip)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text   string
		width  int
		indent string
		want   string
	}{
		{"", 10, "", ""},
		{"one two three", 10, "", "one two\nthree"},
		{"one  two\nthree", 10, "  ", "  one two\n  three"},
		{"a longestword b", 5, "", "a\nlongestword\nb"},
		{"日本 日本 日本", 9, "", "日本 日本\n日本"},
		{"\x1b[1mone\x1b[0m two", 7, "", "\x1b[1mone\x1b[0m two"},
	} {
		if got := Wrap(tt.text, tt.width, tt.indent); got != tt.want {
			t.Errorf("%q in %d columns: %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
	want := []string{"• a", "  b c", "  d"}
	if got := Fill([]string{"a", "b c", "d"}, 6, "• ", "  "); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTable(t *testing.T) {
	red := NewPalette(true).Err
	var table Table
	table.Row("PEER", "TEXT")
	table.Row("@1", "one two three four five six")
	table.Row("a row of one cell is as long as it likes")
	table.Row(red("日本語"), "")
	want := "PEER    TEXT\n@1      one two three four five six\n" +
		"a row of one cell is as long as it likes\n" + red("日本語") + "\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	narrow := "PEER    TEXT\n@1      one two three four\n        five six\n" +
		"a row of one cell is as long\nas it likes\n" + red("日本語") + "\n"
	if got := table.Within(30); got != narrow {
		t.Errorf("within 30 columns\n%s\nwant\n%s", got, narrow)
	}
	if table.Len() != 4 {
		t.Errorf("%d rows", table.Len())
	}
}
