package describe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// Source is the convention of describing oneself in one's own form, under one of many names.
const Source catalog.Source = "describe"

// descriptions returns the table of methods by which peers describe themselves, those of the most peers first. Whatever
// they answer is read by Read; a peer is asked one after the other, until an answer can be read.
func descriptions() []string {
	return []string{
		"help",               // bitcoind and what came of it: a text
		"rpc.serverInfo",     // jrpc2: names
		"rpc_methods",        // Substrate: names
		"rpc_get_methods",    // SPDK: names
		"core.describe",      // Mopidy: objects by name
		"JSONRPC.Introspect", // Kodi: methods, notifications and types
		"system.describe",    // JSON-RPC 1.1: procs
		"list_methods",
		"getMethods",
	}
}

func learn(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
	unread := error(dialect.ErrNotOffered)
	var asked string // the question before that had an answer
	var before json.RawMessage
	for i, method := range descriptions() {
		answer, err := p.Call(ctx, method, nil)
		if refused := new(rpcconn.Error); errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		learned, err := Read(answer)
		switch {
		case before != nil && dialect.SaysTheSame(method, answer, asked, before):
			return nil, dialect.ErrNotOffered
		case err == nil && i == 0:
			return learned, isParrot(ctx, p, answer)
		case err == nil:
			return learned, nil
		}
		asked, before = method, answer
		unread = fmt.Errorf("reading the answer to %s: %w", method, err)
	}
	return nil, unread
}

// isParrot returns dialect.ErrNotOffered if p, which has refused nothing so far, answers another question the same,
// too.
func isParrot(ctx context.Context, p dialect.Peer, answer json.RawMessage) error {
	first, second := descriptions()[0], descriptions()[1]
	if again, err := p.Call(ctx, second, nil); err == nil && dialect.SaysTheSame(first, answer, second, again) {
		return dialect.ErrNotOffered
	}
	return nil
}
