package rpcconn

import (
	"bytes"
	"context"
	"fmt"
	"io"
)

// OwnSize is the size in bytes from which on a frame that Recv returned belongs to the caller. Smaller ones are copied
// by who wants to keep them, which costs less than memory of their own.
const OwnSize = 32 << 10

// A Channel sends and receives frames, one message or batch each.
type Channel interface {
	// Send sends one frame, which it does not keep. It may be called by several goroutines at a time. Its error
	// concerns that frame only; that the connection is gone is for Recv to say.
	Send(ctx context.Context, frame []byte) error

	// Recv returns the next frame; one goroutine calls it. A frame shorter than OwnSize is valid until the next Recv,
	// a longer one is the caller's to keep.
	//
	// A *FrameError concerns what was read only, and Recv may be called again. Any other error ends the connection,
	// io.EOF being the orderly end.
	Recv() ([]byte, error)

	// Close sends what is still to be sent, as far as the peer takes it without delay, ends the connection and unblocks
	// Send and Recv. It may be called at any time, by any goroutine, more than once.
	Close() error
}

// A RawChannel is a Channel over a stream of bytes, on which bytes that are no frame can be sent: to see what the peer
// makes of them. An error wraps errors.ErrUnsupported where, as it turns out, there is no such stream.
type RawChannel interface {
	Channel

	// AppendFrame appends to dst what Send would write for frame: the frame with what the framing has before and behind
	// it.
	AppendFrame(dst, frame []byte) ([]byte, error)

	// SendRaw writes raw, which it does not keep, as it is, at most rate bytes a second where rate is not 0. Nothing
	// else is sent in between. It returns when raw is written, or left off because ctx is done or the channel is being
	// closed; a part of it may be written then, of which the peer cannot know that it ends there.
	SendRaw(ctx context.Context, raw []byte, rate int) error
}

// Raw returns ch as one on which bytes can be sent that are no frame. The error wraps errors.ErrUnsupported where it is
// none.
func Raw(ch Channel) (RawChannel, error) {
	if raw, ok := ch.(RawChannel); ok {
		return raw, nil
	}
	return nil, Unsupported("this transport carries whole messages only, so bytes that are none cannot be sent")
}

// A Framing makes a RawChannel of a stream of bytes, which that closes.
type Framing func(io.ReadWriteCloser) RawChannel

// A FrameError reports bytes that are no frame, after which the framing still knows where the next frame begins.
type FrameError struct {
	Reason string // what is wrong, in lower case, without the bytes
	Bytes  []byte // the first of them, at most ExcerptSize; the FrameError's own
	Cause  error  // what is wrong as a value, such as a *SizeError, of which Reason is the text; nil: there is none
}

func (e *FrameError) Error() string {
	if len(e.Bytes) == 0 {
		return e.Reason
	}
	return e.Reason + ": " + Excerpt(e.Bytes)
}

// Unwrap returns Cause.
func (e *FrameError) Unwrap() error { return e.Cause }

// DefaultMaxMessage is how long a received message may be, in bytes, where nothing else is said.
const DefaultMaxMessage = 64 << 20

// A SizeError says that something is longer than it may be.
type SizeError struct {
	What  string // such as "message"
	Size  int64  // how long it is, in bytes; 0: not known
	Limit int    // how long it may be, in bytes
}

func (e *SizeError) Error() string {
	if e.Size > 0 {
		return fmt.Sprintf("%s of %d bytes is over the limit of %d bytes", e.What, e.Size, e.Limit)
	}
	return fmt.Sprintf("%s is over the limit of %d bytes", e.What, e.Limit)
}

// TooLong returns the FrameError of a message that begins with data and is longer than limit bytes; size is how long, 0
// where that is not known. Its Cause is a *SizeError.
func TooLong(data []byte, size int64, limit int) *FrameError {
	cause := &SizeError{What: "message", Size: size, Limit: limit}
	return &FrameError{Reason: cause.Error(), Bytes: bytes.Clone(data[:min(len(data), ExcerptSize)]), Cause: cause}
}
