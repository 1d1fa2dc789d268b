// Package memory ends programs of embedded languages that take too much memory and have no limit of their own, and
// knows how much there is.
package memory

import (
	"context"
	"runtime/metrics"
	"sync"
	"time"
)

// Limit is how many bytes the program may grow by while one expression or script runs.
const Limit = 1 << 30

// interval is the time between two looks. Most programs end before the first one.
const interval = 100 * time.Millisecond

// A watch is one of Guard.
type watch struct {
	limit  uint64
	cancel func()

	mu     sync.Mutex // protects what follows
	before uint64     // what there was; 0: that was not looked at yet, so that short programs pay nothing
	grown  uint64     // what Grow has told since the last look
}

type watchKey struct{}

// Guard returns a context that ends with cause when the program has grown by limit bytes. stop ends the watch, and has
// to be called. A single operation, such as "x"*1e9, is not interrupted; Grow looks before a large one.
func Guard(ctx context.Context, limit uint64, cause error) (guarded context.Context, stop func()) {
	running, cancel := context.WithCancelCause(ctx)
	w := &watch{limit: limit, cancel: func() { cancel(cause) }}
	var look func()
	look = func() {
		if running.Err() == nil {
			w.look(0)
			time.AfterFunc(interval, look)
		}
	}
	first := time.AfterFunc(interval, look)
	return context.WithValue(running, watchKey{}, w), func() {
		first.Stop()
		cancel(nil)
	}
}

// Grow says that an operation is about to take so many bytes, under a context that Guard has returned, which ends if
// they are too many.
func Grow(ctx context.Context, bytes uint64) {
	if w, is := ctx.Value(watchKey{}).(*watch); is {
		w.look(bytes)
	}
}

// large is how many bytes Grow is told until the next look.
const large = 16 << 20

// look ends the program if it has grown too much, or is about to by so many bytes; 0: it is time for a look.
func (w *watch) look(bytes uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.grown += bytes; bytes > 0 && w.grown < large {
		return
	}
	w.grown = 0
	now := heap()
	if w.before == 0 {
		w.before = now
	}
	if now+bytes > w.before+w.limit {
		w.cancel()
	}
}

// heap returns the bytes of all objects, garbage included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
