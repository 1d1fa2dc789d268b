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
		Split: func(max int) Splitter { return &lengthSplitter{body{max: max}} },
	}
}

type lengthSplitter struct{ body }

// Split implements Splitter.
func (s *lengthSplitter) Split(data []byte, eof bool) (Step, error) {
	switch {
	case s.body.goesOn():
		return s.rest(data, eof)
	case len(data) < lengthHead:
		return Need(lengthHead), nil
	}
	size := int64(binary.BigEndian.Uint32(data))
	if size > int64(s.max) && (size > math.MaxInt32 || isText(data[:lengthHead])) {
		return s.stray(data, size, eof)
	}
	s.body.begin(size)
	return Step{Used: lengthHead}, nil
}

// stray handles what begins no message: size is no length.
func (s *lengthSplitter) stray(data []byte, size int64, eof bool) (Step, error) {
	if s.wrong != "" {
		return Step{}, s.after(data)
	}
	if step, deviation, found := mark(data, eof); found {
		return step, deviation
	}
	what := fmt.Sprintf("a message begins with its length in %d bytes, not %d", lengthHead, size)
	return between{what: what, never: "{"}.words(data, eof)
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
