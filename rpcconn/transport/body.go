package transport

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
func (b *body) split(data []byte, eof bool) (step, error) {
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
		return step{}, frameError(nil, "empty message")
	case len(data) >= size:
		b.begun = false
		return step{used: size, frame: data[:size]}, nil
	case eof:
		return step{}, truncated(data, size)
	}
	return step{want: size}, nil
}

// tooLong reports a message over the limit once enough of it is there to be shown.
func (b *body) tooLong(data []byte, eof bool) (step, error) {
	shown := int(min(b.size, rpcconn.ExcerptSize))
	if len(data) < shown && !eof {
		return step{want: shown}, nil
	}
	b.begun, b.toSkip = false, b.size
	return step{}, overLimit(data[:min(len(data), shown)], b.size, b.max)
}

func (b *body) skip(data []byte, eof bool) (step, error) {
	if len(data) == 0 && eof {
		return step{}, truncatedSkip()
	}
	n := min(b.toSkip, int64(len(data)))
	b.toSkip -= n
	return step{used: int(n)}, nil
}
