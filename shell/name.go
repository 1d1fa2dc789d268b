package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"rpcsh/shell/lang"
)

// namePeer runs .name PEER [NAME]; in a line of .on, where the peer is known, a single word is the name.
func (s *Shell) namePeer(ctx context.Context, args lang.Text) error {
	first, second := word(args)
	p := s.current(ctx)
	name := first
	if second.Text != "" || occasionOf(ctx) == nil {
		var err error
		if p, err = s.peers.find(first.Text); err != nil {
			return mistake(err, first.Column)
		}
		name = second
	}
	if name.Text != "" {
		if err := checkName(name.Text); err != nil {
			return &lang.Error{Column: name.Column, Reason: err.Error()}
		}
	}
	if err := s.peers.name(p, name.Text); err != nil {
		return &lang.Error{Column: name.Column, Reason: err.Error()}
	}
	s.updatePrompt()
	return nil
}

// checkName says why text cannot be the name of a peer.
func checkName(text string) error {
	switch {
	case isNumber(text):
		return errors.New("a name has something beside digits, which are a peer's number")
	case text == allPeers:
		return errors.New("@all means every peer already")
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_.", r) {
			return fmt.Errorf("a name is letters, digits, -, _ and .; %q is none of them", r)
		}
	}
	return nil
}

// name gives p a name that no other peer has; "" takes it off.
func (ps *peers) name(p *peer, name string) error {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for _, all := range [][]*peer{ps.all, ps.gone} {
		for _, q := range all {
			if q != p && name != "" && q.nickname() == name {
				return fmt.Errorf("peer %d has this name already (.name %d takes it off)", q.number, q.number)
			}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nick = name
	return nil
}
