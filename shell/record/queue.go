package record

import (
	"sync"
	"time"

	"rpcsh/shell/event"
)

// maxQueued is how many bytes, about, may wait to be recorded. Nothing that passes is left out: whoever publishes more
// waits, and with it the peer that sends.
const maxQueued = 16 << 20

// A queue is what has happened and is still to be recorded. Who publishes puts it there, which costs no more than
// copying it; another goroutine takes all that is there at once.
type queue struct {
	mu      sync.Mutex // protects what follows
	changed *sync.Cond
	waiting batch
	given   uint64 // items that were ever put into it
	done    uint64 // of those, how many the reader is done with
	closed  bool   // nothing more is put into it
}

// A batch is some of a queue.
type batch struct {
	items []item
	bytes []byte // of the messages
}

// An item is a message or, where it has an event, that.
type item struct {
	at       time.Time
	conn     int
	out      bool
	fault    string
	from, to int // in the bytes of the batch
	event    *event.Event
	peer     *Peer // that the event is about, as it is known then; nil: none
}

const itemSize = 100 // bytes, about

func newQueue() *queue {
	q := new(queue)
	q.changed = sync.NewCond(&q.mu)
	return q
}

// message puts a message into the queue.
func (q *queue) message(e *event.Event) {
	q.put(item{at: e.Time, conn: e.Peer.Number, out: e.Out, fault: e.Fault}, e.Frame)
}

func (q *queue) put(i item, frame []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.sizeLocked() > maxQueued && !q.closed {
		q.changed.Wait()
	}
	if q.closed {
		return
	}
	i.from = len(q.waiting.bytes)
	q.waiting.bytes = append(q.waiting.bytes, frame...)
	i.to = len(q.waiting.bytes)
	q.given++
	if q.waiting.items = append(q.waiting.items, i); len(q.waiting.items) == 1 {
		q.changed.Broadcast()
	}
}

func (q *queue) sizeLocked() int { return len(q.waiting.bytes) + itemSize*len(q.waiting.items) }

// take returns all that waits, after waiting for it. Who calls it is done with what was taken before, whose memory is
// used again. more is false when the queue is closed and empty.
func (q *queue) take(before batch) (b batch, more bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done += uint64(len(before.items))
	q.changed.Broadcast()
	for len(q.waiting.items) == 0 && !q.closed {
		q.changed.Wait()
	}
	b = q.waiting
	clear(before.items)
	q.waiting = batch{before.items[:0], before.bytes[:0]}
	if cap(q.waiting.bytes) > maxQueued { // for a long message, which may not come again
		q.waiting.bytes = nil
	}
	q.changed.Broadcast()
	return b, len(b.items) > 0
}

// flush waits until the reader is done with all that is in the queue now, or the queue is closed.
func (q *queue) flush() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for last := q.given; q.done < last && !q.closed; {
		q.changed.Wait()
	}
}

// close has nothing more put into the queue, and nobody wait for room. It reports whether the queue was open.
func (q *queue) close() (was bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	was, q.closed = !q.closed, true
	q.changed.Broadcast()
	return was
}
