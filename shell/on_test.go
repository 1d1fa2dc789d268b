package shell_test

import (
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// A line of .on runs for what a peer notified, with its params, and calls that peer.
func TestOn(t *testing.T) {
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".connect $PEER")
	s.run(".on tick got = my_add $params[0] 40")
	s.run(".on tick nosuch $params")
	s.run("ticks 1")
	s.until("what the line has assigned", func() bool { return strings.Contains(s.run(".print $got"), "41") })
	s.until("that the second line failed", func() bool { return strings.Contains(s.run(".on"), "Method not found") })
	s.run(".off tick")
	if got := s.run(".on"); !strings.Contains(got, "nothing is set") {
		t.Errorf("after .off: %s", got)
	}
}

// What runs when a peer comes may name it, and when it goes may tell another; .quit in a line ends the session.
func TestOnConnectAndClose(t *testing.T) {
	s := startSession(t, dial.Config{Protocol: "jsonrpc"})
	s.run(".on connect .name first")
	s.run(".connect $PEER")
	s.until("the name", func() bool { return strings.Contains(s.run(".peers"), "first") })
	s.run(".off connect")
	s.run(".connect $PEER")
	s.run(".on close told = @2 my_add $peer 40")
	s.run(".close first")
	s.until("that the other was told", func() bool { return strings.Contains(s.run(".print $told"), "41") })
}
