package framing

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"time"

	"rpcsh/rpcconn"
)

const (
	maxQueue   = 256 << 10             // bytes; a sender that finds more queued waits
	maxLater   = maxQueue / 4          // bytes; with more queued, nothing is left for later
	keepQueue  = 2 * maxQueue          // bytes; a bigger buffer is dropped after use
	bigFrame   = rpcconn.OwnSize       // bytes; a frame of at least this size is written without copying it
	patience   = 20 * time.Millisecond // how long a sender waits for a peer that does not read
	flushTurns = 16                    // how many batches in a row a sender writes for others
)

// A writer is the sending half of a stream.
//
// There is at most one flusher at a time: a sender that finds none becomes the flusher and writes what is queued until
// the queue is empty. Meanwhile, others only queue their frames, which are then sent together, in one write. A lone
// sender writes at once.
//
// A peer that does not read does not block a sender: after patience, the rest is left to a flusher in the background,
// which the writer waits for when it ends. That needs a stream whose Write has a deadline and then returns how much was
// written, as sockets and pipes do (it breaks a TLS connection). Any other stream is written to in the background only.
type writer struct {
	w      io.WriteCloser
	f      Framing
	tail   []byte // f's
	ended  *ending
	timed  deadliner // w; nil: its deadlines cannot be used
	behind sync.WaitGroup

	// Only the flusher uses these.
	deadline time.Time   // of timed
	head     []byte      // of a big frame
	parts    [3][]byte   // head, frame and tail
	vector   net.Buffers // what is left of parts

	mu       sync.Mutex // protects what follows
	queue    []byte     // frames to be written, with heads and tails
	spare    []byte     // empty, to be the next queue
	flushing bool       // there is a flusher
	waiting  []*waiter  // first come, first served; only while there is a flusher
	err      error      // why nothing can be sent any more
	closing  bool       // idle is to be closed when there is no flusher

	written chan struct{} // closed when there is no flusher any more; nil: nobody waits for that

	hurry chan struct{} // closed when nothing may be delayed any longer
	idle  chan struct{}
}

// A waiter is a Send for which there is no room, or a Send of a big frame, while another goroutine writes.
type waiter struct {
	frame []byte        // to be queued
	big   bool          // to become the flusher instead
	ready chan struct{} // closed when it is admitted, or err is set
	err   error
}

type deadliner interface {
	SetWriteDeadline(time.Time) error
	syscall.Conn // has a file descriptor of its own, unlike a TLS connection
}

func newWriter(w io.WriteCloser, f Framing, ended *ending) *writer {
	timed, ok := w.(deadliner)
	if ok && timed.SetWriteDeadline(time.Time{}) != nil {
		timed = nil // a file that is no pipe
	}
	return &writer{
		w: w, f: f, tail: []byte(f.Tail), ended: ended, timed: timed,
		hurry: make(chan struct{}), idle: make(chan struct{}),
	}
}

// Send implements rpcconn.Channel. It returns nil once frame is certain to be written unless the connection ends. ctx's
// error means that nothing of frame was written.
func (w *writer) Send(ctx context.Context, frame []byte) error {
	if err := w.send(ctx, frame); err != nil {
		return fmt.Errorf("sending a message of %d bytes: %w", len(frame), err)
	}
	return nil
}

func (w *writer) send(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	big := len(frame) >= bigFrame && w.timed != nil
	if big {
		w.SendNow() // what was left for later goes first
	}
	w.mu.Lock()
	switch {
	case w.err != nil:
		defer w.mu.Unlock()
		return w.err
	case len(w.waiting) > 0 || big && w.flushing || len(w.queue) >= maxQueue:
		if err := w.await(ctx, &waiter{frame: frame, big: big, ready: make(chan struct{})}); err != nil || !big {
			return err
		}
		return w.writeBig(ctx, frame)
	case !big:
		w.enqueueLocked(frame)
	}
	mine := !w.flushing
	w.flushing = true
	w.mu.Unlock()
	switch {
	case !mine:
		return nil
	case big:
		return w.writeBig(ctx, frame)
	case w.timed == nil:
		w.behind.Go(func() { w.flushBehind(nil) })
		return nil
	}
	return w.flush()
}

// SendLater implements rpcconn.Pacer. A big frame is sent at once, as is one on a stream that may not be written to on
// the goroutine that reads.
func (w *writer) SendLater(ctx context.Context, frame []byte) error {
	if len(frame) >= bigFrame || w.timed == nil || ctx.Err() != nil {
		return w.Send(ctx, frame)
	}
	w.mu.Lock()
	if w.err != nil || len(w.waiting) > 0 || len(w.queue) >= maxLater {
		w.mu.Unlock()
		return w.Send(ctx, frame)
	}
	w.enqueueLocked(frame)
	w.mu.Unlock()
	return nil
}

// SendNow implements rpcconn.Pacer.
func (w *writer) SendNow() {
	w.mu.Lock()
	mine := len(w.queue) > 0 && !w.flushing
	w.flushing = w.flushing || mine
	w.mu.Unlock()
	if mine {
		_ = w.flush() // the next sender gets the error
	}
}

func (w *writer) enqueueLocked(frame []byte) {
	w.queue = w.f.appendFrame(w.queue, frame)
}

// await queues me until it is ready. It is called with mu locked, and unlocks it.
func (w *writer) await(ctx context.Context, me *waiter) error {
	w.waiting = append(w.waiting, me)
	w.mu.Unlock()
	select {
	case <-me.ready:
	case <-ctx.Done():
		w.mu.Lock()
		if i := slices.Index(w.waiting, me); i >= 0 {
			w.waiting = slices.Delete(w.waiting, i, i+1)
			w.admitLocked() // those after a big frame may go ahead
			w.mu.Unlock()
			return ctx.Err()
		}
		w.mu.Unlock()
		<-me.ready // it was admitted first
	}
	return me.err
}

// admitLocked admits waiters, in order, until there is no room.
func (w *writer) admitLocked() {
	for len(w.waiting) > 0 {
		next := w.waiting[0]
		switch {
		case next.big && w.flushing || !next.big && len(w.queue) >= maxQueue:
			return
		case next.big:
			w.flushing = true
		default:
			w.enqueueLocked(next.frame)
		}
		w.waiting = slices.Delete(w.waiting, 0, 1)
		close(next.ready)
	}
}

// dismissLocked gives err to all who wait.
func (w *writer) dismissLocked() {
	for _, waiter := range w.waiting {
		waiter.err = w.err
		close(waiter.ready)
	}
	w.waiting = nil
}

// Flush implements rpcconn.Flusher.
func (w *writer) Flush(ctx context.Context) error {
	w.SendNow()
	written := w.untilWritten()
	if written != nil {
		select {
		case <-written:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// untilWritten returns what is closed when all that was sent is written, or never will be; nil: it is.
func (w *writer) untilWritten() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.flushing && w.written == nil {
		w.written = make(chan struct{})
	}
	return w.written
}

// finish stops further sends, and waits up to grace until everything sent is written. It is called once.
func (w *writer) finish(grace time.Duration) {
	close(w.hurry)
	w.mu.Lock()
	w.closing = true
	if w.err == nil {
		w.err = rpcconn.ErrClosed
	}
	w.dismissLocked()
	switch {
	case w.flushing:
	case len(w.queue) > 0: // it was left for later
		w.flushing = true
		w.behind.Go(func() { w.flushBehind(nil) })
	default:
		close(w.idle)
	}
	w.mu.Unlock()

	timeout := time.NewTimer(grace)
	defer timeout.Stop()
	select {
	case <-w.idle:
	case <-timeout.C:
	}
}

// wait waits until nothing writes any more. Before it, finish must have been called and the stream closed.
func (w *writer) wait() {
	<-w.idle
	w.behind.Wait()
}
