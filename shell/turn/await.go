package turn

import (
	"context"
	"time"
)

// Await waits until ok holds, looking now and then, and reports whether it did before ctx ended.
func Await(ctx context.Context, ok func() bool) bool {
	if ok() {
		return true
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ok()
		}
	}
	return true
}
