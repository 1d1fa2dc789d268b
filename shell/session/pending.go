package session

import (
	"errors"
	"slices"
	"time"

	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// PendingRequests returns where the peers' requests wait for a person.
func (s *Session) PendingRequests() *answer.PendingRequests { return s.desk }

// WaitingForPerson returns the requests that wait for a person, the next one first.
func (s *Session) WaitingForPerson() []*answer.Parked {
	all := s.desk.List()
	if s.Settings().Order == OrderNewest {
		slices.Reverse(all)
	}
	return all
}

// parked says that a request waits for a person. It is called by the goroutine that handles the request.
func (s *Session) parked(r *answer.Parked) {
	e := &event.Event{
		Kind: event.Parked, ID: r.ID, Method: r.Method, Params: r.Params, Pending: r.Number, Topic: "requests that wait for you",
	}
	p, ok := r.Peer.(*Peer)
	if !ok {
		s.bus.Publish(e)
		return
	}
	p.connection.Load().open.park(r.ID)
	p.publish(e)
	s.extendLimits()
	s.keepExtending()
}

// unparked says that a request no longer waits for a person, and returns why. It is called by the goroutine that handles the request.
func (s *Session) unparked(r *answer.Parked, cause error) (why string) {
	why = cause.Error()
	p, ok := r.Peer.(*Peer)
	var limit answer.TimeLimitError
	var withdrawn *withdrawnError
	if ok && !errors.As(cause, &limit) && !errors.As(cause, &withdrawn) {
		<-p.connection.Load().reported // so that the reason is seen before its consequence
		reason, _ := p.Ending()
		why = p.At() + " " + reason
	}
	if !s.ended() {
		e := &event.Event{Kind: event.Unparked, ID: r.ID, Method: r.Method, Pending: r.Number, Text: why}
		if ok {
			p.publish(e)
		} else {
			s.bus.Publish(e)
		}
	}
	return why
}

// extendPause is the time between two extensions of the time limits of calls. No limit that a person sets is as short.
const extendPause = time.Second

// extendLimits keeps calls from running out of time while a request of their peer waits for a person: the answer may hang on just that.
func (s *Session) extendLimits() {
	extended := make(map[*Peer]bool)
	for _, r := range s.desk.List() {
		p, ok := r.Peer.(*Peer)
		if !ok || extended[p] {
			continue
		}
		extended[p] = true
		for _, c := range p.Pending() {
			c.Extend()
		}
	}
}

// keepExtending extends time limits as long as a request waits.
func (s *Session) keepExtending() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.extending {
		return
	}
	s.extending = true
	s.tasks.Go(func() {
		tick := time.NewTicker(extendPause)
		defer tick.Stop()
		for s.goesOnExtending() {
			select {
			case <-tick.C:
				s.extendLimits()
			case <-s.done.Done():
				return
			}
		}
	})
}

// goesOnExtending reports whether a request waits; else extending has to be begun anew.
func (s *Session) goesOnExtending() bool {
	waiting := len(s.desk.List()) > 0
	s.mu.Lock()
	defer s.mu.Unlock()
	s.extending = waiting
	return waiting
}
