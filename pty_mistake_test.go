//go:build unix

package main

import (
	"strings"
	"testing"

	"rpcsh/shell/term/termtest"
)

// A line with a mistake stays in the editor with the cursor at the mistake, and the caret stands below the row that has
// it, however the line was wrapped: whatever was refused before anything was sent.
func TestMistakesStay(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 40, 24, "--demo")
	cursor := func(before string) {
		t.Helper()
		s.Await("the cursor behind "+before, func(e *termtest.Emulator) bool {
			_, typed, _ := strings.Cut(e.Cursor(), "> ")
			return typed == before
		})
	}
	s.sees(`^127\.0\.0\.1:\d+>`)
	s.clear()
	s.enter("my_add 1 b=2")                                 // the syntax
	s.sees(`^ +\^\npositional and named arguments do not$`) // beside the caret is no room
	cursor("my_add 1 ")
	s.Press("\x0b2\r") // Ctrl-K
	s.sees(`^3 `)
	s.clear()
	s.enter("my_add 1 two") // the schema
	s.sees(`^ +\^\nb is a string, a number is wanted`)
	cursor("my_add 1 ")
	s.clear()
	s.enter(".peers --sort nothing") // the arguments of a command
	cursor(".peers --sort ")
	s.clear()
	s.enter("nosuch") // what was sent does not stay
	s.sees(`^error -32601`)
	cursor("")
	s.clear()
	s.enter("echo 1 | .a.b") // neither does what fails at the result
	s.sees(`^jq: expected an object`)
	cursor("")
	s.clear()
	s.enter(`echo {"first" 1, "second":2, "third":3, "fourth":4, "fifth":5}`)
	s.sees(`^ {17}echo {"first" 1, "secon\n {31}\^\nunexpected`)
	cursor(`echo {"first" `)
	s.clear()
	s.enter("quit") // a command without its dot, which takes its place
	s.sees(`^ +\^\nno method quit is`)
	cursor(".quit")
	s.clear()
	s.enter(".close") // what cannot be sent since nobody is connected gives way to what helps, and is one Up away
	s.sees(`^\(not connected\)>`)
	s.enter("echo later")
	s.sees(`^not connected: `)
	cursor("")
	s.Press("\x1b[A")
	cursor("echo later")
	s.clear()
	s.leaves()
}
