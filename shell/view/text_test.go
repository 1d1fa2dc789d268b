package view

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestVisible(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "my_add 1 ~", "my_add 1 ~"},
		{"empty", "", ""},
		{"letters", "größe 日本 Ω", "größe 日本 Ω"},
		{"emoji", "👍 👍🏽 ❤️ 👩‍👩‍👧", "👍 👍🏽 ❤️ 👩‍👩‍👧"},
		{"escape", "a\x1b[31mb", `a\u001b[31mb`},
		{"clear screen", "\x1b[2J\x1bc", `\u001b[2J\u001bc`},
		{"title", "\x1b]0;owned\x07", `\u001b]0;owned\u0007`},
		{"hyperlink", "\x1b]8;;http://x\x1b\\y", `\u001b]8;;http://x\u001b\y`},
		{"C0", "\x00\b\v\f\x0e\x1f", `\u0000\u0008\u000b\u000c\u000e\u001f`},
		{"DEL", "a\x7f", `a\u007f`},
		{"C1", "\u0080\u0085\u009b2J\u009d0;x\u009c\u009f", `\u0080\u0085\u009b2J\u009d0;x\u009c\u009f`},
		{"C1 as a byte", "\x9b2J", `\x9b2J`},
		{"not UTF-8", "a\xff\xc3b\xe2\x82", `a\xff\xc3b\xe2\x82`},
		{"half a surrogate pair", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character", "a\ufffdb", "a\ufffdb"},
		{
			"bidi", "\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c",
			`\u202eevil\u202c \u2066x\u2069 \u200e\u200f\u061c`,
		},
		{"line separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"not seen", "a\u200bb\ufeffc\u00add\u2060", `a\u200bb\ufeffc\u00add\u2060`},
		{"tags", "\U000e0041\U000e0001", `\udb40\udc41\udb40\udc01`},
		{"non-joiner", "می\u200cخواهم क्\u200cष", "می\u200cخواهم क्\u200cष"},
		{"non-joiner that spelling does not need", "pay\u200cpal م\u200c", `pay\u200cpal م\u200c`},
		{"non-joiners", "م\u200c\u200cخ", `م\u200c\u200cخ`},
		{"flag of tags", flagOf("gbsct") + "!", flagOf("gbsct") + "!"},
		{"the longest flag", flagOf("abcdef"), flagOf("abcdef")},
		{"text hidden in a flag", flagOf("abcdefg"), "🏴" + tagEscapes("abcdefg") + `\udb40\udc7f`},
		{"flag without an end", "🏴" + tags("gb") + "x", "🏴" + tagEscapes("gb") + "x"},
		{"flag without tags", "🏴\U000e007f🏴", `🏴\udb40\udc7f🏴`},
		{"white space", "a\tb\nc\r\nd", `a\tb\nc\r\nd`},
	} {
		if got := Visible(tt.text); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got, want := VisibleLines("a\nb\r\n\tc\x1b"), "a\nb\\r\n\\tc\\u001b"; got != want {
		t.Errorf("with its lines: %q, want %q", got, want)
	}
}

// tags returns text in tag characters (U+E0000 …).
func tags(text string) string {
	return strings.Map(func(r rune) rune { return 0xe0000 + r }, text)
}

func flagOf(region string) string { return "🏴" + tags(region+"\x7f") }

func tagEscapes(text string) string {
	var b strings.Builder
	for _, r := range text {
		fmt.Fprintf(&b, `\udb40\udc%02x`, r)
	}
	return b.String()
}

func isHarmless(text string) bool {
	return utf8.ValidString(text) && strings.IndexFunc(
		text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) },
	) < 0
}

func FuzzVisible(f *testing.F) {
	for _, s := range []string{
		"a\x1b[31m", "\u009b", "\xff\xfe", "\u202e", "\"\u009b\"", "[\"\U000e0041\u2028\"]", "👩‍👧", "\\u001b",
		flagOf("gbeng"), "م\u200cخ",
		"a\nb",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if !isHarmless(got) {
			t.Errorf("%q became %q", text, got)
		}
		if again := Visible(got); again != got {
			t.Errorf("%q became %q, and that %q", text, got, again)
		}
		lines := VisibleLines(text)
		if !isHarmless(strings.ReplaceAll(lines, "\n", "")) || strings.Count(lines, "\n") != strings.Count(text, "\n") {
			t.Errorf("%q with its lines became %q", text, lines)
		}
		if json.Valid([]byte(text)) && utf8.ValidString(text) {
			one := Compact(json.RawMessage(text))
			if was, is := sameJSON(t, one), sameJSON(t, Visible(one)); was != is {
				t.Errorf("%q became other JSON: %q", text, got)
			}
		}
		if short := Shorten(text, len(text)); !isHarmless(short) || len(short) > maxShown+40 {
			t.Errorf("%q was shortened to %q", text, short)
		}
	})
}

func sameJSON(t *testing.T, text string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%q is no JSON: %v", text, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestShorten(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name, text string
		total      int
		want       string
	}{
		{"short", "a b", 3, "a b"},
		{"at the limit", x(maxShown), maxShown, x(maxShown)},
		{"above it", x(maxShown + 1), maxShown + 1, x(maxShown) + "… (601 B)"},
		{"of a whole that is not there", x(maxShown + 1), 5 << 20, x(maxShown) + "… (5.0 MiB)"},
		{"lines", "a\nb\r\n\r\nc\n", 10, "a b c"},
		{"control characters", "\x1b[2J\t", 5, `\u001b[2J\t`},
		{"between the bytes of a character", x(maxShown-1) + "üü", maxShown + 3, x(maxShown-1) + "… (603 B)"},
		{"before an emoji", x(maxShown-3) + "🙂", maxShown + 1, x(maxShown-3) + "… (601 B)"},
		{"long of wide characters", strings.Repeat("日", 1000), 3000, strings.Repeat("日", 200) + "… (2.9 KiB)"},
		{"long of no UTF-8", strings.Repeat("\x80", 3000), 3000, strings.Repeat(`\x80`, 150) + "… (2.9 KiB)"},
		{"long of lines", strings.Repeat("\n", 1<<20) + "x", 1 << 20, "… (1.0 MiB)"},
	} {
		if got := Shorten(tt.text, tt.total); got != tt.want {
			t.Errorf("%s:\n got %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func BenchmarkVisible(b *testing.B) {
	for name, text := range map[string]string{
		"ASCII": string(longJSON), "UTF-8": strings.Repeat("größe 日本 ", (64<<10)/15),
		"hostile": strings.Repeat("\x1b[31m\u009b", (64<<10)/7),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Visible(text)
			}
		})
	}
}
