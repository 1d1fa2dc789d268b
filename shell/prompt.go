package shell

import (
	"rpcsh/shell/term"
)

// prompt says what waits for the person, which peer is meant where none is named, and whether its certificate was not verified.
func (s *Shell) prompt() string {
	prompt := s.waitingText() + s.peerPrompt()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prompted = prompt
	return prompt
}

// shownPrompt returns the prompt as it was made last.
func (s *Shell) shownPrompt() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prompted
}

func (s *Shell) peerPrompt() string {
	p := s.peers.selected()
	switch {
	case p == nil && s.listening():
		s.mu.Lock()
		at := s.listeners[0].Target.Short()
		s.mu.Unlock()
		return "(listening on " + at + ")> "
	case p == nil:
		return "(not connected)> "
	case !p.alive() && p.accepted:
		return "(" + p.at() + " has gone)> "
	case !p.alive():
		return "(not connected)> "
	}
	const longest = 40 // the URL of a debugger has twice as much
	prompt := visible(clip(p.name, longest), false) + "> "
	if p.accepted || s.peers.connected() > 1 || p.nickname() != "" {
		prompt = p.at() + " " + prompt
	}
	if p.link.Load().Unverified() {
		prompt = term.Warning + prompt
	}
	return prompt
}

func (s *Shell) updatePrompt() {
	if s.interactive() {
		s.cfg.Terminal.SetPrompt(s.prompt())
	}
}
