package framing

import "rpcsh/rpcconn"

// A body is the part of a splitter that reads a message of known length, for framings that put nothing behind it.
type body struct {
	max    int
	size   int64 // of the message that is to come next, not over max unless it is yet to be reported
	begun  bool  // there is one
	toSkip int64 // bytes of a message over the limit
}

// begin says that a message of size bytes comes next.
func (b *body) begin(size int64) { b.size, b.begun = size, true }

// goesOn reports whether what comes next belongs to a message that was begun.
func (b *body) goesOn() bool { return b.begun || b.toSkip > 0 }

// split is that of a splitter, called while goesOn.
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

// tooLong reports a message over the limit once enough of it is there to be shown.
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
