package websocket

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"

	"rpcsh/rpcconn/transport/web"
)

// A link is the stream below a WebSocket connection. It detects the end of the peer's half, because the library takes
// an end between two fragments for the end of the message.
type link struct {
	io.ReadWriteCloser
	conn  net.Conn // below TLS if we dialled; closing it unblocks everything
	ended atomic.Bool
	err   error // to be returned by the next Read
	// the library verifies the server's handshake. Where that is wrong it reads a body, which need not end
	verifying bool
	announced announced

	long atomic.Bool // a message is being sent that is so long that no pong gets through
}

// Read implements io.Reader. It never returns bytes and an error together.
func (l *link) Read(p []byte) (int, error) {
	if l.verifying {
		return 0, io.EOF
	}
	n, err := 0, l.err
	if err == nil {
		n, err = l.ReadWriteCloser.Read(p)
	}
	if n > 0 {
		l.announced.see(p[:n])
		l.err = err
		return n, nil
	}
	if err != nil {
		l.ended.Store(true)
	}
	return n, err
}

// A linker lets the response that accepts a handshake be read through a link.
type linker struct {
	http.RoundTripper
	link *link
}

// RoundTrip implements http.RoundTripper.
func (l linker) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusSwitchingProtocols {
		res.Body = web.Hurried(res.Body)
		return res, nil
	}
	body, ok := res.Body.(io.ReadWriteCloser)
	if !ok {
		_ = res.Body.Close()
		return nil, errors.New("the server answers the handshake wrongly: HTTP 101 without Upgrade: websocket")
	}
	l.link.ReadWriteCloser, l.link.verifying = body, true
	res.Body = l.link
	return res, nil
}

// A hijacker wraps the connection of a request in a link.
type hijacker struct {
	http.ResponseWriter
	link *link
}

// Hijack implements http.Hijacker.
func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.link.ReadWriteCloser, h.link.conn = conn, conn
	read, _ := rw.Reader.Peek(rw.Reader.Buffered()) // what has come behind the handshake; all of it is there
	h.link.announced.see(read)
	return linkedConn{conn, h.link}, rw, nil
}

// A linkedConn is read through a link.
type linkedConn struct {
	net.Conn
	link *link
}

func (c linkedConn) Read(p []byte) (int, error) { return c.link.Read(p) }
