package dial

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/transport"
)

// A Protocol is what a peer speaks, above the framing.
type Protocol struct {
	Name     string // as in -p
	Title    string // as people write it
	Framing  string // the one to take if none is named
	Framings []string
	NewCodec func() rpcconn.Codec
	Discover bool // whether a peer may be asked rpc.discover unasked
}

// Protocols returns the protocols that there are, the default one first.
func Protocols() []Protocol {
	return []Protocol{
		{
			Name: "jsonrpc", Title: "JSON-RPC 2.0", Framing: "rfc7464", Framings: transport.FramingNames(),
			NewCodec: func() rpcconn.Codec { return jsonrpc.New() }, Discover: true,
		},
		{
			Name: "bsonrpc", Title: "BSON-RPC 2.0", Framing: "bson",
			NewCodec: func() rpcconn.Codec { return bsonrpc.New() },
		},
	}
}

// ProtocolNames returns the names for -p.
func ProtocolNames() []string {
	var names []string
	for _, p := range Protocols() {
		names = append(names, p.Name)
	}
	return names
}

// findProtocol returns the protocol called name; "" is the default one.
func findProtocol(name string) (Protocol, error) {
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
