package jsontext

import (
	"encoding/binary"
	"math/bits"
)

// gap returns the offset of the first white space between tokens of the valid JSON text b, from offset i on, which is
// in no string; len(b) if there is none. Where no backslash is near, it looks at eight bytes at a time.
func gap(b []byte, i int) int {
	inside := uint64(0) // a string: all bits are set
	for i < len(b) {
		if i+8 <= len(b) {
			word := binary.LittleEndian.Uint64(b[i:])
			if equal(word, '\\') == 0 {
				odd := parity(equal(word, '"'))
				if found := blank(word) &^ (odd ^ inside); found != 0 {
					return i + bits.TrailingZeros64(found)/8
				}
				inside ^= -(odd >> 63)
				i += 8
				continue
			}
		}
		switch c := b[i]; {
		case c == '"':
			inside = ^inside
		case c == '\\':
			i++
		case c <= ' ' && inside == 0:
			return i
		}
		i++
	}
	return len(b)
}
