package session

import (
	"context"
	"fmt"
	"time"

	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// Reconnect dials p again, which then is the current peer. One that is connected is closed first, if that is asked for.
func (s *Session) Reconnect(ctx context.Context, p *Peer, closeFirst bool) error {
	switch {
	case p.accepted:
		return fmt.Errorf("%s connected by itself; only it can do so again", p.At())
	case p.Alive() && !closeFirst:
		return fmt.Errorf("%s is connected (.restart closes the connection first)", p.Title())
	case p.Alive():
		s.shutdown(p)
		_ = p.Link().Close()
	}
	select {
	case <-p.connection.Load().reported:
	case <-ctx.Done():
		return exit.ErrInterrupted
	}
	if err := s.reconnect(ctx, p); err != nil {
		return err
	}
	s.Use(p)
	return nil
}

// watchEnd waits until p has gone, and says so.
func (s *Session) watchEnd(p *Peer, c *connection) {
	<-c.Done()
	s.remember(p)
	s.peers.remove(p)
	reason, orderly := p.Ending()
	if p.believed.Load() && c.Stats().In == 0 { // it never said a word that was understood
		s.remarkError(s.opts.Findings.Forget(p.target))
	}
	if !s.ended() {
		text := p.Title() + " " + reason
		if reason == closedHere {
			text = p.Title() + ": " + reason
		}
		if n := c.open.unanswered(); n > 0 {
			text += "; " + human.Grouped(n) + " of its requests had no answer yet"
		}
		p.publish(&event.Event{Kind: event.Close, Orderly: orderly, Text: text})
	}
	close(c.reported)
	s.fire(p, event.Close, nil)
	if p.accepted {
		s.rules.Forget(p.Number())
	}
	c.Wait()
	if s.opts.Redial && !p.accepted && reason != closedHere && !s.ended() {
		s.keepReconnecting(p)
	}
}

// Pauses between attempts to reconnect.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// keepReconnecting dials p again, with growing pauses, until it is there.
func (s *Session) keepReconnecting(p *Peer) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		select {
		case <-time.After(pause):
		case <-s.done.Done():
			return
		}
		if p.Alive() || s.reconnect(s.done, p) == nil {
			return
		}
	}
}

// reconnect dials p, which has gone, again. It keeps its number and what is known of it.
func (s *Session) reconnect(ctx context.Context, p *Peer) error {
	ready := make(chan struct{})
	link, said, err := s.dial(ctx, p, ready)
	if err != nil {
		return err
	}
	p.documents.Forget()
	s.attach(p, link)
	s.peers.restore(p)
	p.publish(&event.Event{Kind: event.Connect, Asked: true, Text: "re" + said})
	s.fire(p, event.Connect, nil)
	close(ready)
	s.begin(p)
	return nil
}
