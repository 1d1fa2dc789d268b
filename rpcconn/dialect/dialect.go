// Package dialect says what a protocol is on top of its messages: how a session begins and ends, how peers list their
// methods, how a call is prepared and cancelled, how its progress is told, what the peer's own requests are answered
// with.
//
// A Dialect is a value that says all of that about one protocol. Each is made by a package of its own below this one,
// and package dialects has the table of them.
package dialect

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// A Dialect is all that is known of one protocol, or of one convention by which peers of several protocols list their
// methods. What it does not have is zero. Its functions may be called by any number of goroutines.
type Dialect struct {
	Name    string // by which people choose it; the Source of what is learned by it
	Title   string // as people write it
	Summary string // one line: how peers list their methods, or else what is spoken

	// Wire is what is spoken; nil: the dialect is a convention, and what is spoken is another one's.
	Wire *Wire
	// Fits says when peers that speak something else are asked unasked whether they have this dialect; nil: never.
	Fits func(s Spoken) Rank

	// Handshake is what has to be said once a connection before anything else; its result is the peer's answer. nil:
	// nothing.
	Handshake func(ctx context.Context, p Peer, self Self) (json.RawMessage, error)
	// Asks are the methods that Handshake and Learn send, in order.
	Asks []string
	// Learn asks the peer what it offers; handshake is the answer to Handshake. An error of the peer (*rpcconn.Error)
	// to the first question, or ErrNotOffered, says that it does not have this dialect; any other error is worth a line
	// to the person. nil: there is no way to ask.
	Learn func(ctx context.Context, p Peer, handshake json.RawMessage) (*catalog.Learned, error)
	// Relearn are the peer's notifications after which it is asked again.
	Relearn []string
	// Teaches returns the methods that the peer tells of in a request or notification of its own; nil: it does so
	// nowhere.
	Teaches func(method string, params json.RawMessage) []catalog.Method
	// Tools says that what is learned has names beside those of methods, so that a name means nothing before that.
	Tools bool
	// Never are globs of methods that are not sent unasked. In them / is nothing special.
	Never []string

	// Prepare writes in full what was typed in short as the params of m, and returns the absolute paths of the files
	// that the call is about. read reads a file. nil: there is no short way.
	Prepare func(m catalog.Method, params json.RawMessage, read ReadFile) (
		full json.RawMessage, files []string, err error)
	// Example returns params in short for a call of m that is about a file, nil if there are none. It is nil if Prepare
	// is.
	Example func(m catalog.Method, defs schema.Definitions, path string) json.RawMessage
	// Documents says that peers are told of the files that calls are about, as lsp.Documents has it.
	Documents bool

	// Cancel returns the notification by which the call with this id is cancelled; nil: there is none.
	Cancel func(id rpcconn.ID) (method string, params json.RawMessage)
	// Track returns params that ask the peer to tell the progress of a call under a token; nil: there is no way. Params
	// that have a token, and those of methods that tell none, come back as they are.
	Track func(method string, params json.RawMessage, token string) json.RawMessage
	// Progress reads a notification that tells progress; nil: there are none.
	Progress func(method string, params json.RawMessage) (Progress, bool)

	// Withdrawn reads a notification by which the peer cancels a request of its own: the request's id, and the error
	// with which it is answered, nil if it is not. ok is false for other notifications. nil: there is none.
	Withdrawn func(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool)
	// Answers are to the peer's requests, where the person serves nothing else.
	Answers []Answer

	// Shutdown is sent before the connection is closed in good order: requests wait for their answer, a second at most.
	Shutdown []Step
}

// A Wire is what is spoken: the form of the messages, and their framing.
type Wire struct {
	Framing    string // the one to take if none is named
	OwnOnly    bool   // there is no other framing
	Binary     bool   // frames are no text
	Streamable bool   // over HTTP there are sessions and event streams, as in MCP's Streamable HTTP
	Discover   bool   // a peer that dialled us may be asked for its methods by OpenRPC
	NewCodec   func() rpcconn.Codec
	// Become makes a codec of the protocol below, to which this one gives a meaning of its own, this one's; nil: they
	// are the same.
	Become func(rpcconn.Codec) rpcconn.Codec
}

// The names of the protocols that say nothing beside what they speak.
const (
	JSONRPC        = "jsonrpc"
	JSONRPC1       = "jsonrpc1"
	BSONRPC        = "bsonrpc"
	MessagePackRPC = "msgpackrpc"
)

// Spoken is what is known of a peer before it is asked anything.
type Spoken struct {
	Protocol string // the name of the dialect whose Wire is spoken
	Framing  string // "" where the transport frames
	Scheme   string // of its target: "tcp", "unix", "tls", "ws", "wss", "http", "https" or "exec"
}

// A Rank says how early a peer is asked: the likeliest and cheapest questions come first.
type Rank int

// The ranks. Who has none is not asked.
const (
	RankNone  Rank = iota
	RankFirst      // before anything else, because the peer may end at what it does not know
	RankDiscovery
	RankLikely
	RankUsual
	RankUnlikely
	RankLast // a guess
)

// An Answer is a polite default.
type Answer struct {
	Method string
	Text   string // what it does, for lists
	// Answer returns the result, or the error to answer with, which is an *rpcconn.Error.
	Answer func(params json.RawMessage, self Self) (json.RawMessage, error)
}

// Constant returns an Answer that is always the same.
func Constant(result string) func(json.RawMessage, Self) (json.RawMessage, error) {
	return func(json.RawMessage, Self) (json.RawMessage, error) { return json.RawMessage(result), nil }
}

// A Step is a request or notification without params.
type Step struct {
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

// A ReadFile returns the bytes of the file at an absolute path, and an error where the path is an address or there is
// none.
type ReadFile func(path string) ([]byte, error)
