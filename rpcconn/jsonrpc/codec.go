// Package jsonrpc is the codec of JSON-RPC: what a JSON text says as requests, notifications and responses, and back.
// It speaks version 2.0 ([New]), version 1.0 ([New1]), and the form without a version that the Chrome DevTools Protocol
// and others use ([NewVersionless]); a dialect is what sets them apart.
//
// What decides what a text means is here; where texts begin and end is for the framings, which answers belong to which
// requests is for rpcconn, and the grammar of JSON is package jsontext's.
//
// What asks something of us is read by the letter (sections 4 and 6 of https://www.jsonrpc.org/specification), because
// what it gets wrong can be said in the answer. Responses are read leniently, because nothing answers an answer.
package jsonrpc

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

// A Codec is the codec of one connection, see [rpcconn.Codec]. Create it with [New], [New1] or [NewVersionless].
type Codec struct {
	dialect dialect
	methods names.Table // those decoded so far; for Decode only
	extra   []byte      // where Decode gathers further members, always empty in between; nil if they are ignored
}

var _ rpcconn.Codec = (*Codec)(nil)

// A dialect is what sets one form of JSON-RPC apart from the others.
type dialect struct {
	name string // for errors

	versioned bool // a message has the member jsonrpc, which is version
	batches   bool // an array of messages may be sent
	// every value is an id but null, which says that there is none; else only strings, numbers and null are
	anyID    bool
	anyError bool // an error is any value but null; else an object
	// a message has all members of its kind: id, params, result and error; what says nothing is null or []
	allMembers bool
	keepsExtra bool // further members belong to a message
	answersAll bool // what is no message is always answered; else only a request that has a mistake and an id
}

const version = "2.0"

// New returns the codec of JSON-RPC 2.0. Further members that arrive are ignored.
func New() *Codec {
	return newCodec(dialect{
		name:       "JSON-RPC 2.0",
		versioned:  true,
		batches:    true,
		answersAll: true,
	})
}

// New1 returns the codec of JSON-RPC 1.0 (https://www.jsonrpc.org/specification_v1) with the error objects of 2.0.
//
// A message is sent with all its members, and never with a member jsonrpc: some peers disconnect when there is one. No
// params become []. An object as params, which 1.0 does not know, is sent as given: some peers take it, and the others
// say so.
//
// An error that is no object with an integer as code and a string as message is read as code 0, its text as message (of
// a string, what it stands for) and itself as data. It can be sent likewise: with code 0, and a message that is empty
// or that very text, the data is sent as the error, unless it is null.
//
// There are no batches; one that arrives is decoded all the same. So is a message with a member jsonrpc.
func New1() *Codec {
	return newCodec(dialect{
		name:       "JSON-RPC 1.0",
		anyID:      true,
		anyError:   true,
		allMembers: true,
	})
}

// NewVersionless returns the codec of JSON-RPC 2.0 without the member jsonrpc, as the Chrome DevTools Protocol has it.
// The further members of a message are its Extra, in memory of its own. There are no batches; one that arrives is
// decoded all the same. So is a message with a member jsonrpc.
func NewVersionless() *Codec {
	return newCodec(dialect{
		name:       "JSON-RPC without a version",
		keepsExtra: true,
	})
}

func newCodec(d dialect) *Codec {
	c := &Codec{dialect: d, methods: make(names.Table)}
	if d.keepsExtra {
		const usual = 256 // no more than that is kept between messages
		c.extra = make([]byte, 0, usual)
	}
	return c
}
