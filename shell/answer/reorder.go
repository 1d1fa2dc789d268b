package answer

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// reorderLimit is how long an answer waits for a later one to be sent first.
const reorderLimit = time.Second

// A reorder holds an answer back until a later answer to the same peer has been sent. Any number of goroutines may use
// it.
type reorder struct {
	waiting atomic.Int64 // answers that are held, of all peers

	mu   sync.Mutex            // protects what follows
	held map[int]chan struct{} // by the number of the peer; closed when a later answer has been sent
}

// watch makes the answer to req release the answer to the same peer that is held, if there is one.
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

// hold waits until a later answer to req's peer has been sent, and returns a remark on it. If another answer is already
// held, hold releases that one instead of waiting.
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
