// Package mcp is the Model Context Protocol, revision 2025-06-18
// (https://modelcontextprotocol.io/specification/2025-06-18).
package mcp

import (
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/jsontext"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	asks := []string{"initialize", "notifications/initialized"}
	for _, l := range pagedLists() {
		asks = append(asks, l.method)
	}
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "MCP",
		Summary: "the Model Context Protocol's lists of tools, prompts and resources",
		Wire: &dialect.Wire{
			Framing:    "line",
			Streamable: true,
			NewCodec:   func() rpcconn.Codec { return jsonrpc.New() },
		},
		Fits:      fits,
		Handshake: begin,
		Asks:      asks,
		Learn:     learn,
		Shows:     func(method string) bool { return isServers(method) && !isProtocols(method) },
		Relearn: []string{
			"notifications/tools/list_changed",
			"notifications/prompts/list_changed",
			"notifications/resources/list_changed",
		},
		Tools:   func(method string) bool { return !isProtocols(method) },
		Quiet:   true, // "The client MUST NOT write anything to the server's stdin that is not a valid MCP message."
		Never:   []string{"rpc.*", "system.*", "tools/call"},
		NoBatch: "MCP has no batches since its revision 2025-06-18, and many servers do not answer one",
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
			params := id.Append([]byte(`{"requestId":`))
			return methodCancel, append(params, `,"reason":"the person gave it up"}`...)
		},
		Subject:   subject,
		Track:     track,
		Progress:  readProgress,
		Failed:    failed,
		Withdrawn: withdrawn,
		Answers: []dialect.Answer{
			{Method: "ping", Text: "{}: we are there", Answer: dialect.Constant("{}")},
			{
				Method:  "roots/list",
				Text:    "you are asked; without a person, there are no roots",
				Suggest: suggestRoots,
				Answer:  dialect.Constant(`{"roots":[]}`),
			},
			{
				Method:  "elicitation/create",
				Text:    "you are asked; without a person, it is declined",
				Suggest: suggestContent,
				Result:  elicitedSchema,
				Answer:  dialect.Constant(`{"action":"decline"}`),
			},
			{
				Method:  "sampling/createMessage",
				Text:    "you are asked; without a person, it is rejected",
				Suggest: suggestMessage,
				Answer: func(json.RawMessage, dialect.Self) (json.RawMessage, error) {
					// the specification's own words
					return nil, &rpcconn.Error{Code: -1, Message: "User rejected sampling request"}
				},
			},
		},
	}
}

// fits ranks peers as servers, which are programs that speak in lines, or are behind an HTTP server.
func fits(s dialect.Spoken) dialect.Rank {
	switch {
	case s.Protocol != dialect.JSONRPC:
	case s.Framing == "line" && s.Scheme == "exec":
		return dialect.RankFirst
	case s.Scheme == "http" || s.Scheme == "https":
		return dialect.RankUnlikely
	}
	return dialect.RankNone
}

// methodCancel is the notification by which either side cancels a request of its own.
const methodCancel = "notifications/cancelled"

// subject returns the tool or the prompt that a request is for.
func subject(method string, params json.RawMessage) string {
	switch method {
	case "tools/call", "prompts/get":
		return jsontext.Text(jsontext.Get(params, "name"))
	}
	return ""
}

// track asks for the progress of calls that may take long (MCP 2025-06-18, "Progress").
func track(method string, params json.RawMessage, token string) json.RawMessage {
	switch method {
	case "tools/call", "prompts/get", "resources/read":
	default:
		return params
	}
	const meta, progressToken = "_meta", "progressToken"
	old := jsontext.Get(params, meta)
	if jsontext.Get(old, progressToken) != nil {
		return params
	}
	tracked, ok := jsontext.With(old, progressToken, jsontext.AppendQuote(nil, token))
	if !ok {
		return params
	}
	with, ok := jsontext.With(params, meta, tracked)
	if !ok {
		return params
	}
	return with
}

func readProgress(method string, params json.RawMessage) (dialect.Progress, bool) {
	if method != "notifications/progress" {
		return dialect.Progress{}, false
	}
	var p struct {
		ProgressToken   json.RawMessage
		Progress, Total float64
		Message         string
	}
	if json.Unmarshal(params, &p) != nil || p.ProgressToken == nil {
		return dialect.Progress{}, false
	}
	return dialect.Progress{Token: string(p.ProgressToken), Done: p.Progress, Total: p.Total, Text: p.Message}, true
}

// withdrawn reads notifications/cancelled. The request should not be answered (MCP 2025-06-18, "Cancellation").
func withdrawn(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool) {
	if method != methodCancel {
		return id, nil, false
	}
	value := jsontext.Get(params, "requestId")
	if value == nil {
		return id, nil, false
	}
	return rpcconn.ParseID(value), nil, true
}
