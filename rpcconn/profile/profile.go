// Package profile is what is said on top of a codec: how a connection of LSP, MCP, Neovim, the Chrome DevTools Protocol, Ethereum nodes or
// OVSDB begins, how a call is cancelled, how progress arrives, what to answer where the person has said nothing, and what must never be
// sent unasked. What peers offer is read by package catalog; who asks, and when, is for the shell.
package profile

import (
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
)

// A Profile is what is special about the peers of one protocol.
type Profile struct {
	Name       string // as in -p
	Title      string // as people write it
	Convention string // by which its peers tell what they offer; its Hello is the handshake

	// Cancel returns the notification by which the call with this id is cancelled; nil: there is none.
	Cancel func(id rpcconn.ID) (method string, params json.RawMessage)
	// Track returns params that ask the peer to tell the progress of a call under a token; nil: there is no way. Params that have a
	// token come back as they are.
	Track func(method string, params json.RawMessage, token string) json.RawMessage
	// Progress reads a notification that tells progress; nil: there are none.
	Progress func(method string, params json.RawMessage) (Progress, bool)

	Answers []Answer // to the peer's requests, where the person serves nothing else
	Never   []string // globs of methods that are not sent unasked
	Relearn []string // the peer's notifications after which it is asked again
	// Farewell is sent before the connection is closed in good order: requests wait for their answer, a second at most.
	Farewell []Farewell
}

// An Answer is a polite default.
type Answer struct {
	Method string
	Text   string // what it does, for lists
	Answer func(params json.RawMessage, self catalog.Self) json.RawMessage
}

// A Farewell is a request or notification.
type Farewell struct {
	Method string
	Notify bool
}

// A Progress is how far a call has come.
type Progress struct {
	Token       string // JSON text
	Done, Total float64
	Text        string
	Ended       bool
}

// Profiles returns the table of profiles.
func Profiles() []Profile { return nil }

// Find returns the profile called name, a protocol's; nil where that has none.
func Find(name string) *Profile {
	for _, p := range Profiles() {
		if p.Name == name {
			return &p
		}
	}
	return nil
}

// Plan returns the names of the conventions that a peer is asked, in order, the cheapest and likeliest first: of a protocol's name and
// framing as package dial has them, and the scheme of its target ("tcp", "unix", "tls", "ws", "wss", "http", "https", "exec").
func Plan(protocol, framing, scheme string) []string { return []string{string(catalog.SourceOpenRPC)} }

// OfConvention returns the profile of peers that answered a convention, nil where that belongs to none.
func OfConvention(convention string) *Profile {
	for _, p := range Profiles() {
		if p.Convention == convention {
			return &p
		}
	}
	return nil
}
