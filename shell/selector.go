package shell

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"rpcsh/shell/glob"
)

// A selector says which peers are meant: 2, 1,3, all, a name, or a glob of names and addresses.
type selector struct {
	text  string
	parts []string
}

// parseSelector reads a selector, with @ before it or without.
func parseSelector(text string) (selector, error) {
	sel := selector{text: strings.TrimPrefix(text, "@")}
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

// matches reports whether the peer of this number, which may have a nickname, and which is at this address, is meant.
func (sel selector) matches(number int, nickname, address string) bool {
	return slices.ContainsFunc(sel.parts, func(part string) bool { return partMatches(part, number, nickname, address) })
}

func partMatches(part string, number int, nickname, address string) bool {
	return part == allPeers || part == strconv.Itoa(number) || nickname != "" && glob.Match(part, nickname) || glob.Match(part, address)
}

// several reports whether more than one peer may be meant, so that results are told apart by who gave them, however many there are.
func (sel selector) several() bool {
	return len(sel.parts) > 1 || sel.parts[0] == allPeers || glob.Is(sel.parts[0])
}

// highest returns the highest number that is named, at least 1.
func (sel selector) highest() int {
	highest := 1
	for _, part := range sel.parts {
		if n, err := strconv.Atoi(part); err == nil {
			highest = max(highest, n)
		}
	}
	return highest
}

// isNumber reports whether part is that of a peer.
func isNumber(part string) bool {
	return strings.Trim(part, "0123456789") == ""
}

// choose returns the connected peers that sel means, in order of number. Each part of it has to mean one.
func (ps *peers) choose(sel selector) ([]*peer, error) {
	all := ps.list()
	var chosen []*peer
	for _, part := range sel.parts {
		found := false
		for _, p := range all {
			if partMatches(part, p.number, p.nickname(), p.address()) {
				found = true
				chosen = append(chosen, p)
			}
		}
		if !found {
			return nil, ps.missing(part)
		}
	}
	slices.SortFunc(chosen, func(a, b *peer) int { return a.number - b.number })
	return slices.Compact(chosen), nil
}

// missing says why no connected peer is meant by part.
func (ps *peers) missing(part string) error {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	n, err := strconv.Atoi(part)
	switch {
	case err == nil && n > 0 && n <= ps.last:
		return connectionError("peer @%d has gone (.peers lists who is there)", n)
	case isNumber(part):
		return UsageError("there is no peer @%s (.peers lists them)", part)
	case part == allPeers:
		return connectionError("nobody is connected")
	case glob.Is(part):
		return UsageError("no peer's name or address matches %s (.peers lists them)", part)
	}
	for _, p := range ps.gone {
		if p.nickname() == part {
			return connectionError("peer @%s has gone (.reconnect %s dials it again)", part, part)
		}
	}
	return UsageError("no peer is called %s: write its number, as in @1, or name it by .name N %s (.peers lists them)", part, part)
}

// find returns the one peer that text names: N, a name, or a glob that matches one, with @ before it or without.
func (ps *peers) find(text string) (*peer, error) {
	sel, err := parseSelector(text)
	if err != nil {
		return nil, UsageError("%w", err)
	}
	found, err := ps.choose(sel)
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1:
		return nil, UsageError("@%s means %d peers, and one is wanted here: %s, for example", sel.text, len(found), found[0].at())
	}
	return found[0], nil
}
