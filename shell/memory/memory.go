// Package memory ends programs of embedded languages that take too much memory and have no limit of their own.
package memory

import (
	"context"
	"runtime/metrics"
	"time"
)

// Limit is how many bytes the program may grow by while one expression or script runs.
const Limit = 1 << 30

// interval is the time between two looks. Most programs end before the first one.
const interval = 100 * time.Millisecond

// Guard returns a context that ends with cause when the program has grown by limit bytes. stop ends the watch, and has
// to be called. A single operation, such as "x"*1e9, is not interrupted.
func Guard(ctx context.Context, limit uint64, cause error) (guarded context.Context, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	before := uint64(0) // taken at the first look, so that short programs pay nothing
	var look func()
	look = func() {
		now := heap()
		switch {
		case guarded.Err() != nil:
			return
		case before == 0:
			before = now
		case now > before+limit:
			cancel(cause)
			return
		}
		time.AfterFunc(interval, look)
	}
	first := time.AfterFunc(interval, look)
	return guarded, func() {
		first.Stop()
		cancel(nil)
	}
}

// heap returns the bytes of all objects, garbage included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
