package session

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/noise"
	"rpcsh/shell/pending"
	"rpcsh/shell/turn"
)

// A Peer is who is, or was, at the other end of a connection. It keeps its number, its name and what is known of it
// when it is dialled again. Its methods may be called by any number of goroutines.
//
// A *Peer is an answer.Peer: what calls itself, as a script does, calls as a line does.
type Peer struct {
	session    *Session
	caller     *call.Caller
	connection atomic.Pointer[connection]
	accepted   bool
	target     transport.Target // that was dialled; zero for an accepted peer
	cfg        dial.Config      // with which it was dialled
	joined     *Joining         // nil: it was dialled, or has dialled us
	label      string           // its target, or where it came from
	storedAs   string           // under which what is known of it is kept
	since      time.Time
	known      *catalog.Catalog
	dialect    atomic.Pointer[dialect.Dialect] // nil: there is nothing special about it
	who        atomic.Pointer[event.Peer]      // as events tell of it

	// believed is whether what it speaks was detected earlier, for another connection, and not checked since.
	believed atomic.Bool
	// spoke is what it spoke when it was dialled last, nil: that has to be found out.
	spoke atomic.Pointer[detect.Finding]
	// notAsked is whether it is not asked what it offers any more, because it ended a connection when it was.
	notAsked atomic.Bool

	dialling  turn.Token     // of whoever dials p again
	documents *lsp.Documents // that it has open
	inbox     turn.Inbox     // what is done for what it did
	noise     noise.Listener // that it makes while it is asked
	memory    memory
	lastSeen  string // the method that it called last; the reading goroutine's

	mu     sync.Mutex // protects what follows
	number int
	name   string // "": it has none
}

func newPeer(s *Session) *Peer {
	p := &Peer{session: s, known: catalog.New(), documents: lsp.NewDocuments(), dialling: turn.NewToken()}
	p.inbox.Start, p.inbox.Context = s.tasks.Go, s.done
	p.inbox.Missed = func(n int) {
		const text = "%s: %s not handled, they came faster than what is served for them could take"
		p.note(fmt.Sprintf(text, p.Title(), human.Plural(n, "notification")))
	}
	p.who.Store(new(event.Peer))
	return p
}

// register gives p its number.
func (p *Peer) register(number int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number = number
	p.describeLocked()
}

// rename gives p a name, "" for none.
func (p *Peer) rename(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = name
	p.describeLocked()
}

// describeLocked makes what events tell of p.
func (p *Peer) describeLocked() {
	who := event.Peer{Number: p.number, Name: p.name, Title: p.label}
	if p.accepted || p.number > 1 || p.name != "" {
		who.Title = who.At() + " " + p.label
	}
	p.who.Store(&who)
}

// Event returns what events tell of p.
func (p *Peer) Event() event.Peer { return *p.who.Load() }

// Number returns p's number, from 1. No two peers of a session have the same.
func (p *Peer) Number() int { return p.who.Load().Number }

// Name returns what the person calls p, "" where that is its number.
func (p *Peer) Name() string { return p.who.Load().Name }

// At returns @NAME, or @NUMBER where p has no name.
func (p *Peer) At() string { return p.who.Load().At() }

// Title names p in sentences.
func (p *Peer) Title() string { return p.who.Load().Title }

// Label returns p's target as it is read in a prompt, or the address from which it came.
func (p *Peer) Label() string { return p.label }

// Target returns what was dialled; it is zero for an accepted peer.
func (p *Peer) Target() transport.Target { return p.target }

// Accepted reports whether p came by itself.
func (p *Peer) Accepted() bool { return p.accepted && (p.joined == nil || !p.joined.Dialled) }

// Role returns "accepted" or "dialled".
func (p *Peer) Role() string {
	if p.Accepted() {
		return "accepted"
	}
	return "dialled"
}

// Since returns when p came first.
func (p *Peer) Since() time.Time { return p.since }

// Known returns what is known of p's methods.
func (p *Peer) Known() *catalog.Catalog { return p.known }

// Dialect returns what is special about p, nil: nothing, or it is not known yet.
func (p *Peer) Dialect() *dialect.Dialect { return p.dialect.Load() }

// Caller sends calls to p.
func (p *Peer) Caller() *call.Caller { return p.caller }

// Pending returns our calls that wait for p's answers, oldest first.
func (p *Peer) Pending() []*call.Pending { return p.caller.Pending() }

// Link returns the connection of now, or the last one.
func (p *Peer) Link() *dial.Link { return p.connection.Load().Link }

// Address returns where p is.
func (p *Peer) Address() string { return p.Link().Remote }

// Stats returns the numbers of the connection.
func (p *Peer) Stats() rpcconn.Stats { return p.Link().Stats() }

// Open returns p's requests that are being answered, oldest first.
func (p *Peer) Open() []pending.Request { return p.connection.Load().open.List() }

// WireText says what is spoken with p.
func (p *Peer) WireText() string { return wireText(p.Link()) }

func wireText(link *dial.Link) string {
	w, known := link.Wire()
	if !known {
		return "not known yet"
	}
	return w.String()
}

// Alive reports whether the connection stands.
func (p *Peer) Alive() bool {
	select {
	case <-p.Link().Done():
		return false
	default:
		return true
	}
}

// publish publishes an event about p, and has the scripts and hooks run that are for it.
func (p *Peer) publish(e *event.Event) (number uint64) {
	number = p.announce(e)
	p.session.scripts.fire(p, e)
	p.session.hooks.fire(p, e)
	return number
}

// announce is publish without the hooks, which run later.
func (p *Peer) announce(e *event.Event) (number uint64) {
	e.Peer = p.Event()
	return p.session.bus.Publish(e)
}

// note publishes what is worth telling about p.
func (p *Peer) note(text string) { p.publish(&event.Event{Kind: event.Note, Text: text}) }

// Problem publishes a mistake for which nobody waits, and which is about p. by is who made it.
func (p *Peer) Problem(by event.Origin, text string) {
	p.publish(&event.Event{Kind: event.Problem, Origin: by, Text: text})
}

// isNumber reports whether text is that of a peer.
func isNumber(text string) bool { return strings.Trim(text, "0123456789") == "" }
