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

// Peers are all that are or were connected, and which one is meant where none is named. The methods may be called by
// any number of goroutines.
type Peers struct {
	mu      sync.Mutex // protects what follows
	all     []*Peer    // in order of number
	gone    []*Peer    // that can be dialled again, in order of number
	last    int        // the last number given out
	current *Peer
}

// add gives p its number. It becomes the current one if there is no other that stands.
func (r *Peers) add(p *Peer) {
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
func (r *Peers) remove(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = slices.DeleteFunc(r.all, func(q *Peer) bool { return q == p })
	if !p.accepted {
		r.gone = append(r.gone, p)
	}
}

// restore makes p, which has gone, one of the peers again.
func (r *Peers) restore(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.gone = slices.DeleteFunc(r.gone, func(q *Peer) bool { return q == p })
	r.all = append(r.all, p)
	slices.SortFunc(r.all, func(a, b *Peer) int { return a.Number() - b.Number() })
}

// count returns how many peers there have been.
func (r *Peers) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Peers returns the peers, and which one is meant where none is named.
func (s *Session) Peers() *Peers { return &s.peers }

// List returns the peers that are connected, in order of number.
func (r *Peers) List() []*Peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// connected returns how many peers are.
func (r *Peers) connected() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

// Gone returns the peers that have gone and can be dialled again.
func (r *Peers) Gone() []*Peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.gone)
}

// Current returns the peer that is meant where none is named. It may have gone; nil: there is none.
func (r *Peers) Current() *Peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.current
}

// Use makes p the current peer.
func (r *Peers) Use(p *Peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current = p
}

// Several reports whether it has to be said which peer something is about.
func (s *Session) Several() bool { return len(s.Listeners()) > 0 || s.peers.connected() > 1 }

// An AbsentError says that a peer which is meant is not connected, and what helps: nothing has been sent to it.
type AbsentError struct{ reason string }

// Error implements error.
func (e *AbsentError) Error() string { return e.reason }

// absent returns an AbsentError with its exit code.
func absent(format string, args ...any) error {
	return &exit.Failure{Code: exit.Connection, Err: &AbsentError{fmt.Sprintf(format, args...)}}
}

// Usable returns nil while p is connected, else why it cannot be used and what helps.
func (s *Session) Usable(p *Peer) error {
	if p.Alive() {
		return nil
	}
	reason, _ := p.connection.Load().ending()
	hint := ".reconnect dials it again"
	if p.accepted {
		hint = "it has to connect again"
		if others := s.peers.List(); len(others) > 0 {
			hint = fmt.Sprintf(".use %d takes another", others[0].Number())
		}
	}
	return absent("not connected: %s %s; %s", p.Title(), reason, hint)
}

// NotConnected returns the error of using a peer where there is none.
func (s *Session) NotConnected() error {
	if len(s.Listeners()) > 0 {
		return absent("not connected: nobody has connected yet (.peers shows who is there)")
	}
	return absent("not connected: .connect HOST:PORT dials a peer, .listen :PORT waits for some")
}

// FindGone returns the peer that text names, also where it has gone and can be dialled again.
func (r *Peers) FindGone(text string) (*Peer, error) {
	p, err := r.Find(text)
	if err == nil {
		return p, nil
	}
	name := strings.TrimPrefix(text, "@")
	for _, q := range r.Gone() {
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

// nameFree gives p a name, with a number behind it where another peer has that name.
func (r *Peers) nameFree(p *Peer, name string) {
	for n := 2; r.Rename(p, name) != nil; n++ {
		name = strings.TrimRight(name, "0123456789") + strconv.Itoa(n)
	}
}

// Rename gives p a name that no other peer has; "" takes it off. The name has to be one for CheckName.
func (r *Peers) Rename(p *Peer, name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, all := range [][]*Peer{r.all, r.gone} {
		for _, q := range all {
			if q != p && name != "" && q.Name() == name {
				return fmt.Errorf("peer %d has this name already (.name %d takes it off)", q.Number(), q.Number())
			}
		}
	}
	p.rename(name)
	return nil
}
