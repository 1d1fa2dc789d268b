package shell_test

import (
	"testing"

	"rpcsh/rpcconn/dial"
)

// What the person uses next is what they waited for last, whatever else comes meanwhile.
func TestLastResultIsWhatWasWaitedFor(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"})
	s.run(".connect $PEER")
	s.run("my_add 1 2")
	for _, tt := range []struct{ name, line, then, seen string }{
		{"in the background", "x = echo 5 &", "", `← #\d+ \[5\]`},
		{"by a line of .on", ".on tick n = echo $params 6", "ticks 1 0 &", `← #\d+ \[\[1\],6\]`},
		{"by .every", ".every 1h echo 7", "", `← #\d+ \[7\]`},
		{"an error", ".call fail", "", `^error -32000: failed as asked`},
		{"of a notification", "!log x", ".jobs", `EVERY`},
		{"of a command", ".pending", ".show 2", `2 · TIME`},
		{"of notifications alone", ".batch !log x ; !log y", ".jobs", `EVERY`},
		{"left in the background", ".serve my_double --ask", "my_progress_add 2 2", `goes on in the background`},
		{"of which the answer comes", ".reply next 6", "", `← #\d+ 4`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.run(tt.line)
			if tt.then != "" {
				s.run(tt.then)
			}
			s.see(tt.seen)
			if got := s.run(".print 1 | $_"); got != "3\n" {
				t.Errorf("$_ is %s", got)
			}
			if got := s.run("my_add 1 2"); got == "" {
				t.Error("no result")
			}
		})
	}
	s.run("my_progress_add 2 2") // of which nothing is asked for meanwhile but what is there
	s.see("goes on in the background")
	s.run(".print 'not yet'")
	s.run(".reply next 6")
	s.see(`← #\d+ 4 .*my_progress_add`)
	if got := s.run(".print 1 | $_"); got != "4\n" {
		t.Errorf("the answer has come, and $_ is %s", got)
	}
	if got := s.run(".print $_2 | $x[0] + $n[1]"); got != "11\n" {
		t.Errorf("the variables are %s", got)
	}
}

// Answers to what the person has asked are shown whatever is watched.
func TestWatchHidesNoResults(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"})
	s.run(".connect $PEER")
	s.run(".serve my_double --ask")
	s.run(".watch tick")
	for _, tt := range []struct{ name, line, seen string }{
		{"in the background", "my_add 1 2 &", `← #\d+ 3 `},
		{"an error in the background", "fail &", `← #\d+ error -32000: failed as asked`},
		{"a call that a request holds up", "my_progress_add 2 2", `goes on in the background`},
		{"left in the background", ".reply next 6", `← #\d+ 4 .*my_progress_add`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.run(tt.line)
			s.see(tt.seen)
		})
	}
}
