// Package describe reads descriptions in many forms that peers return from usual methods, such as help or rpc_methods.
// There is no specification: Read accepts what looks like a description.
package describe

import "rpcsh/rpcconn/dialect"

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: string(Source), Title: "describe", Summary: "a method that lists the others, by one of its usual names",
		Fits: func(s dialect.Spoken) dialect.Rank {
			// A peer with headers may log each method that it does not know, which is seen of a child only.
			if s.Protocol == dialect.JSONRPC && (s.Framing != "header" || s.Scheme == "exec") {
				return dialect.RankLast
			}
			return dialect.RankNone
		},
		Asks: descriptions(), Learn: learn,
	}
}
