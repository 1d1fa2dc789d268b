package session

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// As long as a request waits for a person, the time limits of calls are extended, and for each that comes later anew.
func TestParkedRequestsExtendLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		p, _ := addPeer(t, s, true, "10.0.0.1:5")
		extending := func() bool {
			s.parked.mu.Lock()
			defer s.parked.mu.Unlock()
			return s.parked.extending
		}
		for n := 1; n <= 2; n++ {
			answered := make(chan string, 1)
			go func() {
				req := &answer.Request{Request: &rpcconn.Request{ID: rpcconn.IntID(7), Method: "confirm"}, Peer: p}
				result, _ := s.PendingRequests().Answer(context.Background(), req)
				answered <- string(result)
			}()
			time.Sleep(10 * extendPause)
			if !extending() {
				t.Errorf("request %d waits, and limits are not extended", n)
			}
			if err := s.PendingRequests().Reply(n, []byte("true")); err != nil {
				t.Fatal(err)
			}
			if got := <-answered; got != "true" {
				t.Errorf("answered with %s", got)
			}
			time.Sleep(2 * extendPause)
			if extending() {
				t.Error("no request waits, and limits are extended")
			}
		}
	})
}

// A request that waits for a person no longer does when its connection ends, and why is told after that has been.
func TestParkedRequestIsGone(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	s.rules.Set(&answer.Rule{Pattern: "confirm", Answerer: s.PendingRequests()})
	p, far := addPeer(t, s, true, "10.0.0.1:5")
	events := s.Events().Subscribe(event.Options{Filter: event.OfKind(event.Parked, event.Unparked, event.Close)})
	far.Send(`{"jsonrpc":"2.0","id":7,"method":"confirm"}`)
	if e := until(t, events, event.Parked); e.Pending != 1 || e.Method != "confirm" {
		t.Errorf("%+v", e)
	}
	leave(p)
	if e, err := events.Next(t.Context()); err != nil || e.Kind != event.Close ||
		e.Text != "@1 10.0.0.1:5: closed here" {
		t.Errorf("%+v, %v", e, err)
	}
	if e := until(t, events, event.Unparked); e.Text != "@1 closed here" {
		t.Errorf("%+v", e)
	}
	const want = "request 1 is gone: @1 closed here"
	if err := s.PendingRequests().Reply(1, nil); err == nil || err.Error() != want {
		t.Errorf("answering it: %v", err)
	}
}
