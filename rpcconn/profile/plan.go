package profile

import "rpcsh/rpcconn/catalog"

// The conventions, by the names that they are found by.
const (
	byOpenRPC       = string(catalog.SourceOpenRPC)
	byIntrospection = string(catalog.SourceIntrospection)
	byDescription   = string(catalog.SourceDescribe)
	byLSP           = string(catalog.SourceLSP)
	byMCP           = string(catalog.SourceMCP)
	byEthereum      = string(catalog.SourceEthereum)
	byOVSDB         = string(catalog.SourceOVSDB)
	byNeovim        = string(catalog.SourceNeovim)
	byCDP           = string(catalog.SourceCDP)
)

// Plan returns the names of the conventions that a peer is asked, in order, the cheapest and likeliest first: of a protocol's name and
// framing as package dial has them, and the scheme of its target ("tcp", "unix", "tls", "ws", "wss", "http", "https", "exec").
func Plan(protocol, framing, scheme string) []string {
	if p := Find(protocol); p != nil {
		return []string{p.Convention}
	}
	switch protocol {
	case "jsonrpc":
		return planJSON(framing, scheme)
	case "jsonrpc1":
		return []string{byOVSDB} // it is 1.0 to the letter, and so are few others
	case "msgpackrpc":
		return []string{byNeovim}
	case "bsonrpc":
		return []string{byOpenRPC, byIntrospection}
	}
	return nil
}

// planJSON is Plan for JSON-RPC 2.0, where the framing and how the peer is reached say what it is likely to be.
func planJSON(framing, scheme string) []string {
	switch {
	case framing == "header":
		return []string{byLSP, byOpenRPC} // in this order: language servers may end at what they do not know
	case framing == "line" && scheme == "exec":
		return []string{byMCP, byOpenRPC, byIntrospection, byDescription}
	case scheme == "http" || scheme == "https":
		return []string{byOpenRPC, byEthereum, byIntrospection, byMCP, byDescription}
	case scheme == "ws" || scheme == "wss":
		return []string{byOpenRPC, byEthereum, byIntrospection, byDescription}
	case scheme == "unix": // where nodes of Ethereum have their own door
		return []string{byOpenRPC, byIntrospection, byEthereum, byDescription}
	}
	return []string{byOpenRPC, byIntrospection, byDescription}
}
