package session

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"rpcsh/shell/exit"
)

// A registry is all peers that are or were connected, and which one is meant where none is named.
type registry struct {
	mu      sync.Mutex // protects what follows
	all     []*Peer    // in order of number
	gone    []*Peer    // that can be dialled again, in order of number
	last    int        // the last number given out
	current *Peer
}

// add gives p its number. It becomes the current one if there is no other that stands.
func (r *registry) add(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	p.register(r.last)
	r.all = append(r.all, p)
	if !p.accepted || r.current == nil || !r.current.Alive() {
		r.current = p
	}
}

// remove forgets a peer that has gone; it stays the current one, so that a line meant for it does not reach another.
func (r *registry) remove(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(q *Peer) bool { return q == p })
	if !p.accepted {
		r.gone = append(r.gone, p)
	}
}

// restore makes p, which has gone, one of the peers again.
func (r *registry) restore(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = slices.DeleteFunc(r.gone, func(q *Peer) bool { return q == p })
	r.all = append(r.all, p)
	slices.SortFunc(r.all, func(a, b *Peer) int { return a.Number() - b.Number() })
}

// count returns how many peers there have been.
func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Peers returns the peers that are connected, in order of number.
func (s *Session) Peers() []*Peer {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return slices.Clone(s.peers.all)
}

// connected returns how many peers are.
func (s *Session) connected() int {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return len(s.peers.all)
}

// Gone returns the peers that have gone and can be dialled again.
func (s *Session) Gone() []*Peer {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return slices.Clone(s.peers.gone)
}

// Current returns the peer that is meant where none is named. It may have gone; nil: there is none.
func (s *Session) Current() *Peer {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	return s.peers.current
}

// Use makes p the current peer.
func (s *Session) Use(p *Peer) {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	s.peers.current = p
}

// Several reports whether it has to be said which peer something is about.
func (s *Session) Several() bool { return len(s.Listeners()) > 0 || s.connected() > 1 }

// Usable returns nil while p is connected, else why it cannot be used and what helps.
func (s *Session) Usable(p *Peer) error {
	if p.Alive() {
		return nil
	}
	reason, _ := p.Ending()
	hint := ".reconnect dials it again"
	if p.accepted {
		hint = "it has to connect again"
		if others := s.Peers(); len(others) > 0 {
			hint = fmt.Sprintf(".use %d takes another", others[0].Number())
		}
	}
	return exit.Connectionf("not connected: %s %s; %s", p.Title(), reason, hint)
}

// NotConnected returns the error of using a peer where there is none.
func (s *Session) NotConnected() error {
	if len(s.Listeners()) > 0 {
		return exit.Connectionf("not connected: nobody has connected yet (.peers shows who is there)")
	}
	return exit.Connectionf("not connected: .connect HOST:PORT dials a peer, .listen :PORT waits for some")
}

// FindGone returns the peer that text names, also where it has gone and can be dialled again.
func (s *Session) FindGone(text string) (*Peer, error) {
	p, err := s.Find(text)
	if err == nil {
		return p, nil
	}
	name := strings.TrimPrefix(text, "@")
	for _, q := range s.Gone() {
		if strconv.Itoa(q.Number()) == name || name != "" && q.Name() == name {
			return q, nil
		}
	}
	return nil, err
}

// CheckName says why text cannot be the name of a peer.
func CheckName(text string) error {
	switch {
	case isNumber(text):
		return errors.New("a name has something beside digits, which are a peer's number")
	case text == AllPeers:
		return errors.New("@all means every peer already")
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return fmt.Errorf("a name is letters, digits, -, _ and .; %q is none of them", r)
		}
	}
	return nil
}

// Rename gives p a name that no other peer has; "" takes it off. The name has to be one for CheckName.
func (s *Session) Rename(p *Peer, name string) error {
	s.peers.mu.Lock()
	defer s.peers.mu.Unlock()
	for _, all := range [][]*Peer{s.peers.all, s.peers.gone} {
		for _, q := range all {
			if q != p && name != "" && q.Name() == name {
				return fmt.Errorf("peer %d has this name already (.name %d takes it off)", q.Number(), q.Number())
			}
		}
	}
	p.rename(name)
	return nil
}
