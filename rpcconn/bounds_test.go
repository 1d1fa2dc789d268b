package rpcconn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

func TestIdleGoroutinesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		handler := func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
			<-release
			return json.RawMessage(`null`), nil
		}
		c, peer := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{Handler: handler})
		for i := range 2 * rpcconn.MaxIdle {
			peer.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"m"}`, i))
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if n := c.Idle(); n == 0 || n > rpcconn.MaxIdle {
			t.Errorf("%d goroutines wait for requests, want at most %d", n, rpcconn.MaxIdle)
		}
	})
}

func TestKeptBuffersAreBounded(t *testing.T) {
	if !rpcconn.KeepsBuffer(rpcconn.MaxKept) || rpcconn.KeepsBuffer(rpcconn.MaxKept+1) {
		t.Errorf("buffers of up to %d bytes are kept, and no larger ones", rpcconn.MaxKept)
	}
}
