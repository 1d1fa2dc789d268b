package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	g := Guard{Hosts: []string{"My.Host"}, Origins: []string{"https://app.example", "dev.example:3000/"}}
	for _, test := range []struct {
		host, origin string
		want         string // a part of the refusal; "": let in
	}{
		{"localhost", "", ""},
		{"localhost:7000", "", ""},
		{"LOCALHOST.:7000", "", ""},
		{"app.localhost:7000", "", ""},
		{"127.0.0.1:7000", "", ""},
		{"192.168.1.2", "", ""},
		{"[::1]:7000", "", ""},
		{"[::1]", "", ""},
		{"my.host:1", "", ""},
		{"", "", "Host"},
		{"evil.example", "", "Host"},
		{"evil.example:7000", "http://evil.example:7000", "Host"},
		{"localhost.evil.example", "", "Host"},
		{"127.0.0.1.evil.example", "", "Host"},
		{"localhost:7000", "http://localhost:7000", ""},
		{"localhost:7000", "https://LOCALHOST:7000", ""},
		{"localhost:7000", "http://localhost:3000", "Origin"},
		{"localhost:7000", "http://evil.example", "Origin"},
		{"localhost:7000", "null", "Origin"},
		{"localhost:7000", "file://", "Origin"},
		{"localhost:7000", "%", "Origin"},
		{"localhost:7000", "https://app.example", ""},
		{"localhost:7000", "http://app.example", "Origin"},
		{"localhost:7000", "http://dev.example:3000", ""},
		{"localhost:7000", "http://dev.example", "Origin"},
	} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Host = test.host
		if test.origin != "" {
			r.Header.Set("Origin", test.origin)
		}
		got := g.Refuse(r)
		if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("Host %q, Origin %q: %q, want %q", test.host, test.origin, got, test.want)
		}
		if test.origin != "" && g.RefuseBrowser(r) != got {
			t.Errorf("Host %q, Origin %q: a browser is told %q", test.host, test.origin, g.RefuseBrowser(r))
		}
		if test.origin == "" && g.RefuseBrowser(r) != "" {
			t.Errorf("Host %q: what is no browser is told %q", test.host, g.RefuseBrowser(r))
		}
	}
	r := httptest.NewRequest("POST", "http://localhost/", nil)
	r.Header.Set("Origin", "null")
	if got := (Guard{Origins: []string{"*"}}).Refuse(r); got != "" {
		t.Errorf("all origins are allowed, yet %q", got)
	}
}

func TestStatusError(t *testing.T) {
	long := strings.Repeat("é", 2*maxShown)
	for _, test := range []struct {
		status int
		header http.Header
		body   string
		want   string
	}{
		{500, nil, "", "HTTP 500 Internal Server Error"},
		{500, nil, "\r\n\r\n", "HTTP 500 Internal Server Error"},
		{500, nil, "  oops \nmore", `HTTP 500 Internal Server Error "oops"`},
		{500, nil, long, `HTTP 500 Internal Server Error "` + strings.Repeat("é", maxShown) + `…"`},
		{502, nil, "<html><head><title>502 Bad Gateway</title><body><h1>502 Bad Gateway</h1>nginx",
			`HTTP 502 Bad Gateway "502 Bad Gateway"`},
		{500, nil, "<TITLE>\nOh\n&amp; no</TITLE>", `HTTP 500 Internal Server Error "Oh & no"`},
		{500, nil, "<!doctype html><style>x</style><p>It &lt;broke&gt;</p>",
			`HTTP 500 Internal Server Error "It <broke>"`},
		{500, nil, "<<<", `HTTP 500 Internal Server Error "<<<"`},
		{302, http.Header{"Location": {"/x"}}, "moved",
			`HTTP 302 Found; it redirects to "/x"; if that is a peer that you trust, give it as the target`},
		{402, nil, "", "HTTP 402 Payment Required; it wants to be paid for"},
		{410, nil, "", "HTTP 410 Gone; it was there once; try another path"},
		{451, nil, "no", `HTTP 451 Unavailable For Legal Reasons "no"; the law of some place keeps it from answering`},
		{304, nil, "", "HTTP 304 Not Modified"},
		{407, nil, "", "HTTP 407 Proxy Authentication Required; the proxy wants credentials; see HTTP_PROXY and " +
			"NO_PROXY"},
		{407, http.Header{"Proxy-Authenticate": {`Basic realm="p"`}}, "", "HTTP 407 Proxy Authentication Required; " +
			`the proxy wants credentials (Basic realm="p"); see HTTP_PROXY and NO_PROXY`},
		{401, nil, `{"error":"unauthorized"}`,
			`HTTP 401 Unauthorized "{\"error\":\"unauthorized\"}"; it wants credentials, and does not say which`},
		{401, http.Header{"Www-Authenticate": {`Digest realm="r", nonce="secret", qop="auth", algorithm=MD5`}}, "",
			`HTTP 401 Unauthorized; it wants user and password (Digest realm="r" algorithm="MD5" qop="auth")`},
		{401, http.Header{"Www-Authenticate": {`Bearer error="invalid_token", Basic`}}, "",
			`HTTP 401 Unauthorized; it wants a token (Bearer error="invalid_token", Basic)`},
		{401, http.Header{"Www-Authenticate": {`Negotiate, NTLM`}}, "",
			`HTTP 401 Unauthorized; it wants credentials that only a header of your own can give (Negotiate, NTLM)`},
		{401, http.Header{"Www-Authenticate": {`Digest realm="r", nonce="n", algorithm=ROT13`}}, "",
			"HTTP 401 Unauthorized; it wants credentials that only a header of your own can give " +
				`(Digest realm="r" algorithm="ROT13")`},
		{403, http.Header{"X-Csrf-Token": {"t\x1b"}}, "",
			`HTTP 403 Forbidden; it hands out a header to be sent along: X-Csrf-Token: t\x1b`},
		{409, http.Header{"Set-Cookie": {"a=b"}, "X-Transmission-Session-Id": {"tok"}}, "<h1>409: Conflict</h1>",
			`HTTP 409 Conflict "409: Conflict"; it hands out a header to be sent along: ` +
				"X-Transmission-Session-Id: tok"},
		{405, http.Header{"Allow": {"GET, HEAD"}}, "",
			`HTTP 405 Method Not Allowed; it does not take that here, but "GET, HEAD"; try another path`},
		{421, nil, "",
			"HTTP 421 Misdirected Request; it is not the server of that name; a Host header may give another"},
		{429, http.Header{"Retry-After": {"90"}}, "slow down",
			`HTTP 429 Too Many Requests "slow down"; it asks to try again in 1 min 30 s (Retry-After)`},
		{503, http.Header{"Retry-After": {"Thu, 01 Jan 1970 00:00:00 GMT"}}, "",
			"HTTP 503 Service Unavailable; it asks to try again now (Retry-After)"},
		{503, http.Header{"Retry-After": {"soon"}}, "",
			`HTTP 503 Service Unavailable; it asks to try again after "soon"`},
		{503, http.Header{"Retry-After": {"9000"}}, "",
			"HTTP 503 Service Unavailable; it asks to try again in 2 h 30 min (Retry-After)"},
		{426, nil, "", "HTTP 426 Upgrade Required; it speaks WebSocket; try ws or wss"},
		{799, nil, "", "HTTP 799"},
	} {
		if got := NewStatusError(&http.Response{StatusCode: test.status, Header: test.header},
			[]byte(test.body)).Error(); got != test.want {
			t.Errorf("%d %.50q:\n got %s\nwant %s", test.status, test.body, got, test.want)
		}
	}
}

func FuzzSummarize(f *testing.F) {
	f.Add([]byte("<title>x</title>"))
	f.Add([]byte("\n\n<p>&#0;"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if s := summarize(body); strings.Contains(s, "\n") || len([]rune(s)) > maxShown+1 {
			t.Errorf("%q is more than a line", s)
		}
	})
}

// TestGivenAndRefused has a server that does not take what it was given.
func TestGivenAndRefused(t *testing.T) {
	for _, test := range []struct{ given, challenge, want string }{
		{"Basic bWU6eA==", "", "it does not take the user and password that it was given"},
		{"Basic bWU6eA==", `Basic realm="r"`,
			`it does not take the user and password that it was given (Basic realm="r")`},
		{"Basic bWU6eA==", `Bearer`, "it wants a token (Bearer)"},
		{"Bearer t", `Bearer error="expired"`, `it does not take the token that it was given (Bearer error="expired")`},
		{"Bearer t", `Digest nonce="n"`, "it wants user and password (Digest)"},
		{"NTLM x", "", "it does not take the credentials that it was given"},
	} {
		res := &http.Response{StatusCode: 401, Header: http.Header{}, Request: httptest.NewRequest("POST", "/", nil)}
		res.Request.Header.Set("Authorization", test.given)
		if test.challenge != "" {
			res.Header.Set("WWW-Authenticate", test.challenge)
		}
		if got := NewStatusError(res, nil); got.Advice != test.want || !got.Refuses() {
			t.Errorf("%s for %s: %s, want %s", test.given, test.challenge, got.Advice, test.want)
		}
	}
}

// TestRedirectIsAbsolute has a relative Location.
func TestRedirectIsAbsolute(t *testing.T) {
	res := &http.Response{StatusCode: 307, Header: http.Header{"Location": {"/mcp/"}},
		Request: httptest.NewRequest("POST", "http://h:1/mcp", nil)}
	if got := NewStatusError(res, nil).Error(); !strings.Contains(got, `redirects to "http://h:1/mcp/"`) {
		t.Error(got)
	}
}

// TestMetadata has a protected resource that describes itself (RFC 9728).
func TestMetadata(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked++; r.URL.Path != "/.well-known/x" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		_, _ = w.Write([]byte(`{"resource":"http://h/mcp","authorization_servers":["https://auth.example\u001b"],` +
			`"scopes_supported":["read","write"]}`))
	}))
	defer server.Close()
	u, _ := url.Parse(server.URL + "/mcp")
	e := &StatusError{Metadata: server.URL + "/.well-known/x", Advice: "it wants a token"}
	e.ReadMetadata(t.Context(), u, server.Client().Transport)
	if want := `it wants a token; tokens for it come from https://auth.example\x1b; it knows the scopes read write`; e.
		Advice != want {
		t.Errorf("got %s\nwant %s", e.Advice, want)
	}
	secure := strings.Replace(server.URL, "http", "https", 1)
	for _, elsewhere := range []string{"", "http://elsewhere.example/x", secure, "\x00"} {
		e.Metadata = elsewhere
		e.ReadMetadata(t.Context(), u, server.Client().Transport)
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestProxyRefuses has a proxy that makes no connection.
func TestProxyRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="out"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	at, _ := url.Parse(strings.Replace(proxy.URL, "http://", "http://me:secret@", 1))
	transport := NewTransport(nil, nil, nil)
	transport.Proxy = http.ProxyURL(at)
	defer transport.CloseIdleConnections()
	_, err := (&http.Client{Transport: transport}).Get("https://peer.example/")
	if err == nil {
		t.Fatal("there is an answer")
	}
	want := "the proxy answers HTTP 407 Proxy Authentication Required; the proxy wants credentials " +
		`(Basic realm="out"); see HTTP_PROXY and NO_PROXY`
	if got := Explain(err).Error(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	for _, scheme := range []string{"http", "https", "ws", "wss"} {
		if got := ProxyOf(transport, &url.URL{Scheme: scheme, Host: "h"}); got != " through the proxy "+at.Redacted() {
			t.Errorf("%s: %s", scheme, got)
		}
	}
}
