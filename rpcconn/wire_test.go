package rpcconn_test

import (
	"net"
	"path/filepath"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
)

// wires are what the tests over sockets speak.
func wires() []wire {
	newJSON := func() rpcconn.Codec { return jsonrpc.New() }
	return []wire{
		{"line", newJSON}, {"rfc7464", newJSON},
		{"bson", func() rpcconn.Codec { return bsonrpc.New() }},
		{"msgpack", func() rpcconn.Codec { return msgpackrpc.New() }},
	}
}

type wire struct {
	framing  string
	newCodec func() rpcconn.Codec
}

// sockets returns the two ends of a Unix socket, which are closed with the test.
func sockets(t testing.TB) (near, far net.Conn) {
	t.Helper()
	ln, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if near, err = net.Dial("unix", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = ln.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
	})
	return near, far
}

// conn returns a connection over nc, which is closed with the test.
func (w wire) conn(t testing.TB, nc net.Conn, opts *rpcconn.Options) *rpcconn.Conn {
	t.Helper()
	framing, err := dial.NewFraming(w.framing, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := rpcconn.New(framing(nc), w.newCodec(), opts)
	t.Cleanup(func() {
		_ = c.Close()
		c.Wait()
	})
	return c
}

// pair returns two connections, the one to the other, over a Unix socket.
func (w wire) pair(t testing.TB, near, far *rpcconn.Options) (a, b *rpcconn.Conn) {
	t.Helper()
	x, y := sockets(t)
	return w.conn(t, x, near), w.conn(t, y, far)
}

// frame returns message, a JSON-RPC 2.0 text, as it is sent.
func (w wire) frame(t testing.TB, message string) []byte {
	t.Helper()
	var p rpcconn.Packet
	if err := jsonrpc.New().Decode([]byte(message), &p); err != nil {
		t.Fatal(err)
	}
	frame, err := w.newCodec().AppendEncode(nil, &p)
	if err != nil {
		t.Fatal(err)
	}
	switch w.framing {
	case "line":
		frame = append(frame, '\n')
	case "rfc7464":
		frame = append(append([]byte{0x1e}, frame...), '\n')
	}
	return frame
}
