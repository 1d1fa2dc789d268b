package transport

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
)

// A client that does not complete its handshake holds up neither others nor Close, nor is it heard of when that ends
// it.
func TestListenTLSWithSilentClient(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue("127.0.0.1", valid())
	cfg, err := TLSOptions{Cert: cert, Key: key}.Server()
	if err != nil {
		t.Fatal(err)
	}
	l, err := ListenTLS(t.Context(), "127.0.0.1:0", cfg, func(_ net.Addr, err error) {
		t.Errorf("a handshake failed: %v", err)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	silent, err := Dial(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client, err := TLSOptions{CA: ca.file}.Client("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	for range 2 { // the second is not accepted
		conn, err := DialTLS(t.Context(), l.Addr().String(), client)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	for _, conn := range append(conns, silent) {
		if conn.LocalAddr().String() == accepted.RemoteAddr().String() {
			continue
		}
		if _, err := conn.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a connection that nobody accepted is still open: %v", err)
		}
	}
	accepted.Close()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept of a closed listener returned %v", err)
	}
}

func TestListenTLSOfPlainClient(t *testing.T) {
	ca := newAuthority(t)
	cert, key := ca.issue("127.0.0.1", valid())
	s := newTLSServer(t, TLSOptions{Cert: cert, Key: key}, 0)
	conn, err := Dial(t.Context(), "tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "{\"jsonrpc\":\"2.0\"}\n"); err != nil {
		t.Fatal(err)
	}
	wantError(t, "the server", <-s.failed, "the client speaks no TLS")
}
