package session

import (
	"context"
	"sync"
	"testing"
)

// What waits in an inbox is bounded, by number and by size, and what had no room is told.
func TestInboxIsBounded(t *testing.T) {
	for _, tt := range []struct {
		name             string
		bytes, put, want int // bytes of each task; how many are put behind the first; how many of them are run
	}{
		{"number", 0, maxInboxTasks + 7, maxInboxTasks},
		{"bytes", maxInboxBytes / 4, 6, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var working sync.WaitGroup
			missed, ran := 0, 0
			in := &inbox{missed: func(n int) { missed += n }, start: working.Go, done: context.Background()}
			hold := make(chan struct{})
			begun := make(chan struct{})
			in.put(0, func() {
				close(begun)
				<-hold
			})
			<-begun
			for range tt.put {
				in.put(tt.bytes, func() { ran++ })
			}
			gone := false
			in.putAlways(func() { gone = true })
			if !in.busy() {
				t.Error("it has nothing to do")
			}
			close(hold)
			working.Wait()
			if ran != tt.want || missed != tt.put-tt.want || !gone {
				t.Errorf("%d tasks run, %d missed; want %d and %d; what is never left out was run: %v",
					ran, missed, tt.want, tt.put-tt.want, gone)
			}
			in.put(tt.bytes, func() { ran++ }) // there is room again
			working.Wait()
			if ran != tt.want+1 || in.busy() {
				t.Errorf("%d tasks run", ran)
			}
		})
	}
}

// A task that holds on to more than all may is done where nothing waits.
func TestInboxTakesOneBigTask(t *testing.T) {
	var working sync.WaitGroup
	ran := false
	in := &inbox{missed: func(n int) { t.Errorf("%d missed", n) }, start: working.Go, done: context.Background()}
	in.put(maxInboxBytes+1, func() { ran = true })
	working.Wait()
	if !ran {
		t.Error("it was not run")
	}
}
