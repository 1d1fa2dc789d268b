package answer

import (
	"context"
	"encoding/json"
	"time"

	"rpcsh/rpcconn"
)

// A Peer is who has sent a request, or can be called, as Answerers see it. Any number of goroutines may call its
// methods.
type Peer interface {
	Number() int     // from 1; no two peers of a session have the same
	Name() string    // the name that the person gave it; "": none
	Address() string // its address, for people

	// Call, Notify and Batch are those of rpcconn.Conn. What they send and get is shown. timeout is for the answers, 0:
	// none; where it runs out, the error is an exit.ErrTimeout.
	Call(
		ctx context.Context, method string, params json.RawMessage, timeout time.Duration,
	) (*rpcconn.Response, error)
	Notify(ctx context.Context, method string, params json.RawMessage) error
	Batch(ctx context.Context, calls []rpcconn.Call, timeout time.Duration) ([]*rpcconn.Response, error)

	Wire() Wire // as it is now

	Close() error // ends the connection once all that was sent has been written
}

// A Request is a request or notification of a peer, with what is known of it beside its content.
type Request struct {
	*rpcconn.Request
	Peer   Peer
	Number uint64                 // of its event: what a person means it by; 0: it has none
	Count  int                    // how often the rule was used before
	Vars   func() json.RawMessage // the shell's variables, as an object
	// Entered is told that what came later may be handled; nil: nobody waits for that.
	Entered func(*rpcconn.Request)
	// Suggested is an answer that a person can give; nil: nothing is known that they could.
	Suggested json.RawMessage
	// Held says that it is a message between two others, which may pass as well as be answered. One without an id can
	// not be answered.
	Held bool

	after []func() // of a notification
}

// After makes f be called once the answer has been sent, or, if there is none, once the request has been handled.
// Answerers may call it before they return.
func (r *Request) After(f func()) {
	if r.IsNotification() {
		r.after = append(r.after, f)
		return
	}
	r.Request.After(f)
}

// Enter says that what the peer sent later may be handled from now on. An Answerer calls it once it has its turn, or
// has taken what it needs of a state that others change, and before it waits; more than once does no harm. The end of
// the Answerer says the same.
func (r *Request) Enter() {
	if r.Entered != nil {
		r.Entered(r.Request)
	}
}

// An Answerer answers requests. Any number of goroutines may call Answer. ctx ends with the connection, or at the
// rule's time limit. The error is sent as an rpcconn.Handler's is.
type Answerer interface {
	Answer(ctx context.Context, req *Request) (json.RawMessage, error)
}
