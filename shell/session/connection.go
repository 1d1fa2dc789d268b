package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"syscall"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/advice"
)

// A connection is one that a peer has, or had: it has another one after it was dialled again.
type connection struct {
	*dial.Link
	reported  chan struct{} // closed when it has been published that it has ended
	begun     chan struct{} // closed, by begin, when what has to be said first has been
	begin     func()
	learned   chan struct{} // closed when the peer has been asked what it offers, or will not be
	discovers atomic.Bool   // the peer has been asked what it offers, or is about to be
	inquired  atomic.Bool   // the same, because somebody wanted to know
	relearns  atomic.Bool   // the peer is about to be asked again
	open      openRequests  // the peer's

	mu         sync.Mutex                 // protects what follows
	handshakes map[string]json.RawMessage // the answers to them, by convention
}

func newConnection(link *dial.Link) *connection {
	c := &connection{
		Link: link, reported: make(chan struct{}), begun: make(chan struct{}), learned: make(chan struct{}),
		handshakes: make(map[string]json.RawMessage),
	}
	c.begin = sync.OnceFunc(func() { close(c.begun) })
	return c
}

// handshake returns the answer to the handshake of a convention, and whether that was made.
func (c *connection) handshake(convention string) (answer json.RawMessage, made bool) {
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

// closedHere is why a connection ended that we closed.
const closedHere = "closed here"

// ending returns why the connection ended, and whether that was in good order. It is called after that.
func (c *connection) ending() (reason string, orderly bool) {
	switch err := advice.For(c.Err()); {
	case errors.Is(err, rpcconn.ErrClosed):
		return closedHere, true
	case errors.Is(err, dial.ErrSpeaksHTTP):
		return "speaks HTTP; its requests have numbers of their own", true
	case c.Status() != "":
		return "ended: " + c.Status(), c.Status() == "exit status 0"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "closed the connection in the middle of a message: " + err.Error(), false
	case err == io.EOF:
		return "closed the connection", true
	case errors.Is(err, io.EOF):
		return "closed the connection: " + err.Error(), true
	case errors.Is(err, syscall.ECONNRESET):
		return "reset the connection", false
	default:
		return fmt.Sprintf("connection lost: %v", err), false
	}
}
