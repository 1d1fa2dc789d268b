package dial

import (
	"slices"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/msgpackrpc"
)

// NewFraming returns the framing called name, those that belong to a codec included, with a limit of max bytes; see New
// of framing.Framing. The error is a *framing.UnknownError, or says what is wrong with max.
func NewFraming(name string, max int) (rpcconn.Framing, error) {
	binary := []framing.Framing{bsonrpc.Framing(), msgpackrpc.Framing()}
	if i := slices.IndexFunc(binary, func(f framing.Framing) bool { return f.Name == name }); i >= 0 {
		return binary[i].New(max)
	}
	f, err := framing.Find(name)
	if err != nil {
		return nil, err
	}
	return f.New(max)
}
