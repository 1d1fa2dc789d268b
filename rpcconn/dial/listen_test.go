package dial

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

const versionless = `{"id":1,"method":"rpc.discover"}`

var loopback = Target{Scheme: transport.SchemeTCP, Address: "127.0.0.1:0"}

// TestOnePort has clients of every framing and protocol, of WebSocket and of HTTP, on one port at the same time.
func TestOnePort(t *testing.T) {
	t.Parallel()
	files := certificates(t)
	for _, scheme := range []string{transport.SchemeTCP, transport.SchemeTLS} {
		t.Run(scheme, func(t *testing.T) {
			l := serve(t, Config{TLS: files.server}, Target{Scheme: scheme, Address: "127.0.0.1:0"})
			if l.String() != "every framing and protocol, as each begins" {
				t.Errorf("it says %s", l)
			}
			web := map[string]string{transport.SchemeTCP: "", transport.SchemeTLS: "s"}[scheme]
			targets := []Target{
				{Scheme: "ws" + web, Address: l.Target.Address, Path: "/any"},
				{Scheme: "http" + web, Address: l.Target.Address, Path: "/"},
			}
			var clients sync.WaitGroup
			client := func(cfg Config, at Target) {
				cfg.TLS = files.client
				clients.Go(func() {
					link, err := cfg.Dial(t.Context(), at, nil)
					if err != nil {
						t.Errorf("%+v: %v", cfg, err)
						return
					}
					for range 3 {
						talk(t, link)
					}
					_ = link.Close()
				})
			}
			for range 3 {
				for _, cfg := range allWires() {
					client(cfg, l.Target)
				}
				for _, at := range targets {
					client(Config{Protocol: "jsonrpc"}, at)
				}
			}
			clients.Wait()
		})
	}
}

// accept dials l and returns the accepted link.
func accept(t *testing.T, l *Listener) (net.Conn, *Link) {
	t.Helper()
	nc, err := net.Dial("tcp", l.Target.Address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	_ = nc.SetDeadline(time.Now().Add(patience))
	link, err := l.Accept(echoOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = link.Close()
		link.Wait()
	})
	return nc, link
}

func listen(t *testing.T, cfg Config) *Listener {
	t.Helper()
	l, err := cfg.Listen(t.Context(), loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// write sends text in pieces of size bytes.
func write(t *testing.T, nc net.Conn, text string, size int) {
	t.Helper()
	for len(text) > 0 {
		n := min(size, len(text))
		if _, err := io.WriteString(nc, text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
}

// told returns a channel that gets what OnWire tells.
func told(link *Link) <-chan string {
	wires := make(chan string, 10)
	link.OnWire(func(w Wire, found bool) {
		if !found {
			wires <- "fallback " + w.String()
			return
		}
		wires <- w.String()
	})
	return wires
}

// TestAcceptInPieces recognises peers whose bytes come one by one, after a silence.
func TestAcceptInPieces(t *testing.T) {
	t.Parallel()
	l := listen(t, Config{})
	for text, want := range map[string]string{
		framedText("line", probed):                 "JSON-RPC 2.0, line",
		framedText("none", probed1):                "JSON-RPC 1.0, none",
		framedText("nul", versionless):             "JSON-RPC without version, nul",
		framedText("rfc7464", probed):              "JSON-RPC 2.0, rfc7464",
		framedText("netstring", versionless):       "JSON-RPC without version, netstring",
		framedText("header", probed1):              "JSON-RPC 1.0, header",
		framedText("length", probed):               "JSON-RPC 2.0, length",
		framedText("line", `{"hello":"I am new"}`): "JSON-RPC 2.0, line",
		bsonProbe:    "BSON-RPC 2.0",
		msgpackProbe: "MessagePack-RPC",
	} {
		nc, link := accept(t, l)
		wires := told(link)
		end := len(text) - len("}\n") // which tells the framing, and so comes at once
		write(t, nc, text[:end], 1)
		write(t, nc, text[end:], 2)
		if got := <-wires; got != want {
			t.Errorf("%q is taken for %s, want %s", text, got, want)
		}
		if strings.Contains(text, "hello") {
			continue
		}
		if n, err := nc.Read(make([]byte, 1)); n != 1 {
			t.Errorf("%q is not answered: %v", text, err)
		}
	}
}

// TestAcceptAndSpeakFirst has a peer that says nothing spoken to in the fallback.
func TestAcceptAndSpeakFirst(t *testing.T) {
	t.Parallel()
	for fallback, want := range map[string]string{"": "rfc7464", Auto: "rfc7464", "line": "line",
		"netstring": "netstring"} {
		l := listen(t, Config{Fallback: fallback})
		peer, err := Config{Framing: want}.Dial(t.Context(), l.Target, echoOptions())
		if err != nil {
			t.Fatal(err)
		}
		link, err := l.Accept(echoOptions)
		if err != nil {
			t.Fatal(err)
		}
		wires := told(link)
		if w, known := link.Wire(); known {
			t.Errorf("it is known already: %s", w)
		}
		talk(t, link)
		if got := <-wires; got != "fallback JSON-RPC 2.0, "+want {
			t.Errorf("told %s, want %s", got, want)
		}
		talk(t, peer)
		if link.OnWire(func(Wire, bool) { t.Error("told once more") }) {
			t.Error("it is not known that it was told")
		}
		if len(wires) > 0 {
			t.Errorf("told twice: %s", <-wires)
		}
		_ = peer.Close()
		link.Wait()
		if err := link.Err(); err != io.EOF {
			t.Errorf("the end is %v", err)
		}
	}
}

// TestAcceptAndInterrupt speaks while the peer's first message is half there: nothing of it is lost.
func TestAcceptAndInterrupt(t *testing.T) {
	t.Parallel()
	l := listen(t, Config{Fallback: "line"})
	nc, link := accept(t, l)
	text := `{"jsonrpc":"2.0","id":7,"method":"echo","params":["` + strings.Repeat("x", 10_000) + `"]}` + "\n"
	write(t, nc, text[:20], 20)
	answers := make(chan *rpcconn.Response, 1)
	go func() {
		r, _ := link.Call(t.Context(), "ours", nil)
		answers <- r
	}()
	read := json.NewDecoder(nc)
	var ours struct {
		ID     json.RawMessage
		Method string
	}
	if err := read.Decode(&ours); err != nil || ours.Method != "ours" {
		t.Fatalf("our request comes as %+v, %v", ours, err)
	}
	write(t, nc, text[20:], 3000)
	var theirs struct {
		ID     int
		Result []string
	}
	if err := read.Decode(&theirs); err != nil || theirs.ID != 7 || len(theirs.Result) != 1 ||
		len(theirs.Result[0]) != 10_000 {
		t.Fatalf("their request is answered by %+v, %v", theirs, err)
	}
	write(t, nc, `{"jsonrpc":"2.0","id":`+string(ours.ID)+`,"result":"yes"}`+"\n", 100)
	if r := <-answers; r == nil || string(r.Result) != `"yes"` {
		t.Errorf("our request is answered by %v", r)
	}
}

// TestAcceptAtOnce has both sides begin at the same time.
func TestAcceptAtOnce(t *testing.T) {
	t.Parallel()
	l := listen(t, Config{Fallback: "line"})
	for range 50 {
		peer, err := Config{Framing: "line"}.Dial(t.Context(), l.Target, echoOptions())
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		both.Go(func() { talk(t, peer) })
		link, err := l.Accept(echoOptions)
		if err != nil {
			t.Fatal(err)
		}
		both.Go(func() { talk(t, link) })
		both.Wait()
		_ = link.Close()
		peer.Wait()
		_ = peer.Close()
	}
}

// TestAcceptStrangers says of clients that cannot be served why, in the error that ends them.
func TestAcceptStrangers(t *testing.T) {
	t.Parallel()
	const post = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
	const upgrade = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n"
	tests := []struct {
		name, sent string
		cfg        Config
		want       string
	}{
		{"no words", "\x00\x01\x02 world\n", Config{}, `begins like this: "\x00\x01\x02 world\n"`},
		{"half a header", "Content-Length: 2\r\n", Config{}, `the connection ended after "Content-Length: 2`},
		{"half a message", `{"jsonrpc":`, Config{}, `the connection ended after "{\"jsonrpc\":"`},
		{"HTTP to a framing", post, Config{Framing: "line"}, "the client speaks HTTP; listen on http:// or ws://"},
		{"HTTP to another framing", post, Config{Framing: "rfc7464"}, "the client speaks HTTP"},
		{"HTTP to a protocol", post, Config{Protocol: "bsonrpc"}, "the client speaks HTTP"},
		{"WebSocket to a framing", upgrade, Config{Framing: "header"},
			"the client speaks HTTP; listen on http:// or ws://"},
		{"TLS to a framing", tlsProbe, Config{Framing: "none"}, "the client speaks TLS; listen on tls://"},
		{"TLS from who was silent", tlsProbe, Config{}, "the client speaks TLS; listen on tls://"},
		{"nothing", "", Config{}, "EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			nc, link := accept(t, listen(t, test.cfg))
			write(t, nc, test.sent, 1000)
			if test.want == "EOF" || strings.Contains(test.want, "ended after") {
				_ = nc.Close()
			}
			<-link.Done()
			if err := link.Err(); !strings.Contains(err.Error(), test.want) {
				t.Errorf("it ends with %v, want %s", err, test.want)
			}
		})
	}
	t.Run("HTTP to who spoke first", func(t *testing.T) {
		nc, link := accept(t, listen(t, Config{}))
		if err := link.Notify(t.Context(), "hello", nil); err != nil {
			t.Fatal(err)
		}
		write(t, nc, post, 1000)
		messages := bufio.NewReader(nc)
		for _, want := range []string{`"method":"hello"`, `"code":-32700`} {
			if got, err := messages.ReadString('\n'); err != nil || !strings.Contains(got, want) {
				t.Errorf("got %s, %v, want %s", got, err, want)
			}
		}
	})
	t.Run("TLS", func(t *testing.T) {
		errs := make(chan error, 2)
		l := listen(t, Config{OnError: func(_ string, err error) { errs <- err }})
		go func() { // who is slow to begin is a silent peer before
			if link, err := l.Accept(echoOptions); err == nil {
				<-link.Done()
				errs <- link.Err()
			}
		}()
		_, err := Config{TLS: certificates(t).client, Framing: "line"}.Dial(t.Context(),
			Target{Scheme: transport.SchemeTLS, Address: l.Target.Address}, nil)
		if err == nil {
			t.Error("TLS is spoken")
		}
		if err := <-errs; !strings.Contains(err.Error(), "listen on tls://") {
			t.Errorf("reported: %v", err)
		}
	})
}

// An HTTP client that connects long before it asks, as browsers do, is a peer that is silent until then, and then
// served like any other.
func TestAcceptLateHTTP(t *testing.T) {
	t.Parallel()
	l := listen(t, Config{})
	nc, silent := accept(t, l) // which it is only once it has been silent
	posted := make(chan *Link, 1)
	go func() {
		link, err := l.Accept(echoOptions)
		if err != nil {
			t.Error(err)
		}
		posted <- link
	}()
	body := probed
	write(t, nc, fmt.Sprintf(
		"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(body), body), 7)
	resp, err := http.ReadResponse(bufio.NewReader(nc), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if answer, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || !json.Valid(answer) {
		t.Errorf("answered %s, %s, %v", resp.Status, answer, err)
	}
	<-silent.Done()
	if err := silent.Err(); !errors.Is(err, ErrSpeaksHTTP) {
		t.Errorf("the silent one ended with %v", err)
	}
	if err := silent.Notify(t.Context(), "hello", nil); !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("it is still spoken to: %v", err)
	}
	_ = nc.Close()
	link := <-posted
	link.Wait()
	_ = link.Close()
}

// TestCloseListener ends those who were not accepted yet, and nobody else.
func TestCloseListener(t *testing.T) {
	t.Parallel()
	for _, cfg := range []Config{{}, {Framing: "line"}} {
		l := listen(t, cfg)
		accepted, link := accept(t, l)
		var waiting []net.Conn
		for i := range 100 {
			nc, err := net.Dial("tcp", l.Target.Address)
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			_ = nc.SetDeadline(time.Now().Add(patience))
			switch i % 4 {
			case 1:
				write(t, nc, framedText("line", probed), 1000)
			case 2:
				write(t, nc, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 48\r\n\r\n"+probed, 1000)
			case 3:
				write(t, nc, "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 1000)
			}
			waiting = append(waiting, nc)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if link, err := l.Accept(echoOptions); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v was accepted, %v", link, err)
		}
		for i, nc := range waiting {
			var timeout net.Error
			if _, err := io.Copy(io.Discard, nc); errors.As(err, &timeout) && timeout.Timeout() {
				t.Fatalf("connection %d was left open", i)
			}
		}
		write(t, accepted, framedText("line", probed), 1000)
		if _, err := accepted.Read(make([]byte, 1)); err != nil {
			t.Errorf("who was accepted is not answered: %v", err)
		}
		_ = link.Close()
	}
}

// TestManyPeers accepts a hundred at once, some of which go at once.
func TestManyPeers(t *testing.T) {
	t.Parallel()
	l := serve(t, Config{}, loopback)
	var clients sync.WaitGroup
	for i := range 100 {
		clients.Go(func() {
			cfg := Config{Framing: FramingNames()[1+i%7]}
			link, err := cfg.Dial(t.Context(), l.Target, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if i%5 > 0 {
				talk(t, link)
			}
			_ = link.Close()
		})
	}
	clients.Wait()
}

// What a client may ask first.
const (
	probed  = `{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`
	probed1 = `{"id":1,"method":"rpc.discover","params":[]}`

	bsonProbe = "\x37\x00\x00\x00" +
		"\x02bsonrpc\x00\x04\x00\x00\x002.0\x00" +
		"\x10id\x00\x01\x00\x00\x00" +
		"\x02method\x00\x0d\x00\x00\x00rpc.discover\x00\x00"
	tlsProbe     = "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" // the beginning of a ClientHello
	msgpackProbe = "\x94\x00\x01\xacrpc.discover\x90"
)
