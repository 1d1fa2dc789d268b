package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/advice"
	"rpcsh/shell/pending"
	"rpcsh/shell/reach"
	"rpcsh/shell/turn"
)

// A connection is one that a peer has, or had: it has another one after it was dialled again.
type connection struct {
	*dial.Link
	reported  chan struct{} // closed when it has been published that it has ended
	begun     chan struct{} // closed, by begin, when what has to be said first has been
	begin     func()
	learned   chan struct{}          // closed when the peer has been asked what it offers, or will not be
	discovers atomic.Bool            // the peer has been asked what it offers, or is about to be
	inquired  atomic.Bool            // the same, because somebody wanted to know
	relearns  atomic.Bool            // the peer is about to be asked again
	open      pending.Requests       // the peer's
	enter     func(*rpcconn.Request) // is that of the places of open
	client    chan struct{}          // closed, by isClient, when the peer has begun a session of the dialect itself
	isClient  func()
	opened    atomic.Bool // somebody has sent what begins a session
	gentle    *reach.Gentle
	ready     sync.Once     // is done when a language server has been waited for
	shown     atomic.Bool   // a message of the peer's has shown its dialect, so that a session is begun
	reopened  chan struct{} // closed when that has been done

	handshaking turn.Token // of whoever makes a handshake
	asking      turn.Token // of whoever asks what the peer offers

	mu         sync.Mutex                 // protects what follows
	handshakes map[string]json.RawMessage // the answers to them, by convention
	err        error                      // why the session has not begun that had to; nil: it has, or may still
}

func newConnection(link *dial.Link) *connection {
	c := &connection{
		Link: link, gentle: new(reach.Gentle),
		reported: make(chan struct{}), begun: make(chan struct{}), learned: make(chan struct{}),
		client: make(chan struct{}), reopened: make(chan struct{}), handshakes: make(map[string]json.RawMessage),
		handshaking: turn.NewToken(), asking: turn.NewToken(),
	}
	c.enter = c.open.Places.Enter
	c.isClient = sync.OnceFunc(func() { close(c.client) })
	c.begin = sync.OnceFunc(func() { close(c.begun) })
	return c
}

// failed takes note of why the session has not begun.
func (c *connection) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

// failure returns why the session has not begun that had to, nil where it has.
func (c *connection) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// handshakeOf returns the answer to the handshake of a convention, and whether that was made.
func (c *connection) handshakeOf(convention string) (answer json.RawMessage, made bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, made = c.handshakes[convention]
	return answer, made
}

func (c *connection) keepHandshake(convention string, answer json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handshakes[convention] = answer
}

// earlier returns a function that waits until the requests that came so far have begun to be handled. It is called by
// the goroutine that reads.
func (c *connection) earlier() (before func()) {
	behind := c.open.Places.Behind()
	if behind == nil {
		return func() {}
	}
	return func() {
		select {
		case <-behind:
		case <-c.Context().Done():
		}
	}
}

// broken reports whether the connection ended because what carries it did. It is called after that.
func (c *connection) broken() bool { return errors.As(c.Err(), new(*net.OpError)) }

// closedHere is why a connection ended that we closed.
const closedHere = "closed here"

// ending returns why the connection ended, and whether that was in good order. It is called after that.
func (c *connection) ending() (reason string, orderly bool) {
	err, status := plain.Error(advice.For(c.Err())), c.Status()
	switch {
	case errors.Is(err, rpcconn.ErrClosed):
		return closedHere, true
	case errors.Is(err, dial.ErrSpeaksHTTP):
		return "speaks HTTP; its requests have numbers of their own", true
	case status != "" && err == io.EOF:
		return "ended: " + status, status == "exit status 0"
	case status != "":
		return "ended: " + status + "; " + err.Error(), false
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "closed the connection in the middle of a message: " + err.Error(), false
	case err == io.EOF && c.Target.IsCommand():
		return "closed its stdout", true
	case err == io.EOF:
		return "closed the connection", true
	case errors.Is(err, io.EOF):
		return "closed the connection: " + err.Error(), true
	case plain.Reset.Is(err):
		return "reset the connection", false
	default:
		return fmt.Sprintf("connection lost: %v", err), false
	}
}
