// Package jsontext finds where JSON texts begin and end, without decoding them, in one pass that allocates nothing and
// checks every byte: the grammar of RFC 8259 to the letter, UTF-8 included, and a limit on nesting.
//
// What it hands out are slices of the text it was given. It decodes nothing but strings ([Unquote], [AppendQuote]);
// what a text means, which members it must have and which it may not have twice is for the caller to say. The functions
// of lookup.go allocate: they are for texts that are small or read once.
//
// Escapes are checked for their form only: "\ud800", half a surrogate pair, is valid text (RFC 8259 section 8.2),
// whereas the same in UTF-8 bytes is not (RFC 3629 section 3).
package jsontext

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"unicode/utf8"
)

// MaxDepth is how many arrays and objects may be open at a time; text nested deeper is a syntax error.
const MaxDepth = 1000

// ErrIncomplete says that the text is the beginning of a JSON value and ends too early; more bytes may complete it.
// It is always returned as it is, never wrapped.
var ErrIncomplete = errors.New("the JSON text ends too early")

// A SyntaxError says that the text is not JSON, whatever may follow.
type SyntaxError struct {
	Offset int    // of the first byte that cannot be, counted from 0
	Reason string // in lower case, such as "unexpected character 'x', want a value"
}

func (e *SyntaxError) Error() string {
	return "offset " + strconv.Itoa(e.Offset) + ": " + e.Reason
}

// Value scans the one JSON value at the beginning of b, after white space, and returns the offset of its first byte and
// the offset after its last one. Whatever follows the value is not looked at; a number that ends where b does is
// complete.
//
// The error is a *SyntaxError or ErrIncomplete; the offsets are 0 then.
func Value(b []byte) (start, end int, err error) {
	start = Space(b, 0)
	if end, err = value(b, start, 0); err != nil {
		return 0, 0, err
	}
	return start, end, nil
}

// Within scans the value of a member of an object, or of an element of an array, that is at offset i of b, and returns
// the offset after it. The error is Value's.
func Within(b []byte, i int) (end int, err error) { return value(b, i, 1) }

// Valid returns nil if b is exactly one JSON value with nothing but white space around it, else a *SyntaxError or
// ErrIncomplete.
func Valid(b []byte) error {
	_, end, err := Value(b)
	if err != nil {
		return err
	}
	return End(b, end)
}

// End returns nil if nothing but white space is in b from offset i on, else a *SyntaxError.
func End(b []byte, i int) error {
	if i = Space(b, i); i < len(b) {
		return unexpected(b, i, "nothing more")
	}
	return nil
}

// Object scans the object at the beginning of b, after white space, and calls member for each of its members in order.
// It returns the offset after the closing brace.
//
// The key comes without its quotes and with its escapes as they are written, for [Key] to resolve where it contains a
// backslash. Both key and value are slices of b without spare capacity. Everything up to the end of value has been
// checked when member is called; what follows may still turn out to be wrong.
//
// The error is a *SyntaxError, ErrIncomplete, or the first one from member; the offset is 0 then.
func Object(b []byte, member func(key, value []byte) error) (end int, err error) {
	i := Space(b, 0)
	if err := open(b, i, '{'); err != nil {
		return 0, err
	}
	if end, err = object(b, i, 0, member); err != nil {
		return 0, err
	}
	return end, nil
}

// Array scans the array at the beginning of b, after white space, and calls element for each of its elements in order.
// It returns the offset after the closing bracket. What Object's comment says of values and errors holds here too.
func Array(b []byte, element func(value []byte) error) (end int, err error) {
	return Objects(b, nil, element)
}

// Objects is [Array], except that it also calls member for each member of each element that is an object, before it
// calls element for that object: an array of objects is read in a single pass.
func Objects(b []byte, member func(key, value []byte) error, element func(value []byte) error) (end int, err error) {
	i := Space(b, 0)
	if err := open(b, i, '['); err != nil {
		return 0, err
	}
	if end, err = array(b, i, 0, member, element); err != nil {
		return 0, err
	}
	return end, nil
}

// Space returns the offset of the first byte of b, from offset i on, that is no JSON white space; len(b) if there is
// none.
func Space(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\r' || b[i] == '\t') {
		i++
	}
	return i
}

// AppendCompact appends text, one JSON value, to dst without the white space between its tokens. The error is that of
// [Valid], and dst is as it was then.
func AppendCompact(dst, text []byte) ([]byte, error) {
	if err := Valid(text); err != nil {
		return dst, err
	}
	for run := range Runs(text) {
		dst = append(dst, run...)
	}
	return dst, nil
}

// IsCompact reports whether text, a valid JSON value, has no white space between its tokens.
func IsCompact(text []byte) bool { return gap(text, 0) == len(text) }

// Runs returns the parts of text, a valid JSON value, that have no white space between their tokens: all of it at once
// where there is none.
func Runs(text []byte) iter.Seq[[]byte] {
	return func(yield func(run []byte) bool) {
		for i := Space(text, 0); i < len(text); {
			end := gap(text, i)
			if !yield(text[i:end:end]) {
				return
			}
			i = Space(text, end)
		}
	}
}

// open checks that the bracket is at offset i of b.
func open(b []byte, i int, bracket byte) error {
	if i < len(b) && b[i] == bracket {
		return nil
	}
	return unexpected(b, i, strconv.QuoteRune(rune(bracket)))
}

// unexpected returns the error for what is at offset i of b, where want should be: ErrIncomplete at the end of b.
func unexpected(b []byte, i int, want string) error {
	if i >= len(b) {
		return ErrIncomplete
	}
	r, size := utf8.DecodeRune(b[i:])
	if r == utf8.RuneError && size <= 1 {
		return &SyntaxError{i, fmt.Sprintf("unexpected byte 0x%02x, want %s", b[i], want)}
	}
	return &SyntaxError{i, fmt.Sprintf("unexpected character %q, want %s", r, want)}
}
