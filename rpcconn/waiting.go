package rpcconn

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// How much of a peer's requests and answers may wait in memory.
const (
	maxAnswers  = 64 << 20  // bytes of answers that wait to be sent; at that, no more are made, and nothing is read
	maxRequests = 256 << 20 // bytes of requests that wait to be answered; at that, nothing is read
	maxBatch    = 64 << 20  // bytes of the answers to a batch, which are sent together
	fairShare   = 1 << 20   // bytes that a connection may have, however much others have
	counted     = 1 << 10   // bytes of the smallest message that is counted: their number is bounded, too

	// maxStall is how long a peer may take no whole answer while no more are made for it, and stallRate how many bytes
	// that wait give it another second: a large answer takes its time.
	maxStall  = time.Minute
	stallRate = 1 << 20
	// glance is the time between two looks for room.
	glance = 10 * time.Millisecond
)

// A Memory bounds the bytes of the requests and answers of all connections that have it: where it is used up, those
// that hold more than their share are not read. The zero Memory bounds nothing.
type Memory struct {
	max  int64
	used atomic.Int64
}

// NewMemory returns a Memory of so many bytes.
func NewMemory(bytes int64) *Memory { return &Memory{max: bytes} }

// Used returns how many bytes wait, about.
func (m *Memory) Used() int64 { return m.used.Load() }

// A StalledError says that a peer does not read its answers. It is told once a connection, and again as the end of one
// that goes on so.
type StalledError struct {
	Waiting int64         // bytes of answers
	Limit   time.Duration // after which the connection ends
	Ended   bool          // it has
}

func (e *StalledError) Error() string {
	size := fmt.Sprintf("%d MiB", e.Waiting>>20)
	if e.Ended {
		return fmt.Sprintf("it has read none of its answers for %v; %s of them were waiting", e.Limit, size)
	}
	return fmt.Sprintf("it does not read its answers: %s of them wait, so nothing is read from it; "+
		"the connection ends if it reads none for %v", size, e.Limit)
}

// waiting is what waits in the memory of a connection.
type waiting struct {
	memory   *Memory // nil: nothing bounds all connections together
	answers  atomic.Int64
	requests atomic.Int64
	sent     atomic.Uint64 // answers
	turn     chan struct{} // who has it looks for room; the others wait for that
	told     atomic.Bool
	unsent   atomic.Bool                  // it was told that answers cannot be sent any more
	stalled  atomic.Pointer[StalledError] // why the connection is ended
}

// hold counts n bytes of what waits, or no longer does where n is negative.
func (w *waiting) hold(what *atomic.Int64, n int) {
	if -counted < n && n < counted {
		return
	}
	what.Add(int64(n))
	if w.memory != nil {
		w.memory.used.Add(int64(n))
	}
}

// isUsedUp reports whether all connections together hold too much, and this one more than its share.
func (w *waiting) isUsedUp(held int64) bool {
	return w.memory != nil && w.memory.max > 0 && held > fairShare && w.memory.used.Load() > w.memory.max
}

// HasRoom reports whether an answer to r may be made: not too many wait for the peer to read them. A Handler need not
// ask, unless it has waited for something else meanwhile.
func (r *Request) HasRoom() bool { return r.conn == nil || r.conn.waiting.hasRoom() }

// AwaitRoom waits until HasRoom, or ctx ends.
func (r *Request) AwaitRoom(ctx context.Context) {
	if r.conn != nil {
		r.conn.awaitRoom(ctx)
	}
}

func (w *waiting) hasRoom() bool {
	answers := w.answers.Load()
	return answers <= maxAnswers && !w.isUsedUp(answers)
}

func (c *Conn) awaitRoom(ctx context.Context) {
	if c.waiting.hasRoom() {
		return
	}
	select {
	case c.waiting.turn <- struct{}{}:
		c.until(ctx, c.waiting.hasRoom)
		<-c.waiting.turn
	case <-ctx.Done():
	}
}

// isStalled reports whether the connection is ended because the peer reads nothing.
func (w *waiting) isStalled() bool { return w.stalled.Load() != nil }

// mayRead reports whether more may be read from the peer.
func (c *Conn) mayRead() bool {
	requests := c.waiting.requests.Load()
	return c.waiting.hasRoom() && (requests <= maxRequests && !c.waiting.isUsedUp(requests) || c.serving.Load() < 2)
}

// until waits until a condition is true, or ctx ends. It says that the peer does not read its answers, and ends the
// connection if that lasts.
func (c *Conn) until(ctx context.Context, is func() bool) {
	w := &c.waiting
	look := time.NewTicker(glance)
	defer look.Stop()
	sent, since := w.sent.Load(), time.Now()
	for !is() {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		now := w.sent.Load()
		if c.waiting.hasRoom() || now != sent {
			sent, since = now, time.Now()
			continue
		}
		e := &StalledError{Waiting: w.answers.Load()}
		e.Limit = maxStall + time.Duration(e.Waiting/stallRate)*time.Second
		if w.told.CompareAndSwap(false, true) {
			c.onError(e)
		}
		if time.Since(since) < e.Limit {
			continue
		}
		e.Ended = true
		if w.stalled.CompareAndSwap(nil, e) {
			c.cancel()
			_ = c.ch.Close() // the reason is known
		}
		return
	}
}
