package transport

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"rpcsh/rpcconn/home"
)

// The schemes of targets.
const (
	SchemeTCP   = "tcp"
	SchemeUnix  = "unix" // a socket in the file system; on Windows a named pipe, too
	SchemeTLS   = "tls"
	SchemeWS    = "ws"
	SchemeWSS   = "wss"
	SchemeHTTP  = "http"
	SchemeHTTPS = "https"
	SchemeExec  = "exec" // a child process

	// over a Unix socket
	SchemeWSUnix   = "ws+unix"
	SchemeHTTPUnix = "http+unix"
)

// Schemes returns the schemes that a target may be written with, for help and errors.
func Schemes() []string {
	return []string{SchemeTCP, SchemeUnix, SchemeTLS, SchemeWS, SchemeWSS, SchemeHTTP, SchemeHTTPS, SchemeWSUnix,
		SchemeHTTPUnix}
}

// A Target says where a peer is, or where to listen for peers.
type Target struct {
	Scheme  string
	Address string   // host:port, the host perhaps empty, or the path of a socket or pipe
	Path    string   // of a URL of ws or http: what follows the host, "/" at least
	User    string   // of a URL: user:password, as written
	Command []string // of a child process
	Env     []string // of a child process: what it has besides ours, as in os.Environ
}

// ParseTarget reads a URL of one of Schemes, host:port, :port, a port alone, or a path that has a slash; on Windows, a
// backslash is one.
func ParseTarget(text string) (Target, error) {
	if t, is, err := webUnixTarget(text); is {
		return t, err
	}
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case text == "":
		return Target{}, fmt.Errorf("no target given: write host:port, or unix:///path")
	case !found && strings.ContainsFunc(text, isSlash):
		return Target{Scheme: SchemeUnix, Address: home.Path(text)}, nil
	case !found && strings.Trim(text, "0123456789") == "": // a port alone
		return hostPort(SchemeTCP, text, ":"+text)
	case !found:
		return hostPort(SchemeTCP, withoutPassword(text), text)
	}
	switch scheme {
	case SchemeUnix:
		if rest == "" {
			return Target{}, fmt.Errorf("target %q has no path: write unix:///path", text)
		}
		return Target{Scheme: SchemeUnix, Address: fromURL(rest)}, nil
	case SchemeTCP, SchemeTLS:
		return hostPort(scheme, withoutPassword(text), strings.TrimSuffix(rest, "/"))
	case SchemeWS, SchemeWSS, SchemeHTTP, SchemeHTTPS:
		return urlTarget(text)
	}
	return Target{}, fmt.Errorf("target %q: scheme %q is not known, choose one of %s",
		withoutPassword(text), scheme, strings.Join(Schemes(), ", "))
}

// isSlash reports whether r stands between the parts of a path.
func isSlash(r rune) bool { return r <= unicode.MaxASCII && os.IsPathSeparator(byte(r)) }

// fromURL returns the path that stands in a URL: one that begins with a drive of Windows has a slash before that.
func fromURL(path string) string {
	if trimmed := strings.TrimPrefix(path, "/"); trimmed != path && filepath.VolumeName(trimmed) != "" {
		return trimmed
	}
	return path
}

// withoutPassword returns text, which is to be a target, as errors show it: what stands between a colon and the last @
// is left out, wherever the text is wrong.
func withoutPassword(text string) string {
	before, host, found := cutLast(text, "@")
	scheme, user, isURL := strings.Cut(before, "://")
	if !isURL {
		scheme, user = "", before
	} else {
		scheme += "://"
	}
	name, _, hasPassword := strings.Cut(user, ":")
	if !found || !hasPassword {
		return text
	}
	return scheme + name + ":xxxxx@" + host
}

func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// CommandTarget returns the target that is a child process. NAME=VALUE before the program is in its environment, as in
// a system shell; where nothing else is there, Command is empty.
func CommandTarget(command []string) Target {
	n := 0
	for n < len(command) && assigns(command[n]) {
		n++
	}
	return Target{Scheme: SchemeExec, Env: command[:n:n], Command: command[n:]}
}

// assigns reports whether a word is NAME=VALUE, with a name as POSIX has them (XBD section 8.1).
func assigns(word string) bool {
	name, _, found := strings.Cut(word, "=")
	return found && name != "" && strings.Trim(name[:1], "0123456789") != "" &&
		strings.Trim(name, "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == ""
}

// urlTarget reads a URL of WebSocket or HTTP, whose port has a default.
func urlTarget(text string) (Target, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" && u.Port() == "" {
		return Target{}, fmt.Errorf("target %q is no URL with a host: write %s",
			withoutPassword(text), "ws://host:port/path")
	}
	address := u.Host
	if u.Port() == "" {
		port := "80"
		if u.Scheme == SchemeWSS || u.Scheme == SchemeHTTPS {
			port = "443"
		}
		address = net.JoinHostPort(u.Hostname(), port)
	}
	t, err := hostPort(u.Scheme, withoutPassword(text), address)
	if err != nil {
		return Target{}, err
	}
	t.Path = u.RequestURI()
	if u.User != nil {
		t.User = u.User.String()
	}
	return t, nil
}

// hostPort returns the target of scheme at address. Errors show text.
func hostPort(scheme, text, address string) (Target, error) {
	switch {
	case address == "":
		return Target{}, fmt.Errorf("target %q has no host and no port: write host:port", text)
	case strings.Contains(address, "@"):
		return Target{}, fmt.Errorf("target %q has a user, which only a URL of ws, wss, http or https may have", text)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		if !strings.Contains(address, ":") {
			return Target{}, fmt.Errorf("target %q has no port: write %s:PORT (or ./%s for a Unix socket)",
				text, address, address)
		}
		return Target{}, fmt.Errorf("target %q is no host:port (an IPv6 address stands in brackets)", text)
	}
	if _, err := netip.ParseAddr(host); err != nil && strings.Contains(host, ":") {
		return Target{}, fmt.Errorf("target %q: %s is no IPv6 address", text, host)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return Target{}, fmt.Errorf("target %q: port %q is no number from 0 to 65535", text, port)
	}
	return Target{Scheme: scheme, Address: net.JoinHostPort(host, strconv.FormatUint(n, 10))}, nil
}

// String returns the target as a URL, the same for all ways to write it; a child process as exec: and its command. A
// password is left out, and so is an environment, which may have some.
func (t Target) String() string {
	switch {
	case t.Scheme == SchemeExec:
		return "exec:" + strings.Join(t.Command, " ")
	case t.Socket() != "":
		return t.webUnixString()
	case t.User != "":
		name, _, _ := strings.Cut(t.User, ":")
		return t.Scheme + "://" + name + "@" + t.Authority(t.Address) + t.Path
	}
	return t.Scheme + "://" + t.Authority(t.Address) + t.Path
}

// Normal returns the form of the target that is the same for all which dial the same, in whatever way they are written:
// this machine has one name, and a socket the path from the root.
func (t Target) Normal() Target {
	switch {
	case t.Scheme == SchemeExec:
	case t.Scheme == SchemeUnix || t.Socket() != "":
		if path, err := filepath.Abs(t.Address); err == nil {
			t.Address = path
		}
	default:
		t.Address = t.DialAddress()
		if host, port, err := net.SplitHostPort(t.Address); err == nil && isThisMachine(host) {
			t.Address = net.JoinHostPort(localhost, port)
		}
	}
	return t
}

// localhost is the name of this machine.
const localhost = "localhost"

func isThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == localhost || ip != nil && ip.IsLoopback()
}

// Place returns where the peer is, in the same form for all targets that dial the same there, whatever the scheme: the
// server at a port speaks HTTP and WebSocket, or is found to speak one of them.
func (t Target) Place() string {
	if t.IsCommand() {
		return t.String()
	}
	_, text, _ := strings.Cut(t.Normal().String(), "://")
	return strings.TrimSuffix(text, "/")
}

// Authority returns address as it stands in the target's URL: what is no stream has one of RFC 6874, in which the zone
// of an IPv6 address follows %25.
func (t Target) Authority(address string) string {
	if t.IsStream() {
		return address
	}
	return strings.ReplaceAll(strings.ReplaceAll(address, "%", "%25"), " ", "%20") // all else stands there as it is
}

// URL returns the target as a URL for a client of its protocol, which reaches a Socket by other means.
func (t Target) URL() string {
	if t.Socket() != "" {
		return strings.TrimSuffix(t.Scheme, "+unix") + "://localhost" + t.Path
	}
	user := ""
	if t.User != "" {
		user = t.User + "@"
	}
	return t.Scheme + "://" + user + t.Authority(t.DialAddress()) + t.Path
}

// longestPath is how many bytes of a path a prompt shows.
const longestPath = 24

// Short returns the target as a prompt shows it: of a long path to a socket the end, of another none.
func (t Target) Short() string {
	switch {
	case t.Scheme == SchemeExec && len(t.Command) > 0:
		return t.Command[0][strings.LastIndexFunc(t.Command[0], isSlash)+1:]
	case t.Scheme == SchemeTCP:
		return t.Address
	case t.Scheme == SchemeUnix:
		return shortSocket(t.Address)
	}
	if len(t.Path) > longestPath {
		t.Path = "/…"
	}
	if t.Socket() != "" {
		t.Address = shortSocket(t.Address)
	}
	return strings.TrimSuffix(t.String(), "/")
}

// shortSocket returns the end of a long path to a socket.
func shortSocket(path string) string {
	end, shown := path, path
	for len(shown) > longestPath {
		i := strings.IndexFunc(end[1:], isSlash)
		if i < 0 {
			break
		}
		end = end[1+i:]
		shown = "…" + end
	}
	return shown
}

// IsCommand reports whether the target is a child process.
func (t Target) IsCommand() bool { return t.Scheme == SchemeExec }

// IsStream reports whether the target is a stream of bytes, which needs a framing.
func (t Target) IsStream() bool {
	switch t.Scheme {
	case SchemeTCP, SchemeUnix, SchemeTLS, SchemeExec:
		return true
	}
	return false
}

// IsTLS reports whether the target is reached by TLS.
func (t Target) IsTLS() bool {
	return t.Scheme == SchemeTLS || t.Scheme == SchemeWSS || t.Scheme == SchemeHTTPS
}

// Host returns the host that is dialled, for the name in its certificate.
func (t Target) Host() string {
	host, _, _ := net.SplitHostPort(t.DialAddress())
	return host
}

// DialAddress returns the address to dial: no host means this one.
func (t Target) DialAddress() string {
	if t.Scheme != SchemeUnix && t.Socket() == "" && strings.HasPrefix(t.Address, ":") {
		return localhost + t.Address
	}
	return t.Address
}

// CanGet reports whether the target's protocol is HTTP or WebSocket, so that a path can be got from it.
func (t Target) CanGet() bool { return t.IsHTTP() || t.IsWebSocket() }
