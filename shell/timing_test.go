package shell_test

import (
	"regexp"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// .time says of each step how long it took, and how large the messages were, whatever else passes meanwhile.
func TestTime(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.run(".connect $PEER")
	const steps = `send \d+\.\d m?s · wait \d+\.\d m?s · decode \d+\.\d m?s · `
	for _, tt := range []struct{ line, seen string }{
		{".time my_add 1 2", `^3  TOOK\n` + steps + `57 B out, 35 B in\n$`},
		{".time x = my_add 1 2 | . + 1", `^4  TOOK\n` + steps + `57 B out, 35 B in\n$`},
		{".time .batch my_add 1 2 ; my_add 3 4", `^\[3,7\]  TOOK\n` + steps + `117 B out, 73 B in\n$`},
		{".time slow 0.2", `^"done"  TOOK\nsend \d+\.\d m?s · wait (\d{3,}\.\d ms|\d+\.\d s) · `},
		{".time .call fail", `^error -32000: .*  TOOK\n` + steps + `40 B out, \d+ B in\n$`},
		{".time ticks 300 0", `(?s)← tick 300\n300  TOOK\n` + steps + `\d+ B out, \d+ B in\n$`},
		{".time !tick", `^nothing was timed: the line has waited for no answer\n$`},
		{".time .pending", `(?s)nothing was timed`},
		{".time", `\^ a line is missing`},
		{".time my_add 1 b=2", `\^ positional and named arguments do not mix`},
	} {
		got := s.run(tt.line)
		if !regexp.MustCompile(tt.seen).MatchString(got) {
			t.Errorf("%s: got\n%swant %s", tt.line, got, tt.seen)
		}
	}
	s.run(".time echo 1 &")
	s.see(`nothing was timed: the line has waited for no answer`)
	s.see(`← #\d+ \[1\]`) // what is shown from then on waits for it
	s.run(".connect $PEER")
	got := s.run(".time @all my_add 1 2")
	for _, peer := range []string{"@1", "@2"} {
		if !regexp.MustCompile(`(?m)^` + peer + ` ` + steps + `\d+ B out, \d+ B in$`).MatchString(got) {
			t.Errorf("of %s: got\n%s", peer, got)
		}
	}
	if got := s.run(".repeat 3 .time my_add 1 2"); strings.Count(got, "B in\n") != 3 {
		t.Errorf("three times: got\n%s", got)
	}
}
