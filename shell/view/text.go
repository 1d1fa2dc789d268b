package view

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"rpcsh/shell/human"
)

// Visible returns text on one line in which every character can be seen. Characters that could move the cursor, colour
// the screen, set the title, or turn the direction of writing become JSON escapes, so that JSON text stays the same
// JSON; bytes that are not UTF-8 become \xNN. Visible text passes through unchanged. The joiners of emoji and of some
// scripts are kept, as are the tags of flags. All text from a peer goes through Visible; the line being typed has a
// form of its own in package term.
func Visible(text string) string { return visible(text, false) }

// VisibleLines is Visible, but keeps line feeds.
func VisibleLines(text string) string { return visible(text, true) }

func visible(text string, keepLines bool) string {
	if isPrintable(text) || isVisible(text) { // most text
		return text
	}
	var b strings.Builder
	kept := 0 // the text up to here is not escaped
	for i, r := range text {
		switch {
		case i < kept || r == '\n' && keepLines:
			b.WriteRune(r)
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, "\\x%02x", text[i])
		case hidden(r) && !joins(text[:i], text[i:]):
			b.WriteString(escaped(r))
		case r == blackFlag:
			kept = i + flagSize(text[i:])
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isPrintable reports whether text is ASCII that can be seen. It looks at eight bytes at a time, as a word.
func isPrintable(text string) bool {
	const eachByte, highBits = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; len(text)-i >= 8; i += 8 {
		word := binary.LittleEndian.Uint64([]byte(text[i : i+8]))
		control, high := (word-eachByte*' ')&^word, (word+eachByte)|word // DEL + 1 is high
		if (control|high)&highBits != 0 {
			return false
		}
	}
	for ; i < len(text); i++ {
		if text[i] < ' ' || text[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isVisible reports whether nothing in text is hidden or broken.
func isVisible(text string) bool {
	for i, r := range text {
		if hidden(r) || r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			return false
		}
	}
	return true
}

// hidden reports whether r acts on the terminal, or cannot be seen.
func hidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// escaped returns r as it is written in a JSON string (RFC 8259 section 7).
func escaped(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// maxShown is how many bytes of a message a line of traffic shows.
const maxShown = 600

// Shorten makes text from a peer fit for a line of traffic: visible, on one line, and at most 600 bytes with a remark
// on the total size. total is that size in bytes.
func Shorten(text string, total int) string {
	text, _ = shorten(text, total)
	return text
}

// shorten is Shorten, and reports whether something was left out.
func shorten(text string, total int) (shown string, cut bool) {
	const enough = 4 * maxShown // more than is shown, since line breaks are dropped
	whole := len(text) <= enough
	text = Prefix(text, enough)
	if strings.IndexByte(text, '\n') >= 0 || strings.IndexByte(text, '\r') >= 0 {
		lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
		text = strings.Join(lines, " ")
	}
	text = Visible(text)
	if whole && len(text) <= maxShown {
		return text, false
	}
	return Prefix(text, maxShown) + left + human.Size(total) + ")", true
}

// brief is Shorten of all of a text: a name, an id, or a remark.
func brief(text string) string { return Shorten(text, len(text)) }

// maxFailure is how many bytes of an error a person is shown: more than any that is read, as a traceback is.
const maxFailure = 64 << 10

// failureText returns what went wrong, visible.
func failureText(text string) string {
	if len(text) <= maxFailure {
		return Visible(text)
	}
	return Visible(Prefix(text, maxFailure)) + left + human.Size(len(text)) + ")"
}

// left stands where Shorten leaves something out, before the size of all.
const left = "… ("

// Prefix returns the first n bytes of text, or a little less if a character would be cut in two.
func Prefix(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for end := n; end > n-utf8.UTFMax && end >= 0; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:n] // not UTF-8
}

func withLineBreak(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}
