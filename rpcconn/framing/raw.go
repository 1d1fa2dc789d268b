package framing

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"rpcsh/rpcconn"
)

// rawPieces is how many pieces per second are written at a given rate; at a lower rate, each piece is one byte.
const rawPieces = 20

// AppendFrame implements rpcconn.RawChannel.
func (w *writer) AppendFrame(dst, frame []byte) ([]byte, error) {
	return w.f.appendFrame(dst, frame), nil
}

// SendRaw implements rpcconn.RawChannel. The bytes are written in the background, so that a peer that does not read
// cannot block the caller.
func (w *writer) SendRaw(ctx context.Context, raw []byte, rate int) error {
	if err := w.sendRaw(ctx, raw, rate); err != nil {
		return fmt.Errorf("sending %d bytes as they are: %w", len(raw), err)
	}
	return nil
}

func (w *writer) sendRaw(ctx context.Context, raw []byte, rate int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.SendNow() // what was left for later goes first
	w.mu.Lock()
	switch {
	case w.err != nil:
		defer w.mu.Unlock()
		return w.err
	case w.flushing:
		if err := w.await(ctx, &waiter{big: true, ready: make(chan struct{})}); err != nil {
			return err
		}
	default:
		w.flushing = true
		w.mu.Unlock()
	}
	raw = bytes.Clone(raw) // writing may outlast this call
	written := make(chan error, 1)
	w.behind.Go(func() { w.writeRaw(ctx, raw, rate, written) })
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writeRaw writes raw, sends the outcome to written, and then writes what is queued. The caller must be the flusher and
// stops being it.
func (w *writer) writeRaw(ctx context.Context, raw []byte, rate int, written chan<- error) {
	w.waitForEver()
	var leftOff error
	for len(raw) > 0 && leftOff == nil {
		n := len(raw)
		if rate > 0 {
			n = min(n, max(1, rate/rawPieces))
		}
		if _, err := w.write(raw[:n]); err != nil {
			written <- w.fail(err)
			return
		}
		if raw = raw[n:]; len(raw) > 0 {
			leftOff = w.pause(ctx, time.Duration(n)*time.Second/time.Duration(rate))
		}
	}
	written <- leftOff
	w.flushBehind(nil)
}

// pause waits for d. The error says what ended it early.
func (w *writer) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.hurry:
		return rpcconn.ErrClosed
	}
}
