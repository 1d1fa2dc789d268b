package dialect

import (
	"context"
	"encoding/json"
	"errors"
)

// ErrNotOffered says that a peer does not have a dialect.
var ErrNotOffered = errors.New("the peer does not offer this")

// A Caller sends a request, and returns the result. A peer's error is an *rpcconn.Error.
type Caller func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error)

// A Peer is the peer that a dialect asks. All functions return ctx's error when it ends.
type Peer struct {
	Call Caller
	// Notify sends a notification.
	Notify func(ctx context.Context, method string, params json.RawMessage) error
	// Get gets a path over HTTP from the peer's address; nil: the peer is not reached by HTTP or WebSocket.
	Get func(ctx context.Context, path string) ([]byte, error)
}

// Self is what we tell a peer about ourselves.
type Self struct {
	Name, Version string
	Root          string // an absolute path: the folder that the person works in
}
