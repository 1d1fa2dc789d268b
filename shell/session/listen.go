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
	"rpcsh/shell/human"
)

// Listen waits for peers at an address.
func (s *Session) Listen(ctx context.Context, t transport.Target, cfg dial.Config) error {
	if err := cfg.Check(); err != nil {
		return exit.Usagef("%w", advice.For(err))
	}
	cfg.Fallback = s.Settings().Fallback
	cfg.OnError = func(remote string, err error) { s.Problem(fmt.Sprintf("%s: %v", remote, advice.For(err))) }
	l, err := cfg.Listen(ctx, t)
	if err != nil {
		return &exit.Failure{Code: exit.Connection, Err: advice.For(err)}
	}
	s.connector.add(l)
	s.tasks.Go(func() { s.connector.accept(l, cfg) })
	s.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: fmt.Sprintf("listening on %s · %s", l.Target, l)})
	if t.IsOpen() {
		s.Problem(advice.Open)
	}
	return nil
}

// accept takes in peers until the listener is closed.
func (c *connector) accept(l *dial.Listener, cfg dial.Config) {
	for {
		p, ready := newPeer(c.session), make(chan struct{})
		p.accepted, p.cfg = true, cfg
		link, err := l.Accept(func() *rpcconn.Options { return c.connOptions(p, ready) })
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				c.session.Note(fmt.Sprintf("no longer listening on %s: %v", l.Target, advice.For(err)))
			}
			return
		}
		p.label, p.storedAs = link.Remote, "accepted at "+l.Requested.String()
		waits := link.OnWire(func(w dial.Wire, found bool) {
			<-ready
			c.onWire(p, w, found)
		})
		c.adopt(p, link, ready, func() {
			text := fmt.Sprintf("%s connected from %s", p.At(), p.label)
			if w, known := link.Wire(); known && !waits { // else that is told next
				text += " · " + w.String()
			}
			if link.Subprotocol != "" {
				text += " · subprotocol " + human.Clip(link.Subprotocol, 100)
			}
			p.publish(&event.Event{Kind: event.Connect, Text: text})
		})
	}
}

// onWire takes note of what an accepted peer speaks, once that has turned out.
func (c *connector) onWire(p *Peer, w dial.Wire, found bool) {
	if !found {
		const text = "%s has said nothing so far, so it is spoken to in %s (.set fallback, or -p and -f, say otherwise)"
		p.publish(&event.Event{
			Kind: event.Speaks, Text: fmt.Sprintf(text, p.At(), w),
			Topic: "peers that have said nothing so far", Reason: w.String(),
		})
		if conn := p.connection.Load(); !conn.discovers.Swap(true) {
			close(conn.learned) // it is not asked
		}
		return
	}
	p.publish(&event.Event{Kind: event.Speaks, Text: fmt.Sprintf("%s speaks %s", p.At(), w)})
	c.session.discovery.begin(p, w)
}

// Listeners returns where the session waits for peers.
func (s *Session) Listeners() []*dial.Listener {
	s.connector.mu.Lock()
	defer s.connector.mu.Unlock()
	return slices.Clone(s.connector.listeners)
}

// StopListening closes all listeners.
func (s *Session) StopListening() {
	for _, l := range s.connector.closeListeners() {
		text := fmt.Sprintf("no longer listening on %s", l.Target)
		s.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: text})
	}
}

func (c *connector) add(l *dial.Listener) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listeners = append(c.listeners, l)
}

// closeListeners closes all listeners, and returns them.
func (c *connector) closeListeners() []*dial.Listener {
	c.mu.Lock()
	listeners := c.listeners
	c.listeners = nil
	c.mu.Unlock()
	for _, l := range listeners {
		_ = l.Close()
	}
	return listeners
}
