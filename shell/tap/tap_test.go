package tap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/tap"
)

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

// A scene is a tap in front of a server, and what it has recorded.
type scene struct {
	address string

	mu      sync.Mutex // protects what follows
	records []string
}

// tapped starts a tap in front of a server.
func tapped(t *testing.T, server string, opts tap.Options) *scene {
	t.Helper()
	s := new(scene)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	opts.Target = server
	opts.Dial = func(ctx context.Context) (io.ReadWriteCloser, error) { return transport.Dial(ctx, "tcp", server) }
	opts.Record = s.record
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- tap.New(opts, time.Now()).Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("the tap ended with: %v", err)
		}
	})
	return s
}

func (s *scene) record(r *rpcrec.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.IsMessage() {
		s.records = append(s.records, string(r.Dir)+" "+string(r.Data))
		return
	}
	s.records = append(s.records, r.Event+" "+string(r.Details))
}

// messages waits until n messages have been recorded, and returns those of a direction.
func (s *scene) messages(t *testing.T, n int, d rpcrec.Direction) []string {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var all, of []string
		s.mu.Lock()
		for _, r := range s.records {
			direction, data, _ := strings.Cut(r, " ")
			if direction == string(rpcrec.AToB) || direction == string(rpcrec.BToA) {
				all = append(all, r)
			}
			if direction == string(d) {
				of = append(of, data)
			}
		}
		s.mu.Unlock()
		if len(all) >= n {
			return of
		}
		if time.Now().After(end) {
			t.Fatalf("recorded %d messages, want %d:\n%s", len(all), n, strings.Join(all, "\n"))
		}
	}
}

// inOrder fails if an answer was recorded before what it answers.
func (s *scene) inOrder(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	last := ""
	for i, r := range s.records[len(s.records)-200:] {
		direction, _, _ := strings.Cut(r, " ")
		if direction == last {
			t.Fatalf("message %d of 200 is another one %s", i, direction)
		}
		last = direction
	}
}

// awaits waits until a record is there.
func (s *scene) awaits(t *testing.T, record string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		all := strings.Join(s.records, "\n")
		s.mu.Unlock()
		if strings.Contains("\n"+all+"\n", "\n"+record+"\n") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("there is no %q in\n%s", record, all)
		}
	}
}

// What a client and a server say to each other passes in all forms, and both sides' messages are recorded.
func TestForms(t *testing.T) {
	for _, cfg := range []dial.Config{
		{Protocol: "jsonrpc", Framing: "rfc7464"}, {Protocol: "jsonrpc", Framing: "netstring"},
		{Protocol: "jsonrpc", Framing: "none"}, {Protocol: "jsonrpc", Framing: "line"},
		{Protocol: "jsonrpc", Framing: "header"}, {Protocol: "bsonrpc"}, {Protocol: "msgpackrpc"},
	} {
		t.Run(cfg.Protocol+" "+cfg.Framing, func(t *testing.T) {
			peer, err := demo.Start(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer peer.Close()
			s := tapped(t, peer.Target().Address, tap.Options{})
			target, _ := transport.ParseTarget("tcp://" + s.address)
			link, err := cfg.Dial(t.Context(), target, &rpcconn.Options{
				Handler: func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
					return json.RawMessage("6"), nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer link.Wait()
			defer link.Close()
			r, err := link.Call(t.Context(), "my_progress_add", json.RawMessage("[40,2]"))
			if err != nil || string(r.Result) != "42" {
				t.Fatalf("answered %+v, %v", r, err)
			}
			// a request, a notification, a request back and its answer, an answer
			if got := s.messages(t, 5, rpcrec.AToB); len(got) != 2 {
				t.Errorf("the client has sent %q", got)
			}
			for range 100 {
				if _, err := link.Call(t.Context(), "my_add", json.RawMessage("[1,2]")); err != nil {
					t.Fatal(err)
				}
			}
			s.messages(t, 205, rpcrec.AToB)
			s.inOrder(t)
		})
	}
}

// What is no RPC passes as it is, both ways, and half an end is half an end.
func TestBytes(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() { // answers with what it gets, once all of it has come
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			all, _ := io.ReadAll(nc)
			_, _ = nc.Write(all)
			_ = nc.Close()
		}
	}()
	s := tapped(t, l.Addr().String(), tap.Options{})
	random := make([]byte, 3<<20)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	for _, sent := range [][]byte{
		random, []byte("hello\n"), {}, []byte(`{"jsonrpc":"2.0","id":1`), []byte("GET / HTTP/1.1\r\n\r\nGET"),
		[]byte("\x16\x03\x01\x02\x00"), bytes.Repeat([]byte("{"), 1<<20),
	} {
		nc, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Write(sent); err != nil {
			t.Fatal(err)
		}
		if err := nc.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(nc)
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes, %.20q, came back as %d: %v", len(sent), sent, len(got), err)
		}
		_ = nc.Close()
	}
}

// Who looks is waited for by nobody: what passes meanwhile passes, and it is told that it was not seen.
func TestBehind(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	received := make(chan int64)
	go func() {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		n, _ := io.Copy(io.Discard, nc)
		received <- n
	}()
	client, near := net.Pipe()
	defer client.Close()
	var lost atomic.Int32
	free := make(chan struct{})
	tp := tap.New(tap.Options{
		Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
			return transport.Dial(ctx, "tcp", l.Addr().String())
		},
		Record: func(r *rpcrec.Record) {
			switch {
			case r.IsMessage(): // the first one holds up who looks
				<-free
			case r.Event == rpcrec.Lost:
				lost.Add(1)
			}
		},
	}, time.Now())
	tp.SetBehind(1000)
	passed := make(chan error)
	go func() { passed <- tp.Pass(t.Context(), near, "") }()
	const n = 200
	message := []byte(`{"jsonrpc":"2.0","method":"tick","params":[1]}` + "\n")
	for range n {
		if _, err := client.Write(message); err != nil {
			t.Fatal(err)
		}
	}
	_ = client.Close()
	if got := <-received; got != int64(n*len(message)) {
		t.Errorf("%d bytes have passed of %d", got, n*len(message))
	}
	close(free)
	if err := <-passed; err != nil || lost.Load() != 1 {
		t.Errorf("error %v; lost is told %d times", err, lost.Load())
	}
}

// A server that is not there ends the client's connection, and is told.
func TestNoServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := l.Addr().String()
	_ = l.Close()
	s := tapped(t, server, tap.Options{})
	nc, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if _, err := io.ReadAll(nc); err != nil {
		t.Errorf("the client is told %v", err)
	}
	s.awaits(t, `close {"reason":"connecting to `+server+`: nothing listens there; start it or check the port"}`)
}

// The bodies of HTTP, the data of event streams, and the messages of WebSockets are messages.
func TestHTTP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/socket":
			c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
				CompressionMode: websocket.CompressionContextTakeover, CompressionThreshold: 1,
			})
			if err != nil {
				return
			}
			defer c.CloseNow()
			for {
				kind, data, err := c.Read(r.Context())
				if err != nil {
					return
				}
				_ = c.Write(r.Context(), kind, data)
			}
		case "/events":
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, ": nothing\n\ndata: {\"a\":\ndata: 1}\n\nevent: x\r\ndata:2\r\n\r\n")
		case "/no":
			http.Error(w, "", http.StatusTeapot)
		default:
			_, _ = io.Copy(w, r.Body)
		}
	}))
	defer server.Close()
	defer server.CloseClientConnections()
	s := tapped(t, strings.TrimPrefix(server.URL, "http://"), tap.Options{})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for _, path := range []string{"/", "/events", "/no"} {
		resp, err := client.Post("http://"+s.address+path, "application/json", strings.NewReader(`{"id":1}`))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	if got := s.messages(t, 6, rpcrec.BToA); strings.Join(got, "|") != "{\"id\":1}|{\"a\":\n1}|2" {
		t.Errorf("the server has sent %q", got)
	}
	s.awaits(t, `note {"text":"HTTP 418 I'm a teapot"}`)

	for _, mode := range []websocket.CompressionMode{
		websocket.CompressionDisabled, websocket.CompressionContextTakeover, websocket.CompressionNoContextTakeover,
	} {
		s := tapped(t, strings.TrimPrefix(server.URL, "http://"), tap.Options{})
		c, _, err := websocket.Dial(t.Context(), "ws://"+s.address+"/socket", &websocket.DialOptions{
			CompressionMode: mode, CompressionThreshold: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for i := range 3 {
			message := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"%s"}`, i, strings.Repeat("long ", 100*(i+1)))
			want = append(want, message)
			if err := c.Write(t.Context(), websocket.MessageText, []byte(message)); err != nil {
				t.Fatal(err)
			}
			if _, got, err := c.Read(t.Context()); err != nil || string(got) != message {
				t.Fatalf("%q came back, %v", got, err)
			}
		}
		for _, d := range []rpcrec.Direction{rpcrec.AToB, rpcrec.BToA} {
			if got := s.messages(t, 6, d); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("compression %d: recorded %s %.200q", mode, d, got)
			}
		}
		_ = c.CloseNow()
	}
}
