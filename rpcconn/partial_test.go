package rpcconn_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/jsonrpc"
)

// TestGivenUpWithinAMessage checks that a call which is given up while a part of a message is there says so, through
// what may be around the channel of the stream.
func TestGivenUpWithinAMessage(t *testing.T) {
	const want = `no answer: context canceled; 19 of 60 bytes of a message have come: "{\"id\":1,\"result\":2}"; ` +
		`they are a whole JSON text, so the length before it does not match it`
	got := givenUpWithinAMessage(t)
	for strings.HasPrefix(got, "sending ") { // the call was still on its way
		got = givenUpWithinAMessage(t)
	}
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// givenUpWithinAMessage returns the error of a call that is given up when a part of its answer has come.
func givenUpWithinAMessage(t *testing.T) string {
	t.Helper()
	f, err := framing.Find("header")
	if err != nil {
		t.Fatal(err)
	}
	framed, err := f.New(0)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	defer far.Close()
	ch := rpcconn.NewTap(framed(near))
	c := rpcconn.New(ch, jsonrpc.New(), nil)
	defer func() { _ = c.Close() }()
	go func() { _, _ = io.Copy(io.Discard, far) }()
	ctx, cancel := context.WithCancel(t.Context())
	call := start(ctx, c, "m", "")
	if _, err := far.Write([]byte("Content-Length: 60\r\n\r\n{\"id\":1,\"result\":2}")); err != nil {
		t.Fatal(err)
	}
	for part := ch.Partial(); part == nil || part.Got == 0; part = ch.Partial() {
	}
	cancel()
	return fmt.Sprint(await(t, call, "the end of the call").err)
}
