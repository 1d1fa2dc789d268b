package turn

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
		{"number", 0, MaxTasks + 7, MaxTasks},
		{"bytes", MaxBytes / 4, 6, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var working sync.WaitGroup
			missed, ran := 0, 0
			in := &Inbox{Missed: func(n int) { missed += n }, Start: working.Go, Context: context.Background()}
			hold := make(chan struct{})
			begun := make(chan struct{})
			in.Put(0, func() {
				close(begun)
				<-hold
			})
			<-begun
			for range tt.put {
				in.Put(tt.bytes, func() { ran++ })
			}
			gone := false
			in.PutAlways(func() { gone = true })
			if !in.Busy() {
				t.Error("it has nothing to do")
			}
			close(hold)
			working.Wait()
			if ran != tt.want || missed != tt.put-tt.want || !gone {
				t.Errorf("%d tasks run, %d missed; want %d and %d; what is never left out was run: %v",
					ran, missed, tt.want, tt.put-tt.want, gone)
			}
			in.Put(tt.bytes, func() { ran++ }) // there is room again
			working.Wait()
			if ran != tt.want+1 || in.Busy() {
				t.Errorf("%d tasks run", ran)
			}
		})
	}
}

// A task that holds on to more than all may is done where nothing waits.
func TestInboxTakesOneBigTask(t *testing.T) {
	var working sync.WaitGroup
	ran := false
	in := &Inbox{Missed: func(n int) { t.Errorf("%d missed", n) }, Start: working.Go, Context: context.Background()}
	in.Put(MaxBytes+1, func() { ran = true })
	working.Wait()
	if !ran {
		t.Error("it was not run")
	}
}
