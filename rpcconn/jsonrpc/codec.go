// Package jsonrpc is the codec of JSON-RPC 2.0: what a JSON text says as requests, notifications and responses, and back.
//
// What decides what a text means is here; where texts begin and end is for the framings, which answers belong to which
// requests is for rpcconn, and the grammar of JSON is package jsonscan's.
//
// What asks something of us is read by the letter (sections 4 and 6 of https://www.jsonrpc.org/specification), because
// what it gets wrong can be said in the answer. Responses are read leniently, because nothing answers an answer.
package jsonrpc

import "rpcsh/rpcconn"

// A Codec is the codec of one connection, see [rpcconn.Codec]. Create it with [New].
type Codec struct {
	methods names // those decoded so far; for Decode only
}

var _ rpcconn.Codec = (*Codec)(nil)

// New returns the codec of JSON-RPC 2.0.
func New() *Codec {
	return &Codec{methods: make(names)}
}

// version is the jsonrpc member of every message.
const version = "2.0"
