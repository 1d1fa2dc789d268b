package framing

import (
	"errors"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A Splitter finds the frames in a stream, one after the other.
//
// It is given data, all that was read and not yet used, and returns what it did with that. Where it uses nothing, it is
// called again with more data behind what it was given; so it should remember how far it has looked, where that takes
// time. With eof set no more will come. If it then uses nothing and returns no error, the stream ends: in order where
// data is empty, else in the middle of a message ([Truncated]).
//
// After a *rpcconn.FrameError it is called again. Any other error ends the stream.
type Splitter func(data []byte, eof bool) (Step, error)

// A Step is what a Splitter did with the bytes that it was given.
type Step struct {
	Used  int    // how many of them are done with
	Frame []byte // lies within these; nil: there was no frame among them
	Want  int    // how many bytes are needed to go on where nothing was used; 0: not known
}

// isBlank reports whether there is nothing but white space in data.
func isBlank(data []byte) bool { return jsontext.Space(data, 0) == len(data) }

// isWhole reports whether text, which the end of the stream cut off, is one JSON text that cannot have been longer. A
// number or a word could have been (RFC 7464 section 2.4).
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
