package session

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/exit"
	"rpcsh/shell/glob"
	"rpcsh/shell/turn"
)

// AllPeers is the selector that means every peer.
const AllPeers = "all"

// A Selector says which peers are meant: 2, 1,3, all, a name, or a glob of names and addresses.
type Selector struct {
	text  string
	parts []string
}

// ParseSelector reads a selector, with @ before it or without.
func ParseSelector(text string) (Selector, error) {
	sel := Selector{text: strings.TrimPrefix(text, "@")}
	for _, part := range strings.Split(sel.text, ",") {
		part = strings.TrimPrefix(part, "@")
		if part == "" {
			return sel, errors.New("a peer is missing: write 2, 1,3, all, a name or a glob")
		}
		if err := glob.Check(part); err != nil {
			return sel, err
		}
		sel.parts = append(sel.parts, part)
	}
	return sel, nil
}

// Text returns the selector as it was written, without the @ before it.
func (sel Selector) Text() string { return sel.text }

// Matches reports whether the peer of this number, which may have a name, and which is at this address, is meant.
func (sel Selector) Matches(number int, name, address string) bool {
	return slices.ContainsFunc(sel.parts, func(part string) bool { return partMatches(part, number, name, address) })
}

func partMatches(part string, number int, name, address string) bool {
	return part == AllPeers || part == strconv.Itoa(number) || name != "" && glob.Match(part, name) ||
		glob.Match(part, address)
}

// Several reports whether more than one peer may be meant, so that results are told apart by who gave them, however
// many there are.
func (sel Selector) Several() bool {
	return len(sel.parts) > 1 || sel.parts[0] == AllPeers || glob.Is(sel.parts[0])
}

// highest returns the highest number that is named, at least 1.
func (sel Selector) highest() int {
	highest := 1
	for _, part := range sel.parts {
		if n, err := strconv.Atoi(part); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}

// Choose returns the connected peers that sel means, in order of number. Each part of it has to mean one.
func (r *Peers) Choose(sel Selector) ([]*Peer, error) {
	all := r.List()
	var chosen []*Peer
	for _, part := range sel.parts {
		found := false
		for _, p := range all {
			if partMatches(part, p.Number(), p.Name(), p.Address()) {
				found = true
				chosen = append(chosen, p)
			}
		}
		if !found {
			return nil, r.missing(part)
		}
	}
	slices.SortFunc(chosen, func(a, b *Peer) int { return a.Number() - b.Number() })
	return slices.Compact(chosen), nil
}

// missing says why no connected peer is meant by part.
func (r *Peers) missing(part string) error {
	n, err := strconv.Atoi(part)
	switch {
	case err == nil && n > 0 && n <= r.count():
		return absent("peer @%d has gone (.peers lists who is there)", n)
	case isNumber(part):
		return exit.Usagef("there is no peer @%s (.peers lists them)", part)
	case part == AllPeers:
		return absent("nobody is connected")
	case glob.Is(part):
		return exit.Usagef("no peer's name or address matches %s (.peers lists them)", part)
	}
	for _, p := range r.Gone() {
		if p.Name() == part {
			return absent("peer @%s has gone (.reconnect %s dials it again)", part, part)
		}
	}
	if len(r.List()) == 0 {
		return absent("nobody is connected")
	}
	const text = "no peer is called %s: write its number, as in @1, or name it by .name N %s (.peers lists them)"
	return exit.Usagef(text, part, part)
}

// Find returns the one peer that text names: N, a name, or a glob that matches one, with @ before it or without.
func (r *Peers) Find(text string) (*Peer, error) {
	sel, err := ParseSelector(text)
	if err != nil {
		return nil, exit.Usagef("%w", err)
	}
	found, err := r.Choose(sel)
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1:
		const text = "@%s means %d peers, and one is wanted here: %s, for example"
		return nil, exit.Usagef(text, sel.text, len(found), found[0].At())
	}
	return found[0], nil
}

// Addressed returns the peers that sel means, or the one that ctx is about where sel is nil. In a run without a person
// that listens it waits for them to come, as long as a call waits.
func (s *Session) Addressed(ctx context.Context, sel *Selector) ([]*Peer, error) {
	wanted := 1
	if sel != nil {
		wanted = sel.highest()
	}
	s.connector.awaitPeers(ctx, wanted)
	if sel == nil {
		p := s.CurrentFor(ctx)
		if p == nil {
			return nil, s.NotConnected()
		}
		return []*Peer{p}, s.Usable(p)
	}
	if sel.text == AllPeers && s.peers.connected() == 0 {
		return nil, s.NotConnected()
	}
	return s.peers.Choose(*sel)
}

// awaitPeers waits, in a run without a person that listens, until so many peers have come. A person sees who is there,
// and is not made to wait.
func (c *connector) awaitPeers(ctx context.Context, wanted int) {
	if c.session.opts.Attended || len(c.session.Listeners()) == 0 || HookOf(ctx) != nil {
		return
	}
	ctx, cancel := limited(ctx, c.session.Settings().Timeout)
	defer cancel()
	turn.Await(ctx, func() bool { return c.session.peers.count() >= wanted })
}
