// Package httprpc makes [rpcconn.Channel]s of JSON-RPC over HTTP/1.1: a POST for each message or batch.
//
// Dial makes the client's end. The peer answers with JSON or with an event stream (text/event-stream), which may carry
// its own requests and notifications too; our answers to these are further POSTs. The "Streamable HTTP" transport of
// the Model Context Protocol (https://modelcontextprotocol.io/specification/2025-06-18/basic/transports) adds a session
// to that; see mcp.go.
//
// Listen, or NewServer in a server that serves other things as well, makes the server's end: a Channel for each
// connection of a client. A client can be answered, but not be called.
//
// HTTP says which answer belongs to which request, and a Channel does not. So that a call fails at once if its POST
// does, Send waits until what it sent is answered, and what is no answer is its error. For that, both ends look at the
// messages with a codec of their own.
package httprpc

import (
	"net"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// Info is what is known of a connection beside its messages.
type Info struct {
	RemoteAddr net.Addr // nil where a proxy is between
	First      []byte   // the first message of an accepted client
}

// StatusError is an HTTP response that is no answer. Errors of Send wrap it; errors.As finds it.
type StatusError = web.StatusError

// limit returns the limit for a message if the option is maxMessage.
func limit(maxMessage int) int {
	if maxMessage > 0 {
		return maxMessage
	}
	return rpcconn.DefaultMaxMessage
}
