package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// A Guard decides which clients a server answers. It keeps out web pages that a browser on this machine shows: any page
// can send requests to local ports and, by DNS rebinding, make them look like requests to its own host.
//
// The zero Guard lets those in whose Host header is localhost, a name below that, or an IP address, and whose Origin
// header is missing or names the host they talk to.
type Guard struct {
	Hosts   []string // further names in Host headers, without port
	Origins []string // further Origin headers: scheme://host:port, or host:port with any scheme; "*" is all
	Advice  string   // is appended to the refusal of an Origin
}

// Refuse returns why r is refused, or "".
func (g Guard) Refuse(r *http.Request) string {
	if !g.hostAllowed(r.Host) {
		return fmt.Sprintf("the Host header %q is not one of this server's names", r.Host)
	}
	if origin := r.Header.Get("Origin"); origin != "" && !g.originAllowed(origin, r.Host) {
		reason := fmt.Sprintf("the Origin %q is not allowed", origin)
		if g.Advice != "" {
			reason += " (" + g.Advice + ")"
		}
		return reason
	}
	return ""
}

// RefuseBrowser is Refuse for requests that browsers never send without an Origin header; those without one are let in.
func (g Guard) RefuseBrowser(r *http.Request) string {
	if r.Header.Get("Origin") == "" {
		return ""
	}
	return g.Refuse(r)
}

// FromBrowser reports whether r has something that browsers, and only they, send along: unlike programs, they send what
// any page tells them to.
//
// A browser sends a body of JSON for a page of another origin only after it has asked (a CORS preflight), which
// Refuse answers. The three kinds of body that forms have (text/plain among them) it sends unasked, so these are for
// programs only. Such a request has an Origin in each browser of today (Fetch, section 3.2), which Refuse looks at; the
// other headers are for those that leave it out, as old ones do for forms.
func FromBrowser(r *http.Request) bool {
	for _, name := range []string{"Origin", "Referer", "Cookie", "Sec-Fetch-Site", "Sec-Fetch-Mode"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// hostAllowed accepts all IP addresses: DNS rebinding needs a name.
func (g Guard) hostAllowed(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") ||
		slices.ContainsFunc(g.Hosts, func(name string) bool { return strings.EqualFold(name, host) })
}

func (g Guard) originAllowed(origin, host string) bool {
	originHost := ""
	if u, err := url.Parse(origin); err == nil {
		originHost = u.Host
	}
	if originHost != "" && strings.EqualFold(originHost, host) {
		return true
	}
	return slices.ContainsFunc(g.Origins, func(allowed string) bool {
		allowed = strings.TrimSuffix(allowed, "/")
		return allowed == "*" || strings.EqualFold(allowed, origin) || originHost != "" &&
			strings.EqualFold(allowed, originHost)
	})
}
