package detect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// A webSearch looks for a peer of an HTTP server.
type webSearch struct {
	*detection
	several  bool               // places, of which the person named none
	tried    []string           // their URLs
	why      error              // the most telling of the errors so far
	telling  int                // how much why tells
	unsigned int                // how many places answered 401
	shut     []transport.Target // places in a row that answered 403
	failed   []transport.Target // which answered the probe by a plain 500

	redirected map[string]int // places that are asked at because of redirects, by their scheme
}

// overHTTP returns the first of targets at which there is a peer.
func (d *detection) overHTTP(ctx context.Context, targets []transport.Target) (*Finding, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-min(closingTime, time.Until(deadline)/4)))
		defer cancel()
	}
	s := &webSearch{detection: d, several: len(targets) > 1, redirected: make(map[string]int)}
	if s.several {
		f, posts := d.debugger(ctx, targets[0])
		if f != nil {
			return f, nil
		}
		if posts {
			targets = postsFirst(targets)
		}
	}
	for len(targets) > 0 {
		t := targets[0]
		targets = targets[1:]
		if slices.Contains(s.tried, t.String()) {
			continue
		}
		patience := d.patience
		if !s.several { // there is nothing else to spend the time on
			patience = d.Limit
		}
		protocol, err := d.ask(ctx, t, patience)
		if err == nil {
			d.trace("%s: answered in %s", t, protocol)
			return &Finding{Target: t, Protocol: protocol}, nil
		}
		d.trace("%s: %v", t, err)
		if s.note(t, err) || ctx.Err() != nil {
			break
		}
		if noGET(err) {
			targets = postsFirst(targets)
		}
		targets = append(s.moved(t, err), targets...)
		if len(s.shut) > 1 { // whatever the path
			targets = slices.DeleteFunc(targets, func(t transport.Target) bool { return t.Scheme == s.shut[0].Scheme })
		}
	}
	if s.telling < refuses {
		if t, found := s.takesPOST(ctx); found {
			return &Finding{Target: t, Protocol: mcpOr(t)}, nil
		}
	}
	return nil, s.failure()
}

// postsFirst returns targets with those of WebSocket at the end: their handshakes are GETs, and the server lets one
// wait for an answer.
func postsFirst(targets []transport.Target) []transport.Target {
	return slices.SortedStableFunc(slices.Values(targets), func(a, b transport.Target) int {
		return rank(b.IsWebSocket()) - rank(a.IsWebSocket())
	})
}

// noGET reports whether err shows a server that is not one for GETs: it lets one wait, or refuses the method (RFC 9110
// sections 15.5.6 and 15.6.2).
func noGET(err error) bool {
	var status *web.StatusError
	if errors.As(err, &status) {
		return status.Code == http.StatusMethodNotAllowed || status.Code == http.StatusNotImplemented
	}
	return errors.Is(err, errSilent)
}

// rank orders what is true before what is not.
func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// How much an error tells about a server, the least first.
const (
	noPeer    = iota // there is no peer at this place
	redirects        // it is elsewhere
	fails            // the server has a fault
	refuses          // the server refuses us, perhaps for something that it does not have for others either
	wants            // the server says what it wants
)

// tells returns how much err tells.
func tells(err error) int {
	var status *web.StatusError
	var tls *transport.TLSError
	var ended *endedError
	switch {
	case errors.As(err, &tls), errors.As(err, &ended) && !errors.Is(err, io.EOF):
		return wants
	case !errors.As(err, &status):
		return noPeer
	case status.Want == web.WantElse:
		return refuses
	case status.Refuses():
		return wants
	case status.Code/100 == 5, slices.Contains(tellingStatuses, status.Code):
		return fails
	case status.Code/100 == 3:
		return redirects
	}
	return noPeer
}

// tellingStatuses are those of 4xx that say more than that nothing is there.
var tellingStatuses = []int{http.StatusPaymentRequired, http.StatusGone, http.StatusTooManyRequests,
	http.StatusRequestHeaderFieldsTooLarge, http.StatusUnavailableForLegalReasons}

// moved returns where on the same server err, the refusal at t, says that the peer may be: where it redirects to and,
// as that may be the page of a server whose peer is beside it, at rpc there.
func (s *webSearch) moved(t transport.Target, err error) []transport.Target {
	var status *web.StatusError
	if !errors.As(err, &status) || status.Moved == "" {
		return nil
	}
	var all []transport.Target
	for _, to := range []string{status.Moved, path.Join(path.Dir(path.Clean(status.Moved)), "rpc")} {
		at := t
		at.Path = to
		if s.redirected[at.Scheme] < mostRedirected && !slices.Contains(s.tried, at.String()) {
			s.redirected[at.Scheme]++
			all = append(all, at)
		}
	}
	return all
}

// mostRedirected is how many places are asked at in a scheme because of redirects.
const mostRedirected = 4

// note records why there is no peer at t, and reports whether there can be none elsewhere: the server cannot be
// reached, or it refuses us whatever the path. Who is refused often may be shut out.
func (s *webSearch) note(t transport.Target, err error) (ends bool) {
	s.tried = append(s.tried, t.String())
	var status *web.StatusError
	told := tells(err)
	if errors.As(err, &status) && status.Moved != "" {
		told = noPeer // it is asked there
		elsewhere := *status
		elsewhere.Advice = fmt.Sprintf("it redirects to %.200q, where no peer was found either", status.Moved)
		err = fmt.Errorf("%s: %w", t, &elsewhere)
	}
	if s.why == nil || told > s.telling {
		s.why, s.telling = err, told
	}
	if status == nil || status.Code != http.StatusForbidden || len(s.shut) > 0 && s.shut[0].Scheme != t.Scheme {
		s.shut = nil
	}
	var tls *transport.TLSError
	if !errors.As(err, &status) {
		return isRefusal(err) || errors.As(err, &tls)
	}
	switch status.Code {
	case http.StatusBadRequest:
		s.refused = true
	case http.StatusInternalServerError:
		if t.IsHTTP() {
			s.failed = append(s.failed, t)
		}
	case http.StatusForbidden:
		s.shut = append(s.shut, t)
	case http.StatusUnauthorized:
		s.unsigned++
		return status.Given || s.unsigned > 1
	case http.StatusProxyAuthRequired, http.StatusMisdirectedRequest, http.StatusTooManyRequests:
		return true
	}
	return false
}

// takesPOST returns where a method that it does not know may have made the server fail: a POST is answered by a plain
// 500, and a GET otherwise. Where nobody named the place, the answer to that is not a page either.
func (s *webSearch) takesPOST(ctx context.Context) (at transport.Target, found bool) {
	if len(s.failed) == 0 {
		return transport.Target{}, false
	}
	at = s.failed[0]
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	_, err := s.Get(ctx, at, at.Path)
	var status *web.StatusError
	errors.As(err, &status)
	switch {
	case ctx.Err() != nil, err == nil && s.several, status != nil && status.Code == http.StatusInternalServerError,
		status != nil && status.Code/100 == 3 && s.several:
		return transport.Target{}, false
	}
	s.trace("%s: takes POST, and may not know the method", at)
	return at, true
}

// failure says why there is no peer.
func (s *webSearch) failure() error {
	switch stalled := transport.Stalled(s.why); {
	case stalled != "":
		return &SilentError{Target: s.target, Stalled: stalled}
	case !s.several && errors.Is(s.why, errSilent):
		return &SilentError{Target: s.target, Asked: probeText("jsonrpc")}
	case !s.several:
		return s.why
	case s.telling >= refuses:
		return fmt.Errorf("%s speaks HTTP, and refuses: %w", s.target, s.why)
	case s.telling > noPeer:
		return fmt.Errorf("%s is an HTTP server on which no peer was found: %w", s.target, s.why)
	}
	example := transport.Target{Scheme: httpTargets(s.target)[0].Scheme, Address: s.target.Address, Path: "/path"}
	return fmt.Errorf("%s is an HTTP server on which no peer was found; tried %s; give the URL, such as %s",
		s.target, strings.Join(s.tried, ", "), example)
}
