package web

import (
	"net/http"
	"net/http/httptest"
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
			`HTTP 302 Found; it redirects to "/x"; if you trust that, give it as the target`},
		{304, nil, "", "HTTP 304 Not Modified"},
		{407, nil, "", "HTTP 407 Proxy Authentication Required; the proxy wants credentials; see HTTP_PROXY and " +
			"NO_PROXY"},
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
