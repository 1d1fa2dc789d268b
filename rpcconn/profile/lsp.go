package profile

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
)

// lsp is the Language Server Protocol, version 3.18.
func lsp() Profile {
	return Profile{
		Name: "lsp", Title: "LSP", Convention: byLSP,
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
			return cancelLSP, append(id.Append([]byte(`{"id":`)), '}')
		},
		Track:    trackLSP,
		Progress: progressLSP,
		Teaches: func(method string, params json.RawMessage) []catalog.Method {
			if method != "client/registerCapability" {
				return nil
			}
			return catalog.LSPRegistered(params)
		},
		Answers: []Answer{
			{"workspace/configuration", "null for each item: nothing is configured", answerConfiguration},
			{"client/registerCapability", "null: it is taken note of", constant("null")},
			{"client/unregisterCapability", "null: it is taken note of", constant("null")},
			{"window/workDoneProgress/create", "null: progress may be told", constant("null")},
			{"window/showMessageRequest", "null: none of the actions", constant("null")},
			{"window/showDocument", "no document is shown", constant(`{"success":false}`)},
			{"workspace/workspaceFolders", "the folder that we work in", func(_ json.RawMessage, self catalog.Self) (json.RawMessage, error) {
				return self.Folders(), nil
			}},
			{"workspace/applyEdit", "nothing is edited", constant(`{"applied":false,"failureReason":"edits are not applied here"}`)},
			refresh("codeLens"), refresh("diagnostic"), refresh("foldingRange"), refresh("inlayHint"),
			refresh("inlineValue"), refresh("semanticTokens"), refresh("textDocumentContent"),
		},
		Never:    []string{"rpc.*", "system.*", "shutdown", "exit"},
		Farewell: []Farewell{{Method: "shutdown"}, {Method: "exit", Notify: true}},
	}
}

// refresh answers a server that asks for something to be asked of it again.
func refresh(what string) Answer {
	return Answer{"workspace/" + what + "/refresh", "null: nothing is kept that could be stale", constant("null")}
}

// answerConfiguration answers as many nulls as there are items: a server that gets fewer fails (LSP 3.18, "Configuration Request").
func answerConfiguration(params json.RawMessage, _ catalog.Self) (json.RawMessage, error) {
	var items []json.RawMessage
	_ = json.Unmarshal(member(params, "items"), &items) // none are asked for then
	return json.RawMessage("[" + strings.TrimSuffix(strings.Repeat("null,", len(items)), ",") + "]"), nil
}

// cancelLSP is the notification by which either side cancels a request of its own.
const cancelLSP = "$/cancelRequest"

// workDoneToken is the member of params under whose value progress is told.
const workDoneToken = "workDoneToken"

func trackLSP(method string, params json.RawMessage, token string) json.RawMessage {
	m, _ := catalog.FindLSPMethod(method)
	for _, p := range m.Params {
		if p.Name == workDoneToken {
			return track(params, workDoneToken, token)
		}
	}
	return params
}

// track returns params with a token as their member, unless they have one.
func track(params json.RawMessage, name, token string) json.RawMessage {
	if member(params, name) != nil {
		return params
	}
	with, ok := withMember(params, name, jsontext.AppendQuote(nil, token))
	if !ok {
		return params
	}
	return with
}

// progressLSP reads $/progress, which tells partial results too.
func progressLSP(method string, params json.RawMessage) (Progress, bool) {
	if method != "$/progress" {
		return Progress{}, false
	}
	var p struct {
		Token json.RawMessage
		Value struct {
			Kind, Title, Message string
			Percentage           *float64
		}
	}
	if json.Unmarshal(params, &p) != nil || p.Token == nil {
		return Progress{}, false
	}
	progress := Progress{Token: string(p.Token), Text: p.Value.Message}
	switch p.Value.Kind {
	case "begin":
		progress.Text = strings.TrimSuffix(p.Value.Title+": "+p.Value.Message, ": ")
	case "report":
	case "end":
		progress.Ended = true
	default:
		return Progress{}, false
	}
	if p.Value.Percentage != nil {
		progress.Done, progress.Total = *p.Value.Percentage, 100
	}
	return progress, true
}
