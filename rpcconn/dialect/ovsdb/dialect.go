// Package ovsdb is the Open vSwitch Database Management Protocol (RFC 7047), and what ovsdb-server(7) has beside it.
package ovsdb

import (
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
)

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "OVSDB",
		Summary: "OVSDB, with the tables and columns of each database",
		Wire: &dialect.Wire{
			Framing: "none", ByPosition: true, NewCodec: func() rpcconn.Codec { return jsonrpc.New1() },
		},
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC1 { // it is 1.0 to the letter, and so are few others
				return dialect.RankLikely
			}
			return dialect.RankNone
		},
		Asks:    []string{methodListDBs, methodGetSchema},
		Learn:   learn,
		Never:   []string{"rpc.*", "system.*", "transact", "lock", "steal", "unlock"},
		NoBatch: "OVSDB has no batches, and servers close the connection at one",
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) { // RFC 7047 section 4.1.4
			return "cancel", append(id.Append([]byte("[")), ']')
		},
		Answers: []dialect.Answer{
			{
				Method: "echo",
				Text:   "its params: we are there",
				Answer: func(params json.RawMessage, _ dialect.Self) (json.RawMessage, error) {
					if len(params) == 0 {
						return json.RawMessage("[]"), nil
					}
					return params, nil
				},
			},
		},
	}
}
