// Package session is peers, and all that one does with them: dial, listen, reconnect, address, call, learn what they
// offer, answer what they ask, and run lines when something happens. Whatever happens is published as an event.Event.
// The package knows no colour, width or terminal, and not who reads its events; the language of the shell it hands on
// as text.
//
//   - session.go, settings.go: the session itself
//   - peer.go, connection.go, peers.go, selector.go: peers, and which one is meant
//   - connect.go, listen.go, reconnect.go, close.go: how they come and go
//   - begin.go, discover.go, document.go: how a session with them begins, and what they offer
//   - responder.go, parked.go, script.go: what they ask
//   - scriptlife.go: what scripts do of their own accord
//   - peercall.go: what scripts and programs send
//   - hook.go: what is done when something happens
package session

import (
	"context"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/variables"
)

// Options say how a session behaves. The zero Options work: nothing is remembered between sessions.
type Options struct {
	Wire     dial.Config     // of connections for which nothing else is said
	Settings Settings        // at the beginning; what is empty has its default
	Self     dialect.Self    // who we tell peers that we are
	Store    catalog.Store   // of the methods known of peers; zero: they are forgotten
	Findings detect.Findings // of what targets speak; zero: they are forgotten
	// Beforehand is an OpenRPC document of what peers have, which counts as remembered; nil: there is none.
	Beforehand any
	Discover   bool // peers may be asked what they offer
	// Attended says that a person sees what happens: peers are asked what they offer though nobody has said so, what a
	// target speaks is found out anew, and nobody is made to wait for peers to come. Otherwise nothing is sent that was
	// not asked for, but for the handshake of a protocol that was named, and what was found out earlier is believed.
	Attended  bool
	ShowPings bool            // what came of pings is told in notes
	Redial    bool            // dialled peers that have gone are dialled again, with growing pauses
	Memory    *rpcconn.Memory // of what waits for peers to read it; nil: it is bounded for each connection alone
	RunLine   RunLine         // runs the lines of hooks; nil: they do nothing
}

// A RunLine runs a line. ctx ends with the session, and bears the HookContext; what the line says on its own is not for
// the caller.
type RunLine func(ctx context.Context, h *Hook) error

// A Session is a number of peers. Its methods may be called by any number of goroutines.
type Session struct {
	opts      Options
	bus       event.Bus
	variables variables.Variables
	peers     Peers
	connector connector
	discovery Discovery
	rules     answer.Rules
	responder responder
	parked    *parkedRequests
	scripts   Scripts
	hooks     Hooks

	done   context.Context // ends with the session
	finish context.CancelFunc
	tasks  sync.WaitGroup // goroutines that the session owns

	mu       sync.Mutex // protects what follows
	settings Settings
	closed   bool // Close waits for the tasks
}

// New starts a session. It has to be closed.
func New(opts Options) *Session {
	s := &Session{opts: opts, settings: opts.Settings.withDefaults(opts.Wire)}
	s.done, s.finish = context.WithCancel(context.Background())
	s.connector.session, s.discovery.session, s.responder.session, s.scripts.session = s, s, s, s
	s.hooks.done, s.hooks.runLine = s.done, opts.RunLine
	s.parked = newParkedRequests(s)
	return s
}

// Close ends all connections and what the session has running, and then its events.
func (s *Session) Close() {
	s.connector.closeListeners()
	s.finish()
	ctx, cancel := limited(context.Background(), s.Settings().Timeout)
	defer cancel()
	s.ClosePeers(ctx, s.peers.List())
	s.rules.Close()
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.tasks.Wait()
	s.bus.Close()
}

// Context returns a context that ends with the session.
func (s *Session) Context() context.Context { return s.done }

// Go runs f in a goroutine that Close waits for. Once Close waits, f has run when Go returns.
func (s *Session) Go(f func()) {
	s.mu.Lock()
	closed := s.closed
	if !closed {
		s.tasks.Go(f)
	}
	s.mu.Unlock()
	if closed {
		f()
	}
}

// ended reports whether the session is being closed.
func (s *Session) ended() bool { return s.done.Err() != nil }

// Events returns the bus on which all that happens is published.
func (s *Session) Events() *event.Bus { return &s.bus }

// Wire returns how peers are reached and spoken to where nothing else is said.
func (s *Session) Wire() dial.Config {
	cfg, set := s.opts.Wire, s.Settings()
	cfg.Settle, cfg.DetectLimit, cfg.Passive = set.Settle, set.DetectLimit, set.Detect == DetectPassive
	return cfg
}

// WireOf returns how p was reached and spoken to, as far as that was said.
func WireOf(p *Peer) dial.Config { return p.cfg }

// Self returns who peers are told that we are.
func (s *Session) Self() dialect.Self { return s.opts.Self }

// Rules returns what answers the peers' requests.
func (s *Session) Rules() *answer.Rules { return &s.rules }

// Variables returns the values that lines use by name.
func (s *Session) Variables() *variables.Variables { return &s.variables }

// Note publishes what is worth telling, and is about no peer.
func (s *Session) Note(text string) { s.bus.Publish(&event.Event{Kind: event.Note, Text: text}) }

// Problem publishes a mistake for which nobody waits, and which is about no peer.
func (s *Session) Problem(text string) { s.bus.Publish(&event.Event{Kind: event.Problem, Text: text}) }

// remarkError publishes an error that changes nothing, such as a file of ours that cannot be written.
func (s *Session) remarkError(err error) {
	if err != nil {
		s.Note(err.Error())
	}
}
