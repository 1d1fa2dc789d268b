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

// take returns what is queued. Where nothing is, the caller is no longer the flusher. written is what take returned
// before.
func (w *writer) take(written []byte) []byte {
	if w.timed != nil {
		// who else is about to send does so now, and one write takes it along; who is alone loses little
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

// releaseLocked ends the caller's being the flusher; the queue is empty.
func (w *writer) releaseLocked() {
	w.flushing = false
	w.admitLocked() // the first to wait, if any, is big
	if w.closing && !w.flushing {
		close(w.idle)
	}
}

// flush writes what is queued. The caller is the flusher, and is not any more. The error is that of the first write,
// which has the caller's own frame.
func (w *writer) flush() error {
	var batch []byte
	for turn := 0; ; turn++ {
		batch = w.take(batch)
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
				_ = w.fail(err) // the senders are gone; the next one gets it
				return
			}
		}
		if batch = w.take(batch); batch == nil {
			return
		}
	}
}

// writeBig writes frame from where it is, and then what is queued meanwhile. The caller is the flusher, and is not any
// more.
func (w *writer) writeBig(ctx context.Context, frame []byte) error {
	written, rest, err := w.writeVector(ctx, frame)
	switch {
	case err == nil, written == 0 && err == ctx.Err():
		_ = w.flush() // that is others'
		return err
	case err == ctx.Err():
		w.behind.Go(func() { w.flushBehind(rest) })
		return nil
	}
	return w.fail(err)
}

// writeVector writes head, frame and tail until ctx is done: then the error is ctx's, and rest a copy of what is left
// where something was written.
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

// renewDeadline gives a write at least half of patience. To renew it each time would cost more than to look at the
// clock.
func (w *writer) renewDeadline() {
	if now := time.Now(); w.deadline.Sub(now) < patience/2 {
		w.deadline = now.Add(patience)
		_ = w.timed.SetWriteDeadline(w.deadline) // where that fails, so does Write
	}
}

// waitForEver gives writes all the time that the peer takes.
func (w *writer) waitForEver() {
	if w.timed != nil {
		w.deadline = time.Time{}
		_ = w.timed.SetWriteDeadline(w.deadline) // where that fails, so does Write
	}
}

// fail ends sending because of err, which it returns, or, where that is the reason, that the stream was closed. The
// caller is the flusher, and is not any more. As part of a frame may have been written, nothing else can be. The reader
// may go on for closeGrace, for the last words of a peer that has closed the connection.
func (w *writer) fail(err error) error {
	w.ended.fail(err)
	if err = w.ended.reason(); !errors.Is(err, rpcconn.ErrClosed) {
		err = fmt.Errorf("%w: %w", rpcconn.ErrClosed, err) // whoever sends from now on finds it so
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
