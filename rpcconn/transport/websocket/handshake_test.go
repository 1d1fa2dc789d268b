package websocket

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

func TestDialErrors(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		want         []string
		status       int
	}{
		{"other path", "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnope\n",
			[]string{`HTTP 404 Not Found "nope"; try another path`}, 404},
		{"origin", "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
			[]string{"HTTP 403 Forbidden; it may want another Origin"}, 403},
		{"a web page", "HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n<html><title>Hi  &amp;\nthere</title>",
			[]string{`HTTP 200 OK "Hi & there"`, "no WebSocket at this path"}, 200},
		{"subprotocol", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
			[]string{"HTTP 400 Bad Request; it may want a subprotocol"}, 400},
		{"redirect", "HTTP/1.1 301 Moved Permanently\r\nLocation: ws://other/\r\nContent-Length: 0\r\n\r\n",
			[]string{`it redirects to "ws://other/"`}, 301},
		{"relative redirect", "HTTP/1.1 301 Moved Permanently\r\nLocation: /path/\r\nContent-Length: 0\r\n\r\n",
			[]string{`it redirects to "ws://127.0.0.1:`, `/path/"`}, 301},
		{"password", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
			[]string{"HTTP 401", "it does not take the user and password that it was given"}, 401},
		{"no key", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			[]string{"answers the handshake wrongly", "Sec-WebSocket-Accept"}, 0},
		{"not HTTP", "SSH-2.0-x\r\n\r\n", []string{"does not speak HTTP", "SSH-2.0-x"}, 0},
		{"TLS", "\x15\x03\x01\x00\x02\x02\x16", []string{"speaks TLS", "wss"}, 0},
		{"nothing", "", []string{"closed the connection instead of answering"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := serveOnce(t, func(conn net.Conn) {
				_, _ = http.ReadRequest(bufio.NewReader(conn))
				_, _ = io.WriteString(conn, test.answer)
			})
			ch, _, err := Dial(t.Context(), "ws://me:secret@"+address+"/path", DialOptions{})
			if err == nil {
				ch.Close()
				t.Fatal("Dial succeeded")
			}
			for _, want := range append(test.want, "connecting to ws://me:xxxxx@"+address+"/path: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("Dial returned %q, want something with %q", err, want)
				}
			}
			if strings.ContainsAny(err.Error(), "\n\r\x1b") || strings.Contains(err.Error(), "secret") {
				t.Errorf("%q is more than a line should say", err)
			}
			var status *StatusError
			if errors.As(err, &status) != (test.status != 0) || status != nil && status.Code != test.status {
				t.Errorf("the error %q has status %v, want %d", err, status, test.status)
			}
		})
	}
}

func TestDialBadURL(t *testing.T) {
	for _, test := range []struct{ url, want string }{
		{"http://x", "write ws://HOST:PORT/PATH or wss://HOST:PORT/PATH"},
		{"ws://", "write ws://"},
		{"ws://me:secret@[::1", "cannot be read"},
		{"x", "write ws://"},
	} {
		_, _, err := Dial(t.Context(), test.url, DialOptions{})
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("Dial(%s) returned %v, want something with %q", test.url, err, test.want)
		}
	}
}

func TestDialGivesUp(t *testing.T) {
	goOn := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	address := serveOnce(t, func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		cancel()
		<-goOn
	})
	t.Cleanup(func() { close(goOn) })
	if _, _, err := Dial(ctx, "ws://"+address, DialOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Dial returned %v", err)
	}
}

// A client that offers subprotocols gets one, since some insist on that: ours, or else one of its own.
func TestSubprotocolIsTaken(t *testing.T) {
	for _, test := range []struct {
		ours, offered []string
		want          string
	}{
		{nil, nil, ""},
		{nil, []string{"token", "JSONRPC", "mcp"}, "JSONRPC"},
		{nil, []string{"v2", "v1"}, "v2"},
		{[]string{"v1"}, []string{"jsonrpc", "v1"}, "v1"},
		{[]string{"v1"}, []string{"jsonrpc"}, ""},
	} {
		accepted := make(chan string, 1)
		server := httptest.NewServer(NewHandler(ListenOptions{Subprotocols: test.ours},
			func(ch rpcconn.Channel, info *Info) {
				accepted <- info.Subprotocol
				_ = ch.Close()
			}))
		ch, info, err := Dial(t.Context(), strings.Replace(server.URL, "http", "ws", 1),
			DialOptions{Subprotocols: test.offered})
		if err != nil {
			t.Fatal(err)
		}
		if got := <-accepted; got != test.want || info.Subprotocol != test.want {
			t.Errorf("of %q and %q: %q, %q", test.ours, test.offered, got, info.Subprotocol)
		}
		_ = ch.Close()
		server.Close()
	}
}

func TestDialSends(t *testing.T) {
	got := make(chan *http.Request, 1)
	server := httptest.NewTLSServer(NewHandler(ListenOptions{Subprotocols: []string{"v2", "v1"},
		AllowOrigins: []string{"https://app.example"}},
		func(ch rpcconn.Channel, info *Info) {
			if info.Origin != "https://app.example" || info.Path != "/a/b" || info.Subprotocol != "v1" {
				t.Errorf("the client is %+v", info)
			}
			ch.Close()
		}))
	server.Config.Handler = func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got <- r; h.ServeHTTP(w, r) })
	}(server.Config.Handler)
	defer server.Close()
	config := server.Client().Transport.(*http.Transport).TLSClientConfig
	ch, info, err := Dial(t.Context(), "wss://me:secret@"+server.Listener.Addr().String()+"/a/b?q=1", DialOptions{
		Header: http.Header{"x-token": {"t"}}, Subprotocols: []string{"v1"}, Origin: "https://app.example", TLS: config,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer ch.Close()
	if info.Subprotocol != "v1" || info.RemoteAddr.String() != server.Listener.Addr().String() {
		t.Errorf("the server is %+v", info)
	}
	r := <-got
	if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" || r.Header.Get("X-Token") != "t" ||
		r.URL.RawQuery != "q=1" {
		t.Errorf("the handshake is %v %v", r.URL, r.Header)
	}
	if r.Header.Get("Sec-WebSocket-Extensions") != "" {
		t.Error("compression is offered")
	}
}

func TestDialTLSErrors(t *testing.T) {
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for _, test := range []struct {
		name, url string
		want      string
	}{
		{"plain server", "wss://" + plain.Listener.Addr().String(), "does not speak TLS"},
		{"unknown authority", "wss://" + secure.Listener.Addr().String(), "certificate"},
		{"plain client", "ws://" + secure.Listener.Addr().String(), "HTTP 400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := Dial(t.Context(), test.url, DialOptions{TLS: &tls.Config{ServerName: "example.com"}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Dial returned %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestListenRefuses(t *testing.T) {
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
		"MDEyMzQ1Njc4OTAxMjM0NQ==\r\n"
	l := listen(t, ListenOptions{Path: "/rpc", AllowOrigins: []string{"https://app.example"}})
	go func() {
		for {
			ch, _, err := l.Accept()
			if err != nil {
				return
			}
			go ch.Close()
		}
	}()
	host := l.Addr().String()
	for _, test := range []struct {
		name, request string
		status        int
		body          string
	}{
		{"welcome", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\n" + upgrade, 101, ""},
		{"same host", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host + "\r\n" + upgrade, 101, ""},
		{"allowed page", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://app.example\r\n" + upgrade,
			101, ""},
		{"any name without a page", "GET /rpc HTTP/1.1\r\nHost: some.name\r\n" + upgrade, 101, ""},
		{"foreign page", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\nOrigin: https://evil.example\r\n" + upgrade, 403,
			"is not allowed"},
		{"no page", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\nOrigin: null\r\n" + upgrade, 403, "is not allowed"},
		{"rebound page", "GET /rpc HTTP/1.1\r\nHost: evil.example:80\r\nOrigin: http://evil.example:80\r\n" + upgrade,
			403, "Host header"},
		{"other path", "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + upgrade, 404, "only at /rpc"},
		{"plain GET", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\n", 426, "ws://"},
		{"POST", "POST /rpc HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: 0\r\n", 426, "ws://"},
		{"no key", "GET /rpc HTTP/1.1\r\nHost: " + host + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", 400, ""},
		{"garbage", "hello", 400, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, test.request+"\r\n\r\n")
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			var body []byte
			if res.StatusCode != 101 {
				body, _ = io.ReadAll(res.Body)
			}
			if res.StatusCode != test.status || !strings.Contains(string(body), test.body) {
				t.Errorf("answered with %d %q, want %d and %q", res.StatusCode, body, test.status, test.body)
			}
		})
	}
}

func TestListenClose(t *testing.T) {
	t.Parallel()
	l := listen(t, ListenOptions{})
	near, _, err := Dial(t.Context(), "ws://"+l.Addr().String(), DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	far, _, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	waiting, _, err := Dial(t.Context(), "ws://"+l.Addr().String(), DialOptions{}) // nobody accepts it
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	idle, err := net.Dial("tcp", l.Addr().String()) // nor this one, which says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	l.Close()
	l.Close()
	if _, _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	if _, err := waiting.Recv(); err == nil {
		t.Error("a client that nobody accepted is still connected")
	}
	if n, _ := idle.Read(make([]byte, 1)); n > 0 {
		t.Error("a silent client is told something")
	}
	if err := near.Send(t.Context(), []byte("1")); err != nil {
		t.Error(err)
	}
	if frame, err := far.Recv(); err != nil || string(frame) != "1" {
		t.Errorf("an accepted client's message: %q, %v", frame, err)
	}
}

func TestListenBadPath(t *testing.T) {
	for _, path := range []string{"rpc", "/a?b", "%"} {
		if _, err := Listen(nil, ListenOptions{Path: path}); err == nil ||
			!strings.Contains(err.Error(), "write /PATH") {
			t.Errorf("Listen at %q returned %v", path, err)
		}
	}
}
