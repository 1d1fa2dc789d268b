package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
)

// SourceDescribe is what peers tell in a form of their own when they are asked by one of many names.
const SourceDescribe Source = "describe"

// descriptions returns the table of methods by which peers describe themselves, those of the most peers first. Whatever they answer is
// read by FromDescription; a peer is asked one after the other, until an answer can be read.
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

func describeConvention() Convention {
	return Convention{
		Name: string(SourceDescribe), Summary: "a method that lists the others, by one of its usual names", Asks: descriptions(), Learn: learnDescription,
	}
}

func learnDescription(ctx context.Context, p Peer, _ json.RawMessage) (*Learned, error) {
	unread := error(ErrNotOffered)
	for _, method := range descriptions() {
		answer, err := p.Call(ctx, method, nil)
		if refused := new(rpcconn.Error); errors.As(err, &refused) {
			continue
		}
		if err != nil {
			return nil, err
		}
		learned, err := FromDescription(answer)
		if err == nil {
			return learned, nil
		}
		unread = fmt.Errorf("reading the answer to %s: %w", method, err)
	}
	return nil, unread
}
