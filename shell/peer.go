package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/lsp"
)

// maxGivenUp bounds how many calls are remembered for their late answers.
const maxGivenUp = 1000

// A peer is one connection that the shell has, or had.
type peer struct {
	number     int
	accepted   bool
	link       atomic.Pointer[connection]
	dialled    dialled // how it was reached; zero for an accepted peer
	remembered bool    // what it speaks was found out in an earlier run, and not made sure of
	name       string  // as the person called it: its target, or where it came from
	target     string  // under which its methods are remembered
	since      time.Time
	known      *catalog.Catalog
	lastSeen   string // the method that the peer called last; the reading goroutine's

	dialect atomic.Pointer[dialect.Dialect] // nil: there is nothing special about it
	deaf    atomic.Bool                     // it ended a connection because it was asked what it offers, so it is not asked any more

	documents *lsp.Documents // that it has open
	inbox     inbox          // what is done for what it notified

	mu       sync.Mutex // protects what follows
	nick     string     // of .name
	calls    map[rpcconn.ID]*call
	givenUp  map[rpcconn.ID]string // the methods of calls that nobody waits for any more
	order    []rpcconn.ID          // of givenUp, oldest first
	indexed  *methodIndex
	indexing bool                // a new index is being made
	watched  map[string]*watched // by the tokens under which progress is told
}

func newPeer() *peer {
	return &peer{documents: lsp.NewDocuments(), calls: make(map[rpcconn.ID]*call), givenUp: make(map[rpcconn.ID]string)}
}

// A connection is one that a peer has, or had: it has another one after .reconnect.
type connection struct {
	*dial.Link
	reported   chan struct{} // closed when it has been said that it has ended
	greeted    chan struct{} // closed, by greet, when what has to be said first has been
	greet      func()
	learned    chan struct{} // closed when it has been asked what it offers, or will not be
	discovered atomic.Bool   // it has been asked what it offers, or is about to be
	inquired   atomic.Bool   // the same, because the person wanted to know
	relearning atomic.Bool   // it is about to be asked again
	open       openRequests  // the peer's

	mu     sync.Mutex                 // protects what follows
	hellos map[string]json.RawMessage // the answers to handshakes, by convention
}

func newConnection(link *dial.Link) *connection {
	c := &connection{Link: link, reported: make(chan struct{}), greeted: make(chan struct{}), learned: make(chan struct{}), hellos: make(map[string]json.RawMessage)}
	c.greet = sync.OnceFunc(func() { close(c.greeted) })
	return c
}

// hello returns the answer to the handshake of a convention, and whether it has been made.
func (c *connection) hello(convention string) (json.RawMessage, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	hello, said := c.hellos[convention]
	return hello, said
}

func (c *connection) keepHello(convention string, hello json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hellos[convention] = hello
}

// dialled is what it takes to dial a peer again.
type dialled struct {
	target dial.Target
	cfg    dial.Config
}

// alive reports whether the connection stands.
func (p *peer) alive() bool {
	select {
	case <-p.link.Load().Done():
		return false
	default:
		return true
	}
}

func (p *peer) role() string {
	if p.accepted {
		return "accepted"
	}
	return "dialled"
}

// nickname returns what the person calls p, "" where that is its number.
func (p *peer) nickname() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nick
}

// at returns @NAME, or @N where p has no name.
func (p *peer) at() string {
	if nick := p.nickname(); nick != "" {
		return "@" + nick
	}
	return fmt.Sprintf("@%d", p.number)
}

// address returns where p is.
func (p *peer) address() string { return p.link.Load().Remote }

// ending says why the connection ended, and whether that was in good order.
func (p *peer) ending() (reason string, orderly bool) {
	link := p.link.Load()
	switch err := link.Err(); {
	case errors.Is(err, rpcconn.ErrClosed):
		return "closed here", true
	case errors.Is(err, dial.ErrSpeaksHTTP):
		return "speaks HTTP; its requests have numbers of their own", true
	case link.Status() != "":
		return "ended: " + link.Status(), link.Status() == "exit status 0"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "closed the connection in the middle of a message: " + err.Error(), false
	case err == io.EOF:
		return "closed the connection", true
	case errors.Is(err, io.EOF):
		return "closed the connection: " + err.Error(), true
	case errors.Is(err, syscall.ECONNRESET):
		return "reset the connection", false
	default:
		return "connection lost: " + err.Error(), false
	}
}

// A call is one that waits for its answer.
type call struct {
	peer   *peer
	id     rpcconn.ID
	method string
	since  time.Time
	cancel context.CancelCauseFunc

	advance func() // puts off its time limit; nil: it has none
}

func (p *peer) add(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[c.id] = c
}

// remove forgets a call; if it was given up, its answer will be late and not stray.
func (p *peer) remove(c *call, givenUp bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, c.id)
	if !givenUp {
		return
	}
	p.givenUp[c.id] = c.method
	p.order = append(p.order, c.id)
	if len(p.order) > maxGivenUp {
		delete(p.givenUp, p.order[0])
		p.order = p.order[1:]
	}
}

// late returns the method of the call that was given up before its answer came, "" where there was none.
func (p *peer) late(id rpcconn.ID) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	method := p.givenUp[id]
	delete(p.givenUp, id)
	return method
}

// outstanding returns the calls that wait, oldest first.
func (p *peer) outstanding() []*call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*call
	for _, c := range p.calls {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *call) int { return a.since.Compare(b.since) })
	return all
}

// peers is all that are or were connected, and which one is meant where none is named.
type peers struct {
	mu      sync.Mutex // protects what follows
	all     []*peer    // in order of number
	gone    []*peer    // that can be dialled again, in order of number
	last    int        // the last number given out
	current *peer
}

// add gives p its number. It becomes the current one if there is no other that stands.
func (ps *peers) add(p *peer) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.last++
	p.number = ps.last
	ps.all = append(ps.all, p)
	if !p.accepted || ps.current == nil || !ps.current.alive() {
		ps.current = p
	}
}

// remove forgets a peer that has gone; it stays the current one, so that a line meant for it does not reach another.
func (ps *peers) remove(p *peer) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.all = slices.DeleteFunc(ps.all, func(q *peer) bool { return q == p })
	if !p.accepted {
		ps.gone = append(ps.gone, p)
	}
}

// restore makes p, which has gone, one of the peers again.
func (ps *peers) restore(p *peer) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.gone = slices.DeleteFunc(ps.gone, func(q *peer) bool { return q == p })
	ps.all = append(ps.all, p)
	slices.SortFunc(ps.all, func(a, b *peer) int { return a.number - b.number })
}

// lost returns the peers that have gone and can be dialled again.
func (ps *peers) lost() []*peer {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return slices.Clone(ps.gone)
}

// findGone returns the peer that text names, also where it has gone and can be dialled again.
func (ps *peers) findGone(text string) (*peer, error) {
	p, err := ps.find(text)
	if err == nil {
		return p, nil
	}
	name := strings.TrimPrefix(text, "@")
	for _, q := range ps.lost() {
		if strconv.Itoa(q.number) == name || name != "" && q.nickname() == name {
			return q, nil
		}
	}
	return nil, err
}

// count returns how many peers there have been.
func (ps *peers) count() int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return ps.last
}

// connected returns how many peers are.
func (ps *peers) connected() int {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return len(ps.all)
}

// list returns the peers that are connected, in order of number.
func (ps *peers) list() []*peer {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return slices.Clone(ps.all)
}

// selected returns the current peer, which may be gone, or nil.
func (ps *peers) selected() *peer {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	return ps.current
}

func (ps *peers) use(p *peer) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.current = p
}

// compactResult returns what an answer says in a line of traffic, without colours.
func compactResult(r *rpcconn.Response) string {
	if r.Err != nil {
		text := errorText(r.Err)
		return shorten(text, len(text))
	}
	return shorten(compact(json.RawMessage(r.Result[:min(len(r.Result), 100*maxShown)])), len(r.Result))
}

// errorText returns a peer's error on one line, not yet made visible.
func errorText(e *rpcconn.Error) string {
	text := fmt.Sprintf("error %d: %s", e.Code, e.Message)
	if e.Data != nil {
		text += " " + compact(e.Data)
	}
	return text
}
