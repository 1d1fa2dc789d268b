package view

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// joins reports whether the character that text begins with is a joiner which spelling needs: the one that emoji are
// made with (U+200D), or the non-joiner (U+200C) between two letters of a script in which letters join.
func joins(before, text string) bool {
	if after, found := strings.CutPrefix(text, "\u200c"); found {
		last, _ := utf8.DecodeLastRuneInString(before)
		next, _ := utf8.DecodeRuneInString(after)
		return isJoining(last) && isJoining(next)
	}
	return strings.HasPrefix(text, "\u200d")
}

// isJoining reports whether r is a letter or a mark of a script that uses the non-joiner (RFC 5892 appendix A.1: after
// a virama, and in cursive scripts).
func isJoining(r rune) bool {
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && unicode.In(r,
		unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Adlam,
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil,
		unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar)
}

const (
	blackFlag = '\U0001f3f4'
	tagEnd    = '\U000e007f'

	maxFlagTags = 6 // those of a region and a subdivision; more would hide a text
)

// flagSize returns the bytes of the flag that text begins with: a black flag, tags that name a region and a
// subdivision, and the tag that ends them (UTS 51, ED-14a). Other tags are no part of it.
func flagSize(text string) int {
	flag := utf8.RuneLen(blackFlag)
	tags := 0
	for i, r := range text[flag:] {
		switch {
		case r == tagEnd && tags > 0:
			return flag + i + utf8.RuneLen(tagEnd)
		case !isFlagTag(r) || tags == maxFlagTags:
			return flag
		}
		tags++
	}
	return flag
}

// isFlagTag reports whether r is the tag of a digit or of a small letter.
func isFlagTag(r rune) bool {
	return r >= '\U000e0030' && r <= '\U000e0039' || r >= '\U000e0061' && r <= '\U000e007a'
}
