package answer

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// patience bounds waits that only a broken program makes long.
const patience = 30 * time.Second

// A caller is peer 7, called web, at the other end of a connection.
type caller struct{ *rpcconn.Conn }

func (caller) Number() int     { return 7 }
func (caller) Name() string    { return "web" }
func (caller) Address() string { return "127.0.0.1:7" }

func (c caller) Call(
	ctx context.Context, method string, params json.RawMessage, _ time.Duration,
) (*rpcconn.Response, error) {
	return c.Conn.Call(ctx, method, params)
}

func (c caller) Batch(ctx context.Context, calls []rpcconn.Call, _ time.Duration) ([]*rpcconn.Response, error) {
	return c.Conn.Batch(ctx, calls)
}

func (c caller) Wire() Wire {
	return Wire{
		Conn: c.Conn, NewCodec: func() rpcconn.Codec { return jsonrpc.New() },
		Show: func(*rpcconn.Request, *rpcconn.Response, string) {}, Note: func(string) {},
	}
}

// handler answers by rules.
func handler(rules *Rules) rpcconn.Handler {
	return func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		result, served, err := rules.Answer(
			ctx,
			&Request{Request: req, Peer: caller{c}, Vars: func() json.RawMessage { return json.RawMessage(`{"x":5}`) }},
		)
		if !served {
			return nil, &rpcconn.Error{Code: rpcconn.CodeMethodNotFound, Message: "Method not found"}
		}
		return result, err
	}
}

// served returns a connection that answers by rules, and the peer that asks.
func served(t *testing.T, rules *Rules) (*rpcconn.Conn, *rpctest.Peer) {
	return rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{Handler: handler(rules)})
}

// outcome is what was answered, as text.
func outcome(result json.RawMessage, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(result)
}
