package httprpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
)

func listen(t testing.TB, opts ServerOptions) *Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	opts.NewCodec = newCodec
	l, err := Listen(ln, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// answerAll answers the requests of every client that l accepts: with the params, except to "fail". It returns the
// rules of their deviations.
func answerAll(t testing.TB, l *Listener) <-chan string {
	deviations := make(chan string, 100)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var conns []*rpcconn.Conn
		for {
			ch, _, err := l.Accept()
			if err != nil {
				for _, conn := range conns {
					conn.Close()
					conn.Wait()
				}
				return
			}
			conns = append(conns, rpcconn.New(ch, jsonrpc.New(), &rpcconn.Options{
				OnDeviation: func(d *rpcconn.Deviation) { deviations <- d.Rule },
				Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
					switch req.Method {
					case "fail":
						return nil, errors.New("no")
					case "callback":
						if _, err := c.Call(ctx, "x", nil); err != nil {
							return nil, err
						}
					case "bye":
						req.After(func() { go c.Close() })
					}
					return req.Params, nil
				},
			}))
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return deviations
}

func encoded(name string) map[string]string { return map[string]string{"Content-Encoding": name} }

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// deviation returns the rule that a request with header is against.
func deviation(header map[string]string) string {
	if header["Content-Encoding"] != "" {
		return ruleEncoding
	}
	return "content type"
}

func TestServerRefuses(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	refused := make(chan string, 10)
	l := listen(t, ServerOptions{Path: "/rpc", AllowHosts: []string{"my.host"},
		AllowOrigins: []string{"https://app.example"}, MaxMessage: 100,
		OnRefused: func(_, reason string) { refused <- reason }})
	deviations := answerAll(t, l)
	for _, test := range []struct {
		name, method, path string
		header             map[string]string
		body               string
		status             int
		want               string
		deviates           bool // a deviation is told
	}{
		{name: "request", body: request, status: 200, want: `{"jsonrpc":"2.0","id":1,"result":[1,2]}`},
		{name: "notification", body: notification, status: 202},
		{name: "answer", body: result, status: 202},
		{name: "batch", body: "[" + request + "," + notification + "]", status: 200,
			want: `[{"jsonrpc":"2.0","id":1,"result":[1,2]}]`},
		{name: "batch of notifications", body: "[" + notification + "]", status: 202},
		{name: "failure", body: `{"jsonrpc":"2.0","id":1,"method":"fail"}`, status: 200, want: `"code":-32000`},
		{name: "rubbish", body: "hello", status: 200, want: "-32700"},
		{name: "no message", body: "{}", status: 200, want: "-32600"},
		{name: "empty batch", body: "[]", status: 200, want: "-32600"},
		{name: "callback", body: `{"jsonrpc":"2.0","id":1,"method":"callback"}`, status: 200,
			want: "can be answered, but not be called"},
		{name: "charset", header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, body: request,
			status: 200},
		{name: "no content type", header: map[string]string{"Content-Type": ""}, body: request, status: 200},
		{name: "own name", header: map[string]string{"Host": "my.host:80"}, body: request, status: 200},
		{name: "localhost", header: map[string]string{"Host": "localhost"}, body: request, status: 200},
		{name: "allowed page", header: map[string]string{"Origin": "https://app.example"}, body: request, status: 200},
		{name: "allowed page asks", method: "OPTIONS", header: map[string]string{"Origin": "https://app.example"},
			status: 204},
		{name: "foreign page asks", method: "OPTIONS", header: map[string]string{"Origin": "https://evil.example"},
			status: 403},
		{name: "foreign host", header: map[string]string{"Host": "evil.example"}, body: request, status: 403,
			want: "Host header"},
		{name: "foreign page", header: map[string]string{"Origin": "https://evil.example"}, body: request, status: 403,
			want: "Origin"},
		{name: "GET", method: "GET", status: 405, want: "POST"},
		{name: "other path", path: "/", body: request, status: 404, want: "only at /rpc"},
		{name: "curl -d", header: map[string]string{"Content-Type": form, "User-Agent": "curl/8.5.0"}, body: request,
			status: 200, deviates: true},
		{name: "text", header: map[string]string{"Content-Type": "text/plain"}, body: notification, status: 202,
			deviates: true},
		{name: "form of an own page", header: map[string]string{"Content-Type": form, "Origin": "http://localhost:7",
			"Host": "localhost:7"}, body: request, status: 415, want: "from a browser, the Content-Type must be"},
		{name: "form of a foreign page", header: map[string]string{"Content-Type": form, "Origin": "null"},
			body: request, status: 403, want: "Origin"},
		{name: "form of an old browser", header: map[string]string{"Content-Type": form, "User-Agent": "Mozilla/5.0"},
			body: request, status: 415, want: "from a browser"},
		{name: "text without an Origin", header: map[string]string{"Content-Type": "text/plain",
			"Sec-Fetch-Site": "cross-site"}, body: request, status: 415, want: "from a browser"},
		{name: "text by a rebound name", header: map[string]string{"Content-Type": "text/plain",
			"Host": "evil.example"}, body: request, status: 403, want: "Host header"},
		{name: "too long", body: request + strings.Repeat(" ", 100), status: 413, want: "over the limit of 100 bytes"},
		{name: "empty", status: 400, want: "the body is empty"},
		{name: "blank", body: " \n", status: 400, want: "the body is empty"},
		{name: "gzip", header: encoded("gzip"), body: zipped(request), status: 200, deviates: true},
		{name: "gzip, too long", header: encoded("gzip"), body: zipped(request + strings.Repeat(" ", 1000)),
			status: 413, want: "over the limit of 100 bytes"},
		{name: "no gzip", header: encoded("gzip"), body: request, status: 400, want: "the message is not gzip"},
		{name: "brotli", header: encoded("br"), body: "x", status: 415,
			want: `encoded by "br" (gzip, deflate can be read)`},
	} {
		t.Run(test.name, func(t *testing.T) {
			method, path := "POST", "/rpc"
			if test.method != "" {
				method = test.method
			}
			if test.path != "" {
				path = test.path
			}
			req, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.Addr().String()+path,
				strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			for name, value := range test.header {
				req.Header.Set(name, value)
			}
			req.Host = test.header["Host"]
			transport := new(http.Transport)
			defer transport.CloseIdleConnections()
			res, err := transport.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if res.StatusCode != test.status || !strings.Contains(string(body), test.want) {
				t.Errorf("answered with %d %q, want %d %q", res.StatusCode, body, test.status, test.want)
			}
			if told := len(refused) > 0; told != (test.status >= 400) ||
				told && !strings.Contains(<-refused, test.want) {
				t.Errorf("that it was refused was told: %v", told)
			}
			if told := len(deviations) > 0; told != test.deviates || told && <-deviations != deviation(test.header) {
				t.Errorf("a deviation was told: %v", told)
			}
			if res.StatusCode < 300 && res.Header.Get("Access-Control-Allow-Origin") != test.header["Origin"] {
				t.Errorf("a page of %q is answered with %v", test.header["Origin"], res.Header)
			}
		})
	}
}

// Our own client and server, with everything in between.
func TestBothEnds(t *testing.T) {
	l := listen(t, ServerOptions{})
	answerAll(t, l)
	ch, info, err := Dial(t.Context(), "http://"+l.Addr().String(), Options{NewCodec: newCodec})
	if err != nil {
		t.Fatal(err)
	}
	if info.RemoteAddr.String() != l.Addr().String() {
		t.Errorf("the server is %v", info)
	}
	c := rpcconn.New(ch, jsonrpc.New(), nil)
	defer c.Close()
	big := json.RawMessage(`["` + strings.Repeat("x", 1<<20) + `"]`)
	for i := range 20 {
		params := json.RawMessage(fmt.Sprintf("[%d]", i))
		if i%5 == 0 {
			params = big
		}
		r, err := c.Call(t.Context(), "echo", params)
		if err != nil || !bytes.Equal(r.Result, params) {
			t.Fatalf("call %d: %v", i, err)
		}
		if err := c.Notify(t.Context(), "hello", nil); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.Batch(t.Context(), []rpcconn.Call{{Method: "fail"}, {Method: "hello", Notify: true},
		{Method: "echo", Params: json.RawMessage("[3]")}})
	if err != nil || len(all) != 2 || all[0].Err == nil || string(all[1].Result) != "[3]" {
		t.Errorf("the batch: %v, %v", all, err)
	}
	if r, err := c.Call(t.Context(), "bye", json.RawMessage("[1]")); err != nil || string(r.Result) != "[1]" {
		t.Errorf("a server that closes after its answer: %v", err)
	}
}

// The connections of a client are peers of their own, and end when the client closes them.
// Several messages in one POST are a batch, or all answers but one would have nowhere to go.
func TestServedMessagesTogether(t *testing.T) {
	l := listen(t, ServerOptions{})
	answered := make(chan string, 1)
	go func() {
		res, err := http.Post("http://"+l.Addr().String(), "application/json",
			strings.NewReader(request+"\n "+strings.Replace(request, ":1,", ":2,", 1)))
		if err != nil {
			answered <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		answered <- string(body)
	}()
	ch, _, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer ch.Close()
	var deviation *rpcconn.Deviation
	if _, err := ch.Recv(); !errors.As(err, &deviation) || deviation.Rule != "several messages" {
		t.Errorf("Recv: %v", err)
	}
	want := "[" + request + "," + strings.Replace(request, ":1,", ":2,", 1) + "]"
	if frame, err := ch.Recv(); err != nil || string(frame) != want {
		t.Errorf("Recv: %q, %v", frame, err)
	}
	const results = `[{"jsonrpc":"2.0","id":1,"result":3},{"jsonrpc":"2.0","id":2,"result":3}]`
	if err := ch.Send(t.Context(), []byte(results)); err != nil {
		t.Error(err)
	}
	if got := <-answered; got != results {
		t.Errorf("the client got %q", got)
	}
}

func TestServedConnections(t *testing.T) {
	l := listen(t, ServerOptions{})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	post := func(body string) {
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	post(notification)
	ch, info, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer ch.Close()
	if info.RemoteAddr.String() != conn.LocalAddr().String() {
		t.Errorf("the client is %v", info)
	}
	if frame, err := ch.Recv(); err != nil || string(frame) != notification {
		t.Errorf("Recv: %q, %v", frame, err)
	}
	if err := ch.Send(t.Context(), []byte(result)); err == nil || !strings.Contains(err.Error(), "does not wait") {
		t.Errorf("an answer to nothing: %v", err)
	}
	for _, frame := range []string{request, notification} {
		if err := ch.Send(t.Context(), []byte(frame)); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("a call to an HTTP client: %v", err)
		}
	}
	post(request)
	if frame, err := ch.Recv(); err != nil || string(frame) != request {
		t.Errorf("Recv: %q, %v", frame, err)
	}
	if err := ch.Send(t.Context(), []byte(notification)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a notification while a POST waits: %v", err)
	}
	if err := ch.Send(t.Context(), []byte(result)); err != nil {
		t.Errorf("the answer: %v", err)
	}
	if err := ch.Send(t.Context(), []byte(result)); err == nil {
		t.Error("a second answer is sent")
	}
	post(request)
	if _, err := ch.Recv(); err != nil {
		t.Fatal(err)
	}
	l.Close() // accepted clients stay
	conn.Close()
	if _, err := ch.Recv(); err != io.EOF {
		t.Errorf("Recv after the client left: %v", err)
	}
	if err := ch.Send(t.Context(), []byte(result)); err != io.EOF {
		t.Errorf("Send after the client left: %v", err)
	}
}

func TestServedClose(t *testing.T) {
	l := listen(t, ServerOptions{})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(request), request)
	ch, _, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.Recv(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { _, err := ch.Recv(); ended <- err }()
	ch.Close()
	ch.Close()
	if err := <-ended; err != rpcconn.ErrClosed {
		t.Errorf("Recv after Close: %v", err)
	}
	if _, err := io.ReadAll(conn); err != nil && !errors.Is(err, net.ErrClosed) &&
		!strings.Contains(err.Error(), "reset") {
		t.Errorf("the client reads on: %v", err)
	}
}

func TestListenerClose(t *testing.T) {
	l := listen(t, ServerOptions{})
	idle, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	fmt.Fprintf(idle, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") // refused, and kept open
	if _, err := idle.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	l.Close()
	l.Close()
	if _, _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept after Close: %v", err)
	}
	_, _ = io.Copy(io.Discard, idle) // or this hangs
	for _, path := range []string{"rpc", "/a?b", "%"} {
		if _, err := Listen(nil, ServerOptions{Path: path}); err == nil ||
			!strings.Contains(err.Error(), "write /PATH") {
			t.Errorf("Listen at %q returned %v", path, err)
		}
	}
}

func TestServerNotAttached(t *testing.T) {
	s := NewServer(ServerOptions{NewCodec: newCodec}, nil)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "http://localhost/", strings.NewReader(request))
	s.ServeHTTP(w, r)
	if w.Code != 500 || !strings.Contains(w.Body.String(), "not attached") {
		t.Errorf("answered with %d %q", w.Code, w.Body)
	}
}
