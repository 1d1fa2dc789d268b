package shell_test

import (
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

// A run without a person asks nothing, and calls methods by what a person's session has learned of the target.
func TestRunsGoByWhatIsRemembered(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document), "add": result("3")})
	store := catalog.Store{Dir: t.TempDir()}
	run := func(lines ...string) (stderr string) {
		var said strings.Builder
		wire := dial.Config{Protocol: "jsonrpc", Framing: "line"}
		sh := shell.New(shell.Config{
			Wire: wire, Discover: true, Store: store, Timeout: patience, Stdout: new(strings.Builder), Stderr: &said,
		})
		defer sh.Close()
		if err := sh.Connect(t.Context(), s.listener.Target.String(), wire); err != nil {
			t.Fatal(err)
		}
		if _, err := sh.RunLines(t.Context(), shell.Lines(lines), nil); err != nil {
			return err.Error()
		}
		return said.String()
	}
	for _, tt := range []struct{ before, line, want string }{
		{"nothing is known", "add b=2 a=1", `{"b":2,"a":1}`},
		{"a person was here", "add b=2 a=1", `[1,2]`},
		{"", "add b=2", `{"b":2}`},               // which does not fit
		{"", "add two three", `["two","three"]`}, // nor does this
	} {
		if tt.before == "a person was here" {
			p := dialled(t, s, store)
			p.see(`1 method by rpc\.discover`)
		}
		said := run(tt.line)
		if got := s.given("add"); got != tt.want {
			t.Errorf("%s %s: sent %s, said %s", tt.before, tt.line, got, said)
		}
	}
	if got := run("ad 1 2"); !strings.Contains(got, "Method not found; did you mean add?") {
		t.Errorf("said %s", got)
	}
}

// Nobody can insist on a line that is run in the background: it says how it is sent all the same.
func TestRefusedInTheBackground(t *testing.T) {
	t.Parallel()
	s := serve(t, answers{"rpc.discover": result(document)})
	p := dialled(t, s, catalog.Store{})
	p.see(`1 method by rpc\.discover`)
	p.run(".every 1h add x")
	p.see(`a is a string, an integer is wanted \(\.call --anyway sends it\)`)
}
