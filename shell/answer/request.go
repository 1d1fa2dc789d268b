package answer

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
)

// A Peer is who asks, or can be called, as those who answer see it. Its methods may be called by any number of
// goroutines.
type Peer interface {
	Number() int     // from 1; no two peers of a session have the same
	Name() string    // what the person calls it; "" where that is its number
	Address() string // where it is

	// Call, Notify and Batch are those of rpcconn.Conn; what they send, and what is answered, is shown.
	Call(ctx context.Context, method string, params json.RawMessage) (*rpcconn.Response, error)
	Notify(ctx context.Context, method string, params json.RawMessage) error
	Batch(ctx context.Context, calls []rpcconn.Call) ([]*rpcconn.Response, error)

	Wire() Wire // as it is now

	Close() error // ends the connection; it waits for what was sent to be written
}

// A Request is one of a peer's requests or notifications, with what there is to know of it beside what it says.
type Request struct {
	*rpcconn.Request
	Peer  Peer
	Count int                    // how often its rule was used before
	Vars  func() json.RawMessage // the shell's variables, as an object

	after []func() // of a notification
}

// After has f called once the answer has been sent, or where there is none to be, once the request has been handled. It
// is for Answerers, before they return.
func (r *Request) After(f func()) {
	if r.IsNotification() {
		r.after = append(r.after, f)
		return
	}
	r.Request.After(f)
}

// An Answerer makes the answers to requests. Answer may be called by any number of goroutines; ctx ends with the
// connection, or when the rule's time is up. Its error is what is answered, as an rpcconn.Handler's is.
type Answerer interface {
	Answer(ctx context.Context, req *Request) (json.RawMessage, error)
}
