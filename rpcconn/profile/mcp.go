package profile

import (
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
)

// mcp is the Model Context Protocol, revision 2025-06-18.
func mcp() Profile {
	return Profile{
		Name: "mcp", Title: "MCP", Convention: byMCP,
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
			params := id.Append([]byte(`{"requestId":`))
			return cancelMCP, append(params, `,"reason":"the person gave it up"}`...)
		},
		Track:    trackMCP,
		Progress: progressMCP,
		Answers: []Answer{
			{"ping", "{}: we are there", constant("{}")},
			{"roots/list", "the folder that we work in", answerRoots},
			{"elicitation/create", "the person declines", constant(`{"action":"decline"}`)},
			{"sampling/createMessage", "the person rejects it", func(json.RawMessage, catalog.Self) (json.RawMessage, error) {
				return nil, &rpcconn.Error{Code: -1, Message: "User rejected sampling request"} // the specification's own words
			}},
		},
		Never:   []string{"rpc.*", "system.*", "tools/call"},
		Tools:   true,
		Relearn: []string{"notifications/tools/list_changed", "notifications/prompts/list_changed", "notifications/resources/list_changed"},
	}
}

// cancelMCP is the notification by which either side cancels a request of its own.
const cancelMCP = "notifications/cancelled"

func answerRoots(_ json.RawMessage, self catalog.Self) (json.RawMessage, error) {
	return append(append(json.RawMessage(`{"roots":`), self.Folders()...), '}'), nil
}

// trackMCP asks for the progress of what may take long (MCP 2025-06-18, "Progress").
func trackMCP(method string, params json.RawMessage, token string) json.RawMessage {
	switch method {
	case "tools/call", "prompts/get", "resources/read":
	default:
		return params
	}
	const meta, progressToken = "_meta", "progressToken"
	old := member(params, meta)
	tracked := track(old, progressToken, token)
	if string(tracked) == string(old) {
		return params
	}
	with, ok := withMember(params, meta, tracked)
	if !ok {
		return params
	}
	return with
}

func progressMCP(method string, params json.RawMessage) (Progress, bool) {
	if method != "notifications/progress" {
		return Progress{}, false
	}
	var p struct {
		ProgressToken   json.RawMessage
		Progress, Total float64
		Message         string
	}
	if json.Unmarshal(params, &p) != nil || p.ProgressToken == nil {
		return Progress{}, false
	}
	return Progress{Token: string(p.ProgressToken), Done: p.Progress, Total: p.Total, Text: p.Message}, true
}
