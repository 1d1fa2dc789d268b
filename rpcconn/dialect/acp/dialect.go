// Package acp is the Agent Client Protocol, version 1 (https://agentclientprotocol.com/protocol/v1/overview): what
// editors speak to coding agents, which are programs that read and write lines of JSON-RPC.
package acp

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/jsontext"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: string(Source), Title: "ACP", Summary: "the Agent Client Protocol's capabilities",
		Wire: &dialect.Wire{Framing: "line", NewCodec: func() rpcconn.Codec { return jsonrpc.New() }},
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC && s.Framing == "line" && s.Scheme == "exec" {
				return dialect.RankFirst
			}
			return dialect.RankNone
		},
		Handshake: begin,
		Asks:      []string{methodInitialize},
		Learn: func(_ context.Context, _ dialect.Peer, handshake json.RawMessage) (*catalog.Learned, error) {
			return Read(handshake)
		},
		Shows:   func(method string) bool { return method == methodUpdate || method == methodPermission },
		Quiet:   true, // "The client MUST NOT write anything to the agent's stdin that is not a valid ACP message."
		Never:   []string{"rpc.*", "system.*", "session/prompt"},
		NoBatch: "agents take no batches: each line is one message",
		Answers: []dialect.Answer{
			{
				Method:  methodPermission,
				Text:    "you are asked; without a person, the permission is refused",
				Suggest: suggestPermission,
				Answer:  refusePermission,
			},
		},
	}
}

// suggestPermission suggests the first of the options that the agent gives.
func suggestPermission(params json.RawMessage, _ dialect.Self) json.RawMessage {
	for _, o := range options(params) {
		return selected(o)
	}
	return json.RawMessage(cancelled)
}

// refusePermission answers by the first option that refuses, and else as if the prompt had been cancelled.
func refusePermission(params json.RawMessage, _ dialect.Self) (json.RawMessage, error) {
	for _, o := range options(params) {
		if o.Kind == "reject_once" || o.Kind == "reject_always" {
			return selected(o), nil
		}
	}
	return json.RawMessage(cancelled), nil
}

const cancelled = `{"outcome":{"outcome":"cancelled"}}`

// An option is one of the answers among which a request for permission lets the person choose.
type option struct{ OptionID, Kind string }

func options(params json.RawMessage) (all []option) {
	_ = json.Unmarshal(jsontext.Get(params, "options"), &all) // there are none then
	return all
}

func selected(o option) json.RawMessage {
	return json.RawMessage(`{"outcome":{"outcome":"selected","optionId":` + jsontext.Quote(o.OptionID) + `}}`)
}
