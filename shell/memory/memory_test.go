package memory

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

var errMemory = errors.New("too much memory")

func TestGuard(t *testing.T) {
	const limit = 64 << 20
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := Guard(t.Context(), limit, errMemory)
		defer stop()
		time.Sleep(3 * interval)
		if ctx.Err() != nil {
			t.Fatal("ended although nothing has grown")
		}
		grown := make([]byte, 2*limit)
		time.Sleep(2 * interval)
		if !errors.Is(context.Cause(ctx), errMemory) {
			t.Errorf("grown by %d: %v", len(grown), context.Cause(ctx))
		}
		runtime.KeepAlive(grown)
	})
}

func TestGuardStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := Guard(t.Context(), 0, errMemory)
		time.Sleep(interval + 1)
		stop()
		time.Sleep(3 * interval)
		if errors.Is(context.Cause(ctx), errMemory) {
			t.Error("the watch goes on after its end")
		}
	})
}
