package framing

import (
	"encoding/binary"
	"fmt"
	"math"
)

// lengthHead is the size of the length before a message, in bytes.
const lengthHead = 4

// lengthFraming puts a length of four bytes before a message: big-endian, not counting itself.
func lengthFraming() Framing {
	return Framing{
		Name:  "length",
		Head:  func(dst []byte, size int) []byte { return binary.BigEndian.AppendUint32(dst, uint32(size)) },
		Split: func(max int) Splitter { return (&lengthSplitter{body{max: max}}).split },
	}
}

type lengthSplitter struct{ body }

func (s *lengthSplitter) split(data []byte, eof bool) (Step, error) {
	switch {
	case s.body.goesOn():
		return s.body.split(data, eof)
	case len(data) < lengthHead:
		return Step{Want: lengthHead}, nil
	}
	size := int64(binary.BigEndian.Uint32(data))
	if size > int64(s.max) && (size > math.MaxInt32 || isText(data[:lengthHead])) {
		what := fmt.Sprintf("a message begins with its length in %d bytes, not %d", lengthHead, size)
		return Step{}, Lost(what, data)
	}
	s.body.begin(size)
	return Step{Used: lengthHead}, nil
}

// isText reports whether data is ASCII text, or what precedes text in other framings, so that it cannot be a length.
func isText(data []byte) bool {
	for _, c := range data {
		if (c < ' ' || c > '~') && c != '\t' && c != '\n' && c != '\r' && c != recordMark {
			return false
		}
	}
	return true
}

// isLengthHead reports whether data begins with a length in four bytes and JSON text.
func isLengthHead(data []byte) bool {
	return len(data) > lengthHead && data[0] == 0 && (data[lengthHead] == '{' || data[lengthHead] == '[')
}
