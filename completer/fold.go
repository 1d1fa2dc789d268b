package completer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fold returns text in lower case, character by character, and where in it words begin.
func fold(text string) (folded string, words []int32) {
	var b strings.Builder
	b.Grow(len(text))
	previous := '_'
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !isSeparator(r) && (isSeparator(previous) || unicode.IsUpper(r) && !unicode.IsUpper(previous)) {
			words = append(words, int32(b.Len()))
		}
		if r == utf8.RuneError && size == 1 {
			b.WriteByte(text[i])
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
		previous = r
		i += size
	}
	return b.String(), words
}

// isSeparator reports whether a word may begin after r.
func isSeparator(r rune) bool {
	switch r {
	case '.', '_', '-', '/', ':', ' ', '$':
		return true
	}
	return false
}
