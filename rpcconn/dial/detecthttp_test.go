package dial

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rpcsh/rpcconn/transport"
)

// An httpCase is an HTTP server and what is found there.
type httpCase struct {
	name  string
	serve http.HandlerFunc
	path  string // of the target; "": only the port is given
	want  string
}

// TestDetectHTTP finds what HTTP servers have.
func TestDetectHTTP(t *testing.T) {
	t.Parallel()
	posted := func(path string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodPost || r.URL.Path != path {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`)
		}
	}
	tests := []httpCase{
		{"at the root", posted("/"), "", "http jsonrpc/"},
		{"at jsonrpc", posted("/jsonrpc"), "", "http jsonrpc/"},
		{"at json_rpc", posted("/json_rpc"), "", "http jsonrpc/"},
		{"at a URL", posted("/x/y"), "/x/y", "http jsonrpc/"},
		{"1.0", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"result":null,"error":{"code":-32601,"message":"Method not found"},"id":1}`)
		}, "/", "http jsonrpc1/"},
		{"another id", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":"1","result":1}`)
		}, "/", "http jsonrpc/"},
		{"twice", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":1}`+"\n"+`{"jsonrpc":"2.0","method":"x"}`)
		}, "/", "http jsonrpc/"},
		{"nothing", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1}`)
		}, "/", "http jsonrpc/"},
		{"MCP", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/mcp" {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"no session"},"id":null}`)
		}, "", "http mcp/"},
		{"a debugger", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/json/list" {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, `[{"webSocketDebuggerUrl":"ws://elsewhere:1/devtools/1"}]`)
		}, "", "ws cdp/"},
		{"several debuggers, of which the first is in use", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/json/list" {
				http.NotFound(w, r)
				return
			}
			_, _ = io.WriteString(w, `[{"title":"used"},{"webSocketDebuggerUrl":"ws://elsewhere:1/devtools/2"}]`)
		}, "", "ws cdp/ of 2"},
		{"no peer", http.NotFound, "", "no peer was found; tried ws://"},
		{"no peer at a URL", http.NotFound, "/", "HTTP 404 Not Found"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.org/", http.StatusFound)
		},
			"", `it redirects to "https://example.org/"`},
		{"a page", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<title>Hi</title>")
		}, "/", "Hi"},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, "", "no peer was found"},
		{"no answer at a URL", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, "/", `does not answer {"jsonrpc"`},
	}
	tests = append(tests, detectRefusals()...)
	var all sync.WaitGroup // at once: they wait, most of the time
	for _, test := range tests {
		all.Go(func() {
			t.Run(test.name, func(t *testing.T) {
				s := httptest.NewServer(test.serve)
				defer s.Close()
				target := mustParse(t, s.Listener.Addr().String())
				if test.path != "" {
					target = mustParse(t, s.URL+test.path)
				}
				if got := detected(t, Config{DetectLimit: detectPatience}, target); !strings.Contains(got, test.want) {
					t.Errorf("found %s, want %s", got, test.want)
				}
			})
		})
	}
	all.Wait()
}

// refuses answers every request alike; header has names and values in turn.
func refuses(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// only serves POSTs of a path by post, and all else by other.
func only(path string, post, other http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == path {
			post(w, r)
			return
		}
		other(w, r)
	}
}

// detectRefusals returns servers of which some refuse, and what the last line says of it.
func detectRefusals() []httpCase {
	result := refuses(200, `{"jsonrpc":"2.0","id":1,"result":{}}`)
	spring := refuses(404, `{"timestamp":"2026-01-01T00:00:00Z","status":404,"error":"Not Found","path":"/"}`)
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	silent := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	failing := refuses(500, "Internal Server Error")
	return []httpCase{
		{"Spring", only("/mcp", result, spring), "", "http mcp/"},
		{"Spring without a peer", spring, "", "no peer was found; tried ws://"},
		{"Spring without a peer at a URL", spring, "/x", "HTTP 404 Not Found"},
		{"FastAPI", refuses(404, `{"detail":"Not Found"}`), "", "no peer was found; tried ws://"},
		{"ASP.NET", refuses(404, `{"type":"https://x","title":"Not Found","status":404}`), "",
			"no peer was found; tried"},
		{"Express", refuses(404, "<pre>Cannot POST /</pre>"), "", "no peer was found; tried"},
		{"Google's errors", refuses(404, `{"error":{"code":404,"message":"Not found.","status":"NOT_FOUND"}}`), "",
			"no peer was found; tried"},
		{"errors with 200", refuses(200, `{"error":"unauthorized"}`), "", "no peer was found; tried"},
		{"another's answer", refuses(200, `{"jsonrpc":"2.0","id":7,"result":{}}`), "/", "answers another request"},
		{"401 in JSON", refuses(401, `{"error":"unauthorized"}`), "",
			`refuses: connecting to ws://`},
		{"401 at one path", only("/mcp", refuses(401, `{"error":"invalid_token"}`, "WWW-Authenticate",
			`Bearer error="invalid_token", resource_metadata="http://127.0.0.1:1/x"`), http.NotFound), "",
			`/mcp: HTTP 401 Unauthorized "{\"error\":\"invalid_token\"}"; it wants a token ` +
				`(Bearer error="invalid_token" resource_metadata="http://127.0.0.1:1/x")`},
		{"401 at a URL", refuses(401, "", "WWW-Authenticate", `Digest realm="r", nonce="n"`), "/json_rpc",
			`it wants user and password (Digest realm="r")`},
		{"403", refuses(403, ""), "", "refuses: connecting to ws://"},
		{"407", refuses(407, "", "Proxy-Authenticate", "Basic"), "", "the proxy wants credentials (Basic)"},
		{"421", refuses(421, ""), "", "HTTP 421 Misdirected Request"},
		{"409 with a session", only("/rpc", refuses(409, "", "X-Transmission-Session-Id", "t"), http.NotFound), "",
			"X-Transmission-Session-Id: t"},
		{"405", refuses(405, "", "Allow", "GET"), "/", `but "GET"`},
		{"402", refuses(402, ""), "", "HTTP 402 Payment Required; it wants to be paid for"},
		{"410", only("/", refuses(410, "gone"), http.NotFound), "", `HTTP 410 Gone "gone"`},
		{"451", refuses(451, ""), "", "HTTP 451 Unavailable For Legal Reasons"},
		{"redirects to the peer", redirecting("/api/v2", "/api/v2", result), "", "http jsonrpc/"},
		{"redirects to the peer from a URL", redirecting("/api/v2", "/api/v2", result), "/x", "http jsonrpc/"},
		{"redirects to a page beside the peer", redirecting("/t/web/", "/t/rpc", result), "", "http jsonrpc/"},
		{"redirects to a page", redirecting("/t/web/", "/none", result), "", "no peer was found; tried ws://"},
		{"redirects to a page from a URL", redirecting("/t/web/", "/none", result), "/x",
			`it redirects to "/t/web/", where no peer was found either`},
		{"redirects in a circle", redirecting("/", "/none", result), "/", `it redirects to "/", where no peer`},
		{"redirects without end", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, "", "no peer was found; tried ws://"},
		{"502", refuses(502, "<title>502 Bad Gateway</title>"), "", `no peer was found: connecting to ws://`},
		{"429", refuses(429, "", "Retry-After", "7"), "", "again in 7 s"},
		{"503", refuses(503, "", "Retry-After", "7"), "/", "again in 7 s"},
		{"hangs up on GET", only("/rpc", result, hangUp), "", "http jsonrpc/"},
		{"is silent on GET", only("/", result, silent), "", "http jsonrpc/"},
		{"fails on what it does not know", only("/", failing, refuses(405, "")), "", "http jsonrpc/"},
		{"fails at a URL on what it does not know", only("/x", failing, result), "/x", "http jsonrpc/"},
		{"fails on everything", failing, "", "HTTP 500"},
		{"fails on everything at a URL", failing, "/x", "HTTP 500"},
		{"fails, and lets a GET wait", only("/x", failing, silent), "/x", "HTTP 500"},
		{"a page that takes no POST", only("/", failing, refuses(200, "<title>Hi</title>")), "", "HTTP 500"},
	}
}

// redirecting redirects everything to a path, where there is a page, but for what is POSTed to that of the peer.
func redirecting(to, path string, peer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == path && r.Method == http.MethodPost:
			peer(w, r)
		case r.URL.Path == to && to != "/":
			_, _ = io.WriteString(w, "<title>Web</title>")
		default:
			http.Redirect(w, r, to, http.StatusMovedPermanently)
		}
	}
}

// upgrade takes a WebSocket handshake by hand; false: it was none.
func upgrade(nc net.Conn) bool {
	r, err := http.ReadRequest(bufio.NewReader(nc))
	if err != nil || r.Header.Get("Sec-WebSocket-Key") == "" {
		_, _ = io.WriteString(nc, "HTTP/1.1 400 Bad Request\r\n\r\n")
		return false
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, _ = fmt.Fprintf(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "+
		"Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]))
	return true
}

// TestDetectSilentWebSocket has a server that takes a WebSocket and says nothing more, not even goodbye.
func TestDetectSilentWebSocket(t *testing.T) {
	t.Parallel()
	target := fakePeer(t, func(nc net.Conn) {
		if upgrade(nc) {
			drain(nc)
		}
	})
	if got := detected(t, Config{}, target); !strings.Contains(got, "no peer was found; tried ws://") {
		t.Errorf("found %s", got)
	}
	target.Scheme, target.Path = transport.SchemeWS, "/"
	if got := detected(t, Config{}, target); !strings.Contains(got, `does not answer {"jsonrpc"`) {
		t.Errorf("found %s", got)
	}
}

// TestDetectClosedWebSocket has servers that take a WebSocket and close it, and say why or do not.
func TestDetectClosedWebSocket(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ frame, want string }{
		{"\x88\x0b\x03\xf0no key 12", `: closed (1008 "no key 12")`},
		{"\x88\x02\x03\xe8", ": closed (1000: normal)"},
	} {
		target := fakePeer(t, func(nc net.Conn) {
			if upgrade(nc) {
				_, _ = io.WriteString(nc, test.frame)
				drain(nc)
			}
		})
		bare := "tried ws://"
		if strings.Contains(test.want, "1008") {
			bare = "refuses: ws://" + target.Address + "/" + test.want
		}
		if got := detected(t, Config{}, target); !strings.Contains(got, bare) {
			t.Errorf("found %s, want %s", got, bare)
		}
		target.Scheme, target.Path = transport.SchemeWS, "/"
		if got := detected(t, Config{}, target); got != target.String()+test.want {
			t.Errorf("found %s, want %s", got, target.String()+test.want)
		}
	}
}

// TestDetectDoesNotInsist counts the requests to a server that does not want them, its list of debuggers included.
func TestDetectDoesNotInsist(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status, most int
		header       string
	}{{401, 3, ""}, {401, 2, "Basic bWU6eA=="}, {403, 5, ""}, {407, 2, ""}, {421, 2, ""}, {429, 2, ""}} {
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" || r.Header.Get("Upgrade") != "" { // else it is the probe for HTTP
				asked++
			}
			w.WriteHeader(test.status)
		}))
		cfg := Config{Header: http.Header{}}
		if test.header != "" {
			cfg.Header.Set("Authorization", test.header)
		}
		got := detected(t, cfg, mustParse(t, s.Listener.Addr().String()))
		s.Close()
		if asked > test.most || !strings.Contains(got, fmt.Sprintf("HTTP %d", test.status)) {
			t.Errorf("%d with %q: %d requests, want at most %d; %s", test.status, test.header, asked, test.most, got)
		}
	}
}

// TestDetectHTTPOfOneMethod has HTTP servers that answer one method, and hang up on all else or let it wait.
// Who refuses a GET is sent a POST next, and no handshakes of WebSocket, which are GETs.
func TestDetectHTTPOfPOSTs(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusMethodNotAllowed, http.StatusNotImplemented} {
		var upgrades atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodPost:
				_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":1}`)
				return
			case r.Header.Get("Upgrade") != "":
				upgrades.Add(1)
			}
			w.WriteHeader(code)
		}))
		at := server.Listener.Addr().String()
		if got := detected(t, Config{}, Target{Scheme: transport.SchemeTCP, Address: at}); got != "http jsonrpc/" {
			t.Errorf("%d: found %s", code, got)
		}
		if n := upgrades.Load(); n > 0 {
			t.Errorf("%d: %d handshakes", code, n)
		}
		server.Close()
	}
}

func TestDetectHTTPOfOneMethod(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method string
		waits  bool
		want   string
	}{
		{"POST", false, "http jsonrpc/"},
		{"POST", true, "http jsonrpc/"},
		{"GET", false, "no peer was found; tried ws://"},
	} {
		t.Run(fmt.Sprintf("%s, waits %t", test.method, test.waits), func(t *testing.T) {
			t.Parallel()
			target := fakePeer(t, func(nc net.Conn) {
				in := bufio.NewReader(nc)
				start, _ := in.Peek(len(test.method))
				if string(start) != test.method {
					if test.waits {
						drain(nc)
					}
					return
				}
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				body, status := `{"jsonrpc":"2.0","id":1,"result":{}}`, "200 OK"
				if test.method == "GET" {
					body, status = "", "426 Upgrade Required"
				}
				_, _ = fmt.Fprintf(nc, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", status,
					len(body), body)
			})
			if got := detected(t, Config{}, target); !strings.Contains(got, test.want) {
				t.Errorf("found %s, want %s", got, test.want)
			}
		})
	}
}
