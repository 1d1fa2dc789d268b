// Package dialects has the table of all dialects, and the functions that need all of them. A new dialect is a package
// below dialect and a line here.
package dialects

import (
	"cmp"
	"encoding/json"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/acp"
	"rpcsh/rpcconn/dialect/cdp"
	"rpcsh/rpcconn/dialect/describe"
	"rpcsh/rpcconn/dialect/ethereum"
	"rpcsh/rpcconn/dialect/introspection"
	"rpcsh/rpcconn/dialect/listmethods"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/dialect/mcp"
	"rpcsh/rpcconn/dialect/neovim"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/ovsdb"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
)

// table returns the table, which is made when it is first needed and never changed.
var table = sync.OnceValue(func() []*dialect.Dialect {
	list := plain()
	for _, d := range []dialect.Dialect{
		openrpc.Dialect(),
		introspection.Dialect(),
		listmethods.Dialect(),
		describe.Dialect(),
		cdp.Dialect(),
		lsp.Dialect(),
		mcp.Dialect(),
		acp.Dialect(),
		neovim.Dialect(),
		ethereum.Dialect(),
		ovsdb.Dialect(),
	} {
		list = append(list, &d)
	}
	return list
})

// plain returns the plain protocols, the default one first.
func plain() []*dialect.Dialect {
	return []*dialect.Dialect{
		{
			Name:    dialect.JSONRPC,
			Title:   "JSON-RPC 2.0",
			Summary: "requests and notifications in JSON",
			Wire: &dialect.Wire{
				Framing:  "rfc7464",
				Discover: true,
				NewCodec: func() rpcconn.Codec { return jsonrpc.New() },
			},
		},
		{
			Name: dialect.JSONRPC1, Title: "JSON-RPC 1.0", Summary: "requests and notifications in JSON, as of 2005",
			Wire: &dialect.Wire{
				Framing: "none", ByPosition: true, NewCodec: func() rpcconn.Codec { return jsonrpc.New1() },
			},
		},
		{
			Name: dialect.BSONRPC, Title: "BSON-RPC 2.0", Summary: "JSON-RPC 2.0 in BSON, as py-bson-rpc has it",
			Wire: &dialect.Wire{
				Framing: "bson", OwnOnly: true, Binary: true, NewCodec: func() rpcconn.Codec { return bsonrpc.New() },
			},
		},
		{
			Name:    dialect.MessagePackRPC,
			Title:   "MessagePack-RPC",
			Summary: "requests and notifications in MessagePack",
			Wire: &dialect.Wire{
				Framing:    "msgpack",
				OwnOnly:    true,
				Binary:     true,
				ByPosition: true,
				NewCodec:   func() rpcconn.Codec { return msgpackrpc.New() },
			},
		},
	}
}

// All returns all dialects: the plain protocols, the conventions, and the protocols that have conventions of their own.
// The caller must not change them, nor the slice.
func All() []*dialect.Dialect { return table() }

// Protocols returns the dialects that say what is spoken, the default one first.
func Protocols() []*dialect.Dialect {
	return those(func(d *dialect.Dialect) bool { return d.Wire != nil })
}

// Conventions returns the dialects by which peers list their methods.
func Conventions() []*dialect.Dialect {
	return those(func(d *dialect.Dialect) bool { return d.Learn != nil })
}

func those(such func(d *dialect.Dialect) bool) (list []*dialect.Dialect) {
	for _, d := range table() {
		if such(d) {
			list = append(list, d)
		}
	}
	return list
}

// Find returns the dialect called name, nil if there is none.
func Find(name string) *dialect.Dialect {
	for _, d := range table() {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Plan returns the dialects by which a peer is asked what it offers, in order. A protocol with its own convention is
// asked by that alone.
func Plan(s dialect.Spoken) []*dialect.Dialect {
	if d := Find(s.Protocol); d != nil && d.Learn != nil {
		return []*dialect.Dialect{d}
	}
	rank := func(d *dialect.Dialect) dialect.Rank {
		if d.Fits == nil {
			return dialect.RankNone
		}
		return d.Fits(s)
	}
	plan := those(func(d *dialect.Dialect) bool { return rank(d) > dialect.RankNone })
	slices.SortStableFunc(plan, func(a, b *dialect.Dialect) int { return cmp.Compare(rank(a), rank(b)) })
	return plan
}

// Recognize returns the dialect that a peer has which sends a message of this method by itself, nil if that does not
// show it.
func Recognize(method string) *dialect.Dialect {
	for _, d := range table() {
		if d.Shows != nil && d.Shows(method) {
			return d
		}
	}
	return nil
}

// Opens reports whether a request of this method begins a session, in any dialect.
func Opens(method string) bool {
	return slices.ContainsFunc(table(), func(d *dialect.Dialect) bool {
		return d.Handshake != nil && d.Asks[0] == method
	})
}

// subjects are the Subject functions of all dialects that have one.
var subjects = sync.OnceValue(func() (all []func(string, json.RawMessage) string) {
	for _, d := range table() {
		if d.Subject != nil {
			all = append(all, d.Subject)
		}
	}
	return all
})

// Subject returns what a request is a call of where its method, by whose name it is recognized whatever the peer's
// dialect is, does not tell; "" of others.
func Subject(method string, params json.RawMessage) string {
	for _, subject := range subjects() {
		if s := subject(method, params); s != "" {
			return s
		}
	}
	return ""
}

// Withdrawn reads a notification by which a peer cancels a request of its own, recognized by its name, whatever the
// peer's dialect is: the request's id, and the error with which it is answered, nil if it is not. ok is false for all
// other notifications.
func Withdrawn(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool) {
	for _, d := range table() {
		if d.Withdrawn == nil {
			continue
		}
		if id, answer, ok = d.Withdrawn(method, params); ok {
			return id, answer, true
		}
	}
	return rpcconn.ID{}, nil, false
}
