// Package dialect describes what a protocol adds to its messages: how a session begins and ends, how peers list their
// methods, how a call is prepared and cancelled, how its progress is reported, and how the peer's own requests are
// answered by default.
//
// A Dialect is a value that holds all of that for one protocol. Each dialect has a package below this one, and package
// dialects has the table of all. This package knows no protocol itself.
package dialect

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// A Dialect describes one protocol, or one convention by which peers of several protocols list their methods. The zero
// value of a field means that the dialect does not have it. Any number of goroutines may call its functions.
type Dialect struct {
	Name    string // the name by which people choose it, and the Source of what is learned by it
	Title   string // for display
	Summary string // one line: how peers list their methods, or else what is spoken

	// Wire is what is spoken; nil: the dialect is a convention on top of others.
	Wire *Wire
	// Fits says how early a peer that speaks something else is asked whether it has this dialect; nil: never.
	Fits func(s Spoken) Rank

	// Handshake sends what has to come first on a connection, and returns the peer's answer. nil: nothing.
	Handshake func(ctx context.Context, p Peer, self Self) (json.RawMessage, error)
	// Asks are the methods that Handshake and Learn send, in order.
	Asks []string
	// Learn asks the peer what it offers; handshake is the answer to Handshake. An error of the peer (*rpcconn.Error)
	// to the first question, or ErrNotOffered, means that it does not have this dialect; any other error is shown. nil:
	// there is no way to ask.
	Learn func(ctx context.Context, p Peer, handshake json.RawMessage) (*catalog.Learned, error)
	// Table returns the methods that peers may have, as far as that is known without asking; nil: nothing is.
	Table func() *catalog.Learned
	// Tabled reports, at less cost than Table has, whether that may have a method.
	Tabled func(method string) bool
	// Shows reports whether a message of this method, sent by the peer, shows that the peer has this dialect; nil: none
	// does.
	Shows func(method string) bool
	// Relearn lists the peer's notifications after which it is asked again.
	Relearn []string
	// Teaches returns the methods that a request or notification of the peer tells about; nil: there is no such
	// message.
	Teaches func(method string, params json.RawMessage) []catalog.Method
	// Tools reports whether method may be a name that learning adds and that is no method, so that it is unknown
	// before; nil: learning adds no such names, and sends nothing beyond the handshake.
	Tools func(method string) bool
	// Quiet says that peers are sent nothing that is no message: what cannot be read is not answered.
	Quiet bool
	// Never lists globs of methods that are never sent unasked. In them, / has no special meaning.
	Never []string

	// NoBatch says why peers take no batches; "": they do, as far as their protocol has them.
	NoBatch string

	// Prepare expands the short form of params of m, and returns the absolute paths of the files that the call is
	// about. read reads a file. nil: there is no short form.
	Prepare func(m catalog.Method, params json.RawMessage, read ReadFile) (
		full json.RawMessage, files []string, err error)
	// Example returns params in short form for a call of m that is about a file, or nil. It is nil if Prepare is.
	Example func(m catalog.Method, defs schema.Definitions, path string) json.RawMessage
	// Takes says what of a file is typed in short as an argument of m: param is its name, "" for the first by position.
	// nil: nothing is.
	Takes func(m catalog.Method, param string) FilePart
	// Digest returns a notification as people read it: what stands for its params, and lines that follow. text returns
	// the text of an open document at an absolute path, or "". The result is nil for other notifications. nil: there is
	// none.
	Digest func(method string, params json.RawMessage, text func(path string) string) []string
	// Subject returns what a request is a call of where its method alone does not tell, MCP's tool; "" of others. nil:
	// methods tell.
	Subject func(method string, params json.RawMessage) string
	// Documents says that peers are told about the files that calls are about; see lsp.Documents.
	Documents bool

	// Cancel returns the notification that cancels the call with this id; nil: there is none.
	Cancel func(id rpcconn.ID) (method string, params json.RawMessage)
	// Track returns params that ask the peer to report the progress of a call under a token; nil: there is no way.
	// Params that have a token, and those of methods without progress, are returned unchanged.
	Track func(method string, params json.RawMessage, token string) json.RawMessage
	// Progress reads a notification that reports progress; nil: there is none.
	Progress func(method string, params json.RawMessage) (Progress, bool)

	// Failed reads the result of a request that says that what was asked for failed: why. nil: there is none.
	Failed func(method string, result json.RawMessage) (text string, failed bool)

	// Withdrawn reads a notification by which the peer cancels a request of its own: the request's id, and the error
	// with which it is answered, nil if it is not. ok is false for other notifications. nil: there is none.
	Withdrawn func(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool)
	// Answers are the default answers to the peer's requests; rules take precedence.
	Answers []Answer

	// Shutdown lists what is sent before the connection is closed in order. Requests wait for their answer, for a
	// second at most.
	Shutdown []Step
}

// A Wire is what is spoken: the form of the messages, and their framing.
type Wire struct {
	Framing    string // the one to take if none is named
	OwnOnly    bool   // there is no other framing
	Binary     bool   // frames are binary
	ByPosition bool   // there are no named arguments
	Streamable bool   // over HTTP there are sessions and event streams, as in MCP's Streamable HTTP
	NoPings    bool   // a WebSocket gets no pings, at which some peers close the connection
	Discover   bool   // a peer that dialled us may be asked for its methods by OpenRPC
	NewCodec   func() rpcconn.Codec
	// Become turns a codec of the underlying protocol into one of this protocol; nil: they are the same.
	Become func(rpcconn.Codec) rpcconn.Codec
}

// The names of the plain protocols, which add nothing to their messages.
const (
	JSONRPC        = "jsonrpc"
	JSONRPC1       = "jsonrpc1"
	BSONRPC        = "bsonrpc"
	MessagePackRPC = "msgpackrpc"
)

// Spoken is what is known about a peer before it is asked.
type Spoken struct {
	Protocol string // the name of the dialect whose Wire is spoken
	Framing  string // "" where the transport frames
	Scheme   string // of its target: "tcp", "unix", "tls", "ws", "wss", "http", "https" or "exec"
}

// A Rank says how early a peer is asked: the likeliest and cheapest questions come first.
type Rank int

// The ranks. A peer without a rank is not asked.
const (
	RankNone  Rank = iota
	RankFirst      // before anything else, because the peer may exit at an unknown request
	RankDiscovery
	RankLikely
	RankUsual
	RankUnlikely
	RankLast // a guess
)

// An Answer is the default answer to a request.
type Answer struct {
	Method string
	Text   string // what it does, for lists
	// Suggest is set where a person is to answer: it returns an answer that they can give. Answer is for where there is
	// none. It may return nil.
	Suggest func(params json.RawMessage, self Self) json.RawMessage
	// Result returns the schema of what answers a request with these params, where they say more of it than is known of
	// the method; nil: they do not. Result itself may be nil.
	Result func(params json.RawMessage) json.RawMessage
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

// A Progress says how far a call has come.
type Progress struct {
	Token       string // JSON text
	Done, Total float64
	Text        string
	Ended       bool
}

// A FilePart is what of a file an argument names.
type FilePart uint8

// The parts of files.
const (
	NoFile    FilePart = iota
	AFile              // FILE
	FilePlace          // FILE:LINE:COLUMN, counted from 1
	InFile             // LINE:COLUMN in a file that another argument names
)

// A ParamError is what is wrong with one param of a call.
type ParamError struct {
	Param string // its name
	Err   error
}

// Error implements error.
func (e *ParamError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *ParamError) Unwrap() error { return e.Err }

// A ReadFile returns the bytes of the file at an absolute path, or an error if the path is a URL or there is no such
// file.
type ReadFile func(path string) ([]byte, error)
