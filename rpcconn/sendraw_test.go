package rpcconn_test

import (
	"errors"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A frame may hold anything, and is counted; bytes that are no frame need a stream.
func TestSendFrame(t *testing.T) {
	c, peer := rpctest.NewPeer(t, jsonrpc.New(), nil)
	if err := c.SendFrame(t.Context(), []byte(`{"no`)); err != nil {
		t.Error(err)
	}
	peer.Expect(`{"no`)
	if out := c.Stats().Out; out != 1 {
		t.Errorf("%d messages went out, want 1", out)
	}
	if _, err := c.AppendFrame(nil, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("AppendFrame returned %v", err)
	}
	if err := c.SendRaw(t.Context(), nil, 0); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("SendRaw returned %v", err)
	}
	_ = c.Close()
	if err := c.SendFrame(t.Context(), nil); !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("SendFrame after Close returned %v", err)
	}
}

func TestSendRaw(t *testing.T) {
	near, far := sockets(t)
	framing, err := dial.NewFraming("netstring", 0)
	if err != nil {
		t.Fatal(err)
	}
	c := rpcconn.New(framing(near), jsonrpc.New(), nil)
	defer c.Close()
	peer := framing(far)
	defer peer.Close()
	raw, err := c.AppendFrame([]byte("1:a,"), []byte("bc"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendRaw(t.Context(), raw, 1<<20); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"a", "bc"} {
		if got, err := peer.Recv(); err != nil || string(got) != want {
			t.Errorf("came %q, %v; want %q", got, err, want)
		}
	}
	_ = c.Close()
	if err := c.SendRaw(t.Context(), raw, 0); !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("SendRaw after Close returned %v", err)
	}
}
