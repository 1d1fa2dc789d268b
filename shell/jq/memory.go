package jq

import (
	"context"
	"errors"
	"runtime/metrics"
	"time"
)

// Limits on what an expression may take. gojq has none of its own: [range(1e9)] would take all there is.
const (
	maxMemory   = 1 << 30                // bytes by which the program may grow while an expression runs
	memoryCheck = 100 * time.Millisecond // between two looks; most expressions are done before the first one
)

var errMemory = errors.New("the expression takes too much memory")

// guardMemory returns a context that ends, errMemory being the cause, when the program has grown by limit bytes. stop ends the
// watch. A single operation, such as "x"*1e9, is not interrupted; gojq bounds those to 2 GiB.
func guardMemory(ctx context.Context, limit uint64) (guarded context.Context, stop func()) {
	guarded, cancel := context.WithCancelCause(ctx)
	before := uint64(0) // taken at the first look, so that an expression that is done by then pays nothing
	var look func()
	look = func() {
		now := heap()
		switch {
		case guarded.Err() != nil:
			return
		case before == 0:
			before = now
		case now > before+limit:
			cancel(errMemory)
			return
		}
		time.AfterFunc(memoryCheck, look)
	}
	first := time.AfterFunc(memoryCheck, look)
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
