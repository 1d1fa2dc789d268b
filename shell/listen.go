package shell

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// Listen waits for peers on address.
func (s *Shell) Listen(ctx context.Context, address string, cfg dial.Config) error {
	t, err := transport.ParseTarget(address)
	if err != nil {
		return UsageError("%w", err)
	}
	if err := cfg.Check(); err != nil {
		return UsageError("%w", Advise(err))
	}
	cfg.Fallback = s.settings().fallback
	cfg.OnError = func(remote string, err error) { s.note(fmt.Sprintf("%s: %v", remote, Advise(err))) }
	l, err := cfg.Listen(ctx, t)
	if err != nil {
		return &failure{ExitConnection, Advise(err)}
	}
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	s.tasks.Go(func() { s.accept(l) })
	s.report(fmt.Sprintf("listening on %s · %s", l.Target, l))
	return nil
}

// accept takes in peers until the listener is closed.
func (s *Shell) accept(l *dial.Listener) {
	for {
		p, ready := newPeer(), make(chan struct{})
		p.accepted = true
		link, err := l.Accept(func() *rpcconn.Options { return s.options(p, ready) })
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				s.note(fmt.Sprintf("no longer listening on %s: %v", l.Target, Advise(err)))
			}
			return
		}
		p.name, p.target = link.Remote, "accepted at "+l.Requested.String()
		link.OnWire(func(w dial.Wire, found bool) {
			<-ready
			if !found {
				s.noteOnce(p, "peers that have said nothing so far", w.String(),
					fmt.Sprintf("%s has said nothing so far, so it is spoken to in %s (.set fallback, or -p and -f, say otherwise)", p.at(), w))
				return
			}
			s.notePeer(p, noteInfo, fmt.Sprintf("%s speaks %s", p.at(), w))
			s.mayDiscover(p, w)
		})
		s.adopt(p, link, ready, func() {
			text := fmt.Sprintf("%s connected from %s", p.at(), p.name)
			if w, known := link.Wire(); known {
				text += " · " + w.String()
			}
			s.notePeer(p, eventConnect, text)
		})
	}
}

// listening reports whether the shell waits for peers.
func (s *Shell) listening() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners) > 0
}

// awaitPeers waits, in a run without a person that listens, until the peer that is meant has come, any where none is named. A person sees
// who is there, and is not made to wait.
func (s *Shell) awaitPeers(ctx context.Context, sel selector) {
	if s.interactive() || !s.listening() || occasionOf(ctx) != nil {
		return
	}
	wanted := sel.highest()
	ctx, _, cancel := s.settings().limited(ctx)
	defer cancel()
	const pause = 20 * time.Millisecond
	for s.peers.count() < wanted {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}
