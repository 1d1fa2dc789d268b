//go:build unix

package main

import (
	"testing"
)

// A message that was shortened says how it is seen whole: in the pager, where it does not fit into the window.
func TestMessageIsSeenWhole(t *testing.T) {
	t.Parallel()
	s := sit(t, "--demo")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter("big = .print 1 | [range(300)]")
	s.sees(`lines 1–\d+ of 302`)
	s.Press("q")
	s.sees(`^127\.0\.0\.1:\d+>$`)
	s.enter("echo $big &")
	n := s.finds(`… \(1\.1 KiB\)  (?:\n)?\.show (\d+)$`)
	s.clear()
	s.enter(".show " + n)
	s.sees(`^` + n + ` · \d\d:\d\d:\d\d\.\d{3} `)
	s.sees(`lines 1–\d+ of 303`)
	s.Press("q")
	s.enter(".show " + n + " | (.params // .result) | length")
	s.sees(`^300$`)
	s.clear()
	s.enter("my_add 1 2")
	s.enter(".clear")
	s.sees(`\A127\.0\.0\.1:\d+>$`)
	s.leaves()
}
