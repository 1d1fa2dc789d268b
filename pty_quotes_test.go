//go:build unix

package main

import "testing"

// Text in quotes may have several rows, typed or pasted: what follows is not indented, as blanks are text there.
func TestQuotesOverRows(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 80, 24, "--demo")
	s.sees(`7 methods by rpc\.discover`) // which would come between
	for _, keys := range []string{
		"echo {\"a\":\r\"two\rlines\"}\r",
		"echo {\"a\":\r\x1b[200~\"two\rlines\"}\x1b[201~\r",
	} {
		s.clear()
		for _, k := range keys { // one after the other, so that each \r is Enter
			s.Press(string(k))
		}
		s.sees(`> echo {"a":\n… "two\n… lines"}\n{"a":"two\\nlines"} `)
	}
	s.leaves()
}
