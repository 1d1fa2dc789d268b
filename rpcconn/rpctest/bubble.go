package rpctest

import (
	"runtime"
	"testing"
	"testing/synctest"
)

// Bubble is synctest.Test for tests that call over connections, and do not run in parallel with others. Calls take the
// channels on which they wait from a pool, and a channel must not be used both inside and outside of a bubble.
func Bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	emptyPools()
	defer emptyPools()
	synctest.Test(t, f)
}

// emptyPools empties each sync.Pool: what is in one survives a single collection.
func emptyPools() {
	runtime.GC()
	runtime.GC()
}
