package tap

import (
	"bytes"
	"errors"
	"io"
	"math"
	"sync/atomic"

	"rpcsh/rpcconn/rpcrec"
)

// A way is one direction of a connection, as it is looked at: a reader of what was passed on.
//
// The two ways of a connection are looked at side by side, and what they find is recorded in the order in which it
// passed: each piece has a number, and a message waits until the other way is done with what came before it.
type way struct {
	watcher *watcher
	dir     rpcrec.Direction
	gate    gate

	binary atomic.Bool // the last message over a WebSocket was

	// the lock of the watcher protects what follows

	behind []piece // passed on, and not looked at
	size   int     // bytes of these
	at     uint64  // the number of the piece that is being looked at; 0: none is, more is waited for
	learns bool    // at stays: what is spoken is not known, so that nothing has been looked at
	ended  bool
	closed bool // by its sender
	lost   bool
	framer framer // nil: that is not known, or what passes is not taken apart
	bare   bool   // it is not any more
}

// A piece is bytes that were passed on at once.
type piece struct {
	number uint64
	data   []byte
}

// add adds what was passed on. It waits for nobody.
func (y *way) add(data []byte) {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	if y.lost {
		return
	}
	if y.size+len(data) > w.conn.tap.behind {
		y.behind, y.lost = nil, true
	} else {
		y.behind = append(y.behind, piece{w.number, bytes.Clone(data)})
		y.size += len(data)
	}
	w.changed.Broadcast()
}

func (y *way) end() {
	y.watcher.mu.Lock()
	defer y.watcher.mu.Unlock()
	y.ended = true
	y.watcher.changed.Broadcast()
}

// maxUnseen is how many bytes of a shut gate may wait to be looked at before no more are read.
const maxUnseen = 1 << 20

// room waits until more may be read: while the gate is shut, what is held takes no more memory than it may.
func (y *way) room() {
	if !y.gate.shut.Load() {
		return
	}
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	full := func() bool {
		return y.size > maxUnseen || y.gate.heldSize.Load() > maxBehind || y.gate.outSize.Load() > maxUnseen
	}
	for !w.over && y.gate.shut.Load() && full() {
		w.changed.Wait()
	}
}

// allPassed waits until nothing is held. Nobody waits meanwhile for who calls it.
func (y *way) allPassed() {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	y.at = 0
	w.changed.Broadcast()
	for !w.over && y.gate.held.Load() > 0 {
		w.changed.Wait()
	}
}

// drained waits until all that has come has passed, or was dropped. It is called after end.
func (y *way) drained() {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	for !w.over && (y.gate.shut.Load() || y.gate.held.Load() > 0 || y.gate.writing.Load()) {
		w.changed.Wait()
	}
}

var errLost = errors.New("what passes is too much to be looked at")

// Read implements io.Reader. Who calls it is done with what it returned before.
func (y *way) Read(b []byte) (int, error) {
	y.watcher.mu.Lock()
	defer y.watcher.mu.Unlock()
	y.at = 0
	y.watcher.changed.Broadcast()
	for len(y.behind) == 0 && !y.ended && !y.lost {
		y.watcher.changed.Wait()
	}
	return y.takeLocked(b)
}

// takeLocked returns what is there of the next piece.
func (y *way) takeLocked(b []byte) (int, error) {
	switch {
	case len(y.behind) > 0:
		p := &y.behind[0]
		n := copy(b, p.data)
		if !y.learns || y.at == 0 {
			y.at = p.number
		}
		if p.data = p.data[n:]; len(p.data) == 0 {
			y.behind[0] = piece{} // or its bytes would live as long as the pieces behind it
			y.behind = y.behind[1:]
		}
		y.size -= n
		return n, nil
	case y.lost:
		return 0, errLost
	}
	return 0, io.EOF
}

// message records a message that passes.
func (y *way) message(data []byte) {
	y.inTurn()
	y.watcher.conn.message(y.dir, data)
}

// inTurn waits until the other way is done with all that came before what is being looked at.
func (y *way) inTurn() {
	w := y.watcher
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.conn.other(y).earliestLocked() < y.at {
		w.changed.Wait()
	}
}

// seen is told of a message that ends at an offset, and decides what becomes of it.
func (y *way) seen(data []byte, end int64, s shape) {
	raw, taken := y.gate.take(end)
	if !taken {
		y.message(data)
		return
	}
	y.inTurn()
	y.watcher.conn.decide(y, data, raw, s)
}

// earliestLocked returns the number of the first piece that has not been looked at.
func (y *way) earliestLocked() uint64 {
	switch {
	case y.at > 0:
		return y.at
	case len(y.behind) > 0:
		return y.behind[0].number
	}
	return math.MaxUint64
}

// Write and Close make a stream of a way, for a framing, which only reads it.
func (*way) Write(b []byte) (int, error) { return len(b), nil }

// Close does nothing: who passes bytes on says when they end.
func (*way) Close() error { return nil }
