package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/answer"
	"rpcsh/shell/replay"
)

// A Relay asks the other peer, over a connection that it keeps, and dials again when that has ended, or could not be
// made.
func TestRelay(t *testing.T) {
	var others []*rpcconn.Conn
	fails := true
	relay := replay.NewRelay(func(_ context.Context, ours *rpcconn.Options) (*rpcconn.Conn, error) {
		if fails {
			fails = false
			return nil, errors.New("nobody is there")
		}
		a, b := rpctest.Pipe()
		others = append(others, rpcconn.New(b, jsonrpc.New(), &rpcconn.Options{
			Handler: func(_ context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
				result, err := calculator(c, req)
				return json.RawMessage(result), err
			},
		}))
		return rpcconn.New(a, jsonrpc.New(), ours), nil
	})
	_, peer := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{
		Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			return relay.Answer(ctx, &answer.Request{Request: req, Peer: client{c, 1}})
		},
	})
	ask := `{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}`
	peer.Send(ask)
	peer.Expect(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"Server error","data":"nobody is there"}}`)
	peer.Send(ask)
	peer.Expect(`{"jsonrpc":"2.0","id":1,"result":3}`)
	peer.Send(`{"jsonrpc":"2.0","id":2,"method":"add"}`)
	peer.Expect(`{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Invalid params",` +
		`"data":"two numbers are wanted"}}`)
	peer.Send(`{"jsonrpc":"2.0","id":3,"method":"ask"}`)
	peer.Expect(`{"jsonrpc":"2.0","id":1,"method":"double","params":[3]}`)
	peer.Send(`{"jsonrpc":"2.0","id":1,"result":6}`)
	peer.Expect(`{"jsonrpc":"2.0","id":3,"result":6}`)
	if len(others) != 1 {
		t.Errorf("%d connections were made", len(others))
	}
	relay.Forget(1) // the client has gone, and another one has its number
	peer.Send(ask)
	peer.Expect(`{"jsonrpc":"2.0","id":1,"result":3}`)
	if err := relay.Close(); err != nil || len(others) != 2 {
		t.Errorf("error %v, %d connections", err, len(others))
	}
	peer.Send(ask)
	peer.Expect(`{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"Server error","data":"connection closed"}}`)
	for _, other := range others {
		_ = other.Close()
		other.Wait()
	}
}
