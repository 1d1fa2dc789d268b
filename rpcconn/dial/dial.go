// Package dial makes connections: from a target and the names of a protocol and a framing to a running rpcconn.Conn, by
// dialling or by listening. The table of protocols is here, that of framings in transport.
package dial

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// Config says what is spoken over a connection.
type Config struct {
	Protocol   string // "" is the default protocol
	Framing    string // "" is the protocol's own
	MaxMessage int    // bytes; 0 is transport.DefaultMaxMessage
}

// A Wire is a Config whose names have been looked up.
type Wire struct {
	Protocol Protocol
	Framing  string

	channel rpcconn.Framing
}

// Wire looks up what cfg names.
func (cfg Config) Wire() (*Wire, error) {
	p, err := findProtocol(cfg.Protocol)
	if err != nil {
		return nil, err
	}
	framing := cfg.Framing
	switch {
	case framing == "":
		framing = p.Framing
	case len(p.Framings) == 0:
		return nil, fmt.Errorf("%s has a framing of its own: leave out -f %s", p.Title, framing)
	case !slices.Contains(p.Framings, framing):
		return nil, fmt.Errorf("framing %q is not known: choose one of %s", framing, strings.Join(p.Framings, ", "))
	}
	channel, err := transport.NewFraming(framing, cfg.MaxMessage)
	if err != nil {
		return nil, err
	}
	return &Wire{Protocol: p, Framing: framing, channel: channel}, nil
}

// String says what is spoken: "JSON-RPC 2.0, rfc7464".
func (w *Wire) String() string {
	if len(w.Protocol.Framings) == 0 {
		return w.Protocol.Title
	}
	return w.Protocol.Title + ", " + w.Framing
}

// A Link is a connection and what is known of its two ends.
type Link struct {
	*rpcconn.Conn
	Wire   *Wire
	Remote string // the peer's address; for an accepted Unix socket, which has none, the listener's
}

func (w *Wire) link(nc net.Conn, remote string, opts *rpcconn.Options) *Link {
	return &Link{Conn: rpcconn.New(w.channel(nc), w.Protocol.NewCodec(), opts), Wire: w, Remote: remote}
}

// Dial connects to target.
func (w *Wire) Dial(ctx context.Context, target Target, opts *rpcconn.Options) (*Link, error) {
	nc, err := transport.Dial(ctx, target.Network, target.dialAddress())
	if err != nil {
		return nil, err
	}
	return w.link(nc, nc.RemoteAddr().String(), opts), nil
}

// A Listener accepts peers.
type Listener struct {
	Wire      *Wire
	Requested Target
	Target    Target // Requested, with the port that was chosen where that was 0

	ln net.Listener
}

// Listen starts to listen on target.
func (w *Wire) Listen(ctx context.Context, target Target) (*Listener, error) {
	ln, err := transport.Listen(ctx, target.Network, target.Address)
	if err != nil {
		return nil, err
	}
	actual := Target{Network: target.Network, Address: ln.Addr().String()}
	return &Listener{Wire: w, Requested: target, Target: actual, ln: ln}, nil
}

// Accept waits for the next peer. options is asked for that peer's options before anything is read from it.
func (l *Listener) Accept(options func() *rpcconn.Options) (*Link, error) {
	nc, err := l.ln.Accept()
	if err != nil {
		return nil, err
	}
	remote := nc.RemoteAddr().String()
	if l.Target.Network == "unix" {
		remote = l.Target.Address
	}
	return l.Wire.link(nc, remote, options()), nil
}

// Close stops listening; accepted connections stay.
func (l *Listener) Close() error { return l.ln.Close() }
