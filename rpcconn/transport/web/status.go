package web

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rpcsh/rpcconn/lazyregexp"
)

// OtherProtocol is the advice on an answer that is no message.
const OtherProtocol = "that is no answer of this protocol; try another path or protocol"

// A Want is what a server wants of whom it refuses.
type Want uint8

// What a server may want.
const (
	WantNothing     Want = iota // it does not refuse who we are
	WantPassword                // a user and a password
	WantToken                   // a token, as Bearer
	WantCredentials             // credentials of a kind that it does not say, or that we do not have
	WantSession                 // a header that it hands out: StatusError.Session
	WantElse                    // another proxy, Host or Origin, or somebody who may do more
)

// A StatusError reports an unexpected HTTP response.
type StatusError struct {
	Code     int    // the HTTP status
	Summary  string // the first line or title of the body; "" where that is empty
	Advice   string // what to do; "" if that is not known
	Want     Want   // what Advice is about
	Given    bool   // Want was given, and was not what the server wants
	Session  string // the name of the header of WantSession
	Metadata string // the URL at which a protected resource describes itself (RFC 9728 section 5.1); "": none
	Retry    string // when to try again, in words; "": the server does not say
	Moved    string // the path on the same server that it redirects to; "": it does not
}

// NewStatusError describes res, whose body begins with body.
func NewStatusError(res *http.Response, body []byte) *StatusError {
	summary := summarize(body[:min(len(body), SummarySize)])
	e := &StatusError{Code: res.StatusCode, Summary: summary, Retry: retryAfter(res.Header, time.Now())}
	switch location := res.Header.Get("Location"); {
	case res.StatusCode/100 == 3 && location != "":
		e.redirect(res, location)
	case res.StatusCode == http.StatusUnauthorized:
		e.unauthorized(res)
	case res.StatusCode == http.StatusForbidden:
		e.Want, e.Advice = WantElse, "it may want credentials, or another Origin or Host header"
		e.session(res)
	case res.StatusCode == http.StatusNotFound:
		e.Advice = "try another path"
	case res.StatusCode == http.StatusMethodNotAllowed:
		e.Advice = "it does not take that here"
		if allowed := res.Header.Get("Allow"); allowed != "" {
			e.Advice += ", but " + clip(strconv.QuoteToGraphic(allowed))
		}
		e.Advice += "; try another path"
	case res.StatusCode == http.StatusMisdirectedRequest:
		e.Want, e.Advice = WantElse, "it is not the server of that name; a Host header may give another"
	case res.StatusCode == http.StatusUpgradeRequired:
		e.Advice = "it speaks WebSocket; try ws or wss"
	case res.StatusCode == http.StatusProxyAuthRequired:
		e.Want, e.Advice = WantElse, "the proxy wants credentials; see HTTP_PROXY and NO_PROXY"
		if all := Challenges(res.Header, "Proxy-Authenticate"); len(all) > 0 {
			e.Advice = "the proxy wants credentials (" + all[0].String() + "); see HTTP_PROXY and NO_PROXY"
		}
	case res.StatusCode/100 == 4:
		e.Advice = refusalAdvice[res.StatusCode]
		e.session(res)
	}
	return e
}

// refusalAdvice is what there is to say of statuses that a server gives a program for a reason of its own.
var refusalAdvice = map[int]string{
	http.StatusPaymentRequired:            "it wants to be paid for",
	http.StatusGone:                       "it was there once; try another path",
	http.StatusUnavailableForLegalReasons: "the law of some place keeps it from answering",
}

// redirect reads where the server redirects to. Whether that is a peer is not known.
func (e *StatusError) redirect(res *http.Response, location string) {
	to := absolute(res, location)
	e.Summary, e.Advice = "", "it redirects to "+strconv.Quote(clip(to))+
		"; if that is a peer that you trust, give it as the target"
	if res.Request == nil || res.Request.URL == nil {
		return
	}
	from := res.Request.URL
	if u, err := from.Parse(location); err == nil && u.Host == from.Host && isSecure(u) == isSecure(from) {
		e.Moved = u.RequestURI()
	}
}

func isSecure(u *url.URL) bool { return u.Scheme == "https" || u.Scheme == "wss" }

// Refuses reports whether the server refuses who we are, rather than what was asked of it.
func (e *StatusError) Refuses() bool { return e.Want != WantNothing }

// unauthorized reads the challenges of res. The first that can be answered counts.
func (e *StatusError) unauthorized(res *http.Response) {
	given := ""
	if res.Request != nil {
		given, _, _ = strings.Cut(res.Request.Header.Get("Authorization"), " ")
	}
	all := Challenges(res.Header, "WWW-Authenticate")
	var names []string
	for _, c := range all {
		names = append(names, c.String())
		switch {
		case e.Want != WantNothing:
		case c.is("Basic"), newDigest(c, "") != nil:
			e.Want, e.Given = WantPassword, given != "" && !strings.EqualFold(given, "Bearer")
		case c.is("Bearer"):
			e.Want, e.Given = WantToken, strings.EqualFold(given, "Bearer")
			e.Metadata = c.Params["resource_metadata"]
		}
	}
	if e.Want == WantNothing {
		e.Want, e.Given = WantCredentials, given != ""
		switch {
		case len(all) > 0:
		case strings.EqualFold(given, "Basic"):
			e.Want = WantPassword
		case strings.EqualFold(given, "Bearer"):
			e.Want = WantToken
		}
	}
	how := ""
	if len(names) > 0 {
		how = " (" + strings.Join(names, ", ") + ")"
	}
	switch {
	case e.Given:
		e.Advice = "it does not take the " + e.Want.noun() + " that it was given" + how
	case len(all) > 0 && e.Want == WantCredentials:
		e.Advice = "it wants credentials that only a header of your own can give" + how
	case len(all) == 0:
		e.Advice = "it wants credentials, and does not say which"
	case e.Want == WantToken:
		e.Advice = "it wants a token" + how
	default:
		e.Advice = "it wants " + e.Want.noun() + how
	}
}

func (w Want) noun() string {
	switch w {
	case WantPassword:
		return "user and password"
	case WantToken:
		return "token"
	}
	return "credentials"
}

// session looks for a header of res that a client is to send from then on, as Transmission hands it out.
func (e *StatusError) session(res *http.Response) {
	for _, name := range slices.Sorted(maps.Keys(res.Header)) {
		lower := strings.ToLower(name)
		if lower == "mcp-session-id" || lower == "set-cookie" || res.Header.Get(name) == "" {
			continue
		}
		if strings.Contains(lower, "session") || strings.Contains(lower, "csrf") || strings.Contains(lower, "xsrf") {
			e.Want, e.Session = WantSession, name
			e.Advice = "it hands out a header to be sent along: " + name + ": " + clip(visible(res.Header.Get(name)))
			return
		}
	}
}

// Error implements error: HTTP 404 Not Found "no such page"; try another path.
func (e *StatusError) Error() string {
	var s strings.Builder
	fmt.Fprintf(&s, "HTTP %d", e.Code)
	if text := http.StatusText(e.Code); text != "" {
		s.WriteString(" " + text)
	}
	if e.Summary != "" {
		s.WriteString(" " + strconv.Quote(e.Summary))
	}
	if e.Advice != "" {
		s.WriteString("; " + e.Advice)
	}
	if e.Retry != "" {
		s.WriteString("; " + e.Retry)
	}
	return s.String()
}

// absolute returns the URL that location is for whoever asked for res.
func absolute(res *http.Response, location string) string {
	if res.Request == nil || res.Request.URL == nil {
		return location
	}
	u, err := res.Request.URL.Parse(location)
	if err != nil {
		return location
	}
	return u.Redacted()
}

// retryAfter says what Retry-After (RFC 9110 section 10.2.3) asks for at this time, "" if there is none.
func retryAfter(header http.Header, now time.Time) string {
	text := header.Get("Retry-After")
	if text == "" {
		return ""
	}
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return fmt.Sprintf("it asks to try again in %s (Retry-After)", span(time.Duration(seconds)*time.Second))
	}
	if at, err := http.ParseTime(text); err == nil {
		if !at.After(now) {
			return "it asks to try again now (Retry-After)"
		}
		return fmt.Sprintf("it asks to try again at %s, in %s (Retry-After)",
			at.UTC().Format("2006-01-02 15:04:05 UTC"), span(at.Sub(now).Round(time.Second)))
	}
	return "it asks to try again after " + strconv.Quote(clip(text))
}

// span returns a duration of whole seconds as people read it: 1m30s, 2 h 5 min, 3 d 4 h.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	case d < 2*day:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%d d %d h", d/day, d%day/time.Hour)
}

// visible returns text without what moves a cursor.
func visible(text string) string { return strings.Trim(strconv.Quote(text), `"`) }

// SummarySize is how much of a body NewStatusError needs, in bytes.
const SummarySize = 16 << 10

// Beginning reads the first SummarySize bytes of r; where r fails, what came before.
func Beginning(r io.Reader) []byte {
	body, _ := io.ReadAll(io.LimitReader(r, SummarySize)) // it only illustrates another error
	return body
}

var (
	title = lazyregexp.New(`(?is)<title[^>]*>(.*?)</title`)
	tag   = lazyregexp.New(`(?is)<(?:title|script|style)\b.*?</(?:title|script|style)>|<[^>]*>`)
)

// summarize returns the first line of body that says something, after its title where it is HTML.
func summarize(body []byte) string {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return clip(firstLine(string(body)))
	}
	heading := ""
	if m := title().FindSubmatch(body); m != nil {
		heading = strings.Join(strings.Fields(html.UnescapeString(string(m[1]))), " ")
	}
	line := firstLine(html.UnescapeString(string(tag().ReplaceAll(body, []byte("\n")))))
	switch {
	case heading == "":
		return clip(line)
	case line == "", strings.EqualFold(line, heading):
		return clip(heading)
	}
	return clip(heading + ": " + line)
}

func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// maxShown is how many characters of a server's text an error shows.
const maxShown = 160

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return string([]rune(s)[:maxShown]) + "…"
}
