package dial

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
)

// Auto is the name of a protocol or framing that is to be found out.
const Auto = "auto"

// The framing that belongs to a connection whose transport frames.
const noFraming = ""

// A Protocol is what a peer speaks, above the framing.
type Protocol struct {
	Name     string // as in -p
	Title    string // as people write it
	Framing  string // the one to take if none is named
	OwnOnly  bool   // there is no other framing
	Binary   bool   // frames are no text
	NewCodec func() rpcconn.Codec
	// become makes a codec of the protocol below, which this one gives a meaning of its own, this one's; nil: they are the same.
	become   func(rpcconn.Codec) rpcconn.Codec
	Discover bool // whether a peer may be asked rpc.discover unasked
}

// Protocols returns the protocols that there are, the default one first.
func Protocols() []Protocol {
	json2 := func() rpcconn.Codec { return jsonrpc.New() }
	return []Protocol{
		{Name: "jsonrpc", Title: "JSON-RPC 2.0", Framing: "rfc7464", NewCodec: json2, Discover: true},
		{Name: "jsonrpc1", Title: "JSON-RPC 1.0", Framing: "none", NewCodec: func() rpcconn.Codec { return jsonrpc.New1() }},
		{Name: "bsonrpc", Title: "BSON-RPC 2.0", Framing: "bson", OwnOnly: true, Binary: true, NewCodec: func() rpcconn.Codec { return bsonrpc.New() }},
		{Name: "msgpackrpc", Title: "MessagePack-RPC", Framing: "msgpack", OwnOnly: true, Binary: true, NewCodec: func() rpcconn.Codec { return msgpackrpc.New() }},
		{Name: "cdp", Title: "JSON-RPC without version", Framing: "none", NewCodec: func() rpcconn.Codec { return jsonrpc.NewVersionless() }},
		{Name: "lsp", Title: "LSP", Framing: "header", NewCodec: json2},
		{Name: "mcp", Title: "MCP", Framing: "line", NewCodec: json2},
		{Name: "nvim", Title: "Neovim", Framing: "msgpack", OwnOnly: true, Binary: true, NewCodec: func() rpcconn.Codec { return neovimCodec(msgpackrpc.New()) }, become: neovimCodec},
		{Name: "ethereum", Title: "Ethereum", Framing: "none", NewCodec: json2},
		{Name: "ovsdb", Title: "OVSDB", Framing: "none", NewCodec: func() rpcconn.Codec { return jsonrpc.New1() }},
	}
}

// neovimCodec returns a codec of MessagePack-RPC with what Neovim has beyond that.
func neovimCodec(c rpcconn.Codec) rpcconn.Codec {
	if m, ok := c.(*msgpackrpc.Codec); ok {
		m.ShowHandles()
	}
	return c
}

// ProtocolNames returns the names for -p.
func ProtocolNames() []string {
	names := []string{Auto}
	for _, p := range Protocols() {
		names = append(names, p.Name)
	}
	return names
}

// FramingNames returns the names for -f.
func FramingNames() []string { return append([]string{Auto}, framing.Names()...) }

// FindProtocol returns the protocol called name; "" is the default one.
func FindProtocol(name string) (Protocol, error) {
	all := Protocols()
	if name == "" {
		return all[0], nil
	}
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
	}
	return Protocol{}, fmt.Errorf("protocol %q is not known: choose one of %s", name, strings.Join(ProtocolNames(), ", "))
}
