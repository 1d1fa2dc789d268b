package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// A gate is a server that says of each request how it was signed, and answers what its test says.
type gate struct {
	got  []string // for each request: what is of interest in its header, and its body
	deny denial
}

// A denial says with which status and header the nth request, from 1, is answered; 0 lets it in.
type denial func(n int, header http.Header) (status int, answer http.Header)

func always(status int, answer http.Header) denial {
	return func(int, http.Header) (int, http.Header) { return status, answer }
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	signed := r.Header.Get("Authorization")
	if scheme, rest, _ := strings.Cut(signed, " "); scheme == "Digest" {
		params := parseChallenges(signed)[0].Params
		signed = fmt.Sprintf("Digest %s %s %s", params["username"], params["nonce"], params["nc"])
	} else if scheme == "Basic" {
		signed = "Basic " + rest
	}
	g.got = append(g.got, strings.TrimSpace(signed+" "+r.Header.Get("X-Session")+" "+string(body)))
	status, header := g.deny(len(g.got), r.Header)
	for name := range header {
		w.Header().Set(name, header.Get(name))
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	_, _ = io.WriteString(w, "a body")
}

func TestAccount(t *testing.T) {
	me := Credentials{User: url.UserPassword("me", "secret")}
	const basic = "Basic bWU6c2VjcmV0  b"
	digest := func(nonce, more string) http.Header {
		return http.Header{"Www-Authenticate": {`Digest realm="r", qop="auth", nonce="` + nonce + `"` + more}}
	}
	signed := func(nonce string, count int) string { return fmt.Sprintf("Digest me %s %08x  b", nonce, count) }
	unsigned := func(header http.Header) bool { return !strings.HasPrefix(header.Get("Authorization"), "Digest") }
	uses := func(header http.Header, nonce string) bool {
		return strings.Contains(header.Get("Authorization"), `nonce="`+nonce+`"`)
	}
	for _, test := range []struct {
		name        string
		credentials Credentials
		own         string // an Authorization of the request
		deny        denial
		want        []string // of both requests
		status      int      // of the last one
	}{
		{"nothing", Credentials{}, "", always(401, digest("a", "")),
			[]string{"b", "b"}, 401},
		{"Basic, unasked", me, "", always(0, nil),
			[]string{basic, basic}, 200},
		{"Basic is refused", me, "", always(401, nil),
			[]string{basic, basic}, 401},
		{"Digest", me, "", func(_ int, header http.Header) (int, http.Header) {
			if unsigned(header) {
				return 401, digest("a", "")
			}
			return 0, nil
		}, []string{basic, signed("a", 1), signed("a", 2)}, 200},
		{"a nonce is stale", me, "", func(n int, header http.Header) (int, http.Header) {
			switch {
			case n >= 3 && !uses(header, "b"):
				return 401, digest("b", ", stale=true")
			case unsigned(header):
				return 401, digest("a", "")
			}
			return 0, nil
		}, []string{basic, signed("a", 1), signed("a", 2), signed("b", 1)}, 200},
		{"a first nonce is stale", me, "", func(_ int, header http.Header) (int, http.Header) {
			switch {
			case uses(header, "a"):
				return 401, digest("b", ", stale=TRUE")
			case unsigned(header):
				return 401, digest("a", "")
			}
			return 0, nil
		}, []string{basic, signed("a", 1), signed("b", 1), signed("b", 2)}, 200},
		{"a nonce for each request", me, "", func(n int, header http.Header) (int, http.Header) {
			if unsigned(header) || n == 3 {
				return 401, digest(fmt.Sprint(n), "")
			}
			return 0, nil
		}, []string{basic, signed("1", 1), signed("1", 2), signed("3", 1)}, 200},
		{"a wrong password", me, "", func(n int, _ http.Header) (int, http.Header) {
			return 401, digest(fmt.Sprint(n), "")
		},
			[]string{basic, signed("1", 1), signed("1", 2), signed("3", 1)}, 401},
		{"a Digest that is not known", me, "", always(401, digest("a", ", algorithm=ROT13")),
			[]string{basic, basic}, 401},
		{"an Authorization of its own", me, "Basic x", always(401, digest("a", "")),
			[]string{"Basic x  b", "Basic x  b"}, 401},
		{"a token", Credentials{Token: "t"}, "", always(401, digest("a", "")),
			[]string{"Bearer t  b", "Bearer t  b"}, 401},
		{"a session", Credentials{SessionHeader: "X-Session"}, "", func(_ int, header http.Header) (int, http.Header) {
			if header.Get("X-Session") == "" {
				return 409, http.Header{"X-Session": {"s"}}
			}
			return 0, nil
		}, []string{"b", "s b", "s b"}, 200},
		{"a session for each request", Credentials{SessionHeader: "x-session"}, "",
			func(n int, _ http.Header) (int, http.Header) {
				return 403, http.Header{"X-Session": {fmt.Sprint(n)}}
			}, []string{"b", "1 b", "2 b", "3 b", "3 b", "5 b", "6 b", "7 b"}, 403},
		{"a session that is not asked for", Credentials{}, "", always(409, http.Header{"X-Session": {"s"}}),
			[]string{"b", "b"}, 409},
		{"a session and a Digest", Credentials{User: me.User, SessionHeader: "X-Session"}, "",
			func(_ int, header http.Header) (int, http.Header) {
				switch {
				case unsigned(header):
					return 401, digest("a", "")
				case header.Get("X-Session") == "":
					return 409, http.Header{"X-Session": {"s"}}
				}
				return 0, nil
			}, []string{basic, signed("a", 1), "Digest me a 00000002 s b",
				"Digest me a 00000003 s b"}, 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := &gate{deny: test.deny}
			server := httptest.NewServer(g)
			defer server.Close()
			client := &http.Client{Transport: NewAccount(test.credentials).Over(server.Client().Transport)}
			status := 0
			for range 2 {
				req, err := http.NewRequest(http.MethodPost, server.URL, strings.NewReader("b"))
				if err != nil {
					t.Fatal(err)
				}
				if test.own != "" {
					req.Header.Set("Authorization", test.own)
				}
				res, err := client.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				if body, err := io.ReadAll(res.Body); err != nil || string(body) != "a body" {
					t.Errorf("the body is %q, %v", body, err)
				}
				res.Body.Close()
				status = res.StatusCode
			}
			if !slices.Equal(g.got, test.want) || status != test.status {
				t.Errorf("got %d and\n%q, want %d and\n%q", status, g.got, test.status, test.want)
			}
		})
	}
}

// TestCredentialsAt has the user of a URL go before all else that is given.
func TestCredentialsAt(t *testing.T) {
	given := Credentials{User: url.User("a"), Token: "t", SessionHeader: "X"}
	u, _ := url.Parse("http://b:c@h/p")
	got, bare := given.At(u)
	if got.User.String() != "b:c" || got.Token != "" || got.SessionHeader != "X" || bare.String() != "http://h/p" {
		t.Errorf("at %s it is %+v at %s", u, got, bare)
	}
	if got, _ = given.At(bare); got != given {
		t.Errorf("at %s it is %+v", bare, got)
	}
}
