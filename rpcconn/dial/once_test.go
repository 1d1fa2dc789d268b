package dial

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
)

// takesOne is a peer that serves one client by f, and listens no more from then on.
func takesOne(t *testing.T, f func(nc net.Conn)) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		nc, err := l.Accept()
		_ = l.Close()
		if err == nil {
			defer nc.Close()
			f(nc)
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		work.Wait()
	})
	return Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
}

// linesOnly says words, answers lines, and what is no JSON by a parse error, after which it goes on if goesOn.
func linesOnly(words string, goesOn bool) func(net.Conn) {
	return func(nc net.Conn) {
		_, _ = io.WriteString(nc, words)
		for lines := bufio.NewScanner(nc); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "{") {
				_, _ = fmt.Fprintln(nc, `{"jsonrpc":"2.0","id":1,"result":"served"}`)
				continue
			}
			_, _ = fmt.Fprintln(nc, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`)
			if !goesOn {
				return
			}
		}
	}
}

// A peer that takes one client, ever, is spoken to on that connection where its first answer came in another framing
// than the probe's. Where that cannot be, the error says so.
func TestPeerThatTakesOneClientOfAnotherFraming(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		serve func(net.Conn)
		want  string // the error; "": it is called
		gone  string // what detection finds out of who is gone
	}{
		"goes on":             {linesOnly("", true), "", ""},
		"greets in words":     {linesOnly("welcome to x\n", true), "", ""},
		"ends the connection": {linesOnly("", false), "nothing listens there", "jsonrpc, line"},
		"hangs up at once": {func(nc net.Conn) { _, _ = nc.Read(make([]byte, 1)) },
			"took one connection, and listens no more: it closed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			target := takesOne(t, test.serve)
			cfg := Config{Settle: 20 * time.Millisecond}
			link, found, err := cfg.Connect(t.Context(), target, nil, nil)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("Connect returned %v, want %q", err, test.want)
				}
				var unknown *detect.UnknownError
				if errors.As(err, &unknown) && (unknown.Opened != 1 || len(unknown.Tried) != 1) {
					t.Errorf("%d connections, tried %q", unknown.Opened, unknown.Tried)
				}
				if gone := (&detect.GoneError{Found: found, Err: err}); test.gone != "" && gone.Error() !=
					target.String()+" took one connection, and listens no more; it speaks "+test.gone {
					t.Error(gone)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer link.Wait()
			defer link.Close()
			r, err := link.Call(t.Context(), "x", nil)
			if err != nil || string(r.Result) != `"served"` || found.Framing != "line" {
				t.Errorf("called in %s: %v, %v", found.Framing, r, err)
			}
		})
	}
}

// A peer that takes more clients is spoken to on a connection of its own where its answer came in another framing: how
// much of the probe it has read is not known.
func TestDoubtfulConnectionIsLeft(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	n := 0
	target := fakePeer(t, func(nc net.Conn) {
		mu.Lock()
		n++
		mu.Unlock()
		linesOnly("", true)(nc)
	})
	link, _, err := Config{}.Connect(t.Context(), target, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := link.Call(t.Context(), "x", nil); err != nil || string(r.Result) != `"served"` {
		t.Errorf("called: %v, %v", r, err)
	}
	_ = link.Close()
	link.Wait()
	mu.Lock()
	defer mu.Unlock()
	if n < 2 {
		t.Errorf("%d connection", n)
	}
}
