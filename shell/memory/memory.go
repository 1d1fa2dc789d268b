// Package memory ends what takes too much memory, for languages that have no limit of their own.
package memory

import (
	"context"
	"runtime/metrics"
	"time"
)

// Limit is how many bytes the program may grow by while one expression or script runs.
const Limit = 1 << 30

// interval is the time between two looks; most of what is guarded is done before the first one.
const interval = 100 * time.Millisecond

// Guard returns a context that ends with cause when the program has grown by limit bytes. stop ends the watch. A single
// operation, such as "x"*1e9, is not interrupted.
func Guard(ctx context.Context, limit uint64, cause error) (guarded context.Context, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	before := uint64(0) // taken at the first look, so that what is done by then pays nothing
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

// heap returns the bytes of the program's objects, those to be collected included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
