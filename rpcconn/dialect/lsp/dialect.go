// Package lsp is the Language Server Protocol, version 3.18
// (https://microsoft.github.io/language-server-protocol/specifications/lsp/3.18/specification/).
package lsp

import (
	"context"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/jsontext"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: string(Source), Title: "LSP", Summary: "the Language Server Protocol's capabilities",
		Wire: &dialect.Wire{Framing: "header", NewCodec: func() rpcconn.Codec { return jsonrpc.New() }},
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC && s.Framing == "header" {
				return dialect.RankFirst
			}
			return dialect.RankNone
		},
		Handshake: begin,
		Asks:      []string{"initialize", "initialized"},
		Learn: func(_ context.Context, _ dialect.Peer, handshake json.RawMessage) (*catalog.Learned, error) {
			return Read(handshake)
		},
		Shows: isServers,
		Teaches: func(method string, params json.RawMessage) []catalog.Method {
			if method != "client/registerCapability" {
				return nil
			}
			return registered(params)
		},
		Never:     []string{"rpc.*", "system.*", "shutdown", "exit"},
		NoBatch:   "language servers take no batches, and many end at one",
		Prepare:   prepare,
		Example:   example,
		Takes:     takes,
		Digest:    digest,
		Documents: true,
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
			return methodCancel, append(id.Append([]byte(`{"id":`)), '}')
		},
		Track:     track,
		Progress:  readProgress,
		Withdrawn: withdrawn,
		Answers:   answers(),
		Shutdown:  []dialect.Step{{Method: "shutdown"}, {Method: "exit", Notify: true}},
	}
}

// answers returns the answers to the requests that servers make.
func answers() []dialect.Answer {
	return []dialect.Answer{
		{
			Method: "workspace/configuration",
			Text:   "an empty object for each item: nothing is configured",
			Answer: answerConfiguration,
		},
		{Method: "client/registerCapability", Text: "null: it is taken note of", Answer: dialect.Constant("null")},
		{Method: "client/unregisterCapability", Text: "null: it is taken note of", Answer: dialect.Constant("null")},
		{
			Method: "window/workDoneProgress/create",
			Text:   "null: progress may be told",
			Answer: dialect.Constant("null"),
		},
		{
			Method:  "window/showMessageRequest",
			Text:    "you are asked; without a person, null: none of the actions",
			Suggest: suggestAction,
			Answer:  dialect.Constant("null"),
		},
		{Method: "window/showDocument", Text: "no document is shown", Answer: dialect.Constant(`{"success":false}`)},
		{
			Method: "workspace/workspaceFolders",
			Text:   "the folder that we work in",
			Answer: func(_ json.RawMessage, self dialect.Self) (json.RawMessage, error) {
				return self.Folders(), nil
			},
		},
		{
			Method: "workspace/applyEdit",
			Text:   "nothing is edited",
			Answer: dialect.Constant(`{"applied":false,"failureReason":"edits are not applied here"}`),
		},
		refresh("codeLens"),
		refresh("diagnostic"),
		refresh("foldingRange"),
		refresh("inlayHint"),
		refresh("inlineValue"),
		refresh("semanticTokens"),
		refresh("textDocumentContent"),
	}
}

// refresh answers a server's request to ask it for something again.
func refresh(what string) dialect.Answer {
	return dialect.Answer{
		Method: "workspace/" + what + "/refresh",
		Text:   "null: nothing is kept that could be stale",
		Answer: dialect.Constant("null"),
	}
}

// answerConfiguration answers as many empty objects as there are items: a server that gets fewer fails (LSP 3.18,
// "Configuration Request"), and many that get null, which the protocol allows, look into it all the same.
func answerConfiguration(params json.RawMessage, _ dialect.Self) (json.RawMessage, error) {
	var items []json.RawMessage
	_ = json.Unmarshal(jsontext.Get(params, "items"), &items) // none are asked for then
	return json.RawMessage("[" + strings.TrimSuffix(strings.Repeat("{},", len(items)), ",") + "]"), nil
}

// suggestAction suggests the first of the actions among which a message lets the person choose, null if there is none
// (LSP 3.18, "ShowMessage Request").
func suggestAction(params json.RawMessage, _ dialect.Self) json.RawMessage {
	var actions []json.RawMessage
	_ = json.Unmarshal(jsontext.Get(params, "actions"), &actions) // there are none then
	if len(actions) == 0 {
		return json.RawMessage("null")
	}
	return actions[0]
}

// methodCancel is the notification by which either side cancels a request of its own.
const methodCancel = "$/cancelRequest"

// workDoneToken is the member of params under whose value progress is told.
const workDoneToken = "workDoneToken"

func track(method string, params json.RawMessage, token string) json.RawMessage {
	m, _ := FindMethod(method)
	for _, p := range m.Params {
		if p.Name == workDoneToken {
			return withToken(params, workDoneToken, token)
		}
	}
	return params
}

// withToken returns params with a token as their member name, unless they have one.
func withToken(params json.RawMessage, name, token string) json.RawMessage {
	if jsontext.Get(params, name) != nil {
		return params
	}
	with, ok := jsontext.With(params, name, jsontext.AppendQuote(nil, token))
	if !ok {
		return params
	}
	return with
}

// readProgress reads $/progress, which may also carry partial results.
func readProgress(method string, params json.RawMessage) (dialect.Progress, bool) {
	if method != "$/progress" {
		return dialect.Progress{}, false
	}
	var p struct {
		Token json.RawMessage
		Value struct {
			Kind, Title, Message string
			Percentage           *float64
		}
	}
	if json.Unmarshal(params, &p) != nil || p.Token == nil {
		return dialect.Progress{}, false
	}
	progress := dialect.Progress{Token: string(p.Token), Text: p.Value.Message}
	switch p.Value.Kind {
	case "begin":
		progress.Text = strings.TrimSuffix(p.Value.Title+": "+p.Value.Message, ": ")
	case "report":
	case "end":
		progress.Ended = true
	default:
		return dialect.Progress{}, false
	}
	if p.Value.Percentage != nil {
		progress.Done, progress.Total = *p.Value.Percentage, 100
	}
	return progress, true
}

// codeRequestCancelled is the code of the answer to a cancelled request (LSP 3.18, "Base Protocol", ErrorCodes).
const codeRequestCancelled = -32800

// withdrawn reads $/cancelRequest. The request has to be answered all the same (LSP 3.18, "Cancellation Support").
func withdrawn(method string, params json.RawMessage) (id rpcconn.ID, answer *rpcconn.Error, ok bool) {
	if method != methodCancel {
		return id, nil, false
	}
	value := jsontext.Get(params, "id")
	if value == nil {
		return id, nil, false
	}
	return rpcconn.ParseID(value), &rpcconn.Error{Code: codeRequestCancelled, Message: "Request cancelled"}, true
}
