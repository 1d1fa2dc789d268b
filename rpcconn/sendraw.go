package rpcconn

import "context"

// SendFrame sends one frame, whatever it contains. Any number of goroutines may call it. The error is ErrClosed
// (wrapped), ctx's, or the channel's.
func (c *Conn) SendFrame(ctx context.Context, frame []byte) error {
	c.sendsOdd()
	return c.sendError(c.transmit(ctx, &outgoing{buf: frame}, false))
}

// AppendFrame appends to dst what SendFrame would write for frame, for SendRaw. The error is that of Raw.
func (c *Conn) AppendFrame(dst, frame []byte) ([]byte, error) {
	raw, err := Raw(c.ch)
	if err != nil {
		return dst, err
	}
	return raw.AppendFrame(dst, frame)
}

// SendRaw writes bytes that need not be a frame; see RawChannel. The error is that of Raw, ErrClosed (wrapped), ctx's,
// or the channel's. Stats does not count these bytes.
func (c *Conn) SendRaw(ctx context.Context, raw []byte, rate int) error {
	ch, err := Raw(c.ch)
	if err != nil {
		return err
	}
	c.sendsOdd()
	return c.sendError(ch.SendRaw(ctx, raw, rate))
}

// sendsOdd notes that something is sent which the peer may refuse without an id.
func (c *Conn) sendsOdd() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.odd++
}
