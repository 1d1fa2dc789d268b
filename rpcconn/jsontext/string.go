package jsontext

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Unquote returns the string that the JSON string text, quotes included, stands for. Half a surrogate pair becomes
// U+FFFD.
//
// The error, where text is not exactly one JSON string, is a *SyntaxError or ErrIncomplete.
func Unquote(text []byte) (string, error) {
	if err := open(text, 0, '"'); err != nil {
		return "", err
	}
	end, err := str(text, 1)
	if err != nil {
		return "", err
	}
	if end < len(text) {
		return "", unexpected(text, end, "nothing more")
	}
	return Key(text[1 : end-1]), nil
}

// Key returns the name that the key of a member, as [Object] hands it out, stands for. Half a surrogate pair becomes
// U+FFFD.
func Key(key []byte) string {
	if bytes.IndexByte(key, '\\') < 0 {
		return string(key)
	}
	return string(AppendKey(make([]byte, 0, len(key)), key))
}

// Plain returns the name that a key stands for as Key does, which is the key itself where nothing is escaped.
func Plain(key []byte) []byte {
	if bytes.IndexByte(key, '\\') < 0 {
		return key
	}
	return AppendKey(nil, key)
}

// AppendKey appends what Key returns to dst.
func AppendKey(dst, key []byte) []byte {
	for i := bytes.IndexByte(key, '\\'); i >= 0; i = bytes.IndexByte(key, '\\') {
		dst = append(dst, key[:i]...)
		r, size := unescape(key[i:])
		dst = utf8.AppendRune(dst, r)
		key = key[i+size:]
	}
	return append(dst, key...)
}

// Escaped turns offsets in the name that a key stands for into those in the key, where the same characters are. They
// are in order; one behind the end becomes that of the end.
func Escaped(key []byte, offsets []int) {
	plain := 0
	for i := 0; len(offsets) > 0; {
		for len(offsets) > 0 && (offsets[0] <= plain || i == len(key)) {
			offsets[0] = i
			offsets = offsets[1:]
		}
		switch {
		case i == len(key):
		case key[i] == '\\':
			r, size := unescape(key[i:])
			plain += utf8.RuneLen(r)
			i += size
		default:
			plain++
			i++
		}
	}
}

// unescape returns the character that the valid escape sequence at the beginning of b stands for, and its length in
// bytes: two sequences where they make up a surrogate pair.
func unescape(b []byte) (r rune, size int) {
	switch b[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
	default:
		return rune(b[1]), 2
	}
	r = hex(b[2:6])
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if len(b) >= 12 && b[6] == '\\' && b[7] == 'u' {
		if pair := utf16.DecodeRune(r, hex(b[8:12])); pair != utf8.RuneError {
			return pair, 12
		}
	}
	return utf8.RuneError, 6
}

// hex returns the number that the hexadecimal digits stand for.
func hex(digits []byte) (r rune) {
	for _, c := range digits {
		r <<= 4
		if isDigit(c) {
			r |= rune(c - '0')
		} else {
			r |= rune(c|0x20-'a') + 10
		}
	}
	return r
}

// AppendQuote appends s as a JSON string to dst. What is not valid UTF-8 becomes U+FFFD, a byte at a time.
func AppendQuote(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plain[c] {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			if _, size = utf8.DecodeRuneInString(s[i:]); size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[done:i]...)
		dst = appendEscape(dst, c)
		i++
		done = i
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// AppendString appends s as a JSON string to dst. If s is not UTF-8, ok is false, and dst as it was.
func AppendString(dst, s []byte) (_ []byte, ok bool) {
	start, done := len(dst), 0
	dst = append(dst, '"')
	var seen uint64 // all bytes, or-ed
	for i := 0; ; {
		if i+8 <= len(s) {
			word := binary.LittleEndian.Uint64(s[i:])
			seen |= word
			marks := special(word)
			if marks == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(marks) / 8
		} else {
			for i < len(s) && (plain[s[i]] || s[i] >= utf8.RuneSelf) {
				seen |= uint64(s[i])
				i++
			}
			if i == len(s) {
				break
			}
		}
		dst = appendEscape(append(dst, s[done:i]...), s[i])
		i++
		done = i
	}
	if seen&highBits != 0 && !utf8.Valid(s) {
		return dst[:start], false
	}
	return append(append(dst, s[done:]...), '"'), true
}

// appendEscape appends what stands for the byte c, which cannot stand for itself, in a JSON string.
func appendEscape(dst []byte, c byte) []byte {
	switch {
	case c >= utf8.RuneSelf:
		return utf8.AppendRune(dst, utf8.RuneError)
	case c == '"', c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c == '\t':
		return append(dst, `\t`...)
	default:
		dst = append(dst, `\u00`...)
		if c < 0x10 {
			dst = append(dst, '0')
		}
		return strconv.AppendUint(dst, uint64(c), 16)
	}
}
