package shell_test

import (
	"bufio"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	"rpcsh/rpcconn/dial"
)

// settled returns how many goroutines there are once that no longer changes.
func settled() int {
	n := runtime.NumGoroutine()
	for same := 0; same < 20; same++ {
		time.Sleep(time.Millisecond)
		if now := runtime.NumGoroutine(); now != n {
			n, same = now, 0
		}
	}
	return n
}

// A typed call costs at most two goroutines while it waits, and so does each that is left to the background.
func TestGoroutinesOfCall(t *testing.T) {
	const most = 2 // a call
	s := startSession(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	conn, err := net.Dial("tcp", s.listen().Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	requests := bufio.NewScanner(conn)
	s.see("@1 connected")
	id := 0
	asked := func() {
		t.Helper()
		id++
		want := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"slow"}`, id)
		if !requests.Scan() || requests.Text() != want {
			t.Fatalf("got %s, want %s", requests.Text(), want)
		}
	}
	answer := func(id int) { fmt.Fprintf(conn, `{"jsonrpc":"2.0","id":%d,"result":"answer %[1]d"}`+"\n", id) }

	for range 2 { // the first one starts what stays
		idle := settled()
		s.forget()
		s.enter("slow")
		asked()
		waiting := settled()
		answer(id)
		s.see(fmt.Sprint("answer ", id))
		s.waitPrompt()
		if n := waiting - idle; id > 1 && n > most {
			t.Errorf("a typed call costs %d goroutines", n)
		}
	}
	idle := settled()
	const calls = 5
	for range calls {
		s.run("slow &")
		asked()
	}
	if n := settled() - idle; n > most*calls {
		t.Errorf("%d calls in the background cost %d goroutines", calls, n)
	}
	for i := range calls {
		answer(id - i)
		s.see(fmt.Sprint("answer ", id-i))
	}
}
