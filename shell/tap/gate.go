package tap

import (
	"io"
	"slices"
	"sync"
	"sync/atomic"
)

// A gate is where the bytes of a way pass. Open, who reads them from one side writes them to the other at once. Shut,
// they wait for who looks at them: what is no message, and a message that had begun to pass before, passes then as it
// came; any other message is taken out, and written when and as somebody says. It is shut when somebody wants that and
// more bytes come, and opens when nobody does and nothing is held.
//
// Who says what becomes of a message does not wait for the other side to take it: while the gate is shut, a goroutine
// of its own writes what passes. Else two sides that both wait for the other to read might wait for ever.
//
// Offsets count the bytes of the way's stream from its beginning. What is said to be a boundary is the end of a
// message, or of what is between messages.
type gate struct {
	to    io.Writer
	wants func() bool // somebody wants it shut; it waits for nobody
	moved func()      // tells those who wait that something of it has changed

	shut   atomic.Bool  // is closed, for those who do not hold the lock
	looked atomic.Int64 // the end of what was looked at; who looks writes it

	held     atomic.Int64 // messages that were taken out, and have not been written or dropped
	heldSize atomic.Int64 // bytes of these

	writing atomic.Bool  // what is in out is being written
	outSize atomic.Int64 // bytes of out

	mu       sync.Mutex // protects what follows, and is held while the open gate writes
	idle     *sync.Cond // writing has become false
	closed   bool
	sure     bool     // it is known whether what passes can be taken apart
	bare     bool     // what passes cannot be taken apart: it is never shut
	from     int64    // where it was shut: what begins before has passed in part
	passed   int64    // bytes that have been written or taken out
	raw      []byte   // that have come behind them; nil while open
	queue    [][]byte // to be written at the next boundary
	out      []byte   // to be written next
	skipping bool     // looked is no boundary: what is in the middle of it passes as it comes
	forks    bool     // what passes from now on is not what has come, so that it stays shut
	err      error    // of to
}

// pass passes data on, or keeps it. look has it looked at, and is called before it can be answered.
func (g *gate) pass(data []byte, look func([]byte)) error {
	g.mu.Lock()
	if g.wants() {
		g.shutLocked()
	}
	for g.closed && g.freeLocked() {
		if g.writing.Load() {
			g.idle.Wait()
			continue
		}
		g.settleLocked()
	}
	if !g.closed {
		defer g.mu.Unlock()
		look(data)
		if g.err == nil {
			_, g.err = g.to.Write(data)
		}
		g.passed += int64(len(data))
		return g.err
	}
	g.raw = append(g.raw, data...)
	err := g.err
	g.mu.Unlock()
	look(data)
	return err
}

func (g *gate) shutLocked() {
	if g.closed || g.bare {
		return
	}
	g.closed, g.from = true, g.passed
	g.shut.Store(true)
}

// freeLocked reports whether nothing keeps the gate shut, but what is still to be written.
func (g *gate) freeLocked() bool {
	return g.bare || !g.forks && len(g.queue) == 0 && g.held.Load() == 0 && !g.wants()
}

// writeLocked has data written to the other side, unless that has failed.
func (g *gate) writeLocked(data []byte) {
	if g.err != nil || len(data) == 0 {
		return
	}
	g.out = append(g.out, data...)
	g.outSize.Store(int64(len(g.out)))
	if !g.writing.Swap(true) {
		go g.write()
	}
}

// write writes what is in out until there is nothing more.
func (g *gate) write() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.out) > 0 && g.err == nil {
		data := g.out
		g.out = nil
		g.mu.Unlock()
		_, err := g.to.Write(data)
		g.mu.Lock()
		if g.err = err; err != nil {
			g.out = nil
		}
		g.outSize.Store(int64(len(g.out)))
	}
	g.writing.Store(false)
	g.idle.Broadcast()
	g.settleLocked()
}

// forwardLocked passes on what has come up to an offset.
func (g *gate) forwardLocked(to int64) {
	if n := to - g.passed; n > 0 && g.closed {
		g.writeLocked(g.raw[:n])
		g.raw, g.passed = g.raw[n:], to
	}
}

// atBoundaryLocked reports whether what is written now stands between messages.
func (g *gate) atBoundaryLocked() bool {
	return g.bare || g.closed && !g.skipping && g.looked.Load() >= g.passed
}

// settleLocked writes what waits for a boundary, where this is one, and opens the gate where nothing keeps it shut.
func (g *gate) settleLocked() {
	if g.atBoundaryLocked() {
		for _, data := range g.queue {
			g.writeLocked(data)
		}
		g.queue = nil
	}
	if g.closed && g.freeLocked() {
		g.forwardLocked(g.passed + int64(len(g.raw)))
		if !g.writing.Load() {
			g.closed, g.raw = false, nil
			g.shut.Store(false)
		}
	}
	g.moved()
}

// relax opens the gate where nothing keeps it shut.
func (g *gate) relax() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settleLocked()
}

// reached says that what has come up to an offset is no message, or is one that is skipped, and passes.
func (g *gate) reached(to int64, skipping bool) {
	g.looked.Store(to)
	if !g.shut.Load() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.skipping = skipping
	g.forwardLocked(to)
	g.settleLocked()
}

// take says that a message ends at an offset, and takes it out, with what stood before it. taken is false where it
// passes, or has passed: the gate was open when it began. Who takes a message has it written, or dropped.
func (g *gate) take(to int64) (raw []byte, taken bool) {
	start := g.looked.Swap(to)
	if !g.shut.Load() {
		return nil, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.skipping = false
	if !g.closed || start < g.from {
		g.forwardLocked(to)
		g.settleLocked()
		return nil, false
	}
	n := to - g.passed
	raw, g.raw, g.passed = g.raw[:n:n], g.raw[n:], to
	g.held.Add(1)
	g.heldSize.Add(n)
	return raw, true
}

// control says that a frame of size bytes which ends at an offset stands alone, or within a message: it passes at once,
// as it came.
func (g *gate) control(to int64, size int) {
	start := to - int64(size)
	if g.looked.Load() == start {
		g.reached(to, false)
		return
	}
	if !g.shut.Load() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if begun := g.looked.Load(); !g.closed || begun < g.from || start < g.passed {
		return // the message passes as it comes
	}
	at := start - g.passed
	g.writeLocked(g.raw[at : at+int64(size)])
	g.raw = slices.Delete(g.raw, int(at), int(at)+size)
	g.passed += int64(size)
	g.looked.Add(int64(size))
}

// put writes what stands for a message of size bytes that was taken; nil: it is dropped.
func (g *gate) put(size int, data []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held.Add(-1)
	g.heldSize.Add(int64(-size))
	if data != nil {
		g.queue = append(g.queue, data)
	}
	g.settleLocked()
}

// inject writes data at the next boundary. The error is why nothing can be written any more.
func (g *gate) inject(data []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shutLocked()
	g.queue = append(g.queue, data)
	g.settleLocked()
	return g.err
}

// strip says that what passes cannot be taken apart: all of it passes as it comes, behind what was let pass.
func (g *gate) strip() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stripLocked()
}

// giveUp is strip, unless it is known by now whether what passes can be taken apart.
func (g *gate) giveUp() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.sure {
		g.stripLocked()
	}
}

func (g *gate) stripLocked() {
	g.bare, g.skipping = true, false
	g.settleLocked()
}

// dress takes strip back: what passes is taken apart, from an offset on.
func (g *gate) dress(from int64) {
	g.looked.Store(from)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sure, g.bare = true, false
	if g.closed {
		g.from = max(g.from, from)
	}
}

// fork says that what passes from now on has to be framed anew.
func (g *gate) fork() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forks = true
}

// forked reports whether that was said.
func (g *gate) forked() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.forks
}
