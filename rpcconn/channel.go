package rpcconn

import (
	"context"
	"io"
)

// OwnSize is the size in bytes from which on a frame that Recv returned belongs to the caller. Smaller ones are copied by
// who wants to keep them, which costs less than memory of their own.
const OwnSize = 32 << 10

// A Channel sends and receives frames, one message or batch each.
type Channel interface {
	// Send sends one frame, which it does not keep. It may be called by several goroutines at a time. Its error concerns
	// that frame only; that the connection is gone is for Recv to say.
	Send(ctx context.Context, frame []byte) error

	// Recv returns the next frame; one goroutine calls it. A frame shorter than OwnSize is valid until the next Recv,
	// a longer one is the caller's to keep.
	//
	// A *FrameError concerns what was read only, and Recv may be called again. Any other error ends the connection, io.EOF being
	// the orderly end.
	Recv() ([]byte, error)

	// Close sends what is still to be sent, as far as the peer takes it without delay, ends the connection and unblocks
	// Send and Recv. It may be called at any time, by any goroutine, more than once.
	Close() error
}

// A Framing makes a Channel of a stream of bytes, which the Channel closes.
type Framing func(io.ReadWriteCloser) Channel

// A FrameError reports bytes that are no frame, after which the framing still knows where the next frame begins.
type FrameError struct {
	Reason string // what is wrong, in lower case, without the bytes
	Bytes  []byte // the first of them, at most ExcerptSize; the FrameError's own
}

func (e *FrameError) Error() string {
	if len(e.Bytes) == 0 {
		return e.Reason
	}
	return e.Reason + ": " + Excerpt(e.Bytes)
}
