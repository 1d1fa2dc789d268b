package websocket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/plain"
)

const (
	closeGrace = time.Second            // how long Close waits by default for the peer's close frame
	causeTime  = 200 * time.Millisecond // how long Send waits for what Recv says of the end
	minBuffer  = 4 << 10
	keepBuffer = 256 << 10 // a bigger one is dropped when it is no longer needed

	// A message as long as this may be under way for longer than the library waits to send a pong before it gives the
	// connection up.
	longMessage = 256 << 10
)

// A channel is the Channel over a WebSocket connection.
type channel struct {
	ws     *websocket.Conn
	link   *link
	kind   atomic.Int64 // a websocket.MessageType: what frames are sent as
	mirror bool         // frames are sent as the kind that was received last
	max    int

	sending chan struct{} // has an element while a message is being written, and after Close
	buf     []byte        // what Recv returns if that is small; used by Recv only
	rest    io.Reader     // of a message that is too long; nil: there is none; used by Recv only

	alive   keepAlive
	ended   atomic.Bool     // Recv returned what ends the connection
	over    context.Context // ends with that, which is its cause
	end     context.CancelCauseFunc
	closing sync.Once
	closed  chan struct{} // Close was called
	grace   time.Duration // that Close has
}

var _ rpcconn.Channel = (*channel)(nil)

func newChannel(ws *websocket.Conn, link *link, binary bool, max int) *channel {
	ws.SetReadLimit(-1) // Recv skips a message that is too long, rather than ending the connection
	c := &channel{
		ws: ws, link: link, max: limit(max),
		sending: make(chan struct{}, 1), closed: make(chan struct{}), grace: closeGrace,
	}
	c.alive.life, c.alive.end = context.WithCancel(context.Background())
	c.over, c.end = context.WithCancelCause(context.Background())
	c.kind.Store(int64(websocket.MessageText))
	if binary {
		c.kind.Store(int64(websocket.MessageBinary))
	}
	return c
}

// Send implements rpcconn.Channel. If ctx ends while the message is being written, it is written to its end: the
// connection would be useless otherwise.
func (c *channel) Send(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case c.sending <- struct{}{}:
	case <-c.closed:
		return rpcconn.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	if ctx.Done() == nil {
		return c.write(frame)
	}
	frame = bytes.Clone(frame) // writing may outlast this call
	written := make(chan error, 1)
	go func() { written <- c.write(frame) }() // Close waits for it
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write writes a message, and then admits the next one. It uses no context, since the library ends the connection when
// a write's context ends.
func (c *channel) write(frame []byte) error {
	defer func() { <-c.sending }()
	defer c.alive.sent() // when it is over, since a long message is on its way for long
	if len(frame) >= longMessage {
		c.link.long.Store(true)
		defer c.link.long.Store(false)
	}
	err := c.ws.Write(context.Background(), websocket.MessageType(c.kind.Load()), frame)
	if err == nil {
		return nil
	}
	// When a close frame has come nothing can be written any more, and Recv is about to say why.
	told := time.NewTimer(causeTime)
	defer told.Stop()
	select {
	case <-c.closed:
		return rpcconn.ErrClosed
	case <-c.over.Done():
		return context.Cause(c.over)
	case <-told.C:
		return fmt.Errorf("sending: %w", err)
	}
}

// Recv implements rpcconn.Channel. It ends with a *CloseError if the peer sent a close frame, or with an error that
// wraps io.ErrUnexpectedEOF if the peer is gone. Pings are answered, and pongs seen, only during Recv.
func (c *channel) Recv() ([]byte, error) {
	c.alive.reading.Store(true)
	defer c.alive.reading.Store(false)
	if err := c.skip(); err != nil {
		return nil, err
	}
	kind, r, err := c.ws.Reader(context.Background())
	if err != nil {
		return nil, c.reason(err)
	}
	c.link.announced.next()
	if c.mirror {
		c.kind.Store(int64(kind))
	}
	if cap(c.buf) < minBuffer || cap(c.buf) > keepBuffer {
		c.buf = make([]byte, 0, minBuffer)
	}
	c.buf = c.buf[:0]
	for len(c.buf) <= c.max {
		if len(c.buf) == cap(c.buf) {
			c.grow()
		}
		n, err := r.Read(c.room())
		c.buf = c.buf[:len(c.buf)+n]
		size := c.link.announced.size()
		switch {
		case err == nil && size > int64(c.max) && len(c.buf) >= rpcconn.HeadSize:
			c.rest = r
			return nil, rpcconn.TooLong(c.buf, size, c.max)
		case err == nil:
		case c.link.ended.Load():
			return nil, c.broken(io.EOF)
		case errors.Is(err, io.EOF) && len(c.buf) == 0:
			return nil, &rpcconn.FrameError{Reason: "empty message"}
		case errors.Is(err, io.EOF):
			if deviation := c.alive.takesPings(c.buf); deviation != nil {
				return nil, deviation
			}
			return c.message(), nil
		default:
			return nil, c.broken(err)
		}
	}
	c.rest = r
	return nil, rpcconn.TooLong(c.buf, 0, c.max)
}

// skip reads the rest of a message that is too long.
func (c *channel) skip() error {
	if c.rest == nil {
		return nil
	}
	_, err := io.Copy(io.Discard, c.rest)
	c.rest = nil
	switch {
	case c.link.ended.Load():
		return c.broken(io.EOF)
	case err != nil:
		return c.broken(err)
	}
	return nil
}

// room is where the next bytes of a message go. The library reads until it is full, so it is small where a frame
// begins that may be too long, and in one that is.
func (c *channel) room() []byte {
	room := c.buf[len(c.buf):cap(c.buf)]
	if size := c.link.announced.size(); size > int64(c.max) || size <= int64(len(c.buf)) {
		room = room[:min(len(room), rpcconn.HeadSize)]
	}
	return room
}

// grow makes buf four times as long, but at most one byte longer than a message may be.
func (c *channel) grow() {
	buf := make([]byte, len(c.buf), min(4*cap(c.buf), max(c.max+1, minBuffer)))
	copy(buf, c.buf)
	c.buf = buf
}

// message returns the message in buf, which the caller owns if it is big.
func (c *channel) message() []byte {
	frame := c.buf
	if size := len(frame); size >= rpcconn.OwnSize {
		if size < cap(frame)/2 {
			return bytes.Clone(frame)
		}
		c.buf = nil
		return frame[:size:size]
	}
	return frame
}

// broken returns the error for a connection that ended with err in the middle of the message in buf.
func (c *channel) broken(err error) error {
	err = c.reason(err)
	if errors.Is(err, rpcconn.ErrClosed) {
		return err
	}
	return fmt.Errorf("in the middle of a message, after %d bytes, %s: %w", len(c.buf), rpcconn.Excerpt(c.buf), err)
}

// reason returns why the connection ended if the library's error is err.
func (c *channel) reason(err error) error {
	c.ended.Store(true)
	c.alive.end()
	why := c.reasonOf(err)
	c.end(why)
	return why
}

func (c *channel) reasonOf(err error) error {
	var closed websocket.CloseError
	switch failure := c.alive.failure.Load(); {
	case errors.As(err, &closed):
		return &CloseError{Code: int(closed.Code), Reason: closed.Reason}
	case c.isClosed():
		return rpcconn.ErrClosed
	case failure != nil:
		return *failure
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("receiving: the peer sent a ping and took no answer to it for 5 s")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed):
		return plain.Reworded(io.ErrUnexpectedEOF, "the peer ended the connection without a close frame")
	}
	return fmt.Errorf("receiving: %w", withoutChain(err))
}

// withoutChain returns what is wrong, without all that the library was doing.
func withoutChain(err error) error {
	for {
		inner := errors.Unwrap(err)
		if _, isNet := err.(*net.OpError); isNet || inner == nil {
			return err
		}
		err = inner
	}
}

func (c *channel) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// SetGrace sets how long Close waits for the peer's close frame. It is not called at the same time as Close.
func (c *channel) SetGrace(d time.Duration) { c.grace = d }

// Close implements rpcconn.Channel: it sends a close frame (1000) after what is being sent, and waits a second for the
// peer's, or as SetGrace says.
func (c *channel) Close() error {
	c.closing.Do(func() {
		close(c.closed)
		c.alive.end()
		if c.ended.Load() {
			_ = c.ws.CloseNow() // there is no peer to send a close frame to
		} else {
			hangs := time.AfterFunc(c.grace, func() { _ = c.link.conn.Close() })
			defer hangs.Stop()
			_ = c.ws.Close(websocket.StatusNormalClosure, "") // it is not a failure if the peer has gone already
		}
		_ = c.link.conn.Close()
		c.alive.running.Wait()
		c.sending <- struct{}{}
	})
	return nil
}
