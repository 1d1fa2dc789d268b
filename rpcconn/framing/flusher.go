package framing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"rpcsh/rpcconn"
)

// nextBatch returns what is queued. If nothing is, it returns nil, and the caller is no longer the flusher. written is
// the previous batch.
func (w *writer) nextBatch(written []byte) []byte {
	if w.timed != nil {
		// other senders queue their frames now and share one write; a lone sender loses little
		runtime.Gosched()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if written != nil && cap(written) <= keepQueue {
		w.spare = written[:0]
	}
	if len(w.queue) == 0 {
		w.admitLocked()
	}
	if len(w.queue) == 0 {
		w.releaseLocked()
		return nil
	}
	queue := w.queue
	w.queue, w.spare = w.spare, nil
	w.admitLocked()
	return queue
}

// releaseLocked ends the caller's role as the flusher. The queue is empty.
func (w *writer) releaseLocked() {
	w.flushing = false
	if w.written != nil {
		close(w.written)
		w.written = nil
	}
	w.admitLocked() // the first waiter, if any, is big
	if w.closing && !w.flushing {
		close(w.idle)
	}
}

// flush writes what is queued. The caller must be the flusher and stops being it. The error is that of the first write,
// which contains the caller's own frame.
func (w *writer) flush() error {
	var batch []byte
	for turn := 0; ; turn++ {
		batch = w.nextBatch(batch)
		if batch == nil {
			return nil
		}
		if turn == flushTurns {
			rest := batch
			w.behind.Go(func() { w.flushBehind(rest) })
			return nil
		}
		w.renewDeadline()
		n, err := w.write(batch)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			rest := batch[n:]
			w.behind.Go(func() { w.flushBehind(rest) })
			return nil
		case err != nil:
			err = w.fail(err)
			if turn > 0 {
				return nil
			}
			return err
		}
	}
}

// flushBehind writes batch and then what is queued, however long that takes.
func (w *writer) flushBehind(batch []byte) {
	w.waitForEver()
	for {
		if len(batch) > 0 {
			if _, err := w.write(batch); err != nil {
				_ = w.fail(err) // its senders have returned; the next sender gets the error
				return
			}
		}
		if batch = w.nextBatch(batch); batch == nil {
			return
		}
	}
}

// writeBig writes frame without copying it, and then what was queued meanwhile. The caller must be the flusher and
// stops being it.
func (w *writer) writeBig(ctx context.Context, frame []byte) error {
	written, rest, err := w.writeVector(ctx, frame)
	switch {
	case err == nil, written == 0 && err == ctx.Err():
		_ = w.flush() // its error concerns other senders
		return err
	case err == ctx.Err():
		w.behind.Go(func() { w.flushBehind(rest) })
		return nil
	}
	return w.fail(err)
}

// writeVector writes head, frame and tail until ctx is done. In that case the error is ctx's and, if something was
// written, rest is a copy of what is left.
func (w *writer) writeVector(ctx context.Context, frame []byte) (written int64, rest []byte, err error) {
	w.head = w.head[:0]
	if w.f.Head != nil {
		w.head = w.f.Head(w.head, len(frame))
	}
	w.parts = [...][]byte{w.head, frame, w.tail}
	w.vector = slices.DeleteFunc(w.parts[:], func(part []byte) bool { return len(part) == 0 })
	defer func() { w.parts, w.vector = [3][]byte{}, nil }() // frame is the caller's again

	for ctx.Err() == nil {
		w.renewDeadline()
		n, err := w.vector.WriteTo(w.w)
		written += n
		switch {
		case err == nil && len(w.vector) > 0:
			return written, nil, io.ErrShortWrite
		case err == nil || !errors.Is(err, os.ErrDeadlineExceeded):
			return written, nil, err
		}
	}
	if written > 0 {
		rest = bytes.Join(w.vector, nil)
	}
	return written, rest, ctx.Err()
}

func (w *writer) write(batch []byte) (int, error) {
	n, err := w.w.Write(batch)
	if err == nil && n < len(batch) {
		err = io.ErrShortWrite
	}
	return n, err
}

// renewDeadline gives a write at least half of patience. Setting the deadline each time would cost more than reading
// the clock.
func (w *writer) renewDeadline() {
	if now := time.Now(); w.deadline.Sub(now) < patience/2 {
		w.deadline = now.Add(patience)
		_ = w.timed.SetWriteDeadline(w.deadline) // if it fails, so does Write
	}
}

// waitForEver removes the deadline of writes.
func (w *writer) waitForEver() {
	if w.timed != nil {
		w.deadline = time.Time{}
		_ = w.timed.SetWriteDeadline(w.deadline) // if it fails, so does Write
	}
}

// fail ends sending because of err. It returns err, or ErrClosed if the stream was closed. The caller must be the
// flusher and stops being it. Part of a frame may have been written, so nothing else can be sent. The reader may
// continue for closeGrace, to receive the last messages of a peer that has closed the connection.
func (w *writer) fail(err error) error {
	w.ended.fail(err)
	if err = w.ended.reason(); !errors.Is(err, rpcconn.ErrClosed) {
		err = fmt.Errorf("%w: %w", rpcconn.ErrClosed, err) // later senders get this error
	}
	if c, ok := w.w.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
	c, ok := w.w.(interface{ SetReadDeadline(time.Time) error })
	if !ok || c.SetReadDeadline(time.Now().Add(closeGrace)) != nil {
		_ = w.w.Close()
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	w.queue, w.spare = nil, nil
	w.dismissLocked()
	w.releaseLocked()
	return err
}
