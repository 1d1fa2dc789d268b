package framing

import (
	"errors"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A Splitter finds the frames in a stream, one after the other. One goroutine at a time calls its methods.
type Splitter interface {
	// Split gets data, all bytes that have been read and not used, and returns what it did with them. If it uses none,
	// it is called again with more; so it should remember how far it has looked if looking takes time, and return
	// [Need] if it knows how many bytes it needs. If eof is set, no more bytes will come. If it then uses none and
	// returns no error, the stream ends: in order if data is empty, otherwise in the middle of a message ([Truncated]).
	//
	// After a *rpcconn.FrameError or a *rpcconn.Deviation it is called again. Any other error ends the stream.
	Split(data []byte, eof bool) (Step, error)

	// Begun returns what is known of a message that has begun, beside the bytes that were not used.
	Begun() Begun
}

// A Begun is what a Splitter knows of a message that has not ended.
type Begun struct {
	Used int64 // bytes of it that have been used, as those of one over the limit are
	Size int64 // how many bytes the framing has announced for it; 0: none
	// Place is where the bytes that were used have ended. It need not be set where Used is: the message is skipped.
	Place Place
}

// place returns where the bytes that were used have ended.
func (b Begun) place() Place {
	if b.Used > 0 {
		return Skipping
	}
	return b.Place
}

// A Place is where in a stream the bytes end that a Splitter is done with.
type Place uint8

// The places.
const (
	Between  Place = iota // behind a message, or what is between messages
	Inside                // in one: what precedes it was used, such as its length, or the mark before it
	Skipping              // in one that is not returned
)

// A Step is what a Splitter did with its bytes. It has as many words as the compiler keeps in registers, since there is
// one for each frame.
type Step struct {
	Used  int    // how many bytes it is done with; negative: see Need
	Frame []byte // lies within the used bytes; nil: they contain no frame
}

// Need is the Step that uses no bytes, and says that size are needed to continue, which are more than there are.
func Need(size int) Step { return Step{Used: -size} }

// isBlank reports whether data is nothing but white space.
func isBlank(data []byte) bool { return jsontext.Space(data, 0) == len(data) }

// isWhole reports whether text, at the end of the stream, is one complete JSON text. A number or a word may have been
// cut off (RFC 7464 section 2.4).
func isWhole(text []byte) bool {
	start, end, err := jsontext.Value(text)
	if err != nil || text[start] != '{' && text[start] != '[' && text[start] != '"' {
		return false
	}
	return isBlank(text[end:])
}

// isMalformed reports whether no JSON text begins with text.
func isMalformed(text []byte) bool {
	_, _, err := jsontext.Value(text)
	var syntax *jsontext.SyntaxError
	return errors.As(err, &syntax)
}

// beginsFold reports whether data begins with prefix, in any case.
func beginsFold(data []byte, prefix string) bool {
	return len(data) >= len(prefix) && strings.EqualFold(string(data[:len(prefix)]), prefix)
}
