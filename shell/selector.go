package shell

import (
	"errors"
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
	for _, part := range sel.parts {
		switch {
		case part == allPeers, part == strconv.Itoa(number), nickname != "" && glob.Match(part, nickname), glob.Match(part, address):
			return true
		}
	}
	return false
}
