package rpcconn

import (
	"context"
	"fmt"
	"io"
)

// OwnSize is a size in bytes: a frame from Recv of at least that size belongs to the caller. A caller that wants to
// keep a smaller one copies it, which costs less than a buffer for each frame.
const OwnSize = 32 << 10

// A Channel sends and receives frames, one message or batch each.
type Channel interface {
	// Send sends one frame and does not keep it. Several goroutines may call it at a time. Its error concerns that
	// frame only, and may be an *UnansweredError; Recv reports the end of the connection. Where a write fails because
	// there is nobody to read, the end is waited for, unless the error has a method EndsNothing.
	Send(ctx context.Context, frame []byte) error

	// Recv returns the next frame. Only one goroutine calls it. A frame shorter than OwnSize is valid until the next
	// Recv; the caller may keep a longer one.
	//
	// After a *FrameError or a *Deviation, Recv may be called again. Any other error ends the connection; io.EOF is the
	// orderly end.
	Recv() ([]byte, error)

	// Close sends what is still queued if the peer accepts it without delay, ends the connection, and unblocks Send and
	// Recv. Any goroutine may call it at any time, more than once.
	Close() error
}

// A Demander is a Channel whose peer may wait for an answer to each frame, also to one that is no request.
type Demander interface{ Demands() bool }

// An UnansweredError is an error of Send: the frame was sent, and what the transport knows of it says that the peer
// gives no answer to it, or none beside those that Recv has returned. All of these have been taken in by then.
type UnansweredError struct {
	Reason string // such as "HTTP 200 with an empty body"
	Cause  error  // the error that Reason is the text of; or nil
}

func (e *UnansweredError) Error() string { return "not answered: " + e.Reason }

// Unwrap returns Cause.
func (e *UnansweredError) Unwrap() error { return e.Cause }

// A RawChannel is a Channel over a stream of bytes. It can also send bytes that are not a frame, to see how the peer
// reacts to them. An error wraps errors.ErrUnsupported if there turns out to be no such stream.
type RawChannel interface {
	Channel

	// AppendFrame appends to dst what Send would write for frame: the frame and what the framing puts before and after
	// it.
	AppendFrame(dst, frame []byte) ([]byte, error)

	// SendRaw writes raw unchanged and does not keep it; it writes at most rate bytes per second unless rate is 0.
	// Nothing else is sent in between. It returns when raw is written, or when it stops because ctx is done or the
	// channel is being closed. Part of raw may have been written then, and the peer cannot tell that it ends there.
	SendRaw(ctx context.Context, raw []byte, rate int) error
}

// Raw returns ch as a RawChannel. The error wraps errors.ErrUnsupported if ch is not one.
func Raw(ch Channel) (RawChannel, error) {
	if raw, ok := ch.(RawChannel); ok {
		return raw, nil
	}
	return nil, Unsupported("this transport carries whole messages only, so bytes that are none cannot be sent")
}

// A Framing turns a stream of bytes into a RawChannel, which closes the stream.
type Framing func(io.ReadWriteCloser) RawChannel

// A FrameError reports bytes that are not a frame. The framing still knows where the next frame begins.
type FrameError struct {
	Reason string // what is wrong, in lower case, without the bytes
	Bytes  []byte // the first of them, at most HeadSize, in memory of its own
	Cause  error  // the error that Reason is the text of, such as a *SizeError; or nil
}

func (e *FrameError) Error() string {
	if len(e.Bytes) == 0 {
		return e.Reason
	}
	return e.Reason + ": " + Excerpt(e.Bytes)
}

// Unwrap returns Cause.
func (e *FrameError) Unwrap() error { return e.Cause }

// A Deviation is what a peer does against its specification and is taken nevertheless, such as a byte order mark before
// a message. Nothing is lost by it.
type Deviation struct {
	Rule string // names it, as in "byte order mark"; what is like it has the same
	Text string // what came, and what the specification wants, with its section
}

// Error implements error, for Recv.
func (d *Deviation) Error() string { return d.Text }

// DefaultMaxMessage is the default limit for a received message, in bytes.
const DefaultMaxMessage = 64 << 20

// A SizeError reports that something exceeds its size limit.
type SizeError struct {
	What  string // such as "message"
	Size  int64  // in bytes; 0: not known
	Limit int    // in bytes
}

func (e *SizeError) Error() string {
	if e.Size > 0 {
		return fmt.Sprintf("%s of %d bytes is over the limit of %d bytes", e.What, e.Size, e.Limit)
	}
	return fmt.Sprintf("%s is over the limit of %d bytes", e.What, e.Limit)
}

// TooLong returns the FrameError for a message that begins with data and is longer than limit bytes. size is its length
// in bytes, or 0 if that is not known. Its Cause is a *SizeError.
func TooLong(data []byte, size int64, limit int) *FrameError {
	cause := &SizeError{What: "message", Size: size, Limit: limit}
	return &FrameError{Reason: cause.Error(), Bytes: head(data), Cause: cause}
}
