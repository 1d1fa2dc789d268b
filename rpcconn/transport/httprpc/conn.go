package httprpc

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

// maxHead is how many bytes of the head of a response are examined.
const maxHead = 64 << 10

var headEnd = []byte("\r\n\r\n")

// A strictConn is a connection to a server that delivers one response to each request: some servers send another one,
// which would pass for the answer to the next request. Surplus bytes end the connection. Writes fail after that, so
// that the HTTP client uses another connection.
type strictConn struct {
	net.Conn
	trust *trust      // is told of surplus bytes
	asked atomic.Bool // something was written since the last response began
	ended atomic.Bool // there were surplus bytes

	// Only the reading goroutine uses what follows.
	head []byte // of the response, as received so far
	body int64  // bytes of its body still to come; untold: not known
	in   part
}

// A part of a response.
type part uint8

const (
	partNone part = iota // between two responses
	partHead
	partBody
)

const untold = -1

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// strictly returns dial with strictConns.
func (t *trust) strictly(dial dialer) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &strictConn{Conn: conn, trust: t}, nil
	}
}

// Write implements io.Writer.
func (c *strictConn) Write(p []byte) (int, error) {
	if c.ended.Load() {
		return 0, errors.New("the server sent more than one response")
	}
	c.asked.Store(true)
	return c.Conn.Write(p)
}

// Read implements io.Reader.
func (c *strictConn) Read(p []byte) (int, error) {
	if c.ended.Load() {
		return 0, io.EOF
	}
	n, err := c.Conn.Read(p)
	wanted := c.follow(p[:n])
	if wanted == n {
		return n, err
	}
	c.ended.Store(true)
	c.trust.lose()
	if wanted == 0 {
		return 0, io.EOF
	}
	return wanted, nil
}

// follow returns how many bytes of b belong to responses that were asked for.
func (c *strictConn) follow(b []byte) int {
	used := 0
	for used < len(b) {
		rest := b[used:]
		switch {
		case c.in == partNone && !c.asked.Swap(false):
			return used
		case c.in == partNone, c.in == partBody && c.body == untold && c.asked.Swap(false):
			c.in, c.head = partHead, nil
		case c.in == partHead:
			used += c.readHead(rest)
		case c.body == untold:
			return len(b)
		default:
			n := min(c.body, int64(len(rest)))
			c.body -= n
			used += int(n)
			c.endBody()
		}
	}
	return used
}

// readHead takes in what of b belongs to the head of a response, and returns how much that is.
func (c *strictConn) readHead(b []byte) int {
	before := len(c.head)
	c.head = append(c.head, b...)
	end := bytes.Index(c.head[max(0, before-len(headEnd)):], headEnd)
	if end < 0 {
		if len(c.head) > maxHead {
			c.in, c.body, c.head = partBody, untold, nil
		}
		return len(b)
	}
	end += max(0, before-len(headEnd)) + len(headEnd)
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(c.head[:end])), nil)
	c.head = nil
	switch {
	case err != nil:
		c.in, c.body = partBody, untold // the HTTP client reports what is wrong
	case res.StatusCode/100 == 1:
		c.in = partHead // the response itself comes after it
	default:
		c.in, c.body = partBody, res.ContentLength
		c.endBody()
	}
	return end - before
}

func (c *strictConn) endBody() {
	if c.body == 0 {
		c.in = partNone
	}
}
