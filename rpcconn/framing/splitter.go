package framing

import (
	"errors"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A Splitter finds the frames in a stream, one after the other.
//
// It gets data, all bytes that have been read and not used, and returns what it did with them. If it uses none, it is
// called again with more; so it should remember how far it has looked if looking takes time. If eof is set, no more
// bytes will come. If it then uses none and returns no error, the stream ends: in order if data is empty, otherwise in
// the middle of a message ([Truncated]).
//
// After a *rpcconn.FrameError it is called again. Any other error ends the stream.
type Splitter func(data []byte, eof bool) (Step, error)

// A Step is what a Splitter did with its bytes.
type Step struct {
	Used  int    // how many bytes it is done with
	Frame []byte // lies within the used bytes; nil: they contain no frame
	Want  int    // how many bytes are needed to continue, if none were used; 0: not known
}

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
