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

// What is about to take too much ends at once.
func TestGrow(t *testing.T) {
	const limit = 64 << 20
	ctx, stop := Guard(t.Context(), limit, errMemory)
	defer stop()
	Grow(ctx, limit/2)
	if ctx.Err() != nil {
		t.Fatal("ended although there is room")
	}
	Grow(ctx, 2*limit)
	if !errors.Is(context.Cause(ctx), errMemory) {
		t.Errorf("about to grow by %d: %v", 2*limit, context.Cause(ctx))
	}
	Grow(t.Context(), limit) // which nobody watches
}
