package event

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// next returns the next event of s, which has to be there.
func next(t *testing.T, s *Subscription) *Event {
	t.Helper()
	e, err := s.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func notification(method string) *Event { return &Event{Kind: Notification, Method: method} }

func TestSubscribersGetEventsInOrder(t *testing.T) {
	var b Bus
	b.Publish(notification("before"))
	all := b.Subscribe(Options{})
	filter, err := ParseFilter("b*")
	if err != nil {
		t.Fatal(err)
	}
	some := b.Subscribe(Options{Filter: filter})
	var publishing sync.WaitGroup
	for range 4 {
		publishing.Go(func() {
			for range 100 {
				b.Publish(notification("a"))
				b.Publish(notification("b"))
			}
		})
	}
	publishing.Wait()
	last := uint64(1)
	for range 800 {
		if e := next(t, all); e.Number != last+1 || e.Time.IsZero() {
			t.Fatalf("event %d comes after %d, at %v", e.Number, last, e.Time)
		}
		last++
	}
	for last = 0; last < 400; last++ {
		if e := next(t, some); e.Method != "b" {
			t.Fatalf("the filter lets %s through", e.Method)
		}
	}
}

func TestFullQueueCounts(t *testing.T) {
	var b Bus
	s := b.Subscribe(Options{Events: 2})
	for range 3 {
		b.Publish(notification("tick"))
	}
	b.Publish(&Event{Kind: Note, Text: "hello"})
	b.Publish(&Event{Kind: Note, Topic: "peers that are silent"})
	if got := fmt.Sprint(s.Left()); got != "map[note:1 peers that are silent:1 tick:1]" {
		t.Errorf("left out: %s", got)
	}
	if s.Left() != nil {
		t.Error("what was left out is told twice")
	}
	for want := uint64(1); want <= 2; want++ {
		if e := next(t, s); e.Number != want {
			t.Errorf("event %d, want %d", e.Number, want)
		}
	}
}

func TestQueueIsBoundedInBytes(t *testing.T) {
	var b Bus
	s := b.Subscribe(Options{Bytes: 10_000})
	big := &Event{Kind: Notification, Method: "big", Params: []byte(strings.Repeat("1", 20_000))}
	b.Publish(big) // alone, it is taken
	b.Publish(notification("small"))
	if got := fmt.Sprint(s.Left()); got != "map[small:1]" {
		t.Errorf("left out: %s", got)
	}
	if e := next(t, s); len(e.Params) != 20_000 {
		t.Errorf("%d bytes of params", len(e.Params))
	}
	b.Publish(notification("small"))
	if s.Left() != nil || next(t, s).Method != "small" {
		t.Error("there is no room after the large event was read")
	}
}

func TestNamesOfLeftEventsAreBounded(t *testing.T) {
	var b Bus
	s := b.Subscribe(Options{Events: 1})
	for n := range 2*maxLeftNames + 1 {
		b.Publish(notification(fmt.Sprint(n)))
	}
	left := s.Left()
	if len(left) != maxLeftNames+1 || left["others"] != maxLeftNames {
		t.Errorf("%d names, %d others", len(left), left["others"])
	}
}

func TestFullQueueMakesPublishersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bus
		s := b.Subscribe(Options{Policy: Wait, Events: 1})
		published := 0
		go func() {
			for range 3 {
				b.Publish(notification("tick"))
				published++
			}
		}()
		synctest.Wait()
		if published != 1 {
			t.Fatalf("%d events published while one had room", published)
		}
		next(t, s)
		synctest.Wait()
		if published != 2 {
			t.Fatalf("%d events published, want 2", published)
		}
		s.Close() // nobody reads any more
		synctest.Wait()
		if published != 3 {
			t.Error("a publisher waits for a subscription that was closed")
		}
	})
}

// A publisher that has to wait is woken for many events at a time, not for each that is read.
func TestPublisherWaitsForHalfOfTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bus
		s := b.Subscribe(Options{Policy: Wait, Events: 10})
		published := 0
		go func() {
			for range 30 {
				b.Publish(notification("tick"))
				published++
			}
		}()
		for read, want := range []int{10, 10, 10, 10, 10, 15, 15, 15, 15, 15, 20} {
			synctest.Wait()
			if published != want {
				t.Errorf("%d events published when %d were read, want %d", published, read, want)
			}
			next(t, s)
		}
		s.Close()
	})
}

func TestFlushWaitsForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b Bus
		s := b.Subscribe(Options{})
		s.Flush() // of nothing
		b.Publish(notification("a"))
		flushed := false
		go func() {
			s.Flush()
			flushed = true
		}()
		next(t, s)
		synctest.Wait()
		if flushed {
			t.Fatal("flushed before the reader was done")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Next: %v", err)
		}
		synctest.Wait()
		if !flushed {
			t.Fatal("not flushed though the reader is done")
		}
	})
}

func TestClose(t *testing.T) {
	var b Bus
	s := b.Subscribe(Options{Frames: true})
	b.Publish(notification("a"))
	b.Close()
	b.Publish(notification("late"))
	if e := next(t, s); e.Method != "a" {
		t.Errorf("%s, want a", e.Method)
	}
	if _, err := s.Next(t.Context()); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
	s.Flush()
	if _, err := b.Subscribe(Options{}).Next(t.Context()); err != io.EOF {
		t.Errorf("a subscription to a closed bus: %v", err)
	}
	s.Close()
	s.Close()
	if b.Frames() {
		t.Error("frames are wanted though nobody is left")
	}
}

// What comes from the wire is valid only while it is published.
func TestEventsAreCopies(t *testing.T) {
	var b Bus
	bare, whole := b.Subscribe(Options{}), b.Subscribe(Options{Frames: true})
	frame := []byte(`{"method":"m","params":[1],"x":2}`)
	b.Publish(&Event{Kind: Frame, Frame: frame})
	b.Publish(&Event{Kind: Notification, Method: "m", Params: frame[23:26], Extra: frame[27:30]})
	copy(frame, strings.Repeat("-", len(frame)))
	got := next(t, bare)
	if string(got.Params) != "[1]" || got.Result != nil {
		t.Errorf("got %s %s", got.Kind, got.Params)
	}
	if with := next(t, whole); string(with.Frame) != `{"method":"m","params":[1],"x":2}` {
		t.Errorf("the frame is %q", with.Frame)
	}
}

// An event has its number and time also where nobody subscribes to it: whoever publishes may show it himself.
func TestEventsWithoutSubscriber(t *testing.T) {
	var bus Bus
	for want := uint64(1); want <= 2; want++ {
		e := notification("tick")
		if bus.Publish(e) != want || e.Number != want || e.Time.IsZero() {
			t.Errorf("number %d, time %s", e.Number, e.Time)
		}
	}
}

func BenchmarkPublish(b *testing.B) {
	var bus Bus
	s := bus.Subscribe(Options{Policy: Wait})
	go func() {
		for {
			if _, err := s.Next(context.Background()); err != nil {
				return
			}
		}
	}()
	e := Event{Kind: Notification, Method: "tick", Params: []byte(`[12]`)}
	b.ReportAllocs()
	for b.Loop() {
		copied := e
		bus.Publish(&copied)
	}
	bus.Close()
}

// A subscriber may take events where they are published: in order, without a copy, until the end.
func TestTake(t *testing.T) {
	var bus Bus
	var got []string
	published := &Event{Kind: Note, Text: "first"}
	sub := bus.Subscribe(Options{Take: func(e *Event) {
		if len(got) == 0 && e != published {
			t.Error("it is a copy")
		}
		got = append(got, fmt.Sprint(e.Number, " ", e.Text, " ", !e.Time.IsZero()))
	}})
	bus.Publish(published)
	bus.Publish(&Event{Kind: Frame, Text: "not asked for"})
	bus.Publish(&Event{Kind: Note, Text: "second"})
	bus.Close()
	bus.Publish(&Event{Kind: Note, Text: "after the end"})
	if _, err := sub.Next(context.Background()); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
	if want := "1 first true; 2 second true"; strings.Join(got, "; ") != want {
		t.Errorf("taken: %q, want %s", got, want)
	}
}
