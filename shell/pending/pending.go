// Package pending holds the requests of a peer that have no answer yet: which they are, in which order they may be
// answered, and how one is given up that its peer withdraws.
package pending

import (
	"context"
	"errors"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/turn"
)

// Requests are the requests of a peer's connection that are being answered: they are listed, may be withdrawn, and have
// no answer yet when it ends. The zero Requests are none.
type Requests struct {
	Places turn.Places[*rpcconn.Request]

	mu  sync.Mutex                  // protects what follows
	all map[rpcconn.ID]*openRequest // by their Plain ids
}

type openRequest struct {
	*rpcconn.Request
	withdrawn *WithdrawnError         // nil: it was not
	cancel    context.CancelCauseFunc // nil: nobody has begun to answer it
	parked    bool                    // it waits for a person
	number    uint64                  // of its event; 0: not known yet
}

// A WithdrawnError is why a request is no longer being answered.
type WithdrawnError struct {
	Answer *rpcconn.Error // with which it is answered in the end; nil: not at all
}

// Error implements error.
func (*WithdrawnError) Error() string { return "the peer has withdrawn it" }

// add takes note of a request. It is called by the goroutine that reads, so that the request is known before it can be
// withdrawn.
func (o *Requests) add(req *rpcconn.Request) {
	o.Places.Add(req)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = make(map[rpcconn.ID]*openRequest)
	}
	o.all[req.ID.Plain()] = &openRequest{Request: req}
}

// Number notes the number of the event that told of a request. It is called by the goroutine that reads.
func (o *Requests) Number(req *rpcconn.Request, number uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.all[req.ID]; r != nil && r.Request == req {
		r.number = number
	}
}

// NumberOf returns the number of the event that told of a request; 0: it is not open.
func (o *Requests) NumberOf(req *rpcconn.Request) uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.all[req.ID]; r != nil && r.Request == req {
		return r.number
	}
	return 0
}

// Has reports whether a request of this connection is open.
func (o *Requests) Has(req *rpcconn.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID.Plain()]
	return r != nil && r.Request == req
}

// A Request is one that is being answered.
type Request struct {
	*rpcconn.Request
	Number uint64 // of the event that told of it; 0: that is being published
}

// List returns the requests that are being answered, oldest first.
func (o *Requests) List() []Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []Request
	for _, r := range o.all {
		all = append(all, Request{r.Request, r.number})
	}
	slices.SortFunc(all, func(a, b Request) int { return a.Time.Compare(b.Time) })
	return all
}

// Park takes note that a request waits for a person.
func (o *Requests) Park(req *rpcconn.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.all[req.ID.Plain()]; r != nil && r.Request == req {
		r.parked = true
	}
}

// IsParked reports whether a request waits for a person, or has just been answered by one.
func (o *Requests) IsParked(req *rpcconn.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID.Plain()]
	return r != nil && r.Request == req && r.parked
}

// AnyParked is IsParked for any of the requests.
func (o *Requests) AnyParked() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.all {
		if r.parked {
			return true
		}
	}
	return false
}

// Unanswered returns how many requests were open when the connection ended, those that waited for a person left out:
// they are told one by one.
func (o *Requests) Unanswered() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.all {
		if !r.parked {
			n++
		}
	}
	return n
}

// Begin waits until a request may be answered, and returns the context in which it is; it ends when the request is
// withdrawn. end is called when it has been answered, or not, because ctx has ended, the connection's: then the request
// stays open.
func (o *Requests) Begin(ctx context.Context, req *rpcconn.Request) (open context.Context, end func()) {
	open, cancel := context.WithCancelCause(ctx)
	r := o.beginUnder(req, cancel)
	if after := o.Places.After(req); after != nil {
		select {
		case <-after:
		case <-open.Done():
		}
	}
	return open, func() {
		o.Places.Enter(req)
		o.mu.Lock()
		if r != nil && o.all[req.ID.Plain()] == r && ctx.Err() == nil {
			delete(o.all, req.ID.Plain())
		}
		o.mu.Unlock()
		cancel(nil)
	}
}

// beginUnder takes note of how a request is given up, and returns it, nil where it is not of this connection, or
// another one has its id by now.
func (o *Requests) beginUnder(req *rpcconn.Request, cancel context.CancelCauseFunc) *openRequest {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID.Plain()]
	switch {
	case r == nil || r.Request != req:
		return nil
	case r.withdrawn != nil:
		cancel(r.withdrawn)
	default:
		r.cancel = cancel
	}
	return r
}

// withdraw gives up a request, which may have been answered already.
func (o *Requests) withdraw(id rpcconn.ID, why *WithdrawnError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[id.Plain()]
	if r == nil {
		return
	}
	r.withdrawn = why
	if r.cancel != nil {
		r.cancel(why)
	}
}

// Note takes note of what the peer asks, and of what it withdraws. It is called by the goroutine that reads.
func (o *Requests) Note(req *rpcconn.Request) {
	if !req.IsNotification() {
		o.add(req)
		return
	}
	if id, answer, ok := dialects.Withdrawn(req.Method, req.Params); ok {
		o.withdraw(id, &WithdrawnError{answer})
	}
}

// Withdrawn returns the error that says that the request of ctx was withdrawn, nil where it was not.
func Withdrawn(ctx context.Context) *WithdrawnError {
	var e *WithdrawnError
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	return nil
}
