package dial

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// A Target says where a peer is, or where to listen for peers.
type Target struct {
	Network string // "tcp" or "unix"
	Address string // host:port, the host perhaps empty, or a path
}

// ParseTarget reads tcp://host:port, host:port, :port, unix:///path, or a path that has a slash.
func ParseTarget(text string) (Target, error) {
	scheme, rest, found := strings.Cut(text, "://")
	switch {
	case text == "":
		return Target{}, fmt.Errorf("no target given: write host:port, or unix:///path")
	case found && scheme == "unix":
		if rest == "" {
			return Target{}, fmt.Errorf("target %q has no path: write unix:///path", text)
		}
		return Target{Network: "unix", Address: rest}, nil
	case found && scheme == "tcp":
		return tcpTarget(text, rest)
	case found:
		return Target{}, fmt.Errorf("target %q: scheme %q is not known, only tcp and unix are", text, scheme)
	case strings.Contains(text, "/"):
		return Target{Network: "unix", Address: text}, nil
	default:
		return tcpTarget(text, text)
	}
}

func tcpTarget(text, address string) (Target, error) {
	if address == "" {
		return Target{}, fmt.Errorf("target %q names no peer: write tcp://host:port", text)
	}
	host, port, err := net.SplitHostPort(strings.TrimSuffix(address, "/"))
	if err != nil {
		if !strings.Contains(address, ":") {
			return Target{}, fmt.Errorf("target %q has no port: write %s:PORT (or ./%s for a Unix socket)", text, address, address)
		}
		return Target{}, fmt.Errorf("target %q is no host:port (an IPv6 address stands in brackets)", text)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return Target{}, fmt.Errorf("target %q: port %q is no number from 0 to 65535", text, port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	return Target{Network: "tcp", Address: net.JoinHostPort(host, port)}, nil
}

// String returns the target as a URL, the same for all ways to write it.
func (t Target) String() string { return t.Network + "://" + t.Address }

// Short returns the target as one reads it in a prompt: without the scheme.
func (t Target) Short() string { return t.Address }

// dialAddress returns the address to dial: no host means this one.
func (t Target) dialAddress() string {
	if t.Network == "tcp" && strings.HasPrefix(t.Address, ":") {
		return "localhost" + t.Address
	}
	return t.Address
}
