package script

import (
	"context"
	"slices"
	"sync"
)

// turns are whose turn it is to run a file's functions: one at a time, in the order in which they came. The zero turns
// are free.
type turns struct {
	mu      sync.Mutex // protects what follows
	taken   bool
	waiting []chan struct{} // closed when it is the turn of who waits
}

// take waits for a turn, which ends with leave. placed is called once nobody who comes later can be earlier. The error
// is ctx's cause.
func (t *turns) take(ctx context.Context, placed func()) error {
	mine := t.queue()
	placed()
	if mine == nil {
		return nil
	}
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		t.giveUp(mine)
		return context.Cause(ctx)
	}
}

// queue takes the turn, or a place behind all that wait for theirs.
func (t *turns) queue() (mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.taken {
		t.taken = true
		return nil
	}
	mine = make(chan struct{})
	t.waiting = append(t.waiting, mine)
	return mine
}

// giveUp leaves a place, or the turn, where it has come just now.
func (t *turns) giveUp(mine chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.waiting, mine); i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
		return
	}
	t.leaveLocked()
}

// leave ends a turn.
func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leaveLocked()
}

func (t *turns) leaveLocked() {
	if len(t.waiting) == 0 {
		t.taken = false
		return
	}
	close(t.waiting[0])
	t.waiting = t.waiting[1:]
}
