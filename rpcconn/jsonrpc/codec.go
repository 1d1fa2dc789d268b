// Package jsonrpc is the codec of JSON-RPC: it turns JSON texts into requests, notifications and responses, and back.
// It speaks version 2.0 ([New]), version 1.0 ([New1]), and the form without a version that the Chrome DevTools Protocol
// and others use ([NewVersionless]); a dialect describes how they differ.
//
// This package decides what a text means. Framings find where texts begin and end, rpcconn matches responses with
// requests, and package jsontext has the grammar of JSON.
//
// Requests are read strictly (sections 4 and 6 of https://www.jsonrpc.org/specification), because the answer can say
// what is wrong with them. Responses are read leniently, because a response has no answer.
package jsonrpc

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

// A Codec is the codec of one connection; see [rpcconn.Codec]. Create it with [New], [New1] or [NewVersionless].
type Codec struct {
	dialect dialect
	methods names.Table // decoded so far; only Decode uses them
	extra   []byte      // where Decode collects further members, always empty in between; nil if they are ignored
}

var _ rpcconn.Codec = (*Codec)(nil)

// A dialect describes how one form of JSON-RPC differs from the others.
type dialect struct {
	name string // for errors

	versioned bool // a message has the member jsonrpc, which is version
	batches   bool // an array of messages may be sent
	// an id may be any value but null, which means that there is none; else only a string, a number or null
	anyID    bool
	anyError bool // an error may be any value but null; else only an object
	// a message has all members of its kind: id, params, result and error; the empty ones are null or []
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
// A message is sent with all its members, and never with a member jsonrpc: some peers disconnect if there is one.
// Missing params become []. Version 1.0 has no named params; an object is sent as given, because some peers accept it
// and the others answer with an error.
//
// An error that is no object with an integer as code and a string as message is read as code 0, its text as message (of
// a string, what it stands for) and itself as data. It can be sent likewise: with code 0, and a message that is empty
// or that very text, the data is sent as the error, unless it is null.
//
// There are no batches, but one that arrives is decoded; so is a message with a member jsonrpc.
func New1() *Codec {
	return newCodec(dialect{
		name:       "JSON-RPC 1.0",
		anyID:      true,
		anyError:   true,
		allMembers: true,
	})
}

// NewVersionless returns the codec of JSON-RPC 2.0 without the member jsonrpc, as the Chrome DevTools Protocol has it.
// The further members of a message are its Extra, in memory of its own. There are no batches, but one that arrives is
// decoded; so is a message with a member jsonrpc.
func NewVersionless() *Codec {
	return newCodec(dialect{
		name:       "JSON-RPC without a version",
		keepsExtra: true,
	})
}

func newCodec(d dialect) *Codec {
	c := &Codec{dialect: d}
	if d.keepsExtra {
		const usual = 256 // no more than that is kept between messages
		c.extra = make([]byte, 0, usual)
	}
	return c
}
