package session

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/answer"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

// While a request waits for a person, and anew when it is answered, calls have time; else they have their limit.
func TestCallsHaveTimeWhileRequestWaits(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{Attended: true})
		defer s.Close()
		s.rules.Set(&answer.Rule{Pattern: "confirm", Answerer: s.PendingRequests()})
		p, far := addPeer(t, s, true, "10.0.0.1:5")
		const limit = time.Second
		slow := func() <-chan error {
			done := make(chan error, 1)
			calls := []*call.Prepared{call.Plain(call.Request{Method: "slow"})}
			go func() { done <- p.Caller().Do(t.Context(), calls, call.Options{Timeout: limit}).Err }()
			return done
		}
		done := slow()
		far.Expect(`{"jsonrpc":"2.0","id":1,"method":"slow"}`)
		far.Send(`{"jsonrpc":"2.0","id":7,"method":"confirm"}`)
		time.Sleep(10*limit - limit/10) // the call has little time left without an answer
		if err := s.PendingRequests().Reply(s.WaitingForPerson()[0].Number, []byte("true")); err != nil {
			t.Fatal(err)
		}
		far.Expect(`{"jsonrpc":"2.0","id":7,"result":true}`)
		time.Sleep(limit - limit/10)
		far.Send(`{"jsonrpc":"2.0","id":1,"result":42}`)
		if err := <-done; err != nil {
			t.Errorf("the call: %v", err)
		}
		start := time.Now()
		if err := <-slow(); !errors.Is(err, exit.ErrTimeout) || time.Since(start) != limit {
			t.Errorf("a call while nothing waits: %v after %s", err, time.Since(start))
		}
	})
}

// An answer that was given is sent, though the session ends right behind it.
func TestAnswerBeforeTheEnd(t *testing.T) {
	for range 50 {
		s := New(Options{})
		s.rules.Set(&answer.Rule{Pattern: "confirm", Answerer: s.PendingRequests()})
		_, far := addPeer(t, s, true, "10.0.0.1:5")
		far.Send(`{"jsonrpc":"2.0","id":7,"method":"confirm"}`)
		s.PendingRequests().Await(t.Context(), 0)
		if err := s.PendingRequests().Reply(s.WaitingForPerson()[0].Number, []byte("true")); err != nil {
			t.Fatal(err)
		}
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			s.Close()
		}()
		far.Expect(`{"jsonrpc":"2.0","id":7,"result":true}`)
		<-closed
	}
}

// A request that waits for a person no longer does when its connection ends, and why is told after that has been.
func TestParkedRequestIsGone(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	s.rules.Set(&answer.Rule{Pattern: "confirm", Answerer: s.PendingRequests()})
	p, far := addPeer(t, s, true, "10.0.0.1:5")
	events := s.Events().Subscribe(event.Options{Filter: event.OfKind(event.Parked, event.Unparked, event.Close)})
	far.Send(`{"jsonrpc":"2.0","id":7,"method":"confirm"}`)
	parked := until(t, events, event.Parked)
	if w := s.WaitingForPerson(); len(w) != 1 || w[0].Number != parked.Pending || parked.Method != "confirm" {
		t.Errorf("%+v", parked)
	}
	leave(p)
	if e, err := events.Next(t.Context()); err != nil || e.Kind != event.Close ||
		e.Text != "@1 10.0.0.1:5: closed here" {
		t.Errorf("%+v, %v", e, err)
	}
	if e := until(t, events, event.Unparked); e.Text != "@1 closed here" {
		t.Errorf("%+v", e)
	}
	want := fmt.Sprintf("request %d is gone: @1 closed here", parked.Pending)
	if err := s.PendingRequests().Reply(parked.Pending, nil); err == nil || err.Error() != want {
		t.Errorf("answering it: %v", err)
	}
}

// Where nobody is there, what a protocol has a person asked is declined.
func TestWhatNobodyIsAsked(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	p.dialect.Store(dialects.Find("mcp"))
	for _, test := range [][2]string{
		{"roots/list", `"result":{"roots":[]}`},
		{"elicitation/create", `"result":{"action":"decline"}`},
		{"sampling/createMessage", `"error":{"code":-1,"message":"User rejected sampling request"}`},
	} {
		far.send(`{"jsonrpc":"2.0","id":7,"method":"` + test[0] + `"}`)
		far.expect(`{"jsonrpc":"2.0","id":7,` + test[1] + `}`)
	}
	if all := s.PendingRequests().List(); len(all) > 0 {
		t.Errorf("%d requests wait", len(all))
	}
}
