// Package ethereum is the JSON-RPC API of Ethereum's nodes (https://github.com/ethereum/execution-apis, OpenRPC 1.4.1),
// and what nodes have besides it.
package ethereum

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "Ethereum",
		Summary: "the methods of Ethereum nodes, by the modules that they name",
		Wire:    &dialect.Wire{Framing: "none", NewCodec: func() rpcconn.Codec { return jsonrpc.New() }},
		Fits:    fits,
		Asks:    []string{methodModules, methodClientVersion},
		Learn:   learn,
		Table:   table,
		Tabled:  tabled,
		Never:   []string{"eth_send*", "eth_sign*", "admin_*", "personal_*"},
	}
}

// fits ranks peers as nodes, which are reached over HTTP or WebSocket, or by a Unix socket.
func fits(s dialect.Spoken) dialect.Rank {
	if s.Protocol != dialect.JSONRPC || s.Framing == "header" {
		return dialect.RankNone
	}
	switch s.Scheme {
	case "http", "https", "ws", "wss":
		return dialect.RankLikely
	case "unix":
		return dialect.RankUnlikely
	}
	return dialect.RankNone
}
