package columns

import (
	"slices"
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"empty", "", 0},
		{"ASCII", "abc ~", 5},
		{"Latin", "größe", 5},
		{"Greek, Cyrillic", "αЯ", 2},

		{"emoji", "🎉", 2},
		{"skin tone", "👍🏽", 2},
		{"skin tone behind a letter", "x🏽", 3},
		{"family, joined", "👩\u200d👩\u200d👧", 2},
		{"astronaut, joined", "👩🏽\u200d🚀", 2},
		{"rainbow flag, joined", "🏳\ufe0f\u200d🌈", 2},
		{"burning heart, joined", "❤\ufe0f\u200d🔥", 2},
		{"couple, joined, with presentation", "👩\u200d❤\ufe0f\u200d👨", 2},
		{"wide by default", "⌚", 2},
		{"text by default", "❤", 1},
		{"emoji presentation", "❤\ufe0f", 2},
		{"emoji presentation of a letter", "ℹ\ufe0f", 2},
		{"emoji presentation of punctuation", "‼\ufe0f", 2},
		{"text presentation", "❤\ufe0e", 1},
		{"presentation behind what is no emoji", "a\ufe0fक\ufe0f", 2},
		{"presentation alone", "\ufe0f", 0},
		{"keycap", "1\ufe0f\u20e3", 2},
		{"keycap without presentation", "1\u20e3", 1},
		{"flag", "🇩🇪", 2},
		{"two flags", "🇩🇪🇫🇷", 4},
		{"half a flag", "🇩", 1},
		{"flag of tags", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", 2},

		{"combining", "e\u0301", 1},
		{"several combining", "Z\u0351\u036b\u0343", 1},
		{"combining alone", "\u0301", 0},
		{"Hangul", "한글", 4},
		{"Hangul of jamo", "\u1100\u1161\u11a8", 2},
		{"one jamo", "\u1100", 2},
		{"Thai with a mark above", "ที่", 1},
		{"Thai with a spacing vowel", "น้ำ", 2},
		{"Thai word", "สวัสดี", 4},
		{"Devanagari with a spacing vowel", "नि", 2},
		{"Devanagari conjunct", "क्षि", 3},
		{"Devanagari, joined", "क\u094d\u200dष", 2},
		{"Devanagari word", "हिन्दी", 5},
		{"Arabic with a non-joiner", "می\u200cخواهم", 7},
		{"Chinese", "日本", 4},
		{"Chinese of the second plane", "𠀀", 2},
		{"full width", "Ａ（", 4},
		{"half width", "ｱ", 1},
		{"half width with its mark", "ﾊﾟ", 2},
		{"ambiguous", "…─│┃✓→°·①", 9},
		{"replacement character", "\ufffd", 1},

		{"controls", "a\t\x00\x7f\u009bb", 2},
		{"line break", "\r\n", 0},
		{"invisible", "\u200b\u200d\u00ad\u202e\ufeff", 0},
		{"not UTF-8", "\xff\xfe", 2},
		{"colour", "\x1b[31mred\x1b[0m text", 8},
		{"colour of a wide character", "\x1b[1;38;5;200m日\x1b[m", 2},
		{"colour between a letter and its mark", "e\x1b[m\u0301", 1},
		{"other sequences", "\x1b[?25l\x1b[2Ka\x1b[ q", 1},
		{"sequence cut off", "a\x1b[", 1},
		{"sequence cut off behind its parameters", "a\x1b[2;", 1},
		{"sequence broken by a character", "\x1b[3ü", 1},
	} {
		if got := Width(tt.text); got != tt.want {
			t.Errorf("%s, %q: %d columns, want %d", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		tail string
		want string
	}{
		{"abcdef", 6, "…", "abcdef"},
		{"abcdef", 5, "…", "abcd…"},
		{"abcdef", 5, "", "abcde"},
		{"日本語", 6, "…", "日本語"},
		{"日本語", 5, "…", "日本…"},
		{"日本語", 4, "…", "日…"},
		{"日本語", 3, "", "日"},
		{"日本語", 2, "…", "…"},
		{"日a", 1, "", ""}, // what comes behind the cut does not slip into the gap
		{"a", 1, "…", "a"},
		{"abc", 1, "…", "…"},
		{"abc", 0, "…", ""},
		{"abc", -1, "", ""},
		{"", 0, "…", ""},
		{"", -1, "…", ""},
		{"e\u0301e\u0301e\u0301", 2, "", "e\u0301e\u0301"},
		{"👩\u200d👩\u200d👧x", 2, "", "👩\u200d👩\u200d👧"},
		{"❤\ufe0fab", 3, "…", "❤\ufe0f…"},
		{"\x1b[31mabc\x1b[0m", 2, "…", "\x1b[31ma…\x1b[0m"},
		{"\x1b[31mabc\x1b[0m", 3, "…", "\x1b[31mabc\x1b[0m"},
	} {
		if got := Clip(tt.text, tt.n, tt.tail); got != tt.want {
			t.Errorf("%q in %d columns is %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text   string
		n      int
		indent string
		want   string
	}{
		{"", 10, "", ""},
		{"one two three", 10, "", "one two\nthree"},
		{"one  two\nthree", 10, "  ", "  one two\n  three"},
		{"a longestword b", 5, "", "a\nlongestword\nb"},
		{"日本 日本 日本", 9, "", "日本 日本\n日本"},
		{"❤\ufe0f ❤\ufe0f ❤\ufe0f", 5, "", "❤\ufe0f ❤\ufe0f\n❤\ufe0f"},
		{"\x1b[1mone\x1b[0m two", 7, "", "\x1b[1mone\x1b[0m two"},
	} {
		if got := Wrap(tt.text, tt.n, tt.indent); got != tt.want {
			t.Errorf("%q in %d columns: %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
	want := []string{"• a", "  b c", "  d"}
	if got := Fill([]string{"a", "b c", "d"}, 6, "• ", "  "); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzClip(f *testing.F) {
	f.Add("日本語 👩\u200d👧 \x1b[31mred\x1b[m", 5)
	f.Add("\x1b[\x1b[3\xff1m", 0)
	f.Fuzz(func(t *testing.T, text string, n int) {
		got := Clip(text, n, "…")
		if Width(got) > max(n, 0) {
			t.Errorf("%q in %d columns is %q", text, n, got)
		}
		if Width(text) <= n && got != text {
			t.Errorf("%q fits into %d columns, and becomes %q", text, n, got)
		}
	})
}

func BenchmarkWidth(b *testing.B) {
	for name, text := range map[string]string{
		"ASCII": strings.Repeat("my_add 1 ", 10), "UTF-8": strings.Repeat("größe 日本 ", 9),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Width(text)
			}
		})
	}
}

func TestBreakWords(t *testing.T) {
	for _, tt := range []struct {
		text string
		n    int
		want string
	}{
		{"one two three", 13, "one two three"},
		{"one two three", 12, "one two\nthree"},
		{"  a   b  word", 8, "  a   b\nword"},
		{"  wide-word b", 5, "  wide-word\nb"},
		{"a wide-word b", 5, "a wide-word\nb"},
		{"one two\nthree four", 7, "one two\nthree\nfour"},
		{"\x1b[2mone two\x1b[0m three", 7, "\x1b[2mone two\x1b[0m\nthree"},
		{"日本 日本 日本", 9, "日本 日本\n日本"},
		{"a wide-wide-word b c d", 5, "a wide-wide-word\nb c d"},
		{"a " + Whole(`"x y"`) + " b", 9, `a "x y" b`},
		{"one two " + Whole("0.1 ms"), 12, "one two\n0.1 ms"},
		{"one " + Whole(`"a value of many words"`), 24, `one "a value of many words"`},
		{"a " + Whole(`"x y"`) + " bc", 5, "a\n\"x y\"\nbc"},
		{"a " + Whole(`"x y z"`) + " b c d", 5, `a "x y z" b` + "\nc d"}, // longer than a row
		{"", 3, ""},
	} {
		if got := BreakWords(tt.text, tt.n); got != tt.want {
			t.Errorf("%q in %d columns: %q, want %q", tt.text, tt.n, got, tt.want)
		}
	}
}
