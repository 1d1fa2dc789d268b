package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// A Handler answers the peer's requests, each in a goroutine of its own; ctx ends with the connection. An *Error is
// answered as it is, any other error with CodeServerError and its text, ErrNoAnswer not at all. req is the Handler's to
// keep.
type Handler func(ctx context.Context, c *Conn, req *Request) (json.RawMessage, error)

// Options say who gets what the peer sends. The zero Options work: requests are answered with CodeMethodNotFound, all
// else is dropped.
//
// The On functions run on the reading goroutine, in order of arrival, before any later message takes effect. They must
// not wait for the Conn: its Call, Close and Wait are not for them.
type Options struct {
	Handler Handler
	// requests, before the Handler has them, and notifications; the latter are valid until it returns (Clone keeps
	// them)
	OnRequest func(*Request)
	// what is about to be sent as the answer to a request, or to what is none (its Method is "" then); on the Handler's
	// goroutine
	OnAnswer func(*Request, *Response)
	OnStray  func(*Response)       // an answer that no call waits for: unknown, late or duplicate
	OnOther  func(json.RawMessage) // what is no message and wants no answer, valid until it returns
	// a frame that is no message; and, on another goroutine, an answer that could not be sent or a Handler that
	// panicked
	OnError func(error)
}

// Limits on what a peer can make a Conn do.
const (
	// requests being handled at a time; above it the peer is not read, so it has to wait until one is answered
	maxServing = 10_000
	maxIdle    = 64 // goroutines kept for requests to come
	// unreadable frames in a row; two peers of different framings would answer each other's errors for ever
	maxUnreadable = 100
)

// Conn is one connection to a peer, in which both sides may call. All methods may be called by any number of
// goroutines.
type Conn struct {
	ch     Channel
	codec  Codec
	opts   Options
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when reading has ended and err is set

	note    Request // the notification that OnRequest is shown; the reading goroutine's
	in, out atomic.Uint64
	serving atomic.Int64
	idle    atomic.Int64
	work    chan *Request  // from the reading goroutine to one that waits for a request; closed when none will come
	workers sync.WaitGroup // all goroutines that handle requests

	mu      sync.Mutex // protects what follows
	calls   callTable
	closing bool  // by this side
	err     error // why the connection ended; nil while it has not
}

// New starts a connection on ch, which it closes at the end. nil options work.
func New(ch Channel, codec Codec, opts *Options) *Conn {
	c := &Conn{ch: ch, codec: codec, done: make(chan struct{}), work: make(chan *Request)}
	if opts != nil {
		c.opts = *opts
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	go c.read()
	return c
}

// Stats counts what has passed through a connection. A batch counts as one message.
type Stats struct {
	In, Out uint64 // messages
	Calling int    // our requests that wait for an answer
	Serving int    // the peer's requests that wait for one
}

// Stats returns the numbers of now.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	calling := c.calls.n
	c.mu.Unlock()
	return Stats{In: c.in.Load(), Out: c.out.Load(), Calling: calling, Serving: int(c.serving.Load())}
}

// Done is closed when the connection has ended, for whatever reason; Err says which.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Context returns the context that Handlers get, which ends with the connection.
func (c *Conn) Context() context.Context { return c.ctx }

// Err returns why the connection ended: io.EOF when the peer closed it, ErrClosed when Close was called; nil while it
// has not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// ending reports whether the connection has ended or is being closed, which is why a send fails then.
func (c *Conn) ending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing || c.err != nil
}

// Close ends the connection and waits until nothing is read any more; calls that wait fail with ErrClosed. It may be
// called more than once, by Handlers too. Its error is that of closing the channel.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	err := c.ch.Close()
	c.cancel() // the reader may wait for a Handler to return
	<-c.done
	return err
}

// Wait waits until the connection has ended and every Handler has returned. It is not for Handlers.
func (c *Conn) Wait() {
	<-c.done
	c.workers.Wait()
}

func (c *Conn) read() {
	var p Packet
	unreadable := 0
	var err error
	for unreadable < maxUnreadable {
		var frame []byte
		if frame, err = c.ch.Recv(); err != nil {
			var bad *FrameError
			if !errors.As(err, &bad) {
				break
			}
			unreadable++
			c.reject(bad, NewError(CodeParseError, bad.Reason))
			continue
		}
		c.in.Add(1)
		if err = c.codec.Decode(frame, &p); err != nil {
			unreadable++
			c.reject(fmt.Errorf("unreadable message: %w: %s", reasonOf(err), Excerpt(frame)), ErrorOf(err))
			continue
		}
		unreadable = 0
		owned := len(frame) >= OwnSize
		c.dispatch(&p, owned)
		if owned {
			p = Packet{} // holds on to no memory of the frame, nor to as much as a long batch takes
		}
	}
	if unreadable == maxUnreadable {
		err = fmt.Errorf("%d unreadable messages in a row (%w): is this the right framing and protocol?", unreadable,
			reasonOf(err))
	}
	c.finish(err)
}

// reasonOf returns what a decoder's error says in its data, where a person looks for the cause.
func reasonOf(err error) error {
	var e *Error
	var reason string
	if errors.As(err, &e) && json.Unmarshal(e.Data, &reason) == nil {
		return errors.New(reason)
	}
	return err
}

// finish ends the connection because of err: calls fail, Handlers' contexts end.
func (c *Conn) finish(err error) {
	c.mu.Lock()
	if c.closing {
		err = ErrClosed
	}
	c.err = err
	waiting := c.calls.takeAll()
	c.mu.Unlock()

	c.cancel()
	close(c.work)
	for _, w := range waiting {
		w.done <- nil
	}
	_ = c.ch.Close() // the reason is known already
	close(c.done)
}

// closedError says that what was to be done needs a connection, and why there is none.
func (c *Conn) closedError() error {
	switch err := c.Err(); {
	case err == nil || err == ErrClosed:
		return ErrClosed
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%w by the peer", ErrClosed)
	default:
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
}

// An outgoing holds what sending one packet needs, so that sending allocates nothing.
type outgoing struct {
	packet Packet
	buf    []byte
}

// maxKept is the largest buffer that is kept for the next packet, in bytes.
const maxKept = 256 << 10

var outgoings = sync.Pool{New: func() any { return new(outgoing) }}

func newOutgoing() *outgoing { return outgoings.Get().(*outgoing) }

func (o *outgoing) free() {
	clear(o.packet.Messages)
	o.packet = Packet{Messages: o.packet.Messages[:0]}
	if cap(o.buf) > maxKept {
		o.buf = nil
	}
	outgoings.Put(o)
}

func (c *Conn) send(ctx context.Context, o *outgoing) error {
	if err := c.encode(o); err != nil {
		return err
	}
	return c.transmit(ctx, o)
}

// encode makes the frame of o's packet.
func (c *Conn) encode(o *outgoing) error {
	frame, err := c.codec.AppendEncode(o.buf[:0], &o.packet)
	if err == nil {
		o.buf = frame
	}
	return err
}

// transmit sends o's frame. It counts before the peer can have it, so that nobody who has seen the peer's reaction sees
// less.
func (c *Conn) transmit(ctx context.Context, o *outgoing) error {
	c.out.Add(1)
	err := c.ch.Send(ctx, o.buf)
	if err != nil {
		c.out.Add(^uint64(0))
	}
	return err
}
