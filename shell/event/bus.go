package event

import (
	"context"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A Policy says what happens when a subscriber's queue is full.
type Policy uint8

// The policies.
const (
	Count Policy = iota // the event is left out, and counted under its Name
	Wait                // whoever publishes waits: for subscribers that must have all of it
)

// How much waits in a queue where a subscriber says nothing else.
const (
	defaultEvents = 10_000
	defaultBytes  = 64 << 20
	maxLeftNames  = 1000 // names under which left-out events are counted; further ones are "others"
)

// Options say what a subscriber gets, and how much of it may wait. The zero Options are all events but frames, with
// Count.
type Options struct {
	Filter Filter
	Policy Policy
	Events int  // that wait at most; 0: 10,000
	Bytes  int  // that these hold on to; 0: 64 MiB. One event that is larger alone is taken.
	Frames bool // events of the kind Frame are wanted, too

	// Wanted chooses among what Filter chooses; nil: all of it. What is not wanted costs no copy. Publishers call it,
	// several at a time, before the event has its number. It must neither wait nor publish.
	Wanted func(e *Event) bool

	// Take takes the events in place of a queue: whoever publishes calls it, one event at a time, in order. It must not
	// keep the event, nor publish, nor wait for anybody who does. It may be called once more while Close runs. Next
	// waits for the end. nil: there is a queue.
	Take func(e *Event)
}

// A Bus hands events to subscribers, each in the order in which they were published. Its methods may be called by any
// number of goroutines. The zero Bus is ready to use.
type Bus struct {
	frames      atomic.Int64                    // subscribers that want frames
	subscribers atomic.Pointer[[]*Subscription] // replaced under mu, never changed; nil: there are none

	// mu protects what follows. It is held while an event is put into the queues, which keeps the order.
	mu     sync.Mutex
	last   uint64
	closed bool
}

// Frames reports whether a subscriber wants frames, so that they need not be published for nobody.
func (b *Bus) Frames() bool { return b.frames.Load() > 0 }

// Publish gives e its number, and its time where it has none, and hands it to the subscribers. What e points to is
// copied before Publish returns; e itself is not kept. It waits only for subscribers with the policy Wait. A Frame has
// the number of the event before it, so that the numbers of all else do not depend on who wants frames.
func (b *Bus) Publish(e *Event) (number uint64) {
	var few [4]*Subscription
	takers := few[:0]
	for _, s := range b.all() {
		if s.wants(e) {
			takers = append(takers, s)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Kind != Frame {
		b.last++
	}
	e.Number = b.last
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if b.closed || len(takers) == 0 {
		return e.Number
	}
	var kept *Event // made when the first subscriber takes it
	for _, s := range takers {
		if s.opts.Take != nil {
			s.opts.Take(e)
			continue
		}
		if !s.room(e) {
			continue
		}
		if kept == nil {
			kept = e.clone()
		}
		s.put(kept)
	}
	return e.Number
}

// all returns the subscribers.
func (b *Bus) all() []*Subscription {
	if all := b.subscribers.Load(); all != nil {
		return *all
	}
	return nil
}

// Subscribe returns a subscription to what is published from now on.
func (b *Bus) Subscribe(opts Options) *Subscription {
	if opts.Events == 0 {
		opts.Events = defaultEvents
	}
	if opts.Bytes == 0 {
		opts.Bytes = defaultBytes
	}
	s := &Subscription{bus: b, opts: opts}
	s.arrived, s.emptied, s.done = sync.NewCond(&s.mu), sync.NewCond(&s.mu), sync.NewCond(&s.mu)
	b.mu.Lock()
	defer b.mu.Unlock()
	s.closed = b.closed
	all := append(slices.Clone(b.all()), s)
	b.subscribers.Store(&all)
	if opts.Frames {
		b.frames.Add(1)
	}
	return s
}

// Close ends the bus: what is published from now on reaches nobody, and each subscriber gets what waits in its queue
// and then io.EOF.
func (b *Bus) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, s := range b.all() {
		s.end()
	}
}

// drop forgets a subscriber.
func (b *Bus) drop(s *Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	before := b.all()
	all := slices.DeleteFunc(slices.Clone(before), func(other *Subscription) bool { return other == s })
	b.subscribers.Store(&all)
	if len(all) < len(before) && s.opts.Frames {
		b.frames.Add(-1)
	}
}

// A Subscription is the events that one reader gets. One goroutine reads them by Next.
type Subscription struct {
	bus  *Bus
	opts Options

	mu       sync.Mutex // protects what follows
	arrived  *sync.Cond // there is an event in the queue; of all three: or the subscription has ended
	emptied  *sync.Cond // draining has ended
	done     *sync.Cond // handled has grown
	queue    []*Event
	draining bool           // a publisher waits until half of the queue is empty, so that it waits less often
	bytes    int            // that the queue holds on to
	left     map[string]int // events for which there was no room, by name
	offered  uint64         // events that were ever put into the queue
	taken    uint64         // of those, how many Next has returned
	handled  uint64         // of those, how many the reader is done with: it has called Next again
	closed   bool
}

func (s *Subscription) wants(e *Event) bool {
	return (e.Kind != Frame || s.opts.Frames) && s.opts.Filter.Match(e) && (s.opts.Wanted == nil || s.opts.Wanted(e))
}

// room reports whether there is room for e, after waiting for it where that is the policy; else e is counted.
func (s *Subscription) room(e *Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.fullLocked(e) {
		if s.opts.Policy == Count {
			s.leaveOutLocked(e.Name())
			return false
		}
		for s.draining = true; s.draining && !s.closed; {
			s.emptied.Wait()
		}
	}
	return !s.closed
}

func (s *Subscription) fullLocked(e *Event) bool {
	return !s.closed && len(s.queue) > 0 && (len(s.queue) >= s.opts.Events || s.bytes+e.Size() > s.opts.Bytes)
}

func (s *Subscription) leaveOutLocked(name string) {
	if s.left == nil {
		s.left = make(map[string]int)
	}
	if _, known := s.left[name]; !known && len(s.left) >= maxLeftNames {
		name = "others"
	}
	s.left[name]++
}

func (s *Subscription) put(e *Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.queue = append(s.queue, e)
	s.bytes += e.Size()
	s.offered++
	s.arrived.Broadcast()
}

// Next returns the next event, after waiting for it. Calling it says that the reader is done with the event before. The
// error is io.EOF when the subscription, or the bus, was closed and nothing is left, or ctx's.
func (s *Subscription) Next(ctx context.Context) (*Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.handled < s.taken {
		s.handled = s.taken
		s.done.Broadcast()
	}
	for len(s.queue) == 0 {
		switch {
		case s.closed:
			return nil, io.EOF
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		s.waitLocked(ctx)
	}
	e := s.queue[0]
	s.queue[0] = nil // or it would live as long as the queue's memory
	s.queue = s.queue[1:]
	s.bytes -= e.Size()
	s.taken++
	if s.draining && len(s.queue) <= s.opts.Events/2 {
		s.draining = false
		s.emptied.Broadcast()
	}
	return e, nil
}

// waitLocked waits until an event has arrived, or ctx has ended.
func (s *Subscription) waitLocked(ctx context.Context) {
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.arrived.Broadcast()
		})()
	}
	s.arrived.Wait()
}

// Left returns how many events were left out since it was called last, by their names; nil: none.
func (s *Subscription) Left() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.left
	s.left = nil
	return left
}

// Flush waits until the reader is done with all that is in the queue now, or the subscription has ended. It is not for
// the reader.
func (s *Subscription) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for last := s.offered; s.handled < last && !(s.closed && len(s.queue) == 0 && s.taken == s.handled); {
		s.done.Wait()
	}
}

// Close ends the subscription: Next returns what waits in the queue and then io.EOF. It may be called more than once.
func (s *Subscription) Close() {
	s.end() // first: a publisher that waits for room holds the bus
	s.bus.drop(s)
}

func (s *Subscription) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, waiting := range []*sync.Cond{s.arrived, s.emptied, s.done} {
		waiting.Broadcast()
	}
}
