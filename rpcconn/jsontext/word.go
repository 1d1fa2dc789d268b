package jsontext

// The functions of this file look at eight bytes at a time, as a word whose lowest byte is the first. They mark a byte
// by its highest bit.

const (
	eachByte = 0x0101010101010101 // times c: c in each byte
	highBits = eachByte * 0x80
)

// equal marks those bytes of word that are c.
func equal(word uint64, c byte) uint64 {
	word ^= uint64(c) * eachByte
	return ^(word&^highBits + ^uint64(highBits) | word) & highBits
}

// blank marks those bytes of word that are blanks or control characters.
func blank(word uint64) uint64 {
	return ^(word&^highBits | highBits - (' '+1)*eachByte | word) & highBits
}

// parity marks the bytes up to which, themselves included, an odd number of bytes is marked.
func parity(marks uint64) uint64 { return marks >> 7 * eachByte << 7 & highBits }

// count returns how many bytes are marked.
func count(marks uint64) int { return int(marks >> 7 * eachByte >> 56) }

// special marks the first byte of word that does not stand for itself in a string: a control character, quote or
// backslash. Bits above that one say nothing. Without any such byte it is 0.
func special(word uint64) uint64 {
	control := word - eachByte*' '
	quote := word ^ eachByte*'"' - eachByte
	backslash := word ^ eachByte*'\\' - eachByte
	return (control | quote | backslash) &^ word & highBits
}
