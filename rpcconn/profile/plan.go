package profile

import "rpcsh/rpcconn/catalog"

// Conventions that Plan names; those of profiles are named by them.
const (
	discover      = string(catalog.SourceOpenRPC)
	introspection = "system.listMethods"
	describe      = "describe"
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
		return []string{"ovsdb"} // it is 1.0 to the letter, and so are few others
	case "msgpackrpc":
		return []string{"nvim"}
	case "bsonrpc":
		return []string{discover, introspection}
	}
	return nil
}

// planJSON is Plan for JSON-RPC 2.0, where the framing and how the peer is reached say what it is likely to be.
func planJSON(framing, scheme string) []string {
	switch {
	case framing == "header":
		return []string{"lsp", discover} // language servers may end at what they do not know, but not before initialize
	case framing == "line" && scheme == "exec":
		return []string{"mcp", discover, introspection, describe}
	case scheme == "http" || scheme == "https":
		return []string{discover, "ethereum", introspection, "mcp", describe}
	case scheme == "ws" || scheme == "wss":
		return []string{discover, "ethereum", introspection, describe}
	case scheme == "unix": // where nodes of Ethereum have their own door
		return []string{discover, introspection, "ethereum", describe}
	}
	return []string{discover, introspection, describe}
}
