package framing

import "rpcsh/rpcconn"

// A body is the part of a splitter that reads a message of known length, for framings that put nothing after it.
type body struct {
	max    int
	size   int64 // of the next message; over max only until that is reported
	begun  bool  // there is a next message
	toSkip int64 // bytes of a message over the limit
}

// begin starts a message of size bytes.
func (b *body) begin(size int64) { b.size, b.begun = size, true }

// goesOn reports whether the next bytes belong to a message that has begun.
func (b *body) goesOn() bool { return b.begun || b.toSkip > 0 }

// split is a splitter's split; it is called while goesOn is true.
func (b *body) split(data []byte, eof bool) (Step, error) {
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
		return Step{Used: size, Frame: data[:size]}, nil
	case eof:
		return Step{}, Truncated(data, size)
	}
	return Step{Want: size}, nil
}

// tooLong reports a message over the limit as soon as there is enough of it for an excerpt.
func (b *body) tooLong(data []byte, eof bool) (Step, error) {
	shown := int(min(b.size, rpcconn.ExcerptSize))
	if len(data) < shown && !eof {
		return Step{Want: shown}, nil
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
