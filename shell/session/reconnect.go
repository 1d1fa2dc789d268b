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
		p.shutdown(ctx)
		p.connection.Load().gentle.Leave(ctx)
		_ = p.Link().Close()
	}
	select {
	case <-p.connection.Load().reported:
	case <-ctx.Done():
		return exit.ErrInterrupted
	}
	if err := s.connector.reconnect(ctx, p); err != nil {
		return err
	}
	s.peers.Use(p)
	return nil
}

// watchEnd waits until p has gone, and says so.
func (c *connector) watchEnd(p *Peer, conn *connection) {
	<-conn.Done()
	c.session.discovery.remember(p)
	c.session.peers.remove(p)
	reason, orderly := conn.ending()
	if stats := conn.Stats(); p.believed.Load() && stats.Asked && stats.In == 0 { // it says no word that is understood
		p.spoke.Store(nil)
		c.session.remarkError(c.session.opts.Findings.Forget(p.target))
	}
	if !c.session.ended() && p.joined == nil {
		text := p.Title() + " " + reason
		if reason == closedHere {
			text = p.Title() + ": " + reason
		}
		if n := conn.open.Unanswered(); n > 0 {
			text += "; " + human.Grouped(n) + " of its requests had no answer yet"
		}
		refused := p.accepted && !orderly && !conn.broken()
		p.publish(&event.Event{Kind: event.Close, Orderly: orderly, Refused: refused, Text: text})
	}
	close(conn.reported)
	if p.accepted {
		c.session.rules.Forget(p.Number())
	}
	conn.Wait()
	if c.session.opts.Redial && !p.accepted && reason != closedHere && !c.session.ended() {
		c.keepReconnecting(p)
	}
}

// Pauses between attempts to reconnect.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// keepReconnecting dials p again, with growing pauses, until it is there.
func (c *connector) keepReconnecting(p *Peer) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		select {
		case <-time.After(pause):
		case <-c.session.done.Done():
			return
		}
		if c.reconnect(c.session.done, p) == nil {
			return
		}
	}
}

// reconnect dials p, which has gone, again, unless that has been done by now. It keeps its number and what is known of
// it.
func (c *connector) reconnect(ctx context.Context, p *Peer) error {
	if p.dialling.Take(ctx) != nil {
		return exit.ErrInterrupted
	}
	defer p.dialling.Put()
	if p.Alive() {
		return nil
	}
	ready := make(chan struct{})
	link, said, err := c.dial(ctx, p, ready)
	if err != nil {
		return err
	}
	p.documents.Forget()
	c.attach(p, link)
	c.session.peers.restore(p)
	p.publish(&event.Event{Kind: event.Connect, Asked: true, Text: "re" + said})
	close(ready)
	c.begin(p)
	return nil
}
