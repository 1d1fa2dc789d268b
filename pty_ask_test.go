//go:build unix

package main

import (
	"regexp"
	"testing"

	"rpcsh/shell/columns"
	"rpcsh/shell/term/termtest"
)

// A request that waits for the person has an age in the prompt, which does not get into the way of who types meanwhile.
func TestPromptThatTicks(t *testing.T) {
	t.Parallel()
	aged := regexp.MustCompile(`(?m)^\[\d+ my_double (\d+) s\] 127\.0\.0\.1:\d+> echo {"a":21}`)
	s := sit(t, "--demo")
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter(".serve my_double --ask")
	s.sees("is answered with --ask")
	s.enter("x = my_progress_add 2 2 | . * 10")
	n := s.finds(`· asks (\d+): my_double 3 · \.reply \d+ VALUE, \.fail \d+ CODE MESSAGE`)
	s.sees(`my_progress_add goes on in the background`)
	s.Press("echo {\"a\":1}")
	s.sees(`^\[` + n + ` my_double \d+ s\] 127\.0\.0\.1:\d+> echo {"a":1}`)
	s.Press("\x1b[D\x1b[D2")      // within the line
	ages := make(map[string]bool) // as many as are seen: a slow machine may leave one out
	s.Await("the prompt tick three times", func(e *termtest.Emulator) bool {
		if m := aged.FindStringSubmatch(e.Window()); m != nil {
			ages[m[1]] = true
		}
		return len(ages) >= 3
	})
	s.Press("3")
	s.sees(`^\[` + n + ` my_double \d+ s\] 127\.0\.0\.1:\d+> echo {"a":231}`)
	s.Press("\x05\x15.repl")
	s.sees(`> \.repl`)
	s.sees(`^ +\.reply .*answer a request`) // the list of suggestions
	s.Press("\t")
	s.sees(`> \.reply`)
	s.Press(" " + n + " 6\r")
	s.sees(`^\d\d:\d\d:\d\d\.\d{3} → #1 6 `)
	s.sees(`← #\d+ 40 .* my_progress_add`)
	s.sees(`^127\.0\.0\.1:\d+>$`)
	s.enter(".print $x")
	s.sees(`^40$`)
	s.leaves()
}

// In a narrow window the greeting is broken at blanks, and a prompt that tells what waits leaves room to type.
func TestNarrowPrompt(t *testing.T) {
	t.Parallel()
	const cols = 40
	s := sitAt(t, rpcshIn(t.TempDir(), []string{"NO_COLOR=1"}, "--demo", "--no-discover"), cols, 24)
	s.sees(`^  \.serve my_double \.\[0\]\*2\n    answer the peer's own requests$`)
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.enter(".serve my_double --ask")
	s.sees(`is answered\s+with --ask`)
	s.enter("my_progress_add 2 2")
	s.sees(`goes\s+on\s+in\s+the\s+background`)
	prompt := s.finds(`^(\[\d+ \d+ s\] 127\.0\.0\.1:\d+>)`)
	if got := columns.Width(prompt); got > cols-8 {
		t.Errorf("%q takes %d of %d columns", prompt, got, cols)
	}
	s.enter(".reply next 6")
	s.sees(`← #\d+ 4 `)
	s.leaves()
}
