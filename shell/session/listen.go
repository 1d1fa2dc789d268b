package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

// Listen waits for peers at an address.
func (s *Session) Listen(ctx context.Context, t transport.Target, cfg dial.Config) error {
	if err := cfg.Check(); err != nil {
		return exit.Usagef("%w", advice.For(err))
	}
	cfg.Fallback = s.Settings().Fallback
	cfg.OnError = func(remote string, err error) { s.Note(fmt.Sprintf("%s: %v", remote, advice.For(err))) }
	l, err := cfg.Listen(ctx, t)
	if err != nil {
		return &exit.Failure{Code: exit.Connection, Err: advice.For(err)}
	}
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	s.tasks.Go(func() { s.accept(l) })
	s.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: fmt.Sprintf("listening on %s · %s", l.Target, l)})
	return nil
}

// accept takes in peers until the listener is closed.
func (s *Session) accept(l *dial.Listener) {
	for {
		p, ready := s.newPeer(), make(chan struct{})
		p.accepted = true
		link, err := l.Accept(func() *rpcconn.Options { return s.connOptions(p, ready) })
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				s.Note(fmt.Sprintf("no longer listening on %s: %v", l.Target, advice.For(err)))
			}
			return
		}
		p.label, p.storedAs = link.Remote, "accepted at "+l.Requested.String()
		link.OnWire(func(w dial.Wire, found bool) {
			<-ready
			s.onWire(p, w, found)
		})
		s.adopt(p, link, ready, func() {
			text := fmt.Sprintf("%s connected from %s", p.At(), p.label)
			if w, known := link.Wire(); known {
				text += " · " + w.String()
			}
			p.publish(&event.Event{Kind: event.Connect, Text: text})
		})
	}
}

// onWire takes note of what an accepted peer speaks, once that has turned out.
func (s *Session) onWire(p *Peer, w dial.Wire, found bool) {
	if !found {
		text := fmt.Sprintf("%s has said nothing so far, so it is spoken to in %s (.set fallback, or -p and -f, say otherwise)", p.At(), w)
		p.publish(&event.Event{Kind: event.Speaks, Text: text, Topic: "peers that have said nothing so far", Reason: w.String()})
		return
	}
	p.publish(&event.Event{Kind: event.Speaks, Text: fmt.Sprintf("%s speaks %s", p.At(), w)})
	s.mayDiscover(p, w)
}

// Listeners returns where the session waits for peers.
func (s *Session) Listeners() []*dial.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.listeners)
}

// StopListening closes all listeners.
func (s *Session) StopListening() {
	for _, l := range s.closeListeners() {
		s.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: fmt.Sprintf("no longer listening on %s", l.Target)})
	}
}

// closeListeners closes all listeners, and returns them.
func (s *Session) closeListeners() []*dial.Listener {
	s.mu.Lock()
	listeners := s.listeners
	s.listeners = nil
	s.mu.Unlock()
	for _, l := range listeners {
		_ = l.Close()
	}
	return listeners
}
