// Package ring keeps the last events of a session by their numbers, so that what was shown in part, or not at all, can
// be looked at later: whole, filtered, or as a value. It is a subscriber of the session's events like any other, and
// knows neither who looks at them nor how they look.
package ring

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// waiting is how many events may wait to be kept. What publishes more of them waits, for as long as it takes to put
// them into a list.
const waiting = 1000

// DefaultLimit is how much is kept for a person who says nothing else, in bytes.
const DefaultLimit = 64 << 20

// A Ring is the last events of a session, but for frames. Its methods may be called by any number of goroutines, but
// for Close by none that publishes.
type Ring struct {
	sub     *event.Subscription
	reading sync.WaitGroup

	mu    sync.Mutex // protects what follows
	all   []*event.Event
	bytes int // that all holds on to
	limit int // of these
	count uint64
	last  uint64 // the number of the last event that came
}

// Follow returns a Ring that keeps events that are published on bus from now on, up to so many bytes; the newest one is
// kept however large it is, unless limit is 0. It follows until the bus, or the Ring, is closed.
func Follow(bus *event.Bus, limit int) *Ring {
	r := &Ring{limit: limit, sub: bus.Subscribe(event.Options{Policy: event.Wait, Events: waiting})}
	r.reading.Go(func() {
		for {
			e, err := r.sub.Next(context.Background())
			if err != nil {
				return
			}
			r.add(e)
		}
	})
	return r
}

// Close ends what Follow began. What is kept stays. It may be called more than once.
func (r *Ring) Close() {
	r.sub.Close()
	r.reading.Wait()
}

func (r *Ring) add(e *event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	r.last = e.Number
	r.all = append(r.all, e)
	r.bytes += e.Size()
	r.trimLocked()
}

// trimLocked lets go of the oldest events beyond the limit.
func (r *Ring) trimLocked() {
	for len(r.all) > 1 && r.bytes > r.limit || len(r.all) == 1 && r.limit == 0 {
		r.bytes -= r.all[0].Size()
		r.all[0] = nil // or it would live as long as the memory of all
		r.all = r.all[1:]
	}
}

// SetLimit has at most so many bytes of events kept from now on; 0: none.
func (r *Ring) SetLimit(bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.limit = bytes
	r.trimLocked()
}

// Limit returns how many bytes of events are kept at most.
func (r *Ring) Limit() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limit
}

// Stats say how much a Ring keeps.
type Stats struct {
	Kept  int    // events
	Bytes int    // that they hold on to
	Limit int    // of these
	Left  uint64 // events that were kept, and are not any more
}

// Stats returns how much is kept.
func (r *Ring) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Stats{Kept: len(r.all), Bytes: r.bytes, Limit: r.limit, Left: r.count - uint64(len(r.all))}
}

// A MissingError says why there is no event of a number.
type MissingError struct {
	Number uint64
	Last   uint64 // the number of the last event that came; 0: none has
	First  uint64 // that of the oldest one that is kept; 0: none is
	Limit  int    // bytes that are kept
}

// Error implements error.
func (m *MissingError) Error() string {
	switch {
	case m.Last == 0:
		return fmt.Sprintf("there is no message %d: none has come or gone yet", m.Number)
	case m.Number > m.Last || m.Number == 0:
		return fmt.Sprintf("there is no message %d: the last one is %d", m.Number, m.Last)
	case m.Limit == 0:
		return fmt.Sprintf("message %d is not kept: none is (.set keep 64M has the next ones kept)", m.Number)
	}
	return fmt.Sprintf("message %d has left the ring, which holds %s: those from %d on (.set keep changes that)",
		m.Number, human.Size(m.Limit), m.First)
}

// Get returns the event of a number, which must not be changed, after all that were published before have been kept.
// The error is a *MissingError.
func (r *Ring) Get(number uint64) (*event.Event, error) {
	r.sub.Flush()
	r.mu.Lock()
	defer r.mu.Unlock()
	i, found := slices.BinarySearchFunc(r.all, number, func(e *event.Event, n uint64) int {
		return int(int64(e.Number) - int64(n))
	})
	if found {
		return r.all[i], nil
	}
	missing := &MissingError{Number: number, Last: r.last, Limit: r.limit}
	if len(r.all) > 0 {
		missing.First = r.all[0].Number
	}
	return nil, missing
}

// Last returns the last n events that are kept and wanted, oldest first. They must not be changed. It waits for
// nothing, so that what was published just now may not be among them: Sync waits for that.
func (r *Ring) Last(n int, wanted func(*event.Event) bool) []*event.Event {
	r.mu.Lock()
	all := slices.Clone(r.all)
	r.mu.Unlock()
	var found []*event.Event
	for _, e := range slices.Backward(all) {
		if len(found) == n {
			break
		}
		if wanted(e) {
			found = append(found, e)
		}
	}
	slices.Reverse(found)
	return found
}

// Sync waits until all that was published before is kept.
func (r *Ring) Sync() { r.sub.Flush() }
