package rpcconn

import (
	"math"
	"slices"
	"sync"
)

// A waiter is a call that waits for its answer. Whoever removes it from the table sends to done, once. Only the caller
// that waits receives from done, and then frees the waiter for reuse.
type waiter struct {
	id         int64 // negative where own is the one on the wire
	own        ID    // that was chosen for it; none: id is on the wire
	first      int64 // the id of the first call of its batch; its own where it is alone
	batched    bool  // it is in a batch, perhaps alone
	onResponse func(*Response)
	into       *Response // to be the response; nil: a new one
	shared     bool      // it is woken when its context ends; see sharedContext

	done     chan struct{} // of one
	response *Response     // set before done; nil: there is none, because of failure, or because the connection ended
	failure  error         // set before done
}

var waiters = sync.Pool{New: func() any { return &waiter{done: make(chan struct{}, 1)} }}

// wake ends the wait. It is called once, by whoever has removed w from the table.
func (w *waiter) wake() { w.done <- struct{}{} }

// wireID returns the id that the request and its response have.
func (w *waiter) wireID() ID {
	if w.own.IsNone() {
		return IntID(w.id)
	}
	return w.own
}

func (w *waiter) free() {
	w.own, w.onResponse, w.into, w.response, w.failure, w.shared = ID{}, nil, nil, nil, nil, false
	waiters.Put(w)
}

// A callTable finds the waiter for an id. Ids are assigned in sequence and looked up by their low bits; an id whose
// slot is still in use is skipped.
type callTable struct {
	slots []*waiter // a power of two in length, at most half of it in use
	n     int
	last  int64 // the last id assigned

	own     map[ID]*waiter // with ids that were chosen for them, by their Plain
	lastOwn int64          // the last number given to one of these, negative
}

// add gives w the next id. Ids stay within 32 bits because some peers truncate larger ones.
func (t *callTable) add(w *waiter) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	mask := int64(len(t.slots) - 1)
	for {
		if t.last == math.MaxInt32 {
			t.last = 0
		}
		t.last++
		if slot := &t.slots[t.last&mask]; *slot == nil && (len(t.own) == 0 || t.own[IntID(t.last)] == nil) {
			*slot, w.id = w, t.last
			t.n++
			return
		}
	}
}

func (t *callTable) grow() {
	slots := make([]*waiter, max(16, 2*len(t.slots)))
	mask := int64(len(slots) - 1)
	for _, w := range t.slots {
		if w != nil {
			slots[w.id&mask] = w
		}
	}
	t.slots = slots
}

// take removes and returns the waiter for id, nil if there is none.
func (t *callTable) take(id int64) *waiter {
	if !t.has(id) {
		return t.takeOwn(IntID(id))
	}
	slot := &t.slots[id&int64(len(t.slots)-1)]
	w := *slot
	*slot = nil
	t.n--
	return w
}

// remove removes w and reports whether it was in the table. Ids wrap around, so the slot may hold another waiter by
// now.
func (t *callTable) remove(w *waiter) bool {
	if !w.own.IsNone() {
		return t.removeOwn(w)
	}
	if len(t.slots) == 0 || t.slots[w.id&int64(len(t.slots)-1)] != w {
		return false
	}
	t.take(w.id)
	return true
}

// takeLone removes and returns the waiters of the only call, or the only batch, that there are; none where there are
// several.
func (t *callTable) takeLone() []*waiter {
	var lone *waiter
	if len(t.own) > 0 {
		if t.n > 1 {
			return nil // none of these is in a batch
		}
		return t.takeAll()
	}
	for _, w := range t.slots {
		switch {
		case w == nil:
		case lone != nil && w.first != lone.first:
			return nil
		default:
			lone = w
		}
	}
	return t.takeAll()
}

// takeLoneBatch is takeLone for a batch.
func (t *callTable) takeLoneBatch() []*waiter {
	if slices.ContainsFunc(t.slots, func(w *waiter) bool { return w != nil && !w.batched }) || len(t.own) > 0 {
		return nil
	}
	return t.takeLone()
}

func (t *callTable) takeAll() []*waiter {
	all := t.takeAllOwn()
	for _, w := range t.slots {
		if w != nil {
			all = append(all, w)
		}
	}
	t.slots, t.n = nil, 0
	return all
}
