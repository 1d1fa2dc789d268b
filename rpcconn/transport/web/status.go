package web

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// OtherProtocol is the advice on an answer that is no message.
const OtherProtocol = "that is no answer of this protocol; try another path or protocol"

// A StatusError reports an unexpected HTTP response.
type StatusError struct {
	Code    int    // the HTTP status
	Summary string // the first line or title of the body; "" where that is empty
	Advice  string // what to do; "" if that is not known
}

// NewStatusError describes res, whose body begins with body.
func NewStatusError(res *http.Response, body []byte) *StatusError {
	e := &StatusError{Code: res.StatusCode, Summary: summarize(body)}
	switch location := res.Header.Get("Location"); {
	case res.StatusCode/100 == 3 && location != "":
		e.Summary, e.Advice = "", "it redirects to "+strconv.Quote(clip(location))+
			"; if you trust that, give it as the target"
	case res.StatusCode == http.StatusUnauthorized:
		e.Advice = "give user and password in the URL, a cookie file, or an Authorization header"
	case res.StatusCode == http.StatusForbidden:
		e.Advice = "it may want credentials, or another Origin or Host header"
	case res.StatusCode == http.StatusNotFound:
		e.Advice = "try another path"
	case res.StatusCode == http.StatusMethodNotAllowed:
		e.Advice = "it does not take that here; try another path"
	case res.StatusCode == http.StatusUpgradeRequired:
		e.Advice = "it speaks WebSocket; try ws or wss"
	case res.StatusCode == http.StatusProxyAuthRequired:
		e.Advice = "the proxy wants credentials; see HTTP_PROXY and NO_PROXY"
	}
	return e
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
	return s.String()
}

// SummarySize is how much of a body NewStatusError needs, in bytes.
const SummarySize = 16 << 10

// Beginning reads the first SummarySize bytes of r; where r fails, what came before.
func Beginning(r io.Reader) []byte {
	body, _ := io.ReadAll(io.LimitReader(r, SummarySize)) // it only illustrates another error
	return body
}

var (
	title = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)
	tag   = regexp.MustCompile(`(?is)<(?:title|script|style)\b.*?</(?:title|script|style)>|<[^>]*>`)
)

// summarize returns the first line of body that says something, after its title where it is HTML.
func summarize(body []byte) string {
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return clip(firstLine(string(body)))
	}
	heading := ""
	if m := title.FindSubmatch(body); m != nil {
		heading = strings.Join(strings.Fields(html.UnescapeString(string(m[1]))), " ")
	}
	line := firstLine(html.UnescapeString(string(tag.ReplaceAll(body, []byte("\n")))))
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
