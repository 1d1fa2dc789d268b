// Package call is the only sender of a session: a prepared call goes to a peer and becomes an Outcome. It puts
// arguments in order and checks them, numbers progress, keeps the time limit, cancels by the protocol's own means,
// learns from answers, and knows late ones. Typed lines, scripts, hooks, discovery and all other front ends differ in
// who waits and who is told, not in how a call is made.
//
// It knows no screen and no language: its errors say which parameter is wrong, and not where that was typed.
package call

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/event"
)

// Host is what a Caller needs of the session to which its peer belongs. The functions may be called by any number of
// goroutines.
type Host struct {
	Peer     func() event.Peer         // who the peer is, for events
	Publish  func(*event.Event) uint64 // of the session's bus
	Dialect  func() *dialect.Dialect   // what is special about the peer; nil: nothing
	ReadFile dialect.ReadFile          // for what is typed in short
	Waits    func() bool               // whether the peer itself waits for a person, who may take any time; nil: no
	// Behind returns what is closed when what the peer sent before has been handled; nil: it has been, or what handles
	// it waits itself. It is called by the goroutine that reads.
	Behind func() <-chan struct{}
	// NoBatch returns why a peer whose dialect is not known takes no batches, as far as can be told; "": it may take
	// them. nil: it does.
	NoBatch func() string
	// Recall returns what tells how a method is called that the peer has not told of, as far as that is remembered, or
	// plain from its name; nil: nothing does. Recall itself may be nil.
	Recall func(method string) *catalog.Catalog
	// NoNames returns the title of what is spoken where that has no named arguments, else ""; nil: it has them.
	NoNames func() string
	// Documents has the peer know the files that a call of method is about as they are now; nil: there is nothing to
	// tell.
	Documents func(ctx context.Context, method string, files []string) error
}

// A Connection is what calls go over.
type Connection struct {
	*rpcconn.Conn
	Reported <-chan struct{} // closed when the session has published why the connection ended
	Status   func() string   // how a child process ended by itself; "" for other peers
}

// A Caller sends calls to one peer. Its methods may be called by any number of goroutines.
type Caller struct {
	host    Host
	known   *catalog.Catalog
	conn    atomic.Pointer[Connection]
	tokens  atomic.Int64  // the last progress token that was given out
	batches atomic.Uint64 // the last batch that was sent

	mu       sync.Mutex              // protects what follows
	pending  map[rpcconn.ID]*Pending // all ids are Plain
	givenUp  map[rpcconn.ID]string   // the methods of calls that nobody waits for any more
	order    []rpcconn.ID            // of givenUp, oldest first
	answered [64]answered            // the last calls that were, in a ring
	answers  int                     // how many there have been
	progress map[string]*watcher     // by the tokens under which progress is told
}

// maxGivenUp bounds how many calls are remembered for their late answers.
const maxGivenUp = 1000

// New returns a Caller of a peer with the methods in known. Connected has to be called before it is used.
func New(host Host, known *catalog.Catalog) *Caller {
	return &Caller{
		host: host, known: known, pending: make(map[rpcconn.ID]*Pending), givenUp: make(map[rpcconn.ID]string),
		progress: make(map[string]*watcher),
	}
}

// Connected makes conn the connection that calls go over. It has ids of its own, so late responses of the one before it
// are forgotten.
func (c *Caller) Connected(conn Connection) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn.Store(&conn)
	clear(c.pending)
	clear(c.givenUp)
	c.order = nil
	c.answers, c.answered = 0, [len(c.answered)]answered{}
}

// A Pending call is one that waits for its answer.
type Pending struct {
	Number uint64 // of the event that told of it: what a person means it by
	ID     rpcconn.ID
	Method string
	About  string // the Subject of its events
	Since  time.Time

	listed bool // among those of Pending
	cancel context.CancelCauseFunc
	limit  *limit
}

// Cancel gives the call up; cause is what it fails with.
func (p *Pending) Cancel(cause error) { p.cancel(cause) }

// Extend has the time limit of the call begin anew.
func (p *Pending) Extend() { p.limit.extend() }

func (c *Caller) add(p *Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending[p.ID.Plain()] = p
}

// Waits reports whether a call with an id waits for its answer.
func (c *Caller) Waits(id rpcconn.ID) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending[id.Plain()] != nil
}

// remove forgets a call whose response has come.
func (c *Caller) remove(p *Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id := p.ID.Plain(); c.pending[id] == p {
		delete(c.pending, id)
		c.answered[c.answers%len(c.answered)] = answered{id, p.Method}
		c.answers++
	}
}

// giveUp forgets a call without a response. One that comes after this is late, rather than unmatched.
func (c *Caller) giveUp(p *Pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := p.ID.Plain()
	if c.pending[id] != p { // it was sent over an earlier connection, or its response was late already
		return
	}
	delete(c.pending, id)
	c.givenUp[id] = p.Method
	c.order = append(c.order, id)
	if len(c.order) > maxGivenUp {
		delete(c.givenUp, c.order[0])
		c.order = c.order[1:]
	}
}

// publish publishes an event about the peer.
func (c *Caller) publish(e *event.Event) uint64 {
	e.Peer = c.host.Peer()
	return c.host.Publish(e)
}

// A Request is a call as somebody wants it, before it is made fit for a peer.
type Request struct {
	Method string
	Params json.RawMessage // nil: none were given
	Notify bool            // a notification: there is no answer
	Raw    bool            // Params is the one value that was given, and is not to be put in order
	Extra  json.RawMessage // further members of the message, as an object; nil: none
	Spelt  bool            // it is to be a request, also where its method is known as a notification
	ID     rpcconn.ID      // that the request shall have; none: the next one
}

// Pending returns the calls that wait for their answers, oldest first. What the session itself asks is not among them.
func (c *Caller) Pending() []*Pending {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []*Pending
	for _, p := range c.pending {
		if p.listed {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *Pending) int { return a.Since.Compare(b.Since) })
	return all
}
