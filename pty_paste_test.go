//go:build unix

package main

import "testing"

// Pasted lines run as piped ones do: up to the first that fails. It stays with what is behind it, and Enter goes on.
func TestPasteStops(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 80, 24, "--demo")
	s.sees(`7 methods by rpc\.discover`) // which would come between
	paste := func(text string) { s.Press("\x1b[200~" + text + "\x1b[201~") }
	const waits = ` behind it\. Enter goes on with what is below, Ctrl-C drops it,\s+and Up brings it back\n`

	for _, c := range []struct{ mistake, shown string }{
		{"my_add 1 b=2", `positional and named`},           // the syntax
		{"my_add 1 two", `b is a string`},                  // the schema
		{".peers --sort nothing", `a column belongs here`}, // the arguments of a command
	} {
		s.clear()
		paste("my_add 20 22\n" + c.mistake + "\necho {\n\t\"a\": 1\n}\n\necho last\n")
		s.sees(`> my_add 20 22\n42 .*\n\S+> ` + c.mistake + `\n +\^ ` + c.shown + `(.*\n)+not run: 2 lines` + waits +
			`\S+> ` + c.mistake + "\n… echo {\n…  \"a\": 1\n… }\n…\n… echo last\n")
		s.Press("\x05\x15echo fixed\r") // this row alone
		s.sees(`> echo fixed\n… echo {\n(… .*\n|…\n)+\["fixed"\] .*\n{"a":1} .*\n\["last"\] `)
	}

	s.clear()
	paste("echo 1\nfail 7 x\necho 2\necho 1 b=3\necho 3") // what was sent does not stay
	s.sees(`> fail 7 x\nerror 7(.*\n)+not run: 3 lines` + waits + `\S+> echo 2\n… echo 1 b=3\n… echo 3\n`)
	s.Press("\r")
	s.sees(`\[2\] .*\necho 1 b=3\n +\^ .*\nnot run: 1 line` + waits + `\S+> echo 1 b=3\n… echo 3\n`)
	s.Press("\x03")
	s.sees(`… echo 3\^C\n\S+>\n`)
	s.Press("\x1b[A")
	s.sees(`\^C\n\S+> echo 1 b=3\n… echo 3\n`)

	s.Press("\x03")
	s.enter(".set stop off")
	s.clear()
	paste("echo 1 b=2\necho 2\n")
	s.sees(`> echo 1 b=2\n +\^ (.*\n)+\S+> echo 2\n\[2\] `)
	s.clear()
	paste("echo 'a\tb' \"c\td\" e\tf | @json\n") // tabs are what they are in a pipe
	s.sees(`> echo 'a␉b' "c␉d" e f \| @json\n.*a\\\\tb.*c\\\\td.*e.*f`)
	s.leaves()
}

// A text of several lines may be of any height: what was said of it stays in the window.
func TestPasteHigherThanWindow(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 80, 24, "--demo")
	s.sees(`7 methods by rpc\.discover`)
	lines := "my_add 1 b=2\n"
	for range 40 {
		lines += "echo more\n"
	}
	s.clear()
	s.Press("\x1b[200~" + lines + "\x1b[201~")
	s.sees(`positional and named[^>]*not run: 40 lines[^>]*> my_add 1 b=2\n(… echo more\n){17}`)
	s.Press("\x03")
	s.sees(`\^C`)
	s.leaves()
}
