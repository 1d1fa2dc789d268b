package answer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// reorderLimit is how long an answer waits for a later one to go out first.
const reorderLimit = time.Second

// A reorder holds answers back until a later one to the same peer has gone out. It may be used by any number of
// goroutines.
type reorder struct {
	waiting atomic.Int64 // answers that are held, of all peers

	mu   sync.Mutex            // protects what follows
	held map[int]chan struct{} // by the number of the peer, closed when a later answer has gone out
}

// watch has the answer to req let go the one to its peer that is held, if one is.
func (r *reorder) watch(req *Request) {
	if r.waiting.Load() > 0 {
		req.After(func() { r.release(req.Peer.Number()) })
	}
}

func (r *reorder) release(peer int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if held := r.held[peer]; held != nil {
		close(held)
		delete(r.held, peer)
	}
}

// hold waits until a later answer to req's peer has gone out, and returns how that came. It does not wait where another
// answer does, which this one lets go.
func (r *reorder) hold(ctx context.Context, req *Request) string {
	peer := req.Peer.Number()
	r.mu.Lock()
	if r.held[peer] != nil {
		r.mu.Unlock()
		req.After(func() { r.release(peer) })
		return "before an earlier one"
	}
	held := make(chan struct{})
	if r.held == nil {
		r.held = make(map[int]chan struct{})
	}
	r.held[peer] = held
	r.waiting.Add(1)
	r.mu.Unlock()
	defer r.waiting.Add(-1)

	timer := time.NewTimer(reorderLimit)
	defer timer.Stop()
	select {
	case <-held:
		return "behind a later one"
	case <-timer.C:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held[peer] == held {
		delete(r.held, peer)
	}
	return "held back for " + reorderLimit.String()
}
