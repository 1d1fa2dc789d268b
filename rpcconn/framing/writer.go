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
	maxQueue   = 256 << 10             // bytes; who finds more queued waits
	keepQueue  = 2 * maxQueue          // bytes; a bigger buffer is dropped after use
	bigFrame   = rpcconn.OwnSize       // bytes; from here on a frame is written from where it is
	patience   = 20 * time.Millisecond // how long a sender waits for a peer that takes nothing
	flushTurns = 16                    // how often in a row a sender writes what others sent
)

// A writer is the half of a stream that sends.
//
// There is one flusher at a time, or none: the sender that finds none writes what is queued, again and again until
// nothing is. Others only queue their frames meanwhile, and so go out together, in one write. Alone, a sender writes at
// once.
//
// A sender does not stay with a peer that does not read: what it has not taken after patience is left to a flusher in
// the background, which the writer waits for in the end. That needs a stream whose Write can be given a deadline and
// then tells how much was taken, as sockets and pipes do (a TLS connection is broken by that). Any other stream is
// written to in the background only.
type writer struct {
	w      io.WriteCloser
	f      Framing
	tail   []byte // f's
	ended  *ending
	timed  deadliner // w; nil: it has no deadlines that could be used
	behind sync.WaitGroup

	// These are the flusher's.
	deadline time.Time   // that timed has
	head     []byte      // of a big frame
	parts    [3][]byte   // head, frame and tail
	vector   net.Buffers // what is left of parts

	mu       sync.Mutex // protects what follows
	queue    []byte     // to be written, with heads and tails
	spare    []byte     // empty, to be the next queue
	flushing bool       // there is a flusher
	waiting  []*waiter  // first come, first served; only while there is a flusher
	err      error      // why nothing can be sent any more
	closing  bool       // idle is to be closed when there is no flusher

	hurry chan struct{} // closed when nobody may take their time any more
	idle  chan struct{}
}

// A waiter is a Send for which there is no room, or one that writes itself, while somebody else is writing.
type waiter struct {
	frame []byte        // to be queued
	big   bool          // wants to be the flusher instead
	ready chan struct{} // closed when it has what it wants, or err
	err   error
}

type deadliner interface {
	SetWriteDeadline(time.Time) error
	syscall.Conn // has a file descriptor of its own, which no TLS connection has
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

// Send implements rpcconn.Channel. It returns nil as soon as it is certain that frame is written unless the connection
// ends; the error of a ctx that is done means that nothing of it is.
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

func (w *writer) enqueueLocked(frame []byte) {
	w.queue = w.f.appendFrame(w.queue, frame)
}

// await queues me until it is ready. It unlocks mu.
func (w *writer) await(ctx context.Context, me *waiter) error {
	w.waiting = append(w.waiting, me)
	w.mu.Unlock()
	select {
	case <-me.ready:
	case <-ctx.Done():
		w.mu.Lock()
		if i := slices.Index(w.waiting, me); i >= 0 {
			w.waiting = slices.Delete(w.waiting, i, i+1)
			w.admitLocked() // who waited behind a big frame need not
			w.mu.Unlock()
			return ctx.Err()
		}
		w.mu.Unlock()
		<-me.ready // it was too late
	}
	return me.err
}

// admitLocked gives those who wait what they wait for, as far as that is possible.
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

// finish lets nobody send any more, and waits for what was sent to be written, at most for grace. It is called once.
func (w *writer) finish(grace time.Duration) {
	close(w.hurry)
	w.mu.Lock()
	w.closing = true
	if w.err == nil {
		w.err = rpcconn.ErrClosed
	}
	w.dismissLocked()
	if !w.flushing {
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

// wait waits until nothing writes any more; finish has been called, and the stream is closed.
func (w *writer) wait() {
	<-w.idle
	w.behind.Wait()
}
