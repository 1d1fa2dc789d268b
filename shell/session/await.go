package session

import (
	"context"
	"time"
)

// await waits until ok holds, looking now and then, and reports whether it did before ctx ended.
func await(ctx context.Context, pause time.Duration, ok func() bool) bool {
	if ok() {
		return true
	}
	tick := time.NewTicker(pause)
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
