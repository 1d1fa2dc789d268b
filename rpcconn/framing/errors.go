package framing

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
)

// frameError reports the bytes that data begins with.
func frameError(data []byte, reason string) *rpcconn.FrameError {
	return &rpcconn.FrameError{Reason: reason, Bytes: bytes.Clone(data[:min(len(data), rpcconn.ExcerptSize)])}
}

// Truncated is the error of a stream that ended when got, all that is at hand of a message of size bytes (0: not
// known), had come. It wraps io.ErrUnexpectedEOF.
func Truncated(got []byte, size int) error {
	of := ""
	if size > 0 {
		of = " of " + strconv.Itoa(size)
	}
	return fmt.Errorf("the connection ended in the middle of a message, after %d%s bytes, %s: %w",
		len(got), of, rpcconn.Excerpt(got), io.ErrUnexpectedEOF)
}

// TruncatedSkip is the error of a stream that ended in a message over the limit. It wraps io.ErrUnexpectedEOF.
func TruncatedSkip() error {
	return fmt.Errorf("the connection ended in the middle of a message that was over the limit: %w",
		io.ErrUnexpectedEOF)
}

// A LostError ends a stream in which no message can be found any more: data came that no message of the framing has
// there.
type LostError struct {
	What      string   // what was to come instead
	Data      []byte   // what came, one byte more than an excerpt has at most; the LostError's own
	Framings  []string // those of All whose messages begin so
	LooksLike string   // what else begins so: "HTTP", "MessagePack-RPC", "BSON"; "": nothing that is known
}

// Lost returns the *LostError of a stream in which data, which is not empty, came where what was to come.
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
