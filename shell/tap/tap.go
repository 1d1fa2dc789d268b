// Package tap stands between clients and a server, and writes down what they say to each other. Every byte passes as
// it came, and waits for nobody who looks at it; nothing is sent that has not come: what is spoken is read from the
// bytes that pass.
//
//   - tap.go: clients that come, and the server that is dialled for each
//   - passage.go, gate.go: the bytes of a connection, both ways, and where they wait
//   - way.go, watch.go: who looks at them, and learns what is spoken
//   - intercept.go: messages that wait, until somebody says what becomes of them, and those that nobody has sent
//   - control.go, seat.go: a shell says that over a stream
//   - http.go, websocket.go: messages within HTTP and WebSocket
package tap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
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

	intercepts atomic.Bool   // intercept is set
	seats      atomic.Uint64 // how many shells have come

	mu          sync.Mutex // protects what follows, and the order of records
	number      int        // of the last connection
	connections map[int]*connection
	watchers    map[int]func(News)
	lastWatcher int
	intercept   func(News) // is told the messages that wait; nil: none do
	held        map[uint64]*Message
	lastMessage uint64
	request     []byte // the head of the last request with a body over HTTP; nil: there was none
}

// New returns a Tap, whose recording begins at start.
func New(opts Options, start time.Time) *Tap {
	return &Tap{
		opts: opts, start: start, behind: maxBehind, connections: make(map[int]*connection),
		watchers: make(map[int]func(News)), held: make(map[uint64]*Message),
	}
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
	c := &connection{tap: t, number: t.number, asked: make(map[asked]uint64), since: time.Since(t.start)}
	t.mu.Unlock()
	server, err := t.opts.Dial(ctx)
	if name == "" || name == "@" { // as clients of Unix sockets are called
		name = "a client"
	}
	c.text = name + " is connected to " + t.opts.Target
	c.speaks(t.opts.Protocol, t.opts.Framing)
	if err != nil {
		c.event(rpcrec.Open, c.opened()...)
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
	since  time.Duration   // when it began
	text   string          // who is connected to whom
	done   context.Context // ends with it; set before others know it, like hangUp
	hangUp func()          // ends it
	own    sync.WaitGroup  // waits for answers to requests of our own
	ways   []*way          // to the server, and back; set before anybody looks at them

	awaiting atomic.Int64 // the length of asked

	// the lock of the tap protects what follows

	protocol, framing string           // that are spoken, "": that is not known
	codec             rpcconn.Codec    // of that; nil: it is not known
	packet            rpcconn.Packet   // used again and again
	isHTTP            bool             // and no WebSocket
	owed              int              // requests over HTTP that were dropped, and not answered yet
	asked             map[asked]uint64 // the tags of the requests that were injected, and are not answered
}

// add tells that c has begun, and makes it known to those who intercept and inject.
func (t *Tap) add(c *connection) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.connections[c.number] = c
	c.tellLocked(News{Record: &rpcrec.Record{Event: rpcrec.Open, Details: c.openedLocked()}})
}

// Connected returns how many connections stand.
func (t *Tap) Connected() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.connections)
}

// remove ends that. What was held is dropped: nobody is there any more to whom it could pass.
func (t *Tap) remove(c *connection) {
	t.mu.Lock()
	delete(t.connections, c.number)
	var rest []uint64
	for number, m := range t.held {
		if m.Conn == c.number {
			rest = append(rest, number)
		}
	}
	t.mu.Unlock()
	slices.Sort(rest)
	for _, number := range rest {
		_ = t.Drop(number) // else it has just been decided
	}
}

// other returns the other way.
func (c *connection) other(y *way) *way {
	if c.ways[0] == y {
		return c.ways[1]
	}
	return c.ways[0]
}

// speaks takes note of what is spoken.
func (c *connection) speaks(protocol, framing string) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.protocol, c.framing = protocol, framing
	if p, err := dial.FindProtocol(protocol); protocol != "" && err == nil {
		c.codec = p.NewCodec()
	}
}

// speaksJSON says that messages are most likely JSON-RPC, where nothing else is known.
func (c *connection) speaksJSON() {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	if c.codec != nil {
		return
	}
	c.codec, c.protocol = jsonrpc.NewVersionless(), dialect.JSONRPC
	c.tellLocked(News{Record: &rpcrec.Record{Event: rpcrec.Detect, Details: details([]string{"protocol", c.protocol})}})
}

// opened returns what is told of how c began.
func (c *connection) opened() []string {
	return []string{"target", c.tap.opts.Target, "protocol", c.protocol, "framing", c.framing, "text", c.text}
}

// openedLocked is opened as the details of a record.
func (c *connection) openedLocked() []byte { return details(c.opened()) }

// message records a message that has passed.
func (c *connection) message(d rpcrec.Direction, data []byte) {
	c.tell(News{Record: &rpcrec.Record{Dir: d, Data: data}})
}

// event records what has happened. details are names of members and their values; those that are "" are left out.
func (c *connection) event(name string, of ...string) {
	c.tell(News{Record: &rpcrec.Record{Event: name, Details: details(of)}})
}

// details returns an object of names of members and their values. Those that are "" are left out.
func details(of []string) []byte {
	text := []byte("{")
	for i := 0; i < len(of); i += 2 {
		if of[i+1] == "" {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(append(append(text, jsontext.Quote(of[i])...), ':'), jsontext.Quote(of[i+1])...)
	}
	return append(text, '}')
}

// tell records what is in the news, and tells it those who watch.
func (c *connection) tell(news News) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.tellLocked(news)
}

func (c *connection) tellLocked(news News) {
	r := news.Record
	r.Conn, r.At = c.number, time.Since(c.tap.start)
	c.tap.opts.Record(r)
	for _, tell := range c.tap.watchers {
		tell(news)
	}
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
