package shell

import (
	"time"
)

// note shows what the shell has to say unasked.
func (s *Shell) note(text string) {
	switch {
	case s.interactive():
		s.screen.print(s.stderr(), s.colors.dim(time.Now().Format(clock)+" · "+text))
	case s.cfg.Log:
		s.logNote(nil, noteInfo, text)
	case s.cfg.Verbose:
		s.screen.print(s.stderr(), "rpcsh: "+text)
	}
}

// noteOnce is notePeer for what may be said of many at a time: of those for the same reason the first is shown, and the others are counted
// under name.
func (s *Shell) noteOnce(p *peer, name, reason, text string) {
	if !s.interactive() {
		s.notePeer(p, noteInfo, text)
		return
	}
	s.screen.once(name, reason, func() string { return s.noteLine(text) })
}

// notePeer is note for what is said about a peer: kind is what has happened to it.
func (s *Shell) notePeer(p *peer, kind, text string) {
	if s.cfg.Log {
		s.logNote(p, kind, text)
		return
	}
	s.note(text)
}

// problem shows, where there is no person, a mistake for which nobody waits.
func (s *Shell) problem(text string) {
	if s.cfg.Log {
		s.logNote(nil, noteProblem, text)
		return
	}
	s.screen.print(s.stderr(), "rpcsh: "+text)
}

// report shows what became of what was asked for; without a person, only if all is to be told.
func (s *Shell) report(text string) {
	if s.interactive() {
		s.say("%s", text)
	} else {
		s.note(text)
	}
}

// remark shows that there is nothing of what was asked for, where only results belong on stdout.
func (s *Shell) remark(text string) {
	if s.cfg.Log {
		s.logNote(nil, noteInfo, text)
		return
	}
	s.screen.print(s.stderr(), text)
}

// complain shows a mistake for which nobody waits, with a person and without.
func (s *Shell) complain(text string) {
	text = visible(text, false)
	if s.interactive() {
		s.note(s.colors.err(text))
		return
	}
	s.problem(text)
}

// noteLine returns a note as it is put out.
func (s *Shell) noteLine(text string) string {
	text = visible(text, false)
	if !s.interactive() {
		return "rpcsh: " + text
	}
	return s.colors.dim(time.Now().Format(clock) + " · " + text)
}
