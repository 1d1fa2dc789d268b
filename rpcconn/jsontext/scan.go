package jsontext

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

// The functions of this file scan the thing that is, or should be, at offset i of b and return the offset after it.
// They call each other as deep as the text is nested; depth, the number of arrays and objects around, bounds that.

func value(b []byte, i, depth int) (int, error) {
	if i >= len(b) {
		return 0, ErrIncomplete
	}
	switch b[i] {
	case '"':
		return str(b, i+1)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return number(b, i)
	case '{':
		return object(b, i, depth, nil)
	case '[':
		return array(b, i, depth, nil, nil)
	case 't':
		return literal(b, i, "true")
	case 'f':
		return literal(b, i, "false")
	case 'n':
		return literal(b, i, "null")
	default:
		return 0, unexpected(b, i, "a value")
	}
}

// object scans an object whose opening brace is at offset i. member may be nil.
func object(b []byte, i, depth int, member func(key, value []byte) error) (int, error) {
	if depth >= MaxDepth {
		return 0, tooDeep(i)
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == '}' {
		return i + 1, nil
	}
	for {
		if i >= len(b) || b[i] != '"' {
			return 0, unexpected(b, i, "a string as key")
		}
		key := i + 1
		end, err := str(b, key)
		if err != nil {
			return 0, err
		}
		i = space(b, end)
		if i >= len(b) || b[i] != ':' {
			return 0, unexpected(b, i, "':'")
		}
		start := space(b, i+1)
		if i, err = value(b, start, depth+1); err != nil {
			return 0, err
		}
		if member != nil {
			if err := member(b[key:end-1:end-1], b[start:i:i]); err != nil {
				return 0, err
			}
		}
		i = space(b, i)
		if i < len(b) && b[i] == '}' {
			return i + 1, nil
		}
		if i >= len(b) || b[i] != ',' {
			return 0, unexpected(b, i, "',' or '}'")
		}
		i = space(b, i+1)
	}
}

// array scans an array whose opening bracket is at offset i. member and element may be nil.
func array(b []byte, i, depth int, member func(key, value []byte) error, element func(value []byte) error) (int,
	error) {
	if depth >= MaxDepth {
		return 0, tooDeep(i)
	}
	i = space(b, i+1)
	if i < len(b) && b[i] == ']' {
		return i + 1, nil
	}
	for {
		start := i
		var err error
		if member != nil && i < len(b) && b[i] == '{' {
			i, err = object(b, i, depth+1, member)
		} else {
			i, err = value(b, i, depth+1)
		}
		if err != nil {
			return 0, err
		}
		if element != nil {
			if err := element(b[start:i:i]); err != nil {
				return 0, err
			}
		}
		i = space(b, i)
		if i < len(b) && b[i] == ']' {
			return i + 1, nil
		}
		if i >= len(b) || b[i] != ',' {
			return 0, unexpected(b, i, "',' or ']'")
		}
		i = space(b, i+1)
	}
}

// space is Space, cheap if there is none.
func space(b []byte, i int) int {
	if i < len(b) && b[i] > ' ' {
		return i
	}
	return Space(b, i)
}

// shortString is after how many bytes of a string str turns from single bytes to eight at a time.
const shortString = 16

// str scans a string from after its opening quote on. Most are short and plain, and short ones gain nothing from words.
func str(b []byte, i int) (int, error) {
	for end := min(i+shortString, len(b)); i < end && plain[b[i]]; {
		i++
	}
	if i < len(b) && b[i] == '"' {
		return i + 1, nil
	}
	return long(b, i)
}

// plain tells of each byte whether it is an ASCII character that stands for itself in a string.
var plain = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// long scans the rest of a string, eight bytes at a time as long as there are eight.
func long(b []byte, i int) (int, error) {
	start := i
	var seen uint64 // all bytes of the string, or-ed: has a highBits bit where one of them is not ASCII
	for {
		if i+8 <= len(b) {
			word := binary.LittleEndian.Uint64(b[i:])
			marks := special(word)
			if marks == 0 {
				seen |= word
				i += 8
				continue
			}
			seen |= word & (marks - 1) &^ marks // the bytes before the first that is marked
			i += bits.TrailingZeros64(marks) / 8
		} else if i < len(b) && (plain[b[i]] || b[i] >= utf8.RuneSelf) {
			seen |= uint64(b[i])
			i++
			continue
		}
		if i < len(b) && b[i] == '\\' {
			var err error
			if i, err = escape(b, i); err != nil {
				return 0, err
			}
			continue
		}
		if seen&highBits != 0 {
			if err := checkUTF8(b, start, i); err != nil {
				return 0, err
			}
		}
		if i >= len(b) {
			return 0, ErrIncomplete
		}
		if b[i] != '"' {
			return 0, &SyntaxError{i, fmt.Sprintf("control character 0x%02x in a string", b[i])}
		}
		return i + 1, nil
	}
}

// checkUTF8 checks b from start to end, in a string. Where end is that of b, a character may be cut off there.
func checkUTF8(b []byte, start, end int) error {
	if utf8.Valid(b[start:end]) {
		return nil
	}
	for i := start; ; {
		_, size := utf8.DecodeRune(b[i:end])
		if size > 1 || b[i] < utf8.RuneSelf {
			i += size
			continue
		}
		if end == len(b) && !utf8.FullRune(b[i:]) {
			return ErrIncomplete
		}
		return &SyntaxError{i, "invalid UTF-8"}
	}
}

// escape scans an escape sequence, RFC 8259 section 7.
func escape(b []byte, i int) (int, error) {
	i++
	if i >= len(b) {
		return 0, ErrIncomplete
	}
	switch b[i] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 1, nil
	case 'u':
		for end := i + 4; i < end; {
			i++
			if i >= len(b) || !isHex(b[i]) {
				return 0, unexpected(b, i, "a hexadecimal digit")
			}
		}
		return i + 1, nil
	default:
		return 0, unexpected(b, i, `one of "\/bfnrtu after '\'`)
	}
}

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isDigit(c byte) bool { return c-'0' <= 9 }

func number(b []byte, i int) (int, error) {
	if b[i] == '-' {
		i++
	}
	first := i
	for i < len(b) && isDigit(b[i]) {
		i++
	}
	switch {
	case i == first:
		return 0, unexpected(b, i, "a digit")
	case i > first+1 && b[first] == '0':
		return 0, &SyntaxError{first, "number with a leading zero"}
	case i < len(b) && b[i] == '.':
		var err error
		if i, err = digits(b, i+1); err != nil {
			return 0, err
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		return digits(b, i)
	}
	return i, nil
}

// digits scans one or more digits.
func digits(b []byte, i int) (int, error) {
	if i >= len(b) || !isDigit(b[i]) {
		return 0, unexpected(b, i, "a digit")
	}
	for i++; i < len(b) && isDigit(b[i]); {
		i++
	}
	return i, nil
}

func literal(b []byte, i int, word string) (int, error) {
	for j := range len(word) {
		if i+j >= len(b) || b[i+j] != word[j] {
			return 0, unexpected(b, i+j, strconv.Quote(word))
		}
	}
	return i + len(word), nil
}

func tooDeep(i int) error {
	return &SyntaxError{i, "nested deeper than " + strconv.Itoa(MaxDepth)}
}
