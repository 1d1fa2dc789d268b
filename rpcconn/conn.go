package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// A Handler answers the peer's requests; ctx ends with the connection. It may wait and take long, and holds up no other
// request for more than a moment then. An *Error is sent as it is, and any other error as CodeServerError with its
// text; after ErrNoAnswer nothing is sent. The Handler may keep req, unless Options.Reuse says otherwise.
type Handler func(ctx context.Context, c *Conn, req *Request) (json.RawMessage, error)

// Options hold the callbacks for what the peer sends. With the zero Options, requests are answered with
// CodeMethodNotFound and everything else is dropped.
//
// The On functions run on the reading goroutine, in order of arrival, before any later message takes effect. They must
// not wait for the Conn, so they must not use Call, Close or Wait.
type Options struct {
	Handler Handler
	// gets requests before the Handler does, and notifications; a notification is valid until OnRequest returns (Clone
	// it to keep it)
	OnRequest func(*Request)
	// gets each answer before it is sent, on the Handler's goroutine; Method is "" if it answers an invalid message
	OnAnswer func(*Request, *Response)
	OnStray  func(*Response)       // gets responses that no call waits for: unknown, late or duplicate
	OnOther  func(json.RawMessage) // gets text that is not a message and wants no answer; valid until OnOther returns
	// gets frames that are not a message and, on other goroutines, answers that could not be sent and panics of
	// Handlers
	OnError func(error)
	// reports whether what is no message is answered, as JSON-RPC 2.0 section 5 has it, where it is not certainly a
	// request with an id; nil: it is
	Refuses func() bool
	// reports whether an answer with an id that is none of ours is taken where it can be meant for one call only; nil:
	// it is not, and the call fails with a *WrongIDError
	LenientIDs func() bool
	// gets what the peer does against its specification and is taken nevertheless: once each Rule
	OnDeviation func(*Deviation)
	// gets each frame before it is decoded, or sent; see Tap.Watch
	OnFrame See
	// bounds what waits in memory, with that of other connections; nil: each connection has its own bounds only
	Memory *Memory
	// the ids of calls are numbers above it: where somebody else numbers calls from 1 over the same connection
	FirstID int32
	// the Handler keeps nothing of a request, nor does OnRequest: its memory is used again once it has been answered
	Reuse bool
}

// Limits on what a peer can make a Conn do.
const (
	// requests handled at a time; at that number, nothing is read from the peer until one of them is answered
	maxServing = 10_000
	maxIdle    = 64 // idle goroutines kept for further requests
	// what is no message, in a row, that is answered; without a limit, two peers with different framings answer each
	// other's errors forever
	maxUnreadable = 100
)

// Conn is one connection to a peer, in which both sides may call. All methods may be called by any number of
// goroutines.
type Conn struct {
	ch     Channel
	pacer  Pacer // ch
	paced  bool  // it is one
	codec  Codec
	opts   Options
	ctx    context.Context
	cancel context.CancelFunc
	done   chan struct{} // closed when reading has ended and err is set

	in, out atomic.Uint64
	serving atomic.Int64
	served  atomic.Uint64
	idle    atomic.Int64
	reader  *receiver
	inliner inliner
	work    chan *Request  // from the reading goroutine to idle workers; closed when no more requests come
	workers sync.WaitGroup // all goroutines that handle requests
	waiting waiting

	mu      sync.Mutex // protects what follows
	calls   callTable
	shared  sharedContext
	odd     int    // frames and bytes that were sent on purpose, and have had no answer of their own
	unread  unread // since the last message
	closing bool   // Close was called
	err     error  // why the connection ended; nil while it is open
}

// New starts a connection on ch. The Conn closes ch when it ends. opts may be nil.
func New(ch Channel, codec Codec, opts *Options) *Conn {
	c := &Conn{ch: ch, codec: codec, done: make(chan struct{}), work: make(chan *Request)}
	if opts != nil {
		c.opts = *opts
	}
	c.waiting.memory, c.waiting.turn = c.opts.Memory, make(chan struct{}, 1)
	c.calls.last = int64(c.opts.FirstID)
	if c.opts.OnFrame != nil {
		tap, ok := ch.(*Tap)
		if !ok {
			tap = NewTap(ch)
		}
		tap.Watch(c.opts.OnFrame)
		c.ch = tap
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.reader = &receiver{
		Conn: c, demands: demands(ch), inlineCtx: context.WithValue(c.ctx, inlineKey{}, c),
		text: make([]byte, 0, 512), out: newOutgoing(),
	}
	if c.pacer, c.paced = pacerOf(c.ch); c.paced {
		c.pacer.OnWait(c.reader.beforeWait)
		c.inliner.timer = time.AfterFunc(time.Hour, c.reader.watch)
		c.inliner.timer.Stop()
	}
	go c.reader.receive()
	return c
}

// Unread is what came and could not be read.
type unread struct {
	n      int
	reason string // of the last
}

// Stats counts what has passed through a connection. A batch counts as one message.
type Stats struct {
	In, Out uint64 // messages
	Asked   bool   // we have made a request
	Calling int    // our pending requests
	Serving int    // the peer's pending requests
	Served  uint64 // all requests of the peer, the pending ones included
}

// Stats returns the current numbers.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	calling, asked := c.calls.n, c.calls.last != int64(c.opts.FirstID) || c.calls.lastOwn != 0
	c.mu.Unlock()
	return Stats{
		In: c.in.Load(), Out: c.out.Load(), Asked: asked, Calling: calling,
		Serving: int(c.serving.Load() + c.inliner.step.Load()%2), Served: c.served.Load(),
	}
}

// Done returns a channel that is closed when the connection has ended; Err says why.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Context returns the context that Handlers get, which ends with the connection.
func (c *Conn) Context() context.Context { return c.ctx }

// Err returns why the connection ended: io.EOF if the peer closed it, ErrClosed if Close was called, nil while it is
// open.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// ending reports whether the connection has ended or is being closed; either explains a failed send.
func (c *Conn) ending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closing || c.err != nil || c.waiting.isStalled()
}

// Close ends the connection and waits until the reading goroutine has stopped; pending calls fail with ErrClosed. It
// may be called more than once, and by Handlers. It returns the error from closing the channel.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	err := c.ch.Close()
	c.cancel() // the reader may wait for a Handler to return
	<-c.done
	return err
}

// Wait waits until the connection has ended and every Handler has returned. Handlers must not call it.
func (c *Conn) Wait() {
	<-c.done
	c.workers.Wait()
}

// reasonOf returns the reason in the data of a decoder's error, or err itself.
func reasonOf(err error) error {
	var e *Error
	var reason string
	if errors.As(err, &e) && json.Unmarshal(e.Data, &reason) == nil {
		return errors.New(reason)
	}
	return err
}

// finish ends the connection because of err: pending calls fail, and the Handlers' contexts end.
func (c *Conn) finish(err error) {
	if stalled := c.waiting.stalled.Load(); stalled != nil {
		err = stalled
	}
	c.mu.Lock()
	if c.closing {
		err = ErrClosed
	}
	c.err = err
	waiting := c.calls.takeAll()
	c.mu.Unlock()

	c.cancel()
	close(c.work)
	if c.paced {
		c.inliner.timer.Stop()
	}
	for _, w := range waiting {
		w.wake()
	}
	_ = c.ch.Close() // the reason is known already
	close(c.done)
}

// closedError returns the error for an operation on a connection that has ended; it says why it ended.
func (c *Conn) closedError() error {
	switch err := c.Err(); {
	case err == nil || err == ErrClosed:
		return ErrClosed
	case err == io.EOF:
		return fmt.Errorf("%w by the peer", ErrClosed)
	case errors.Is(err, io.EOF): // it has said why
		return fmt.Errorf("%w by the peer: %w", ErrClosed, err)
	default:
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
}

// An outgoing holds the buffers to send one packet. They are reused, so that sending allocates nothing.
type outgoing struct {
	packet Packet
	buf    []byte
}

// maxKept is the largest buffer that is kept for the next packet, in bytes.
const maxKept = 256 << 10

var outgoings = sync.Pool{New: func() any { return new(outgoing) }}

func newOutgoing() *outgoing { return outgoings.Get().(*outgoing) }

func (o *outgoing) free() {
	o.reset()
	outgoings.Put(o)
}

func (o *outgoing) reset() {
	clear(o.packet.Messages)
	o.packet = Packet{Messages: o.packet.Messages[:0]}
	if cap(o.buf) > maxKept {
		o.buf = nil
	}
}

func (c *Conn) send(ctx context.Context, o *outgoing) error {
	if err := c.encode(o); err != nil {
		return err
	}
	return c.transmit(ctx, o, false)
}

// encode makes the frame of o's packet. The error is an *EncodeError.
func (c *Conn) encode(o *outgoing) error {
	frame, err := c.codec.AppendEncode(o.buf[:0], &o.packet)
	if err != nil {
		return &EncodeError{err}
	}
	o.buf = frame
	return nil
}

// transmit sends o's frame, or has it sent later. It counts the message first, so that Stats includes it by the time
// the peer can react.
func (c *Conn) transmit(ctx context.Context, o *outgoing, later bool) (err error) {
	c.out.Add(1)
	if later {
		err = c.pacer.SendLater(ctx, o.buf)
	} else {
		err = c.ch.Send(ctx, o.buf)
	}
	if err != nil {
		c.out.Add(^uint64(0))
	}
	return err
}
