package view

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRawText(t *testing.T) {
	for text, want := range map[string]string{
		"":                 "",
		`{"a":"b"}`:        `{"a":"b"}`,
		"\x1e{}\n":         `\u001e{}\n`,
		`a\nb`:             `a\\nb`,
		"\xff\x00{":        "hex:ff 00 7b",
		"hex:00":           `\x68ex:00`,
		"@file":            `\x40file`,
		`"a"`:              `\x22a"`,
		`'a'`:              `\x27a'`,
		`"a`:               `"a`,
		"\u202e\U000e0001": `\u202e\udb40\udc01`,
	} {
		if got := RawText([]byte(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestRawExcerpt(t *testing.T) {
	long := strings.Repeat("x", maxRaw-1) + "üü"
	if got, want := rawExcerpt([]byte(long)), strings.Repeat("x", maxRaw-1)+"… (4.0 KiB)"; got != want {
		t.Errorf("at the end %q, want %q", got[maxRaw-10:], want[maxRaw-10:])
	}
	if got := rawExcerpt([]byte(long[:maxRaw-1])); got != long[:maxRaw-1] {
		t.Errorf("at the end %q", got[maxRaw-10:])
	}
}

// What RawText returns hides nothing, and is not taken for a file or for bytes in hexadecimal unless it is the latter.
func FuzzRawText(f *testing.F) {
	for _, seed := range []string{
		"", `{"a":"b\n"}`, "hex:00", "@file", "\xff\x00", "\x1e{}\n", "\u202e\u200d", `'a'`, `"a"`, `"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		text := RawText(b)
		if Visible(text) != text {
			t.Errorf("%q becomes %q, of which a part is hidden", b, text)
		}
		if strings.HasPrefix(text, "@") || isQuoted(text) || strings.HasPrefix(text, HexPrefix) == utf8.Valid(b) {
			t.Errorf("%q becomes %q", b, text)
		}
	})
}
