package rpctest_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPipeKeepsFramesInOrder(t *testing.T) {
	a, b := rpctest.Pipe()
	frame := []byte("1")
	for _, text := range []string{"1", "2", "3"} {
		copy(frame, text) // Send does not keep it
		if err := a.Send(t.Context(), frame); err != nil {
			t.Fatal(err)
		}
	}
	_ = a.Close() // what was sent is received all the same
	var got []string
	for {
		frame, err := b.Recv()
		if err != nil {
			if err != io.EOF {
				t.Errorf("the end is %v", err)
			}
			break
		}
		got = append(got, string(frame))
	}
	if strings.Join(got, "") != "123" {
		t.Errorf("received %q", got)
	}
}

func TestPipeCloseUnblocksBothEnds(t *testing.T) {
	a, b := rpctest.Pipe()
	ends := make(chan error, 2)
	for _, ch := range []rpcconn.Channel{a, b} {
		go func() {
			_, err := ch.Recv()
			ends <- err
		}()
	}
	_ = a.Close()
	_ = a.Close()
	for range 2 {
		if err := <-ends; err != io.EOF {
			t.Errorf("the end is %v", err)
		}
	}
	for _, ch := range []rpcconn.Channel{a, b} {
		if err := ch.Send(t.Context(), []byte("x")); err == nil {
			t.Error("a closed pipe takes frames")
		}
	}
}

func TestPipeSendsNothingForACancelledContext(t *testing.T) {
	a, b := rpctest.Pipe()
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Send(ctx, []byte("no")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	_ = a.Send(t.Context(), []byte("yes"))
	if frame, err := b.Recv(); err != nil || string(frame) != "yes" {
		t.Errorf("received %q, %v", frame, err)
	}
}

func TestPeer(t *testing.T) {
	c, p := rpctest.NewPeer(t, jsonrpc.New(), nil)
	_ = c.Notify(t.Context(), "a", nil)
	_ = c.Notify(t.Context(), "b", nil)
	p.Expect(`{"jsonrpc":"2.0","method":"a"}`, `{"jsonrpc":"2.0","method":"b"}`)
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
	if got := p.Recv(); !strings.Contains(got, "-32601") {
		t.Errorf("received %s", got)
	}
	_ = c.Close()
	if got := p.Recv(); got != "" {
		t.Errorf("received %q after the end", got)
	}
	p.Close()
}
