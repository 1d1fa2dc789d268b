// Package tap stands between clients and a server, and writes down what they say to each other. Every byte passes as
// it came, and waits for nobody who looks at it; nothing is sent that has not come: what is spoken is read from the
// bytes that pass.
//
//   - tap.go: clients that come, and the server that is dialled for each
//   - passage.go: the bytes of a connection, both ways
//   - watch.go: who looks at them, and learns what is spoken
//   - http.go, websocket.go: messages within HTTP and WebSocket
package tap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
)

// Options say between whom a Tap stands.
type Options struct {
	Dial   func(ctx context.Context) (io.ReadWriteCloser, error) // connects to the server
	Target string                                                // the server, as a recording names it
	// Protocol and Framing are what is spoken; "": that is read from what passes.
	Protocol, Framing string
	MaxMessage        int // bytes of a message that is looked at; a longer one passes as well
	// Record gets what passes. It is called by any number of goroutines; a record is valid until it returns.
	Record func(*rpcrec.Record)
}

// A Tap passes on what clients and a server say to each other.
type Tap struct {
	opts  Options
	start time.Time

	behind int // bytes that may wait to be looked at, each way

	mu     sync.Mutex // protects what follows, and the order of records
	number int        // of the last connection
}

// New returns a Tap, whose recording begins at start.
func New(opts Options, start time.Time) *Tap {
	return &Tap{opts: opts, start: start, behind: maxBehind}
}

// Serve passes on the connections of clients, until ctx ends or the listener fails. It returns when all have ended; the
// error is the listener's.
func (t *Tap) Serve(ctx context.Context, l net.Listener) error {
	var passages sync.WaitGroup
	defer passages.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		client, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		passages.Go(func() {
			_ = t.Pass(ctx, client, client.RemoteAddr().String()) // it has been recorded why it ended
		})
	}
}

// Pass passes on one connection of a client that is there already, until both sides have ended it, or ctx ends. The
// error says why the server cannot be reached.
func (t *Tap) Pass(ctx context.Context, client io.ReadWriteCloser, name string) error {
	t.mu.Lock()
	t.number++
	c := &connection{tap: t, number: t.number}
	t.mu.Unlock()
	server, err := t.opts.Dial(ctx)
	if name == "" || name == "@" { // as clients of Unix sockets are called
		name = "a client"
	}
	c.event(rpcrec.Open, "target", t.opts.Target, "protocol", t.opts.Protocol, "framing", t.opts.Framing,
		"text", name+" is connected to "+t.opts.Target)
	if err != nil {
		c.event(rpcrec.Close, "reason", err.Error())
		_ = client.Close()
		return err
	}
	c.pass(ctx, client, server)
	return nil
}

// A connection is one of a client, and the one to the server that belongs to it.
type connection struct {
	tap    *Tap
	number int
}

// message records a message.
func (c *connection) message(d rpcrec.Direction, data []byte) {
	c.record(&rpcrec.Record{Dir: d, Data: data})
}

// event records what has happened. details are names of members and their values; those that are "" are left out.
func (c *connection) event(name string, details ...string) {
	text := []byte("{")
	for i := 0; i < len(details); i += 2 {
		if details[i+1] == "" {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, jsontext.Quote(details[i])...), ':'), jsontext.Quote(details[i+1])...)
	}
	c.record(&rpcrec.Record{Event: name, Details: append(text, '}')})
}

func (c *connection) record(r *rpcrec.Record) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	r.Conn, r.At = c.number, time.Since(c.tap.start)
	c.tap.opts.Record(r)
}

// reason says why a connection has ended.
func reason(err error) string {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return ""
	case errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe):
		return "closed"
	}
	return fmt.Sprint(err)
}
