package framing

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/plain"
)

// frameError returns a FrameError with the first bytes of data.
func frameError(data []byte, reason string) *rpcconn.FrameError {
	return &rpcconn.FrameError{Reason: reason, Bytes: bytes.Clone(data[:min(len(data), rpcconn.HeadSize)])}
}

// Truncated returns the error for a stream that ended after got, the beginning of a message of size bytes (0: not
// known). It wraps io.ErrUnexpectedEOF.
func Truncated(got []byte, size int) error {
	of, whole := "", ""
	if size > 0 {
		of = " of " + strconv.Itoa(size)
	}
	if size > len(got) && isWhole(got) {
		whole = ", which are a whole JSON text, so that the length before it does not match it"
	}
	return plain.Reworded(io.ErrUnexpectedEOF, fmt.Sprintf("the connection ended in the middle of a message, "+
		"after %d%s bytes, %s%s", len(got), of, rpcconn.Excerpt(got), whole))
}

// TruncatedSkip returns the error for a stream that ended within a message over the limit. It wraps
// io.ErrUnexpectedEOF.
func TruncatedSkip() error {
	return plain.Reworded(io.ErrUnexpectedEOF,
		"the connection ended in the middle of a message that was over the limit")
}

// A LostError ends a stream in which no further message can be found: the framing does not allow the data that came.
type LostError struct {
	What      string   // what was expected
	Data      []byte   // what came, up to one byte more than an excerpt shows, in memory of its own
	Framings  []string // those of All whose messages begin like Data
	LooksLike string   // what else begins like Data: "HTTP", "MessagePack-RPC", "BSON"; "": nothing known
}

// Lost returns the *LostError for a stream in which data, which is not empty, came instead of what.
func Lost(what string, data []byte) *LostError {
	e := &LostError{What: what, Data: bytes.Clone(data[:min(len(data), rpcconn.ExcerptSize+1)])}
	e.Framings, e.LooksLike = begins(data)
	return e
}

func (e *LostError) Error() string {
	return e.What + ", got " + rpcconn.Excerpt(e.Data) + "; " + e.Hint()
}

// Hint says what the data looks like.
func (e *LostError) Hint() string {
	switch {
	case e.LooksLike != "":
		return "this looks like " + e.LooksLike
	case len(e.Framings) > 0:
		return "this looks like the framing " + strings.Join(e.Framings, " or ")
	}
	return "is it another framing or protocol?"
}
