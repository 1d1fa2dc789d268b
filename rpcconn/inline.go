package rpcconn

import (
	"context"
	"sync/atomic"
	"time"
)

// A Handler is run by the goroutine that reads, since most Handlers do not wait, and to hand a request to another
// goroutine costs more than all else that is done for it. Where a Handler does wait, another goroutine goes on to read:
// so a Handler may wait for what only reading brings, and takes as long as it likes.
//
// What a Handler does before that is found out delays what comes behind its request, and no two are at work at the same
// time. So a connection whose Handlers wait, or compute for long, has its next requests handled by workers.

const (
	inlinePatience = 500 * time.Microsecond // after one to two of them, a Handler counts as one that waits
	longHandling   = 50 * time.Microsecond  // a Handler that takes that long is better run by a worker
	workersFor     = 64                     // requests that workers handle after such a Handler
	measureEvery   = 16                     // requests, of which one is timed
)

// An inliner knows which goroutine reads.
type inliner struct {
	step  atomic.Int64 // odd while a Handler is run by the goroutine that reads; counts beginnings and ends
	armed atomic.Bool  // timer will fire
	timer *time.Timer
	seen  int64 // step when timer last fired

	// Only the goroutine that reads uses these.
	handled int // requests
	long    int // of those that were timed last, how many in a row took long
	workers int // the next requests that workers handle
}

type inlineKey struct{}

// inline handles req on this goroutine, which reads, and reports whether it still reads afterwards.
func (c *receiver) inline(req *Request) bool {
	in, o := &c.inliner, c.out
	var begin time.Time
	if in.handled++; in.handled%measureEvery == 0 {
		begin = time.Now()
	}
	step := in.step.Add(1) // from here on, all that only the goroutine that reads uses may be another's
	if !in.armed.Load() {
		in.armed.Store(true)
		in.timer.Reset(inlinePatience)
	}
	ended := false
	defer func() {
		if !ended { // by runtime.Goexit, as a failed test does
			c.takeOver(step)
			c.leave()
		}
	}()
	hold(c.Conn, req)
	if c.awaitRoom(c.ctx); !c.waiting.isStalled() {
		c.serve(c.inlineCtx, o, req, true)
	}
	release(req)
	ended = true
	if !in.step.CompareAndSwap(step, step+1) {
		c.pacer.SendNow()
		o.free()
		c.leave()
		return false
	}
	o.reset()
	if !begin.IsZero() {
		in.measured(time.Since(begin))
	}
	return true
}

// measured takes note of how long a Handler took. One alone may have been held up by other programs.
func (in *inliner) measured(took time.Duration) {
	if took < longHandling {
		in.long = 0
		return
	}
	if in.long++; in.long > 1 {
		in.workers = workersFor
	}
}

// watch is called when the timer fires. It ends the waiting for a Handler that was there before, too.
func (c *receiver) watch() {
	step := c.inliner.step.Load()
	waits := step%2 != 0
	if step == c.inliner.seen {
		if waits {
			c.takeOver(step)
		}
		c.inliner.armed.Store(false)
		if c.inliner.step.Load() == step || !c.inliner.armed.CompareAndSwap(false, true) {
			return
		}
	}
	c.inliner.seen = step
	c.inliner.timer.Reset(inlinePatience)
}

// takeOver has another goroutine read in place of that which runs the Handler of that step, if it still does. The
// latter counts as a worker from then on.
func (c *receiver) takeOver(step int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.inliner.step.CompareAndSwap(step, step+1) {
		return
	}
	c.serving.Add(1)
	c.workers.Add(1)
	go c.goOn()
}

// leave ends what takeOver has begun, for the goroutine that was taken over from.
func (c *receiver) leave() {
	c.mu.Lock() // takeOver has counted it
	defer c.mu.Unlock()
	c.serving.Add(-1)
	c.workers.Done()
}

// goOn reads in place of a goroutine that runs a Handler which waits.
func (c *receiver) goOn() {
	c.inliner.workers, c.out = workersFor, newOutgoing()
	c.receive()
}

// runsInline reports whether a worker need not be asked to handle the next request.
func (c *receiver) runsInline() bool {
	if !c.paced {
		return false
	}
	if c.inliner.workers > 0 {
		c.inliner.workers--
		return false
	}
	return true
}

// willWait is called before something waits for what reading brings. It saves the wait for the timer if that is a
// Handler which is run by the goroutine that reads.
func (c *receiver) willWait(ctx context.Context) {
	if step := c.inliner.step.Load(); step%2 != 0 && ctx.Value(inlineKey{}) == c.Conn {
		c.takeOver(step)
	}
}
