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
	// token, and those of methods that tell none, come back as they are.
	Track func(method string, params json.RawMessage, token string) json.RawMessage
	// Progress reads a notification that tells progress; nil: there are none.
	Progress func(method string, params json.RawMessage) (Progress, bool)

	Tools   bool     // what is learned has names beside those of methods, so that a name means nothing before that
	Answers []Answer // to the peer's requests, where the person serves nothing else
	Never   []string // globs of methods that are not sent unasked, in which / is nothing special
	Relearn []string // the peer's notifications after which it is asked again
	// Teaches returns the methods that the peer tells of in a request or notification of its own; nil: it does so nowhere.
	Teaches func(method string, params json.RawMessage) []catalog.Method
	// Farewell is sent before the connection is closed in good order: requests wait for their answer, a second at most.
	Farewell []Farewell
}

// An Answer is a polite default.
type Answer struct {
	Method string
	Text   string // what it does, for lists
	// Answer returns the result, or the error to answer with, which is an *rpcconn.Error.
	Answer func(params json.RawMessage, self catalog.Self) (json.RawMessage, error)
}

// constant returns an Answer that is always the same.
func constant(result string) func(json.RawMessage, catalog.Self) (json.RawMessage, error) {
	return func(json.RawMessage, catalog.Self) (json.RawMessage, error) { return json.RawMessage(result), nil }
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
func Profiles() []Profile {
	return []Profile{lsp(), mcp(), neovim(), cdp(), ethereum(), ovsdb()}
}

// Find returns the profile called name, a protocol's; nil where that has none.
func Find(name string) *Profile {
	for _, p := range Profiles() {
		if p.Name == name {
			return &p
		}
	}
	return nil
}

// OfConvention returns the profile of peers that answered a convention, nil where that belongs to none.
func OfConvention(convention string) *Profile {
	for _, p := range Profiles() {
		if p.Convention == convention {
			return &p
		}
	}
	return nil
}
