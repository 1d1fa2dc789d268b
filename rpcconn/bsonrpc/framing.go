package bsonrpc

import (
	"encoding/binary"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
)

// Framing returns the framing of BSON documents (https://bsonspec.org/spec.html): each begins with its length, a
// little-endian int32 that counts itself. The length is part of the document, so nothing is added when sending.
func Framing() framing.Framing {
	return framing.Framing{
		Name:  "bson",
		Split: func(max int) framing.Splitter { return &bsonSplitter{max: max} },
	}
}

const (
	bsonHead = 4 // the length
	bsonMin  = 5 // the document without elements
)

type bsonSplitter struct {
	max    int
	size   int // of a document that has not ended
	toSkip int // bytes of a document over the limit
}

// Begun implements framing.Splitter.
func (s *bsonSplitter) Begun() framing.Begun {
	if s.toSkip > 0 {
		return framing.Begun{Used: int64(s.size - s.toSkip), Size: int64(s.size)}
	}
	return framing.Begun{Size: int64(s.size)}
}

// Split implements framing.Splitter.
func (s *bsonSplitter) Split(data []byte, eof bool) (framing.Step, error) {
	switch {
	case s.toSkip > 0:
		return s.skip(data, eof)
	case len(data) < bsonHead:
		return framing.Need(bsonHead), nil
	}
	size := int(int32(binary.LittleEndian.Uint32(data)))
	s.size = size
	switch {
	case size < bsonMin:
		what := fmt.Sprintf("a BSON document is at least %d bytes long, not %d", bsonMin, size)
		return framing.Step{}, framing.Lost(what, data)
	case size > s.max:
		return s.tooLong(data, size, eof)
	case len(data) >= size:
		s.size = 0
		return framing.Step{Used: size, Frame: data[:size]}, nil
	case eof:
		return framing.Step{}, framing.Truncated(data, size)
	}
	return framing.Need(size), nil
}

// tooLong reports a document over the limit as soon as there is enough of it to tell what it is. Text read as a length
// also exceeds the limit, so the next bytes must look like a document.
func (s *bsonSplitter) tooLong(data []byte, size int, eof bool) (framing.Step, error) {
	shown := min(size, rpcconn.HeadSize)
	switch {
	case len(data) > bsonHead && !beginsElement(data[bsonHead], size):
		return framing.Step{}, framing.Lost("a BSON document has an element behind its length", data)
	case len(data) < shown && !eof:
		return framing.Need(shown), nil
	}
	s.toSkip = size
	return framing.Step{}, rpcconn.TooLong(data[:min(len(data), shown)], int64(size), s.max)
}

func (s *bsonSplitter) skip(data []byte, eof bool) (framing.Step, error) {
	if len(data) == 0 && eof {
		return framing.Step{}, framing.TruncatedSkip()
	}
	n := min(s.toSkip, len(data))
	if s.toSkip -= n; s.toSkip == 0 {
		s.size = 0
	}
	return framing.Step{Used: n}, nil
}

// beginsElement reports whether c can follow the length of a document of size bytes.
func beginsElement(c byte, size int) bool {
	return isElementType(c) || c == 0 && size == bsonMin
}

// isElementType reports whether c is the type of a BSON element.
func isElementType(c byte) bool {
	return 0x01 <= c && c <= 0x13 || c == 0x7f || c == 0xff
}
