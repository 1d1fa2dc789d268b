package profile

import (
	"encoding/json"

	"rpcsh/rpcconn"
)

// codeRequestCancelled is the code with which a request is answered that was cancelled (LSP 3.18, "Base Protocol", ErrorCodes).
const codeRequestCancelled = -32800

// Withdrawn reads a notification by which a peer cancels a request of its own, which its name says whatever the profile is: the request's
// id, and what is answered to it, nil where that is nothing. ok is false for all other notifications.
func Withdrawn(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool) {
	name := ""
	switch method {
	case cancelLSP: // LSP 3.18, "Cancellation Support": the request has to be answered
		name, answer = "id", &rpcconn.Error{Code: codeRequestCancelled, Message: "Request cancelled"}
	case cancelMCP: // MCP 2025-06-18, "Cancellation": it should not be
		name = "requestId"
	default:
		return id, nil, false
	}
	value := member(params, name)
	if value == nil {
		return id, nil, false
	}
	return rpcconn.ParseID(value), answer, true
}
