package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// A splitter finds the frames in a stream, one piece after the other. It remembers how far it has looked, so that no
// byte is looked at twice however small the pieces are.
type splitter interface {
	// split looks at data, all that was read and not yet used. Where it uses nothing, it wants to be called again with
	// more data behind what it was given; with eof set no more will come, and it then uses something or returns an error.
	//
	// After a *rpcconn.FrameError it can be called again. Any other error ends the stream: io.EOF between messages, one that
	// wraps io.ErrUnexpectedEOF within one.
	split(data []byte, eof bool) (step, error)
}

// A step is what a splitter did with the bytes that it was given.
type step struct {
	used  int    // how many of them are done with
	frame []byte // lies within these; nil: there was no frame among them
	want  int    // how many bytes are needed to go on where nothing was used; 0: not known
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

// endIf is the error of a stream between two messages: io.EOF at its end, else none.
func endIf(eof bool) error {
	if eof {
		return io.EOF
	}
	return nil
}

// frameError reports the bytes that data begins with.
func frameError(data []byte, reason string) *rpcconn.FrameError {
	return &rpcconn.FrameError{Reason: reason, Bytes: bytes.Clone(data[:min(len(data), rpcconn.ExcerptSize)])}
}

// overLimit reports a message that begins with data and is longer than max; size 0 means that how long is not known.
func overLimit(data []byte, size int64, max int) *rpcconn.FrameError {
	what := "message"
	if size > 0 {
		what += " of " + strconv.FormatInt(size, 10) + " bytes"
	}
	return frameError(data, fmt.Sprintf("%s is over the limit of %d bytes; --max-message raises it", what, max))
}

// truncated is the error of a stream that ended when got, all that is at hand of a message of size bytes (0: not known),
// had come.
func truncated(got []byte, size int) error {
	of := ""
	if size > 0 {
		of = " of " + strconv.Itoa(size)
	}
	return fmt.Errorf("the connection ended in the middle of a message, after %d%s bytes, %s: %w",
		len(got), of, rpcconn.Excerpt(got), io.ErrUnexpectedEOF)
}

// truncatedSkip is the error of a stream that ended in a message over the limit.
func truncatedSkip() error {
	return fmt.Errorf("the connection ended in the middle of a message that was over the limit: %w", io.ErrUnexpectedEOF)
}

// lost is the error of a stream in which no message can be found any more, as data came where what was to come.
func lost(what string, data []byte) error {
	return fmt.Errorf("%s, got %s; %s", what, rpcconn.Excerpt(data), advice(data))
}

// advice says what to try with a stream in which data is.
func advice(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("HTTP/")):
		return "this is an HTTP server"
	case data[0] == recordMark:
		return "this looks like -f rfc7464"
	case data[0] == '{' || data[0] == '[':
		return "this looks like -f none or -f line"
	case isNetstringHead(data):
		return "this looks like -f netstring"
	case beginsFold(data, contentLength+":"):
		return "this looks like -f header"
	case isLengthHead(data):
		return "this looks like -f length"
	case isMsgpackRPC(data):
		return "this looks like MessagePack-RPC"
	case len(data) > bsonHead && data[bsonHead-1] == 0 && isElementType(data[bsonHead]):
		return "this looks like BSON"
	default:
		return "wrong framing or protocol? try another -f or -p"
	}
}
