package httprpc

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

func TestAnswers(t *testing.T) {
	const page = "<!doctype html>\n<html><head><title>404 Not\n Found</title></head><body><h1>No &lt;such&gt; " +
		"page</h1></body></html>"
	for _, test := range []struct {
		name    string
		send    string
		answer  http.HandlerFunc
		got     string // what Recv returns; "": nothing
		err     string // what Send's error says; "": there is none
		said    string // what OnError is told
		limited bool   // messages may have 50 bytes
	}{
		{name: "result", send: request, answer: say(200, "application/json", result), got: result},
		{name: "no content type", send: request, answer: say(200, "", result+"\n"), got: result + "\n"},
		{name: "wrong content type", send: request, answer: say(200, "text/html; charset=utf-8", result), got: result},
		{name: "error with 400", send: request, answer: say(400, "application/json", failure), got: failure},
		{name: "error with 500", send: request, answer: say(500, "text/plain", failure), got: failure},
		{name: "refusal", send: request, answer: say(400, "application/json", refusal),
			err: "HTTP 400 Bad Request: error -32600: Invalid Request"},
		{name: "refusal with 200", send: request, answer: say(200, "application/json", refusal),
			err: "HTTP 200 OK: error -32600"},
		{name: "refused notification", send: notification, answer: say(400, "application/json", refusal),
			err: "HTTP 400 Bad Request: error -32600"},
		{name: "another's answer", send: request, answer: say(200, "application/json",
			`{"jsonrpc":"2.0","id":7,"result":3}`), got: `{"jsonrpc":"2.0","id":7,"result":3}`,
			err: "not answered: the HTTP response answers another request, 7"},
		{name: "no response", send: request, answer: say(200, "application/json", notification), got: notification,
			err: "not answered: the HTTP response has no answer"},
		{name: "empty", send: request, answer: say(200, "application/json", ""),
			err: "not answered: HTTP 200 with an empty body"},
		{name: "blank", send: request, answer: say(200, "application/json", " \r\n"), err: "not answered: HTTP 200"},
		{name: "no content", send: request, answer: say(204, "", ""), err: "HTTP 204 with an empty body"},
		{name: "accepted", send: notification, answer: say(202, "", "")},
		{name: "no content for a notification", send: notification, answer: say(204, "", "")},
		{name: "nothing for a notification", send: notification, answer: say(200, "text/plain", "")},
		{name: "answered notification", send: notification, answer: say(200, "", refusal), got: refusal},
		{name: "nonsense for a notification", send: notification, answer: say(200, "", "OK"), said: `no message: "OK"`},
		{name: "an object for a notification", send: notification, answer: say(200, "application/json", "{}"),
			said: `no message: "{}"`},
		{name: "an answer of ours", send: result, answer: say(202, "", "")},
		{name: "plain text", send: request, answer: say(500, "text/plain", "\n  out of \x1b[2Jmemory\nand more"),
			err: `HTTP 500 Internal Server Error "out of \x1b[2Jmemory"`},
		{name: "web page", send: request, answer: say(404, "text/html", page),
			err: `HTTP 404 Not Found "404 Not Found: No <such> page"; try another path`},
		{name: "web page with 200", send: request, answer: say(200, "text/html", page),
			err: "that is no answer of this protocol"},
		{name: "other JSON", send: request, answer: say(401, "application/json", `{"message":"who are you"}`),
			err: `HTTP 401 Unauthorized "{\"message\":\"who are you\"}"; it wants credentials`},
		{name: "an error of the web server", send: request, answer: say(404, "application/json",
			`{"timestamp":"2026-01-01","status":404,"error":"Not Found","path":"/"}`),
			err: `HTTP 404 Not Found "{\"timestamp\"`},
		{name: "an error object of the web server", send: request, answer: say(404, "application/json",
			`{"error":{"code":404,"message":"no such page","status":"NOT_FOUND"}}`), err: "HTTP 404 Not Found \"{"},
		{name: "an error of the web server with 200", send: request, answer: say(200, "application/json",
			`{"error":"unauthorized"}`), err: "that is no answer of this protocol"},
		{name: "refusal without id", send: request, answer: say(429, "application/json",
			`{"jsonrpc":"2.0","error":{"code":-32005,"message":"rate limited"}}`),
			err: "HTTP 429 Too Many Requests: error -32005: rate limited"},
		{name: "no id", send: request, answer: say(200, "", `{"result":"success"}`), got: `{"result":"success"}`,
			err: "not answered: the HTTP response has no id"},
		{name: "error with Retry-After", send: request, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "5")
			say(429, "application/json", failure)(w, r)
		}, got: failure, said: "HTTP 429 Too Many Requests: it asks to try again in 5 s"},
		{name: "refusal with Retry-After", send: request, answer: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Retry-After", "5")
			say(429, "application/json", refusal)(w, r)
		}, err: "error -32600: Invalid Request; it asks to try again in 5 s"},
		{name: "refusal without version", send: request, answer: say(400, "application/json",
			`{"id":null,"error":{"code":-32600,"message":"Invalid Request"}}`), err: "error -32600: Invalid Request"},
		{name: "refusal of 1.0", send: request, answer: say(400, "application/json",
			`{"id":null,"result":null,"error":"what?"}`), err: "error: what?"},
		{name: "failed notification", send: notification, answer: say(503, "", ""),
			err: "HTTP 503 Service Unavailable"},
		{name: "redirect", send: request, answer: http.RedirectHandler("http://evil.example/x",
			http.StatusTemporaryRedirect).ServeHTTP, err: `it redirects to "http://evil.example/x"`},
		{name: "batch", send: "[" + request + "," + notification + "]", answer: say(200, "", "["+result+"]"),
			got: "[" + result + "]"},
		{name: "batch, one answer missing", send: both, answer: say(200, "", "["+result+"]"),
			got: "[" + result + "]", err: "not answered: the HTTP response answers 1 of 2 requests"},
		{name: "batch, one object", send: both, answer: say(200, "", failure),
			got: failure, err: "not answered: the HTTP response answers 1 of 2 requests"},
		{name: "batch, the rest refused", send: both,
			answer: say(200, "", "["+result+","+refusal+"]"), got: "[" + result + "," + refusal + "]",
			err: "answers 1 of 2 requests and says error -32600: Invalid Request"},
		{name: "NaN", send: request, answer: say(200, "", `{"jsonrpc":"2.0","id":1,"result":NaN}`),
			err: `not answered: what came is no JSON (offset 33: unexpected character 'N', want a value): "{`},
		{name: "trailing comma", send: request, answer: say(200, "",
			`{"jsonrpc":"2.0","id":1,"result":{"id":1,}}`),
			err: "not answered: what came is no JSON (offset 41"},
		{name: "cut off", send: request, answer: say(200, "", result[:20]),
			err: "no JSON (the JSON text ends too early)"},
		{name: "limit", send: request, answer: say(200, "", result), got: result, limited: true},
		{name: "over the limit", send: request, answer: say(200, "", result+strings.Repeat(" ", 50)),
			err: "the answer of 85 bytes is over the limit of 50 bytes", limited: true},
		{name: "unknown status", send: request, answer: say(599, "", ""), err: "HTTP 599"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, test.answer)
			var opts Options
			if test.limited {
				opts.MaxMessage = 50
			}
			c := dial(t, server.URL, opts)
			err := c.Send(t.Context(), []byte(test.send))
			switch {
			case (err != nil) != (test.err != ""):
				t.Fatalf("Send: %v", err)
			case err != nil:
				if !strings.Contains(err.Error(), test.err) ||
					!strings.HasPrefix(err.Error(), "POST "+server.URL+": ") ||
					strings.ContainsAny(err.Error(), "\n\x1b") {
					t.Errorf("Send returned %q, want something with %q", err, test.err)
				}
			}
			if test.got != "" {
				if got := c.next(t); got != test.got {
					t.Errorf("received %q, want %q", got, test.got)
				}
			}
			if test.said != "" {
				if err := <-c.said; !strings.Contains(err.Error(), test.said) {
					t.Errorf("OnError was told %q, want %q", err, test.said)
				}
			}
			c.Close()
			if len(c.got) > 0 || len(c.said) > 0 {
				t.Errorf("received %d messages and %d complaints too much", len(c.got), len(c.said))
			}
		})
	}
}

func TestErrorsAreFound(t *testing.T) {
	c := dial(t, serve(t, say(400, "application/json", refusal)).URL, Options{})
	err := c.Send(t.Context(), []byte(request))
	var status *StatusError
	if !errors.As(err, &status) || status.Code != 400 || !errors.Is(err, &rpcconn.Error{Code: -32600}) {
		t.Errorf("%v has neither its status nor its code", err)
	}
}

func TestHeaders(t *testing.T) {
	cookie := filepath.Join(t.TempDir(), ".cookie")
	if err := os.WriteFile(cookie, []byte("__cookie__:a:b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		user      string // in the URL
		opts      Options
		user2, pw string // that the server gets
	}{
		{"nobody", "", Options{}, "", ""},
		{"URL", "me:se%40cret@", Options{CookieFile: cookie}, "me", "se@cret"},
		{"user without password", "me@", Options{}, "me", ""},
		{"cookie file", "", Options{CookieFile: cookie}, "__cookie__", "a:b"},
		{"header", "me:secret@", Options{Header: http.Header{"authorization": {"Basic eDp5"}}}, "x", "y"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := make(chan *http.Request, 1)
			server := serve(t, func(w http.ResponseWriter, r *http.Request) { got <- r; say(200, "", result)(w, r) })
			if test.opts.Header == nil {
				test.opts.Header = make(http.Header)
			}
			test.opts.Header["x-more"] = []string{"1", "2"}
			test.opts.Header["host"] = []string{"other.example"}
			c := dial(t, strings.Replace(server.URL, "://", "://"+test.user, 1)+"/p?q=1", test.opts)
			if err := c.Send(t.Context(), []byte(request)); err != nil {
				t.Fatal(err)
			}
			r := <-got
			user, pw, _ := r.BasicAuth()
			if user != test.user2 || pw != test.pw {
				t.Errorf("the server got user %q, password %q", user, pw)
			}
			if r.Method != "POST" || r.Host != "other.example" || r.URL.RequestURI() != "/p?q=1" ||
				len(r.Header["X-More"]) != 2 ||
				r.Header.Get("Content-Type") != "application/json" ||
				r.Header.Get("Accept") != "application/json, text/event-stream" {
				t.Errorf("the server got %s %s %s %v", r.Method, r.Host, r.URL, r.Header)
			}
		})
	}
}

func TestDialErrors(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	plain := serve(t, say(200, "", result))
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, []byte("user:"+strings.Repeat("x", maxCookie)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, url string
		opts      Options
		want      string
	}{
		{"refused", gone.URL, Options{}, "nothing listens there"},
		{"scheme", "ws://127.0.0.1:1", Options{}, "write http://HOST:PORT/PATH or https://HOST:PORT/PATH"},
		{"no TLS", strings.Replace(plain.URL, "http", "https", 1), Options{}, "speaks no TLS"},
		{"no cookie file", plain.URL, Options{CookieFile: empty + "x"},
			"reading the cookie file: " + empty + "x: there is no such file"},
		{"large cookie file", plain.URL, Options{CookieFile: large}, "has no line USER:PASSWORD"},
		{"bad cookie file", plain.URL, Options{CookieFile: empty}, "has no line USER:PASSWORD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.opts.NewCodec = newCodec
			_, _, err := Dial(t.Context(), test.url, test.opts)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Dial returned %v, want something with %q", err, test.want)
			}
		})
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(say(200, "", result))
	defer server.Close()
	c := dial(t, server.URL, Options{TLS: server.Client().Transport.(*http.Transport).TLSClientConfig})
	for range 3 {
		if err := c.Send(t.Context(), []byte(request)); err != nil {
			t.Fatal(err)
		}
		if got := c.next(t); got != result {
			t.Errorf("received %q", got)
		}
	}
}

func TestGzip(t *testing.T) {
	big := strings.Replace(result, "3", `"`+strings.Repeat("x", 100_000)+`"`, 1)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			t.Errorf("gzip is not accepted: %v", r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, big)
		_ = z.Close()
	})
	c := dial(t, server.URL, Options{})
	if err := c.Send(t.Context(), []byte(request)); err != nil || c.next(t) != big {
		t.Errorf("Send: %v", err)
	}
	small := dial(t, server.URL, Options{MaxMessage: 50_000}) // more than comes over the wire
	if err := small.Send(t.Context(), []byte(request)); err == nil || !strings.Contains(err.Error(), "over the limit") {
		t.Errorf("Send: %v", err)
	}
}

func TestOddServers(t *testing.T) {
	head := func(size int) string { return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", size) }
	for _, test := range []struct {
		name   string
		answer string
		closes bool
		err    string // "": result comes
	}{
		{"keeps the connection", head(len(result)) + result, false, ""},
		{"body until close", "HTTP/1.0 200 OK\r\n\r\n" + result, true, ""},
		{"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n",
			len(result), result), false, ""},
		{"another response behind", head(len(result)) + result + head(0), false, ""},
		{"another answer behind", head(len(result)) + result + head(len(failure)) + failure, false, ""},
		{"closes at once", "", true, "the server closed the connection instead of answering"},
		{"closes in the head", "HTTP/1.1 200 OK\r\nContent-", true, `in its header, or is no HTTP: at "Content-"`},
		{"closes in the body", head(100) + `{"jsonrpc"`, true,
			`the answer broke off after 10 bytes, "{\"jsonrpc\""`},
		{"is no HTTP server", "{\"jsonrpc\":\"2.0\"}\r\n\r\n", true, "the server does not speak HTTP"},
		{"bad length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n" + result, true, "Content-Length"},
		{"huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{", true, "over the limit"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := dial(t, byHand(t, func(*http.Request) (string, bool) { return test.answer, test.closes }), Options{})
			for range 5 { // as fast as it goes
				err := c.Send(t.Context(), []byte(request))
				if test.err != "" {
					if err == nil || !strings.Contains(err.Error(), test.err) {
						t.Errorf("Send returned %v, want something with %q", err, test.err)
					}
				} else if err != nil || c.next(t) != result {
					t.Errorf("Send: %v", err)
				}
			}
		})
	}
}

func TestEndlessBody(t *testing.T) {
	begun := make(chan struct{}, 2)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"jsonrpc":`)
		_ = http.NewResponseController(w).Flush()
		begun <- struct{}{}
		<-r.Context().Done()
	})
	c := dial(t, server.URL, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- c.Send(ctx, []byte(request)) }()
	<-begun
	cancel()
	err := <-ended
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "no answer: context canceled") {
		t.Errorf("Send whose context ended: %v", err)
	}
	go func() { ended <- c.Send(t.Context(), []byte(request)) }()
	<-begun
	c.Close()
	if err := <-ended; !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("Send on a channel that was closed: %v", err)
	}
	if err := c.Send(t.Context(), []byte(request)); !errors.Is(err, rpcconn.ErrClosed) {
		t.Errorf("Send after Close: %v", err)
	}
	for range c.got {
		t.Error("something was received")
	}
	if !errors.Is(c.ending, rpcconn.ErrClosed) {
		t.Errorf("Recv after Close: %v", c.ending)
	}
}

// What a call is given up for says how much of the answer has come.
func TestStalledBody(t *testing.T) {
	const shown = `have come: "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":3}"; they are a whole JSON text, so `
	for head, want := range map[string]string{
		"Content-Length: 60\r\n": "35 of 60 bytes of a message " + shown + "the length before it does not match it",
		"Connection: close\r\n": "35 bytes of a message " +
			strings.Replace(shown, "come", "come, and not its end", 1) + "what ends a message is missing",
	} {
		url := byHand(t, func(*http.Request) (string, bool) {
			return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + head + "\r\n" + result, false
		})
		c := dial(t, url, Options{})
		for d := 20 * time.Millisecond; ; d *= 2 { // until the body has come by then
			ctx, cancel := context.WithTimeout(t.Context(), d)
			err := c.Send(ctx, []byte(request))
			cancel()
			var givenUp *rpcconn.GivenUpError
			if errors.As(err, &givenUp) && givenUp.Seen == want {
				break
			}
			if d > patience {
				t.Fatalf("Send: %v, want %s", err, want)
			}
		}
		c.Close()
	}
}

// As many requests as may be are under way at once, notifications and answers to the peer beside them.
func TestManyUnderWay(t *testing.T) {
	var underWay atomic.Int32
	full, goOn := make(chan struct{}), make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !bytes.Contains(body, []byte(`"id"`)) {
			w.WriteHeader(202)
			return
		}
		if underWay.Add(1) == maxCalling {
			close(full)
		}
		<-goOn
		_, _ = io.WriteString(w, result)
	})
	c := dial(t, server.URL, Options{})
	var all sync.WaitGroup
	for range maxCalling {
		all.Go(func() {
			if err := c.Send(t.Context(), []byte(request)); err != nil {
				t.Error(err)
			}
		})
	}
	<-full
	if err := c.Send(t.Context(), []byte(notification)); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Send(ctx, []byte(request)); !errors.Is(err, context.Canceled) ||
		!strings.Contains(err.Error(), "are under way") {
		t.Errorf("one more request: %v", err)
	}
	close(goOn)
	all.Wait()
	if n := underWay.Load(); n != maxCalling {
		t.Errorf("%d requests came", n)
	}
}

func TestKeepAlive(t *testing.T) {
	conns := make(map[string]bool)
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		conns[r.RemoteAddr] = true
		say(200, "", result)(w, r)
	})
	c := dial(t, server.URL, Options{})
	c.Channel.(*client).trust.answered = c.Channel.(*client).trust.answered.Add(1) // long ago
	for range 10 {
		if err := c.Send(t.Context(), []byte(request)); err != nil {
			t.Fatal(err)
		}
		c.next(t)
	}
	if len(conns) != 1 {
		t.Errorf("10 requests took %d connections", len(conns))
	}
}
