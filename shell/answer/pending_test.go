package answer

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
)

// A waitingRoom is PendingRequests, and what they tell.
type waitingRoom struct {
	*PendingRequests
	last   uint64 // the number of the last request
	parked chan *Parked
	gone   []string
}

func newWaitingRoom() *waitingRoom {
	d := &waitingRoom{parked: make(chan *Parked, maxParked)}
	d.PendingRequests = NewPendingRequests(PendingOptions{
		OnParked: func(p *Parked) { d.parked <- p },
		OnGone: func(p *Parked, cause error) string {
			d.gone = append(d.gone, fmt.Sprintf("%d: %v", p.Number, cause))
			return cause.Error()
		},
	})
	return d
}

// ask parks a request; what becomes of it is sent.
func (d *waitingRoom) ask(ctx context.Context, method string) chan string {
	answered := make(chan string, 1)
	d.last++
	req := asked(method, "[1]")
	req.Number = d.last
	go func() { answered <- outcome(d.Answer(ctx, req)) }()
	<-d.parked
	return answered
}

func (d *waitingRoom) list() string {
	var all []string
	for _, p := range d.List() {
		all = append(all, fmt.Sprintf("%d %s", p.Number, p.Method))
	}
	return strings.Join(all, ", ")
}

func TestPendingRequests(t *testing.T) {
	d := newWaitingRoom()
	one, two, three := d.ask(t.Context(), "a"), d.ask(t.Context(), "b"), d.ask(t.Context(), "c")
	if got := d.list(); got != "1 a, 2 b, 3 c" {
		t.Errorf("parked: %s", got)
	}
	for _, tt := range []struct {
		do   error
		from chan string
		want string
	}{
		{d.Reply(2, json.RawMessage("6")), two, "6"},
		{d.Fail(1, &rpcconn.Error{Code: 7, Message: "no"}), one, "error 7: no"},
		{d.Drop(3), three, rpcconn.ErrNoAnswer.Error()},
	} {
		if tt.do != nil {
			t.Error(tt.do)
		}
		if got := <-tt.from; got != tt.want {
			t.Errorf("answered %s, want %s", got, tt.want)
		}
	}
	for _, tt := range []struct {
		got  error
		want string
	}{
		{d.Reply(2, nil), "request 2 was answered already"},
		{d.Fail(1, nil), "request 1 was answered already"},
		{d.Drop(3), "request 3 was dropped"},
		{d.Reply(4, nil), "no request 4 waits for you (.pending lists those that do)"},
		{d.Reply(0, nil), "no request 0 waits for you (.pending lists those that do)"},
	} {
		if tt.got == nil || tt.got.Error() != tt.want {
			t.Errorf("got %v, want %s", tt.got, tt.want)
		}
	}
	if got := d.list(); got != "" || d.gone != nil {
		t.Errorf("parked: %s; gone: %q", got, d.gone)
	}
}

// A request whose time is up, or whose connection ends, no longer waits, and whoever answers it is told why.
func TestPendingRequestsOfWhatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newWaitingRoom()
		limited, cancel := context.WithTimeoutCause(t.Context(), time.Minute, TimeLimitError{time.Minute})
		defer cancel()
		connected, disconnect := context.WithCancel(t.Context())
		late, lost := d.ask(limited, "late"), d.ask(connected, "lost")
		start := time.Now()
		want := `error -32000: Server error "nobody has answered: it took longer than 1m0s (--limit changes that)"`
		if got := <-late; got != want {
			t.Errorf("answered %s", got)
		}
		if d := time.Since(start); d != time.Minute {
			t.Errorf("that took %s", d)
		}
		disconnect()
		if got := <-lost; got != rpcconn.ErrNoAnswer.Error() {
			t.Errorf("answered %s", got)
		}
		for n, want := range map[uint64]string{
			1: "request 1 is gone: it took longer than 1m0s (--limit changes that)",
			2: "request 2 is gone: context canceled",
		} {
			if err := d.Reply(n, nil); err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		}
		if len(d.gone) != 2 {
			t.Errorf("gone: %q", d.gone)
		}
	})
}

// What became of a request is remembered for a while, and how many wait is bounded.
func TestPendingRequestsIsBounded(t *testing.T) {
	d := newWaitingRoom()
	ctx, cancel := context.WithCancel(t.Context())
	all := make([]chan string, maxParked)
	for i := range all {
		all[i] = d.ask(ctx, "m")
	}
	limited, cancelLimited := context.WithTimeout(ctx, time.Second) // should it not be refused, it would wait
	defer cancelLimited()
	want := `error -32000: Server error "1000 requests wait for a person already"`
	if got := outcome(d.Answer(limited, asked("m", ""))); got != want {
		t.Errorf("answered %s", got)
	}
	for i := range all {
		if err := d.Reply(uint64(i+1), json.RawMessage("1")); err != nil {
			t.Fatal(err)
		}
		<-all[i]
	}
	more := d.ask(ctx, "m")
	cancel()
	<-more
	const settledLongAgo = "no request 1 waits for you (.pending lists those that do)"
	if err := d.Reply(1, nil); err == nil || err.Error() != settledLongAgo {
		t.Errorf("got %v", err)
	}
	if len(d.settled) != maxSettled {
		t.Errorf("what became of %d requests is remembered, want %d", len(d.settled), maxSettled)
	}
}

func TestPendingRequestsAwaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newWaitingRoom()
		came := make(chan uint64)
		for _, n := range []uint64{0, 1, 2} {
			go func() {
				d.Await(t.Context(), n)
				came <- n
			}()
		}
		synctest.Wait()
		select {
		case n := <-came:
			t.Errorf("waiting for %d has ended before any request came", n)
		default:
		}
		one := d.ask(t.Context(), "m")
		if got := <-came + <-came; got != 1 {
			t.Errorf("one request ended waiting for another one")
		}
		if err := d.Reply(1, nil); err != nil {
			t.Fatal(err)
		}
		<-one
		d.Await(t.Context(), 1) // it has been asked, though it is gone
		two := d.ask(t.Context(), "m")
		<-came
		if err := d.Drop(2); err != nil {
			t.Fatal(err)
		}
		<-two
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		d.Await(ctx, 3)
	})
}
