package session

import (
	"context"
	"errors"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect/dialects"
)

// openRequests are the requests of a peer's connection that are being answered: they are listed, may be withdrawn, and
// have no answer yet when it ends.
type openRequests struct {
	mu  sync.Mutex // protects what follows
	all map[rpcconn.ID]*openRequest
}

type openRequest struct {
	*rpcconn.Request
	withdrawn *withdrawnError         // nil: it was not
	cancel    context.CancelCauseFunc // nil: nobody has begun to answer it
	parked    bool                    // it waits for a person
}

// A withdrawnError is why a request is no longer being answered.
type withdrawnError struct {
	answer *rpcconn.Error // with which it is answered in the end; nil: not at all
}

func (*withdrawnError) Error() string { return "the peer has withdrawn it" }

// add takes note of a request. It is called by the goroutine that reads, so that the request is known before it can be
// withdrawn.
func (o *openRequests) add(req *rpcconn.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = make(map[rpcconn.ID]*openRequest)
	}
	o.all[req.ID] = &openRequest{Request: req}
}

// has reports whether a request of this connection is open.
func (o *openRequests) has(req *rpcconn.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID]
	return r != nil && r.Request == req
}

// list returns the requests that are being answered, oldest first.
func (o *openRequests) list() []*rpcconn.Request {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []*rpcconn.Request
	for _, r := range o.all {
		all = append(all, r.Request)
	}
	slices.SortFunc(all, func(a, b *rpcconn.Request) int { return a.Time.Compare(b.Time) })
	return all
}

// park takes note that a request waits for a person.
func (o *openRequests) park(req *rpcconn.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.all[req.ID]; r != nil && r.Request == req {
		r.parked = true
	}
}

// isParked reports whether a request waits for a person, or has just been answered by one.
func (o *openRequests) isParked(req *rpcconn.Request) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID]
	return r != nil && r.Request == req && r.parked
}

// anyParked is isParked for any of the requests.
func (o *openRequests) anyParked() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.all {
		if r.parked {
			return true
		}
	}
	return false
}

// unanswered returns how many requests were open when the connection ended, those that waited for a person left out:
// they are told one by one.
func (o *openRequests) unanswered() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.all {
		if !r.parked {
			n++
		}
	}
	return n
}

// begin returns the context in which a request is answered; it ends when the request is withdrawn. end is called when
// it has been answered, or not, because ctx has ended, the connection's: then the request stays open.
func (o *openRequests) begin(ctx context.Context, req *rpcconn.Request) (open context.Context, end func()) {
	open, cancel := context.WithCancelCause(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[req.ID]
	switch {
	case r == nil || r.Request != req: // it is of an earlier connection
		r = nil
	case r.withdrawn != nil:
		cancel(r.withdrawn)
	default:
		r.cancel = cancel
	}
	return open, func() {
		o.mu.Lock()
		if r != nil && o.all[req.ID] == r && ctx.Err() == nil {
			delete(o.all, req.ID)
		}
		o.mu.Unlock()
		cancel(nil)
	}
}

// withdraw gives up a request, which may have been answered already.
func (o *openRequests) withdraw(id rpcconn.ID, why *withdrawnError) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.all[id]
	if r == nil {
		return
	}
	r.withdrawn = why
	if r.cancel != nil {
		r.cancel(why)
	}
}

// note takes note of what the peer asks, and of what it withdraws. It is called by the goroutine that reads.
func (o *openRequests) note(req *rpcconn.Request) {
	if !req.IsNotification() {
		o.add(req)
		return
	}
	if id, answer, ok := dialects.Withdrawn(req.Method, req.Params); ok {
		o.withdraw(id, &withdrawnError{answer})
	}
}

// withdrawn returns the error that says that the request of ctx was withdrawn, nil where it was not.
func withdrawn(ctx context.Context) *withdrawnError {
	var e *withdrawnError
	if errors.As(context.Cause(ctx), &e) {
		return e
	}
	return nil
}
