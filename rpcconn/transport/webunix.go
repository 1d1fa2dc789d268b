package transport

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// HTTP and WebSocket over a Unix socket have no scheme of a standard. Their URLs are read in the spellings that are in
// use, and written in the first of them:
//
//	http+unix:///run/s.sock:/path    as node's ws has it, with ws+unix; the second slashes may be left out
//	http+unix://%2Frun%2Fs.sock/path as Python's requests-unixsocket and httpx have it
//	http://unix:/run/s.sock:/path    as nginx and node's got have it

// webUnixTarget reads text if it is such a URL; it reports false otherwise.
func webUnixTarget(text string) (t Target, is bool, err error) {
	scheme, rest, _ := strings.Cut(text, ":")
	switch scheme {
	case SchemeHTTPUnix, SchemeWSUnix:
		rest = strings.TrimPrefix(rest, "//")
	case SchemeHTTP, SchemeWS:
		rest, is = strings.CutPrefix(rest, "//unix:")
		if !is || !beginsPath(rest) { // a host of that name
			return Target{}, false, nil
		}
		scheme += "+unix"
	default:
		return Target{}, false, nil
	}
	rest = fromURL(rest)
	drive := filepath.VolumeName(rest) // whose colon is not the one before the path
	socket, path, _ := strings.Cut(rest[len(drive):], ":/")
	socket = drive + socket
	if strings.HasPrefix(strings.ToUpper(rest[len(drive):]), "%2F") {
		socket, path, _ = strings.Cut(rest, "/")
		if socket, err = url.PathUnescape(socket); err != nil {
			return Target{}, true, fmt.Errorf("target %q: %w", text, err)
		}
	}
	if socket == "" {
		return Target{}, true, fmt.Errorf("target %q has no socket: write %s:///run/some.sock:/path", text, scheme)
	}
	path, _, _ = strings.Cut(path, "#")
	return Target{Scheme: scheme, Address: socket, Path: "/" + path}, true, nil
}

// beginsPath reports whether text begins like the path of a socket.
func beginsPath(text string) bool {
	return text != "" && (text[0] == '.' || os.IsPathSeparator(text[0]) || filepath.VolumeName(text) != "")
}

// webUnixString returns the URL of t, HTTP or WebSocket over a Unix socket.
func (t Target) webUnixString() string {
	path, drive := ":"+t.Path, filepath.VolumeName(t.Address)
	switch {
	case strings.Contains(t.Address[len(drive):], ":/"): // it cannot be told where the path begins
		return t.Scheme + "://" + url.PathEscape(t.Address) + t.Path
	case t.Path == "/":
		path = ""
	}
	return t.Scheme + "://" + t.Address + path
}

// Socket returns the path of the Unix socket that HTTP or WebSocket is spoken over; "" for other targets.
func (t Target) Socket() string {
	if t.Scheme == SchemeHTTPUnix || t.Scheme == SchemeWSUnix {
		return t.Address
	}
	return ""
}

// IsHTTP reports whether HTTP is spoken with the target, not WebSocket.
func (t Target) IsHTTP() bool {
	return t.Scheme == SchemeHTTP || t.Scheme == SchemeHTTPS || t.Scheme == SchemeHTTPUnix
}

// IsWebSocket reports whether WebSocket is spoken with the target.
func (t Target) IsWebSocket() bool {
	return t.Scheme == SchemeWS || t.Scheme == SchemeWSS || t.Scheme == SchemeWSUnix
}
