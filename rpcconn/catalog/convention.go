package catalog

import (
	"context"
	"encoding/json"
	"errors"
)

// A Peer is whom a convention asks. All functions return ctx's error when that ends.
type Peer struct {
	// Call sends a request. A peer's error is an *rpcconn.Error.
	Call func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error)
	// Notify sends a notification.
	Notify func(ctx context.Context, method string, params json.RawMessage) error
	// Get gets a path over HTTP from where the peer is; nil: it is not reached by HTTP or WebSocket.
	Get func(ctx context.Context, path string) ([]byte, error)
}

// Self is who we say that we are.
type Self struct {
	Name, Version string
	Root          string // an absolute path: the folder that the person works in
}

// A Convention is a way in which peers tell what they offer.
type Convention struct {
	Name    string   // of .discover, and the Source of what is learned
	Summary string   // one line
	Asks    []string // the methods that it sends, in order
	// Hello is what has to be said once a connection before anything else; its result is the peer's answer. nil: nothing.
	Hello func(ctx context.Context, p Peer, self Self) (json.RawMessage, error)
	// Learn asks the peer; hello is the answer to Hello. An error of the peer (*rpcconn.Error) to the first question, or
	// ErrNotOffered, says that it does not have this convention; any other error is worth a line to the person.
	Learn func(ctx context.Context, p Peer, hello json.RawMessage) (*Learned, error)
}

// ErrNotOffered says that a peer does not follow a convention.
var ErrNotOffered = errors.New("the peer does not offer this")

// Conventions returns the table of all conventions that are asked over the connection, in no particular order.
func Conventions() []Convention {
	return []Convention{
		openRPCConvention(),
		ethereumConvention(),
		neovimConvention(),
		ovsdbConvention(),
		introspectionConvention(),
		describeConvention(),
		mcpConvention(),
		lspConvention(),
		cdpConvention(),
	}
}

// FindConvention returns the convention called name.
func FindConvention(name string) (Convention, bool) {
	for _, c := range Conventions() {
		if c.Name == name {
			return c, true
		}
	}
	return Convention{}, false
}
