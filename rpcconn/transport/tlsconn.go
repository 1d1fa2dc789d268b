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

// A tlsConn is a TLS connection as the streams need it. Of the tls.Conn it hides CloseWrite, which would wait forever
// for a Write that the peer does not take; Close says goodbye as well.
type tlsConn struct {
	net.Conn // a *tls.Conn

	raw    net.Conn                  // below it
	reason func(err error) TLSReason // of an error of the first Read
	heard  bool                      // the peer has sent something; only for who reads
}

// Read implements net.Conn. That the peer closed the connection without TLS's goodbye, as many do, is an orderly end:
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

// Close implements net.Conn. It takes up to closeGrace where the peer does not read.
func (c *tlsConn) Close() error {
	timeout := time.AfterFunc(closeGrace, func() { _ = c.raw.Close() })
	defer timeout.Stop()
	return c.Conn.Close()
}
