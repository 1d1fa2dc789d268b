package web

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Credentials say who we are to a server. The zero value says nothing. An Authorization header that is given goes
// before all of them.
type Credentials struct {
	User          *url.Userinfo // of Basic and Digest; nil: none
	Token         string        // of Bearer (RFC 6750); "": none
	SessionHeader string        // the header that a server may hand out when it refuses a request; "": none
}

// At returns the credentials for u, whose user and password go before those of c, and u without them.
func (c Credentials) At(u *url.URL) (Credentials, *url.URL) {
	bare := *u
	bare.User = nil
	if u.User != nil {
		c.User, c.Token = u.User, ""
	}
	return c, &bare
}

// An Account is who we are to one server, and what that has handed out. Its methods may be called by any goroutine.
//
// A user's name and password go out as Basic, which needs no challenge, until the server asks for Digest.
type Account struct {
	credentials Credentials

	mu      sync.Mutex // protects what follows
	digest  *digest    // nil: the server has not asked for it
	session string     // the value of the session header; "": none was handed out
}

// NewAccount returns the account of someone with these credentials.
func NewAccount(c Credentials) *Account { return &Account{credentials: c} }

// Over returns t with the account's credentials added to each request. A request that is refused because it lacks what
// the refusal asks for, a Digest or the session header, is sent once more with that; its body must be one that
// http.NewRequest can get again.
func (a *Account) Over(t http.RoundTripper) http.RoundTripper { return &accountTransport{a, t} }

type accountTransport struct {
	account *Account
	next    http.RoundTripper
}

// CloseIdleConnections closes those of the transport below.
func (t *accountTransport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// most is how often a request is sent at most: plain, with the session header, with a Digest, and with one for a nonce
// that is not stale.
const most = 4

// RoundTrip implements http.RoundTripper.
func (t *accountTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		signed := req.Clone(req.Context())
		if attempt > 1 && req.GetBody != nil {
			var err error
			if signed.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
		s := t.account.sign(signed)
		res, err := t.next.RoundTrip(signed)
		if err != nil || attempt == most || !t.account.learn(s, res) {
			return res, err
		}
		rest := io.LimitReader(Hurried(res.Body), SummarySize)
		_, _ = io.Copy(io.Discard, rest) // so that the connection is used again
		_ = res.Body.Close()
	}
}

// A signature is what an account has added to a request.
type signature struct {
	own     bool    // the request had an Authorization of its own
	digest  *digest // nil: none
	first   bool    // the request is the first for the digest's nonce
	session string
}

// sign adds to req what the server is known to want.
func (a *Account) sign(req *http.Request) signature {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := signature{own: req.Header.Get("Authorization") != "", session: a.session}
	if a.session != "" {
		req.Header.Set(a.credentials.SessionHeader, a.session)
	}
	user := a.credentials.User
	switch {
	case s.own:
	case a.credentials.Token != "":
		req.Header.Set("Authorization", "Bearer "+a.credentials.Token)
	case user != nil && a.digest != nil:
		s.digest, s.first = a.digest, a.digest.count == 0
		password, _ := user.Password()
		req.Header.Set("Authorization", a.digest.authorization(user.Username(), password, req.Method,
			req.URL.RequestURI()))
	case user != nil:
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
	}
	return s
}

// learn takes in the response to a request with s, and reports whether the request may be granted now.
func (a *Account) learn(s signature, res *http.Response) bool {
	if res.StatusCode/100 != 4 {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if name := a.credentials.SessionHeader; name != "" {
		if session := res.Header.Get(name); session != "" && session != s.session {
			a.session = session
			return true
		}
	}
	if res.StatusCode != http.StatusUnauthorized || s.own || a.credentials.User == nil || a.credentials.Token != "" {
		return false
	}
	for _, c := range Challenges(res.Header, "WWW-Authenticate") {
		d := newDigest(c, rand.Text())
		if d == nil {
			continue
		}
		if s.first && !isStale(c) {
			return false // user or password is wrong
		}
		if a.digest == s.digest || a.digest == nil { // else another request has brought a nonce
			a.digest = d
		}
		return true
	}
	return false
}

// isStale reports whether c asks for the same with another nonce.
func isStale(c Challenge) bool { return strings.EqualFold(c.Params["stale"], "true") }
