package framing

import (
	"fmt"

	"rpcsh/rpcconn"
)

// A body is the part of a splitter that reads a message of known length, for framings that put nothing after it.
type body struct {
	max    int
	size   int64  // of the next message; over max only until that is reported
	begun  bool   // there is a next message
	toSkip int64  // bytes of a message over the limit
	wrong  string // that the last message did not end where its length said; "": it did
}

// begin starts a message of size bytes.
func (b *body) begin(size int64) { b.size, b.begun = size, true }

// goesOn reports whether the next bytes belong to a message that has begun.
func (b *body) goesOn() bool { return b.begun || b.toSkip > 0 }

// Begun is a Splitter's Begun.
func (b *body) Begun() Begun {
	switch {
	case b.toSkip > 0:
		return Begun{Used: b.size - b.toSkip, Size: b.size}
	case b.begun:
		return Begun{Size: b.size, Place: Inside}
	}
	return Begun{}
}

// rest is a Splitter's Split; it is called while goesOn is true.
func (b *body) rest(data []byte, eof bool) (Step, error) {
	switch {
	case b.toSkip > 0:
		return b.skip(data, eof)
	case b.size > int64(b.max):
		return b.tooLong(data, eof)
	}
	size := int(b.size)
	switch {
	case size == 0:
		b.begun = false
		return Step{}, frameError(nil, "empty message")
	case len(data) >= size:
		b.begun = false
		if frame := data[:size]; endsAsItBegins(frame) {
			b.wrong = ""
			return Step{Used: size, Frame: frame}, nil
		}
		return Step{Used: size}, b.mismatch(data[:size])
	case eof:
		return Step{}, Truncated(data, size)
	}
	return Need(size), nil
}

// tooLong reports a message over the limit as soon as there is enough of it to tell what it is.
func (b *body) tooLong(data []byte, eof bool) (Step, error) {
	shown := int(min(b.size, rpcconn.HeadSize))
	if len(data) < shown && !eof {
		return Need(shown), nil
	}
	b.begun, b.toSkip = false, b.size
	return Step{}, rpcconn.TooLong(data[:min(len(data), shown)], b.size, b.max)
}

func (b *body) skip(data []byte, eof bool) (Step, error) {
	if len(data) == 0 && eof {
		return Step{}, TruncatedSkip()
	}
	n := min(b.toSkip, int64(len(data)))
	b.toSkip -= n
	return Step{Used: int(n)}, nil
}

// endsAsItBegins reports whether the last byte of text can be that of the object or the array that it begins with; what
// begins neither is for the codec.
func endsAsItBegins(text []byte) bool {
	switch text[0] {
	case '{', '[':
		switch text[len(text)-1] {
		case '}', ']', '\n', '\r', ' ', '\t', 0:
		default:
			return false
		}
	}
	return true
}

// mismatch returns the error for a message that ends in the middle of its text, or beyond it.
func (b *body) mismatch(text []byte) error {
	const shown = 20
	b.wrong = fmt.Sprintf("the length of a message does not match it: after %d bytes it ends with %s", len(text),
		rpcconn.Excerpt(text[max(0, len(text)-shown):]))
	return frameError(text, b.wrong)
}

// after returns the error for a stream in which data comes, and no message, after one whose length was wrong.
func (b *body) after(data []byte) error {
	return fmt.Errorf("%s, got %s behind it; where the next message begins is not known", b.wrong,
		rpcconn.Excerpt(data))
}
