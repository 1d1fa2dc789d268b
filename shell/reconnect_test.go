package shell_test

import (
	"os"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/shell"
)

func TestReconnect(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run("x = my_add 40 2")
	s.run("bye")
	s.see("closed the connection")
	if got := s.run("my_add 1 2"); !strings.Contains(got, "closed the connection; .reconnect dials it again") {
		t.Errorf("a call on a lost connection: %s", got)
	}
	if got := s.run(".reconnect"); !strings.Contains(got, "reconnected to tcp://HOST:PORT") {
		t.Errorf(".reconnect: %s", got)
	}
	if got := s.run("my_add $x 1"); !strings.HasPrefix(got, "43  TOOK") {
		t.Errorf("after .reconnect: %s", got)
	}
	if got := s.run(".peers"); !strings.Contains(got, "*  @1    dialled") {
		t.Errorf("the peer has another number: %s", got)
	}
	if got := s.run(".reconnect"); !strings.Contains(got, "is connected (.restart closes the connection first)") {
		t.Errorf(".reconnect of one that is there: %s", got)
	}
	s.run("slow 600 &")
	s.run(".restart")
	s.see("slow: connection closed")
	if got := s.run("my_add 1 2"); !strings.HasPrefix(got, "3  TOOK") {
		t.Errorf("after .restart: %s", got)
	}
	if got := s.run(".reconnect 7"); !strings.Contains(got, "there is no peer @7") {
		t.Errorf(".reconnect of nobody: %s", got)
	}
}

func TestReconnectsByItself(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	p := newPerson()
	sh := shell.New(shell.Config{Terminal: p, Timeout: patience, Reconnect: true})
	t.Cleanup(sh.Close)
	if err := sh.Connect(t.Context(), s.peer.Target().String(), dial.Config{Protocol: "jsonrpc"}); err != nil {
		t.Fatal(err)
	}
	if err := sh.Eval(t.Context(), "bye"); err != nil {
		t.Fatal(err)
	}
	s.until("reconnecting", func() bool { return strings.Contains(p.take(), "reconnected to tcp://HOST:PORT") })
	if err := sh.Eval(t.Context(), "my_add 1 2"); err != nil {
		t.Error(err)
	}
	if err := sh.Eval(t.Context(), ".close"); err != nil {
		t.Error(err)
	}
}

func TestDetectCommand(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "netstring"})
	got := s.run(".detect -v $PEER")
	if !strings.Contains(got, "jsonrpc1, none: closed the connection") ||
		!strings.Contains(got,
			"4 connections; sent: jsonrpc, rfc7464; jsonrpc1, none; bsonrpc, bson; jsonrpc, netstring") ||
		!strings.Contains(got, "tcp://HOST:PORT · JSON-RPC 2.0, netstring · found in") {
		t.Errorf(".detect -v: %s", got)
	}
	if got := s.run(".detect"); !strings.Contains(got, "^ which target? write host:port") {
		t.Errorf(".detect without a target: %s", got)
	}
}

func TestChildThatFails(t *testing.T) {
	t.Setenv(childVariable, "yes")
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect -- '" + os.Args[0] + "'")
	s.see(`│ oops \\u001b\[31m`)
	s.see(`ended: exit status 3`)
}
