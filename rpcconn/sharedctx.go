package rpcconn

import "context"

// manyCalls is from how many calls on that wait at a time it pays to watch their context for them.
const manyCalls = 8

// A sharedContext is the context of many calls: one goroutine waits for its end, so that each call waits for its answer
// only. The mutex of the Conn protects it.
type sharedContext struct {
	watched <-chan struct{} // the context's Done; nil: none is watched
	last    <-chan struct{} // that of the last call
}

// share has w, which waits now, told of the end of ctx, if ctx is that of many calls. It is called with mu locked.
func share(ctx context.Context, c *Conn, w *waiter) {
	done := ctx.Done()
	if done == nil {
		return
	}
	if s := &c.shared; s.watched == nil && s.last == done && c.calls.n >= manyCalls {
		s.watched = done
		c.workers.Go(func() { giveUpWith(ctx, c) })
	}
	c.shared.last = done
	w.shared = c.shared.watched == done
}

// giveUpWith gives up the calls of a context when it ends.
func giveUpWith(ctx context.Context, c *Conn) {
	select {
	case <-ctx.Done():
	case <-c.done:
		return
	}
	failure := &GivenUpError{Cause: context.Cause(ctx), Seen: c.seen()}
	c.mu.Lock()
	c.shared.watched = nil
	waiting := c.calls.takeShared()
	c.mu.Unlock()
	for _, w := range waiting {
		w.fail(failure)
	}
}

// takeShared removes and returns the waiters that are told of the end of their context.
func (t *callTable) takeShared() (all []*waiter) {
	for _, w := range t.slots {
		if w != nil && w.shared {
			all = append(all, w)
		}
	}
	for _, w := range t.own {
		if w.shared {
			all = append(all, w)
		}
	}
	for _, w := range all {
		t.remove(w)
	}
	return all
}
