// Package neovim is Neovim's API (its manual, api.txt; Neovim 0.10): MessagePack-RPC with handles of its own.
package neovim

import (
	"context"
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/msgpackrpc"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "Neovim",
		Summary: "Neovim's API, with its types",
		Wire: &dialect.Wire{
			Framing:    "msgpack",
			OwnOnly:    true,
			Binary:     true,
			ByPosition: true,
			NewCodec:   func() rpcconn.Codec { return withHandles(msgpackrpc.New()) },
			Become:     withHandles,
		},
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.MessagePackRPC {
				return dialect.RankLikely
			}
			return dialect.RankNone
		},
		Asks: []string{methodAPIInfo},
		Learn: func(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
			info, err := p.Call(ctx, methodAPIInfo, nil)
			if err != nil {
				return nil, err
			}
			return Read(info)
		},
		Never: []string{"rpc.*", "system.*"},
	}
}

// withHandles returns a codec of MessagePack-RPC with what Neovim has beyond that.
func withHandles(c rpcconn.Codec) rpcconn.Codec {
	if m, ok := c.(*msgpackrpc.Codec); ok {
		m.ShowHandles()
	}
	return c
}
