package rpcconn

import "context"

// A Flusher is a Channel whose Send may return before all of a message is written.
type Flusher interface {
	Channel

	// Flush waits until what was sent before has been written. The error is ctx's, or why not all of it was.
	Flush(ctx context.Context) error
}

// Flush waits until what was sent before has been written, as far as ch can tell: the peer need not have read it.
func Flush(ctx context.Context, ch Channel) error {
	if f, ok := ch.(Flusher); ok {
		return f.Flush(ctx)
	}
	return nil
}

// Flush waits until what was sent before has been written. The error is ctx's, ErrClosed (wrapped), or the channel's.
func (c *Conn) Flush(ctx context.Context) error { return c.sendError(Flush(ctx, c.ch)) }
