package transport

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"

	"rpcsh/rpcconn"
)

// tlsPair returns the two ends of a TLS connection.
func tlsPair(t testing.TB) (a, b net.Conn) {
	t.Helper()
	ca := newAuthority(t)
	cert, key := ca.issue("127.0.0.1", valid())
	server, err := TLSOptions{Cert: cert, Key: key}.Server()
	if err != nil {
		t.Fatal(err)
	}
	client, err := TLSOptions{CA: ca.file}.Client("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ListenTLS(t.Context(), "127.0.0.1:0", server, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = DialTLS(t.Context(), l.Addr().String(), client); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// Close does not wait for a peer that does not read.
func TestTLSCloseWithPeerThatDoesNotRead(t *testing.T) {
	a, _ := tlsPair(t)
	ch := lines(t, a)
	frame := bytes.Repeat([]byte("x"), 64<<20) // more than the sockets hold
	if err := ch.Send(t.Context(), frame); err != nil {
		t.Fatal(err)
	}
	_ = ch.Close()
	if err := ch.Send(t.Context(), frame); !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("Send on a closed channel returned %v", err)
	}
}

// A peer that closes the connection without saying so ends it in order.
func TestTLSEndWithoutGoodbye(t *testing.T) {
	a, b := tlsPair(t)
	ch := lines(t, a)
	if _, err := io.WriteString(b, "{}\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Recv(); err != nil {
		t.Fatal(err)
	}
	_ = b.(*tlsConn).raw.Close()
	if _, err := ch.Recv(); err != io.EOF {
		t.Errorf("at the end Recv returned %v", err)
	}
}
