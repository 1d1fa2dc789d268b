package session

import (
	"errors"
	"slices"
	"sync"
	"time"

	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// parkedRequests are the peers' requests that wait for a person. While one waits, the time limits of our calls to its
// peer are extended.
type parkedRequests struct {
	session *Session
	pending *answer.PendingRequests

	mu        sync.Mutex // protects what follows
	extending bool       // a goroutine extends time limits
}

func newParkedRequests(s *Session) *parkedRequests {
	k := &parkedRequests{session: s}
	k.pending = answer.NewPendingRequests(answer.PendingOptions{OnParked: k.onParked, OnGone: k.onGone})
	return k
}

// PendingRequests returns where the peers' requests wait for a person.
func (s *Session) PendingRequests() *answer.PendingRequests { return s.parked.pending }

// WaitingForPerson returns the requests that wait for a person, the next one first.
func (s *Session) WaitingForPerson() []*answer.Parked {
	all := s.parked.pending.List()
	if s.Settings().Order == OrderNewest {
		slices.Reverse(all)
	}
	return all
}

// onParked publishes that a request waits for a person. It is called by the goroutine that handles the request.
func (k *parkedRequests) onParked(r *answer.Parked) {
	e := &event.Event{
		Kind: event.Parked, ID: r.ID, Method: r.Method, Params: r.Params, Pending: r.Number,
		Topic: "requests that wait for you",
	}
	p, ok := r.Peer.(*Peer)
	if !ok {
		k.session.bus.Publish(e)
		return
	}
	p.connection.Load().open.park(r.Request.Request)
	p.publish(e)
	k.extendLimits()
	k.keepExtending()
}

// onGone publishes that a request no longer waits though nobody has answered it, and returns why. It is called by the
// goroutine that handles the request.
func (k *parkedRequests) onGone(r *answer.Parked, cause error) (why string) {
	why = cause.Error()
	p, ok := r.Peer.(*Peer)
	var limit answer.TimeLimitError
	var withdrawn *withdrawnError
	if ok && !errors.As(cause, &limit) && !errors.As(cause, &withdrawn) {
		why = p.At() + " has gone"
		if c := p.connection.Load(); c.open.has(r.Request.Request) { // else the peer has been dialled again by now
			<-c.reported // so that the reason is seen before its consequence
			reason, _ := c.ending()
			why = p.At() + " " + reason
		}
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

// extendLimits keeps calls from running out of time while a request of their peer waits for a person: the answer may
// hang on just that.
func (k *parkedRequests) extendLimits() {
	extended := make(map[*Peer]bool)
	for _, r := range k.pending.List() {
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
func (k *parkedRequests) keepExtending() {
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

// goesOnExtending reports whether a request waits. If none does, the next one to be parked begins extending anew: it is
// in the list before keepExtending is called for it, so the list is read under mu.
func (k *parkedRequests) goesOnExtending() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.extending = len(k.pending.List()) > 0
	return k.extending
}
