package shell

import (
	"context"
	"time"
)

// watchEnd waits until p has gone, and says so.
func (s *Shell) watchEnd(p *peer, link *connection) {
	<-link.Done()
	s.remember(p)
	s.peers.remove(p)
	reason, orderly := p.ending()
	if p.remembered && link.Stats().In == 0 { // it never said a word that was understood
		if err := s.cfg.Findings.Forget(p.dialled.target); err != nil {
			s.note(err.Error())
		}
	}
	if s.done.Err() == nil {
		text := p.title(s) + " " + reason
		if reason == "closed here" {
			text = p.title(s) + ": " + reason
		}
		if n := link.open.lost(); n > 0 {
			text += "; " + grouped(n) + " of its requests had no answer yet"
		}
		if !orderly && s.interactive() {
			text = s.colors.err(visible(text, false))
		}
		s.notePeer(p, eventClose, text)
		s.updatePrompt()
	}
	close(link.reported)
	s.happened(p, eventClose, nil)
	if p.accepted {
		s.rules.Forget(p.number)
	}
	link.Wait()
	if s.cfg.Reconnect && !p.accepted && reason != "closed here" && s.done.Err() == nil {
		s.keepReconnecting(p)
	}
}

// Pauses between attempts to reconnect.
const (
	firstPause = 500 * time.Millisecond
	lastPause  = 30 * time.Second
)

// keepReconnecting dials p again, with growing pauses, until it is there.
func (s *Shell) keepReconnecting(p *peer) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		select {
		case <-time.After(pause):
		case <-s.done.Done():
			return
		}
		if p.alive() || s.reconnect(s.done, p) == nil {
			return
		}
	}
}

// reconnect dials p, which has gone, again. It keeps its number and what is known of it.
func (s *Shell) reconnect(ctx context.Context, p *peer) error {
	ready := make(chan struct{})
	link, said, err := s.dial(ctx, p, ready)
	if err != nil {
		return err
	}
	p.mu.Lock()
	clear(p.givenUp) // the ids of the new connection begin anew
	p.order = nil
	p.mu.Unlock()
	p.documents.Forget()
	p.link.Store(newConnection(link))
	s.peers.restore(p)
	s.report("re" + said)
	s.happened(p, eventConnect, nil)
	close(ready)
	s.begin(p)
	return nil
}
