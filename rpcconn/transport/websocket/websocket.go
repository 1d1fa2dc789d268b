// Package websocket makes [rpcconn.Channel]s of WebSocket connections (RFC 6455): by [Dial], by [Listen], or by
// [NewHandler] in a server that serves other things as well. A message is a frame in the sense of rpcconn, however many
// WebSocket frames it comes in.
//
// The protocol itself is implemented by github.com/coder/websocket. This package adds the contract of Channel, the
// choice of clients, and errors that say what to do. Messages are sent uncompressed and in one WebSocket frame each,
// because some peers accept nothing else; a peer that insists on an extension is refused.
package websocket

import (
	"fmt"
	"io"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
)

// A CloseError is the close frame with which the peer ended the connection (RFC 6455 section 7.4).
type CloseError struct {
	Code   int    // 1005: the peer gave none
	Reason string // "": the peer gave none
}

// Error implements error: closed (1000 "bye").
func (e *CloseError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("closed (%d %q)", e.Code, e.Reason)
	}
	if meaning := closeMeaning(e.Code); meaning != "" {
		return fmt.Sprintf("closed (%d: %s)", e.Code, meaning)
	}
	return fmt.Sprintf("closed (%d)", e.Code)
}

// Unwrap returns io.EOF where the peer ended the connection in the ordinary way, so that errors.Is says so.
func (e *CloseError) Unwrap() error {
	switch websocket.StatusCode(e.Code) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd:
		return io.EOF
	}
	return nil
}

// closeMeaning returns the meaning of code in RFC 6455 section 7.4.1 and the IANA registry, or "".
func closeMeaning(code int) string {
	switch websocket.StatusCode(code) {
	case websocket.StatusNormalClosure:
		return "normal"
	case websocket.StatusGoingAway:
		return "going away"
	case websocket.StatusProtocolError:
		return "protocol error"
	case websocket.StatusUnsupportedData:
		return "this kind of data is not taken; text and binary are the two kinds"
	case websocket.StatusNoStatusRcvd:
		return "no reason given"
	case websocket.StatusInvalidFramePayloadData:
		return "invalid data"
	case websocket.StatusPolicyViolation:
		return "against the peer's policy"
	case websocket.StatusMessageTooBig:
		return "message too big for the peer"
	case websocket.StatusMandatoryExtension:
		return "the peer wants an extension"
	case websocket.StatusInternalError:
		return "internal error of the peer"
	case websocket.StatusServiceRestart:
		return "restarting"
	case websocket.StatusTryAgainLater:
		return "try again later"
	case websocket.StatusBadGateway:
		return "bad gateway"
	}
	return ""
}

// limit returns the limit for a message if the option is maxMessage.
func limit(maxMessage int) int {
	if maxMessage > 0 {
		return maxMessage
	}
	return rpcconn.DefaultMaxMessage
}
