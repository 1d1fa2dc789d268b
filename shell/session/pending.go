package session

import (
	"errors"
	"slices"
	"sync"
	"time"

	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// A parking is where the peers' requests wait for a person. While they do, the time limits of our calls to these peers are extended.
type parking struct {
	session *Session
	desk    *answer.PendingRequests

	mu        sync.Mutex // protects what follows
	extending bool       // a goroutine extends time limits
}

func newParking(s *Session) *parking {
	p := &parking{session: s}
	p.desk = answer.NewPendingRequests(answer.PendingOptions{OnParked: p.parked, OnGone: p.unparked})
	return p
}

// PendingRequests returns where the peers' requests wait for a person.
func (s *Session) PendingRequests() *answer.PendingRequests { return s.parking.desk }

// WaitingForPerson returns the requests that wait for a person, the next one first.
func (s *Session) WaitingForPerson() []*answer.Parked {
	all := s.parking.desk.List()
	if s.Settings().Order == OrderNewest {
		slices.Reverse(all)
	}
	return all
}

// parked says that a request waits for a person. It is called by the goroutine that handles the request.
func (k *parking) parked(r *answer.Parked) {
	e := &event.Event{
		Kind: event.Parked, ID: r.ID, Method: r.Method, Params: r.Params, Pending: r.Number, Topic: "requests that wait for you",
	}
	p, ok := r.Peer.(*Peer)
	if !ok {
		k.session.bus.Publish(e)
		return
	}
	p.connection.Load().open.park(r.ID)
	p.publish(e)
	k.extendLimits()
	k.keepExtending()
}

// unparked says that a request no longer waits for a person, and returns why. It is called by the goroutine that handles the request.
func (k *parking) unparked(r *answer.Parked, cause error) (why string) {
	why = cause.Error()
	p, ok := r.Peer.(*Peer)
	var limit answer.TimeLimitError
	var withdrawn *withdrawnError
	if ok && !errors.As(cause, &limit) && !errors.As(cause, &withdrawn) {
		<-p.connection.Load().reported // so that the reason is seen before its consequence
		reason, _ := p.Ending()
		why = p.At() + " " + reason
	}
	if !k.session.ended() {
		e := &event.Event{Kind: event.Unparked, ID: r.ID, Method: r.Method, Pending: r.Number, Text: why}
		if ok {
			p.publish(e)
		} else {
			k.session.bus.Publish(e)
		}
	}
	return why
}

// extendPause is the time between two extensions of the time limits of calls. No limit that a person sets is as short.
const extendPause = time.Second

// extendLimits keeps calls from running out of time while a request of their peer waits for a person: the answer may hang on just that.
func (k *parking) extendLimits() {
	extended := make(map[*Peer]bool)
	for _, r := range k.desk.List() {
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
func (k *parking) keepExtending() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.extending {
		return
	}
	k.extending = true
	k.session.tasks.Go(func() {
		tick := time.NewTicker(extendPause)
		defer tick.Stop()
		for k.goesOnExtending() {
			select {
			case <-tick.C:
				k.extendLimits()
			case <-k.session.done.Done():
				return
			}
		}
	})
}

// goesOnExtending reports whether a request waits; else extending has to be begun anew.
func (k *parking) goesOnExtending() bool {
	waiting := len(k.desk.List()) > 0
	k.mu.Lock()
	defer k.mu.Unlock()
	k.extending = waiting
	return waiting
}
