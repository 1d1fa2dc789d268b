package record

import (
	"bytes"
	"sync"
	"testing"

	"rpcsh/shell/event"
)

// What is put into a queue comes out in order, and who puts too much into it waits.
func TestQueue(t *testing.T) {
	const size, n = 1 << 20, 100
	q := newQueue()
	var putting sync.WaitGroup
	putting.Go(func() {
		for i := range n {
			q.message(&event.Event{Kind: event.Frame, Peer: event.Peer{Number: i + 1}, Frame: make([]byte, size)})
		}
		q.close()
	})
	next := 1
	var b batch
	for {
		var more bool
		if b, more = q.take(b); !more {
			break
		}
		if most := maxQueued + size; len(b.bytes) > most {
			t.Fatalf("%d bytes wait, at most %d should", len(b.bytes), most)
		}
		for _, i := range b.items {
			if i.conn != next || i.to-i.from != size {
				t.Fatalf("message %d has %d bytes, want message %d", i.conn, i.to-i.from, next)
			}
			next++
		}
	}
	putting.Wait()
	if next != n+1 {
		t.Errorf("%d messages came, want %d", next-1, n)
	}
}

// Nobody waits for room in a queue that is closed, nor for its end.
func TestQueueClosed(t *testing.T) {
	q := newQueue()
	frame := bytes.Repeat([]byte("x"), maxQueued+1)
	q.message(&event.Event{Frame: frame})
	var putting sync.WaitGroup
	for range 3 {
		putting.Go(func() { q.message(&event.Event{Frame: frame}) })
	}
	putting.Go(q.flush)
	q.close()
	putting.Wait()
	if b, more := q.take(batch{}); !more || len(b.items) != 1 {
		t.Errorf("%d messages are left, want 1", len(b.items))
	}
	if _, more := q.take(batch{}); more {
		t.Error("there is more")
	}
}
