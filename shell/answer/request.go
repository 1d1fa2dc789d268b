package answer

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
)

// A Peer is who has sent a request, or can be called, as Answerers see it. Any number of goroutines may call its
// methods.
type Peer interface {
	Number() int     // from 1; no two peers of a session have the same
	Name() string    // the name that the person gave it; "": none
	Address() string // its address, for people

	// Call, Notify and Batch are those of rpcconn.Conn. What they send and get is shown.
	Call(ctx context.Context, method string, params json.RawMessage) (*rpcconn.Response, error)
	Notify(ctx context.Context, method string, params json.RawMessage) error
	Batch(ctx context.Context, calls []rpcconn.Call) ([]*rpcconn.Response, error)

	Wire() Wire // as it is now

	Close() error // ends the connection once all that was sent has been written
}

// A Request is a request or notification of a peer, with what is known of it beside its content.
type Request struct {
	*rpcconn.Request
	Peer  Peer
	Count int                    // how often the rule was used before
	Vars  func() json.RawMessage // the shell's variables, as an object

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

// An Answerer answers requests. Any number of goroutines may call Answer. ctx ends with the connection, or at the
// rule's time limit. The error is sent as an rpcconn.Handler's is.
type Answerer interface {
	Answer(ctx context.Context, req *Request) (json.RawMessage, error)
}
