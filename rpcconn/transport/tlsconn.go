package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// closeGrace is how long Close waits for a peer that does not read.
const closeGrace = time.Second

// A tlsConn is a TLS connection for streams. It hides CloseWrite of the tls.Conn, which would wait forever for a Write
// that the peer does not read; Close sends close_notify as well.
type tlsConn struct {
	net.Conn // a *tls.Conn

	raw    net.Conn                  // below it
	reason func(err error) TLSReason // of an error of the first Read
	heard  bool                      // the peer has sent something; used by Read only
}

// Read implements net.Conn. Many peers close the connection without close_notify; that is an orderly end, since
// framings know whether a message was cut off.
func (c *tlsConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.heard = c.heard || n > 0
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return n, err
	}
	if !c.heard {
		if reason := c.reason(err); reason != "" {
			return n, fmt.Errorf("TLS: %w", because(reason, err))
		}
	}
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

// Close implements net.Conn. It takes up to closeGrace if the peer does not read.
func (c *tlsConn) Close() error {
	timeout := time.AfterFunc(closeGrace, func() { _ = c.raw.Close() })
	defer timeout.Stop()
	return c.Conn.Close()
}
