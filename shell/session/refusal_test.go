package session

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// A peer that may hang up when it is refused what it asks is refused it behind the answer to our call, and can hang up
// before we do.
func TestGentle(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var lines []string
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		fmt.Fprint(nc, "\x1e"+`{"id":7,"jsonrpc":"2.0","method":"my_double"}`+"\n")
		text := bufio.NewScanner(nc)
		for text.Scan() {
			lines = append(lines, text.Text())
			if len(lines) == 2 {
				break
			}
			fmt.Fprint(nc, "\x1e"+`{"jsonrpc":"2.0","id":1,"result":3}`+"\n")
		}
		_ = nc.SetReadDeadline(time.Now().Add(200 * time.Millisecond)) // during which the session waits
		if _, err := nc.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the session did not wait for the peer to hang up: %v", err)
		}
	}()
	s := New(Options{})
	target := transport.Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
	p, err := s.Connect(t.Context(), target, dial.Config{Passive: true, Settle: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Call(t.Context(), "my_add", nil, 0); err != nil || string(r.Result) != "3" {
		t.Errorf("the peer answers %v, %v", r, err)
	}
	s.Close()
	<-ended
	if len(lines) != 2 || !strings.Contains(lines[0], `"my_add"`) || !strings.Contains(lines[1], `"id":7,"error"`) {
		t.Errorf("the peer gets %q", lines)
	}
}
