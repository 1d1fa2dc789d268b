// Package listmethods is __listMethods, by which servers of the library rpc-websockets name their methods
// (https://github.com/elpheria/rpc-websockets).
package listmethods

import (
	"context"
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// Source is the convention.
const Source catalog.Source = "__listMethods"

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: string(Source), Title: "__listMethods", Summary: "the names of methods, as rpc-websockets tells them",
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC && (s.Scheme == "ws" || s.Scheme == "wss") {
				return dialect.RankUnlikely
			}
			return dialect.RankNone
		},
		Asks: []string{string(Source)},
		Learn: func(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
			answer, err := p.Call(ctx, string(Source), nil)
			if err != nil {
				return nil, err
			}
			return Read(answer)
		},
	}
}

// Read reads what __listMethods answers, an array of names, its own and others. What is anything else is
// dialect.ErrNotOffered.
func Read(answer json.RawMessage) (*catalog.Learned, error) {
	var names []string
	if json.Unmarshal(answer, &names) != nil || len(names) < 2 || !slices.Contains(names, string(Source)) {
		return nil, dialect.ErrNotOffered
	}
	learned := &catalog.Learned{Source: Source}
	for _, name := range names {
		if name != "" {
			learned.Methods = append(learned.Methods, catalog.Method{Name: name, Source: Source})
		}
	}
	return learned, nil
}
