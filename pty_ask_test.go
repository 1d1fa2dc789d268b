//go:build unix

package main

import (
	"testing"
)

// A request that waits for the person has an age in the prompt, which does not get into the way of who types meanwhile.
func TestPromptThatTicks(t *testing.T) {
	t.Parallel()
	s := sit(t, "--demo")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter(".serve my_double --ask")
	s.sees("is answered with --ask")
	s.enter("x = my_progress_add 2 2 | . * 10")
	s.sees(`· asks 1: my_double 3 · \.reply 1 VALUE, \.fail 1 CODE MESSAGE`)
	s.sees(`my_progress_add goes on in the background`)
	s.Press("echo {\"a\":1}")
	s.sees(`^\[1 my_double \d+ s\] 127\.0\.0\.1:\d+> echo {"a":1}`)
	s.Press("\x1b[D\x1b[D2") // within the line
	for _, age := range []string{"1", "2", "3"} {
		s.sees(`^\[1 my_double ` + age + ` s\] 127\.0\.0\.1:\d+> echo {"a":21}`)
	}
	s.Press("3")
	s.sees(`^\[1 my_double \d+ s\] 127\.0\.0\.1:\d+> echo {"a":231}`)
	s.Press("\x05\x15.rep")
	s.sees(`> \.rep`)
	s.sees(`^ +\.reply .*answer a request`) // the list of suggestions
	s.Press("\t")
	s.sees(`> \.reply`)
	s.Press(" 1 6\r")
	s.sees(`^\d\d:\d\d:\d\d\.\d{3} → #1 6 `)
	s.sees(`← #\d+ 40 .* my_progress_add`)
	s.sees(`^127\.0\.0\.1:\d+>$`)
	s.enter(".print $x")
	s.sees(`^40$`)
	s.leaves()
}
