package shell_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"rpcsh/rpcconn/dial"
)

// A request that its peer withdraws, as LSP and MCP have it, is no longer being answered, whoever does so.
func TestWithdrawn(t *testing.T) {
	t.Parallel()
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	conn, err := net.Dial("tcp", s.listen().Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	lines := bufio.NewScanner(conn)
	answered := func(want string) {
		t.Helper()
		if !lines.Scan() || lines.Text() != want {
			t.Errorf("got %s, want %s", lines.Text(), want)
		}
	}
	s.see("@1 connected")
	const cancelled = `{"jsonrpc":"2.0","id":%d,"error":{"code":-32800,"message":"Request cancelled"}}`
	s.run(".serve m --ask")
	s.run(".serve c --exec 'sleep 600'")
	s.run(".serve d --delay 10m 1")
	s.run(".serve j 'last(range(infinite))'")

	fmt.Fprintln(conn, `{"jsonrpc":"2.0","id":1,"method":"m"}`)
	n := s.asked("m")
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}`)
	s.see("request " + n + ", m, is gone: the peer has withdrawn it")
	answered(fmt.Sprintf(cancelled, 1))
	s.promptIs(`^@1 `)
	withdrawn := "^ request " + n + " is gone: the peer has withdrawn it"
	if got := s.run(".reply " + n + " 6"); !strings.Contains(got, withdrawn) {
		t.Errorf("a reply to what was withdrawn: %s", got)
	}
	for i, method := range []string{"c", "d", "j", "m"} { // what is withdrawn at once, too
		fmt.Fprintf(conn, `{"jsonrpc":"2.0","id":%d,"method":%q}`+"\n"+
			`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":%[1]d}}`+"\n", i+2, method)
		answered(fmt.Sprintf(cancelled, i+2))
	}

	fmt.Fprintln(conn, `{"jsonrpc":"2.0","id":"x","method":"m"}`)
	s.see(`asks \d+: m`)
	s.forget()
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x","reason":"no"}}`)
	s.see(`request \d+, m, is gone: the peer has withdrawn it`)
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","id":7,"method":"c"}`)
	s.see(`← @1 #7 c`)
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`)
	s.see(`→ @1 #7 no answer, the peer has withdrawn it`)
	// which is nothing that is being answered
	for _, other := range []string{`{"id":99}`, `{}`, `[1]`, `{"id":{"a":1}}`} {
		fmt.Fprintf(conn, `{"jsonrpc":"2.0","method":"$/cancelRequest","params":%s}`+"\n", other)
	}
	fmt.Fprintln(conn, `{"jsonrpc":"2.0","id":8,"method":"nosuch"}`)
	answered(`{"jsonrpc":"2.0","id":8,"error":{"code":-32601,"message":"Method not found"}}`)
}
