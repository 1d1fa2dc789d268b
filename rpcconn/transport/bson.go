package transport

import (
	"encoding/binary"
	"fmt"

	"rpcsh/rpcconn"
)

// bsonFraming is that of BSON documents (https://bsonspec.org/spec.html): each begins with its length, a little-endian
// int32 that counts itself. That is the document's own, so nothing is added to what is sent.
func bsonFraming() framing {
	return framing{
		name:        "bson",
		ownOf:       "bsonrpc",
		newSplitter: func(max int) splitter { return &bsonSplitter{max: max} },
	}
}

const (
	bsonHead = 4 // the length
	bsonMin  = 5 // the document without elements
)

type bsonSplitter struct {
	max    int
	toSkip int // bytes of a document over the limit
}

func (s *bsonSplitter) split(data []byte, eof bool) (step, error) {
	switch {
	case s.toSkip > 0:
		return s.skip(data, eof)
	case len(data) == 0 && eof:
		return step{}, endIf(eof)
	case len(data) < bsonHead && eof:
		return step{}, truncated(data, 0)
	case len(data) < bsonHead:
		return step{want: bsonHead}, nil
	}
	size := int(int32(binary.LittleEndian.Uint32(data)))
	switch {
	case size < bsonMin:
		return step{}, lost(fmt.Sprintf("a BSON document is at least %d bytes long, not %d", bsonMin, size), data)
	case size > s.max:
		return s.tooLong(data, size, eof)
	case len(data) >= size:
		return step{used: size, frame: data[:size]}, nil
	case eof:
		return step{}, truncated(data, size)
	}
	return step{want: size}, nil
}

// tooLong reports a document over the limit once enough of it is there to be shown. Text that is read as a length gives
// such, so what follows must look like a document.
func (s *bsonSplitter) tooLong(data []byte, size int, eof bool) (step, error) {
	shown := min(size, rpcconn.ExcerptSize)
	switch {
	case len(data) > bsonHead && !beginsElement(data[bsonHead], size):
		return step{}, lost("a BSON document has an element behind its length", data)
	case len(data) < shown && !eof:
		return step{want: shown}, nil
	}
	s.toSkip = size
	return step{}, overLimit(data[:min(len(data), shown)], int64(size), s.max)
}

func (s *bsonSplitter) skip(data []byte, eof bool) (step, error) {
	if len(data) == 0 && eof {
		return step{}, truncatedSkip()
	}
	n := min(s.toSkip, len(data))
	s.toSkip -= n
	return step{used: n}, nil
}

// beginsElement reports whether what follows the length of a document of size bytes can be c.
func beginsElement(c byte, size int) bool {
	return isElementType(c) || c == 0 && size == bsonMin
}

// isElementType reports whether c is the type of a BSON element.
func isElementType(c byte) bool {
	return 0x01 <= c && c <= 0x13 || c == 0x7f || c == 0xff
}
