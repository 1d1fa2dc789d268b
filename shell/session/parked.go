package session

import (
	"errors"
	"slices"

	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/pending"
)

// parkedRequests are the peers' requests that wait for a person. While one waits, and anew when it is answered, our
// calls to its peer have time.
type parkedRequests struct {
	session *Session
	pending *answer.PendingRequests
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
		Kind: event.Parked, ID: r.ID, Method: r.Method, Params: r.Params, Pending: r.Number, Value: r.Suggested,
		Topic: "requests that wait for you", Held: r.Held,
	}
	p, ok := r.Peer.(*Peer)
	if !ok {
		k.session.bus.Publish(e)
		return
	}
	if !r.Held {
		p.connection.Load().open.Park(r.Request.Request)
	}
	p.publish(e)
}

// onGone publishes that a request no longer waits though nobody has answered it, and returns why. It is called by the
// goroutine that handles the request.
func (k *parkedRequests) onGone(r *answer.Parked, cause error) (why string) {
	why = cause.Error()
	p, ok := r.Peer.(*Peer)
	var limit answer.TimeLimitError
	var withdrawn *pending.WithdrawnError
	if ok && !r.Held && !errors.As(cause, &limit) && !errors.As(cause, &withdrawn) {
		why = p.At() + " has gone"
		if c := p.connection.Load(); c.open.Has(r.Request.Request) { // else the peer has been dialled again by now
			<-c.reported // so that the reason is seen before its consequence
			reason, _ := c.ending()
			why = p.At() + " " + reason
		}
	}
	if !k.session.ended() {
		e := &event.Event{Kind: event.Unparked, ID: r.ID, Method: r.Method, Pending: r.Number, Text: why, Held: r.Held}
		if ok {
			p.publish(e)
		} else {
			k.session.bus.Publish(e)
		}
	}
	return why
}

// extendLimits has the time limits of the calls to a peer begin anew: what the peer has waited for may be what it needs
// to answer them.
func (p *Peer) extendLimits() {
	for _, c := range p.Pending() {
		c.Extend()
	}
}
