// Package introspection is the convention that came with XML-RPC, system.listMethods
// (http://xmlrpc-c.sourceforge.net/introspection.html), and what aria2 says beside it in its manual (aria2 1.37).
package introspection

import "rpcsh/rpcconn/dialect"

// Dialect returns the dialect.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name:    string(Source),
		Title:   "XML-RPC introspection",
		Summary: "introspection as of XML-RPC: names, signatures and help",
		Fits: func(s dialect.Spoken) dialect.Rank {
			if s.Protocol == dialect.JSONRPC || s.Protocol == dialect.BSONRPC {
				return dialect.RankUsual
			}
			return dialect.RankNone
		},
		Asks:  []string{methodListMethods, methodListNotifications, methodSignature, methodHelp, methodAria2Version},
		Learn: learn,
	}
}
