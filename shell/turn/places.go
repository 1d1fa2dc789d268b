package turn

import (
	"slices"
	"sync"
)

// Places are the requests of a connection that have not begun to be handled, so far as that concerns what they share
// with others, in the order in which they came. What comes later can wait for them.
type Places[R comparable] struct {
	mu      sync.Mutex // protects what follows
	last    uint64     // the number of the request that came last, from 1
	open    []place[R] // the first one has not entered
	room    []place[R] // for open, so that a lone request needs none of its own
	waiting []behind   // those who wait until all up to a number have entered, in order
}

// A place is that of one request.
type place[R comparable] struct {
	req     R
	entered bool
	number  uint64
	after   <-chan struct{} // closed when what came before it has been handled; nil: it has been
}

// Add takes note of a request that came.
func (ps *Places[R]) Add(req R) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.last++
	if ps.open = append(ps.open, place[R]{req: req, number: ps.last}); len(ps.open) == 1 {
		ps.room = ps.open
	}
}

// Follow has the request that came last wait until after is closed.
func (ps *Places[R]) Follow(after <-chan struct{}) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.open[len(ps.open)-1].after = after // it cannot have entered: it has not been handed on yet
}

// After returns what a request has to wait for; nil: nothing.
func (ps *Places[R]) After(req R) <-chan struct{} {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if i := ps.findLocked(req); i >= 0 {
		return ps.open[i].after
	}
	return nil
}

func (ps *Places[R]) findLocked(req R) int {
	return slices.IndexFunc(ps.open, func(p place[R]) bool { return p.req == req && !p.entered })
}

// Enter says that a request has begun to be handled; more than once does no harm.
func (ps *Places[R]) Enter(req R) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	i := ps.findLocked(req)
	if i < 0 {
		return
	}
	ps.open[i] = place[R]{entered: true, number: ps.open[i].number}
	n := 0
	for n < len(ps.open) && ps.open[n].entered {
		n++
	}
	if ps.open = ps.open[n:]; len(ps.open) == 0 {
		ps.open = ps.room[:0]
	}
	for len(ps.waiting) > 0 && (len(ps.open) == 0 || ps.waiting[0].last < ps.open[0].number) {
		close(ps.waiting[0].free)
		ps.waiting = ps.waiting[1:]
	}
}

// Behind returns a channel that is closed when all that came so far have entered; nil: they have.
func (ps *Places[R]) Behind() <-chan struct{} {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if len(ps.open) == 0 {
		return nil
	}
	if n := len(ps.waiting); n > 0 && ps.waiting[n-1].last == ps.last {
		return ps.waiting[n-1].free
	}
	b := behind{ps.last, make(chan struct{})}
	ps.waiting = append(ps.waiting, b)
	return b.free
}
