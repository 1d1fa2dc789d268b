//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// At a terminal a peer is asked what it offers, too, and by --no-discover nothing: over every transport, in every
// protocol.
func TestSentAtATerminal(t *testing.T) {
	t.Parallel()
	files := certificateFiles(t)
	table := documentedAsSent(t)
	for scheme := range overTransports() {
		for _, s := range sentOver(t, table, scheme) {
			for _, discover := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s %q %t", scheme, s.flags(), discover), func(t *testing.T) {
					t.Parallel()
					flags, want := s.flags(), slices.Concat(s.begin, s.learn)
					if !discover {
						flags, want = append(flags, "--no-discover"), s.finds()
					}
					w := attend(t, s, scheme, files)
					person := sit(t, slices.Concat(flags, w.target)...)
					person.sees(footShown)
					person.awaitsQuestions()
					person.enter(w.call())
					person.sees("^1( |$)")
					person.leaves()
					w.checkSent(t, want)
				})
			}
		}
	}
}

// finds returns what is sent to find where the peer is: requests of HTTP before the session, which are not to learn
// what it offers.
func (s *spoken) finds() []string {
	return slices.DeleteFunc(slices.Clone(s.begin), func(what string) bool { return !strings.HasPrefix(what, "GET ") })
}

// awaitsQuestions waits until the peer has been asked all that it is asked of the shell's own accord: a command for
// language servers waits for that.
func (s *seat) awaitsQuestions() {
	s.t.Helper()
	s.enter(".open none")
	s.sees("is no language server|no such file")
}
