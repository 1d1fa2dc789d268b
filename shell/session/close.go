package session

import (
	"context"
	"fmt"
	"sync"
	"time"

	"rpcsh/shell/answer"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/turn"
)

// ClosePeers closes the connections to peers, in good order as their protocols have it, all at the same time: one that
// does not read what was sent takes a while. ctx ends what is waited for peers that are not left at once.
func (s *Session) ClosePeers(ctx context.Context, peers []*Peer) {
	var closing sync.WaitGroup
	for _, p := range peers {
		closing.Go(func() {
			awaitSent(s.PendingRequests(), p)
			p.shutdown(ctx)
			p.connection.Load().gentle.Leave(ctx)
			_ = p.Link().Close()
		})
	}
	closing.Wait()
}

// sentPatience is how long an answer that was given may take to be sent: one in a batch waits for the others.
const sentPatience = time.Second

// awaitSent waits until p has been sent what a person has answered, or a line: it may have been the last one.
func awaitSent(answered *answer.PendingRequests, p *Peer) {
	ctx, cancel := context.WithTimeout(context.Background(), sentPatience)
	defer cancel()
	turn.Await(ctx, func() bool { return answered.Sent(p.Number()) || !p.Alive() })
}

// shutdownPatience is how long a peer may take to end a session in good order.
const shutdownPatience = time.Second

// shutdown ends the session with p in good order, as its protocol has it. It waits until ctx ends, if that has not
// ended before: what was waited for then was something else.
func (p *Peer) shutdown(ctx context.Context) {
	d := p.Dialect()
	if d == nil || !p.Alive() {
		return
	}
	if _, made := p.connection.Load().handshakeOf(d.Name); !made {
		return // the person began the session, or nobody has
	}
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownPatience)
	defer cancel()
	for _, f := range d.Shutdown {
		m := call.Plain(call.Request{Method: f.Method, Notify: f.Notify})
		if o := p.caller.Do(ctx, []*call.Prepared{m}, call.Options{Origin: event.FromSession}); o.Err != nil {
			return
		}
	}
}

// Drain ends the session in good order: nobody is let in any more, and each connection is closed once nothing that its
// peer asked for is open, and what is done for its notifications and its going is done. What is still open after
// patience is said. Close comes after it.
func (s *Session) Drain(patience time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.StopListening()
	s.scripts.stopTimers()
	var closing sync.WaitGroup
	for _, p := range s.peers.List() {
		closing.Go(func() { s.connector.drain(ctx, p) })
	}
	closing.Wait()
}

// drain closes the connection to p, at the latest when ctx ends.
func (c *connector) drain(ctx context.Context, p *Peer) {
	conn := p.connection.Load()
	if !turn.Await(ctx, func() bool { return conn.Stats().Serving == 0 && !p.inbox.Busy() || !p.Alive() }) {
		text := p.Title() + ": " + p.openText() + " still open, the connection is closed all the same"
		p.publish(&event.Event{Kind: event.Problem, Text: text})
	}
	c.session.ClosePeers(ctx, []*Peer{p})
	<-conn.reported
	turn.Await(ctx, func() bool { return !p.inbox.Busy() }) // the lines of .on close
}

// openText says what p has asked for that is not done.
func (p *Peer) openText() string {
	n := p.Stats().Serving
	switch {
	case !p.inbox.Busy():
		return human.Plural(n, "request")
	case n == 0:
		return "what its notifications have begun is"
	}
	return fmt.Sprintf("%s and what its notifications have begun are", human.Plural(n, "request"))
}
