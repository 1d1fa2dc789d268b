package jq

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestGuardMemory(t *testing.T) {
	const limit = 64 << 20
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := guardMemory(t.Context(), limit)
		defer stop()
		time.Sleep(3 * memoryCheck)
		if ctx.Err() != nil {
			t.Fatal("ended although nothing has grown")
		}
		grown := make([]byte, 2*limit)
		time.Sleep(2 * memoryCheck)
		if !errors.Is(context.Cause(ctx), errMemory) {
			t.Errorf("grown by %d: %v", len(grown), context.Cause(ctx))
		}
		runtime.KeepAlive(grown)
	})
}

func TestGuardMemoryStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := guardMemory(t.Context(), 0)
		time.Sleep(memoryCheck + 1)
		stop()
		time.Sleep(3 * memoryCheck)
		if errors.Is(context.Cause(ctx), errMemory) {
			t.Error("the watch goes on after its end")
		}
	})
}
