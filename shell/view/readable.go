package view

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Readable returns JSON text for a person: compact, on one line, and with the characters that can be seen in place of
// their escapes (RFC 8259 section 7). It is the same JSON. What has no character of its own, such as a lone surrogate,
// and what Visible escapes stay escaped. text may end anywhere.
func Readable(text json.RawMessage) string {
	compact := Compact(text)
	if !strings.Contains(compact, `\`) {
		return Visible(compact)
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(compact, '\\')
		if i < 0 {
			b.WriteString(compact)
			return Visible(b.String())
		}
		b.WriteString(compact[:i])
		compact = compact[i:]
		r, n := unescaped(compact)
		switch {
		case n == 0:
			n = min(2, len(compact)) // such as \" or \n
			b.WriteString(compact[:n])
		case mayStand(r):
			b.WriteRune(r)
		default:
			b.WriteString(compact[:n])
		}
		compact = compact[n:]
	}
}

// mayStand reports whether r may stand in a JSON string as it is, and be seen. Of the joiners, Visible decides.
func mayStand(r rune) bool {
	return r != '"' && r != '\\' && !unicode.IsControl(r) && r != utf8.RuneError
}

// unescaped returns the character that text, which begins with a backslash, is an escape of, and its size in bytes; 0:
// it is none that has a character, or one that is as readable as that.
func unescaped(text string) (r rune, size int) {
	const unit = len(`\u0000`)
	if strings.HasPrefix(text, `\/`) {
		return '/', 2
	}
	r, ok := hexUnit(text)
	switch {
	case !ok:
		return 0, 0
	case !utf16.IsSurrogate(r):
		return r, unit
	}
	low, _ := hexUnit(text[unit:])
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, 0
	}
	return r, 2 * unit
}

// hexUnit returns the UTF-16 code unit of the escape \uXXXX that text begins with.
func hexUnit(text string) (rune, bool) {
	if len(text) < len(`\u0000`) || text[:2] != `\u` {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}
