package transport

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// closeGrace is how long Close waits by default for a peer that does not read.
const closeGrace = time.Second

// A tlsConn is a TLS connection for streams. It hides CloseWrite of the tls.Conn, which would wait forever for a Write
// that the peer does not read; Close sends close_notify as well.
type tlsConn struct {
	net.Conn // a *tls.Conn

	raw    net.Conn                  // below it
	reason func(err error) TLSReason // of an error of the first Read
	heard  bool                      // the peer has sent something; used by Read only
	grace  time.Duration             // that Close has; 0: closeGrace
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

// SetGrace sets how long Close waits for a peer that does not read. It is not called at the same time as Close.
func (c *tlsConn) SetGrace(d time.Duration) { c.grace = d }

// Close implements net.Conn. It takes up to a second, or as SetGrace says, if the peer does not read.
func (c *tlsConn) Close() error {
	timeout := time.AfterFunc(cmp.Or(c.grace, closeGrace), func() { _ = c.raw.Close() })
	defer timeout.Stop()
	return c.Conn.Close()
}
