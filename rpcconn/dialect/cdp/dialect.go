// Package cdp is the Chrome DevTools Protocol, versions 1.2 to 1.3
// (https://chromedevtools.github.io/devtools-protocol/): JSON-RPC without version over WebSocket, described by the
// debugger itself.
package cdp

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "JSON-RPC without version",
		Summary: "the protocol description that debuggers serve over HTTP",
		Wire: &dialect.Wire{
			Framing: "none", NewCodec: func() rpcconn.Codec { return jsonrpc.NewVersionless() },
			NoPings: true, // Node's inspector takes one for a broken frame
		},
		Asks: []string{methodGetDomains},
		Learn: func(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
			return learn(ctx, p)
		},
		NoBatch: "debuggers take no batches",
		Never: []string{
			"rpc.*", "system.*", "Browser.close", "Browser.crash", "Target.closeTarget",
			"Page.close", "Page.crash", "Runtime.terminateExecution",
		},
	}
}
