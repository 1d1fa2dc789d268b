package ring

import (
	"bytes"
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/shell/event"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// published has a Ring of a limit keep n events, whose Text is their number and size bytes long.
func published(t *testing.T, limit, n, size int) (*event.Bus, *Ring) {
	t.Helper()
	bus := new(event.Bus)
	r := Follow(bus, limit)
	t.Cleanup(r.Close)
	for range n {
		bus.Publish(&event.Event{Kind: event.Note, Params: bytes.Repeat([]byte("1"), size)})
	}
	r.Sync()
	return bus, r
}

const size = 1000 // of an event's params

// sized is how much memory such an event holds on to.
func sized() int { return (&event.Event{Params: make([]byte, size)}).Size() }

// The last events are there by their numbers, as many as fit; the newest always is.
func TestRing(t *testing.T) {
	for _, tt := range []struct {
		name           string
		limit, n       int
		first, kept    uint64
		missing, older string // why the event after the last, and the first one, are not there
	}{
		{"nothing has come", 1, 0, 1, 0, "there is no message 1: none has come or gone yet", ""},
		{"all fit", 3 * sized(), 3, 1, 3, "there is no message 4: the last one is 3", ""},
		{
			"too many", 3 * sized(), 5, 3, 3, "there is no message 6: the last one is 5",
			"message 1 has left the ring, which holds 4.1 KiB: those from 3 on (.set keep changes that)",
		},
		{
			"too large", 10, 2, 2, 1, "there is no message 3: the last one is 2",
			"message 1 has left the ring, which holds 10 B: those from 2 on (.set keep changes that)",
		},
		{
			"nothing is kept", 0, 2, 3, 0, "there is no message 3: the last one is 2",
			"message 1 is not kept: none is (.set keep 64M has the next ones kept)",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, r := published(t, tt.limit, tt.n, size)
			for n := tt.first; n < tt.first+tt.kept; n++ {
				if e, err := r.Get(n); err != nil || e.Number != n {
					t.Errorf("event %d: %v, %v", n, e, err)
				}
			}
			for n, want := range map[uint64]string{uint64(tt.n) + 1: tt.missing, 1: tt.older} {
				if _, err := r.Get(n); want != "" && (err == nil || err.Error() != want) {
					t.Errorf("event %d: %v, want %s", n, err, want)
				}
			}
			kept := int(tt.kept)
			want := Stats{Kept: kept, Bytes: kept * sized(), Limit: tt.limit, Left: uint64(tt.n - kept)}
			if got := r.Stats(); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// Less is kept once less is to be.
func TestSetLimit(t *testing.T) {
	bus, r := published(t, 10*sized(), 10, size)
	r.SetLimit(2 * sized())
	if _, err := r.Get(8); err == nil || r.Stats().Kept != 2 || r.Limit() != 2*sized() {
		t.Errorf("event 8: %v; %+v", err, r.Stats())
	}
	r.SetLimit(0)
	bus.Publish(&event.Event{Kind: event.Note})
	if got := r.Stats(); got != (Stats{Left: 10}) {
		if r.Sync(); r.Stats() != (Stats{Left: 11}) {
			t.Errorf("%+v", r.Stats())
		}
	}
	r.SetLimit(sized())
	bus.Publish(&event.Event{Kind: event.Note})
	if e, err := r.Get(12); err != nil || e.Number != 12 {
		t.Errorf("event 12: %v, %v", e, err)
	}
}

// Frames are not kept, and take no numbers.
func TestFramesHaveNoNumbers(t *testing.T) {
	bus, r := published(t, 1<<20, 1, size)
	sub := bus.Subscribe(event.Options{Frames: true})
	defer sub.Close()
	for _, k := range []event.Kind{event.Frame, event.Note, event.Frame} {
		bus.Publish(&event.Event{Kind: k, Frame: []byte("x")})
	}
	var got string
	for range 3 {
		e, err := sub.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got += fmt.Sprintf("%s %d ", e.Kind, e.Number)
	}
	if got != "frame 1 note 2 frame 2 " {
		t.Errorf("published: %s", got)
	}
	if e, err := r.Get(2); err != nil || e.Kind != event.Note {
		t.Errorf("event 2: %v, %v", e, err)
	}
}

func TestLast(t *testing.T) {
	_, r := published(t, 1<<20, 9, size)
	even := func(e *event.Event) bool { return e.Number%2 == 0 }
	for n, want := range map[int]string{0: "[]", 2: "[6 8]", 100: "[2 4 6 8]"} {
		numbers := []uint64{}
		for _, e := range r.Last(n, even) {
			numbers = append(numbers, e.Number)
		}
		if got := fmt.Sprint(numbers); got != want {
			t.Errorf("the last %d: %s, want %s", n, got, want)
		}
	}
}
