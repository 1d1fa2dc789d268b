// Package openrpc is the OpenRPC specification, version 1.3 (https://spec.open-rpc.org): its service discovery, and its
// documents, which are read (Read) and written (Export).
package openrpc

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: string(Source), Title: "OpenRPC", Summary: "OpenRPC's service discovery",
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC || s.Protocol == dialect.BSONRPC {
				return dialect.RankDiscovery
			}
			return dialect.RankNone
		},
		Asks: []string{MethodDiscover},
		Learn: func(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
			document, err := p.Call(ctx, MethodDiscover, nil)
			if err != nil {
				return nil, err
			}
			return Read(document)
		},
	}
}
