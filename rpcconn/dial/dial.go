// Package dial makes connections. It turns a target, and perhaps the names of a protocol and a framing, into a running
// rpcconn.Conn: by dialling, by starting a child process, or by listening.
//
//   - protocol.go, framing.go: the tables of protocols and of framings
//   - wire.go: protocol and framing
//   - dial.go, listen.go, webserver.go: connections
//   - sniffing.go, firstframe.go: connections whose first bytes, or first message, decide protocol and framing
//   - connect.go, resumed.go: finding out protocol and framing (by package detect), and going on with the connection
//   - get.go: getting a path by HTTP
package dial

import (
	"context"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/process"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/httprpc"
	"rpcsh/rpcconn/transport/web"
	"rpcsh/rpcconn/transport/websocket"
)

// A Link is a connection and what is known about its ends.
type Link struct {
	*rpcconn.Conn
	Target Target // as dialled, perhaps found out; zero for an accepted peer
	Remote string // the peer's address; for an accepted Unix socket, which has none, the listener's

	Subprotocol string // of WebSocket, agreed on; "": none

	wire   func() (Wire, bool)
	onWire func(func(w Wire, found bool)) (waits bool)
	status func() string

	unverified bool

	tap   *rpcconn.Tap
	codec rpcconn.Codec            // of a dialled peer
	meant atomic.Pointer[Protocol] // set by Become; nil: not set
}

// Wire returns protocol and framing, and false while that has still to turn out.
func (l *Link) Wire() (Wire, bool) {
	w, known := l.wire()
	if p := l.meant.Load(); p != nil && known {
		w.Protocol = *p
	}
	return w, known
}

// Become sets the protocol that the peer speaks, if it turns out to be more specific than the detected one: Neovim's
// instead of MessagePack-RPC. Later messages are decoded accordingly. It does nothing for accepted peers.
func (l *Link) Become(protocol string) {
	p, err := FindProtocol(protocol)
	if err != nil || l.codec == nil {
		return
	}
	if p.Become != nil {
		p.Become(l.codec)
	}
	l.meant.Store(&p)
}

// OnWire has f called, once, when it turns out protocol and framing, and whether the peer's own bytes said so; not
// where that is known already. It reports whether f will be called. f is called by whoever finds out, before the peer's
// first message is handed on, or ours is sent, and may wait.
func (l *Link) OnWire(f func(w Wire, found bool)) (waits bool) { return l.onWire != nil && l.onWire(f) }

// Unverified reports whether the connection uses TLS without verifying the peer's certificate.
func (l *Link) Unverified() bool { return l.unverified }

// Status returns how a child process ended by itself; "" for other peers, while it runs, and where it ended because the
// connection was closed here.
func (l *Link) Status() string {
	if l.status == nil {
		return ""
	}
	return l.status()
}

func fixed(w Wire) func() (Wire, bool) { return func() (Wire, bool) { return w, true } }

// Dial connects to t and speaks what cfg says; the default applies to what cfg leaves open, see Detect. The error says
// what to do.
func (cfg Config) Dial(ctx context.Context, t Target, opts *rpcconn.Options) (*Link, error) {
	w, err := cfg.Wire(t)
	if err != nil {
		return nil, err
	}
	ch, link, err := cfg.open(ctx, t, w, onError(opts))
	if err != nil {
		return nil, err
	}
	link.Target, link.wire = t, fixed(w)
	link.unverified = cfg.TLS.Insecure && t.IsTLS()
	link.codec = w.Protocol.NewCodec()
	cfg.hasten(ch)
	return link.on(ch, link.codec, opts), nil
}

// hasten has the end of c, a channel or a stream, take no longer than cfg says.
func (cfg Config) hasten(c any) {
	if g, ok := c.(interface{ SetGrace(time.Duration) }); ok && cfg.Grace > 0 {
		g.SetGrace(cfg.Grace)
	}
}

// Over returns a Link over a channel that is there already, to a peer whose address is remote.
func Over(ch rpcconn.Channel, w Wire, remote string, opts *rpcconn.Options) *Link {
	link := &Link{Remote: remote, wire: fixed(w)}
	return link.on(ch, w.Protocol.NewCodec(), opts)
}

// on starts the connection of l and returns l. Its frames can be watched from then on.
func (l *Link) on(ch rpcconn.Channel, codec rpcconn.Codec, opts *rpcconn.Options) *Link {
	l.tap = rpcconn.NewTap(ch)
	l.Conn = rpcconn.New(l.tap, codec, opts)
	return l
}

// Watch calls see with each frame, in and out, until stop is called; see rpcconn.Tap.
func (l *Link) Watch(see rpcconn.See) (stop func()) { return l.tap.Watch(see) }

func onError(opts *rpcconn.Options) func(error) {
	if opts == nil {
		return nil
	}
	return opts.OnError
}

// open opens a channel to t.
func (cfg Config) open(ctx context.Context, t Target, w Wire, onError func(error)) (rpcconn.Channel, *Link, error) {
	switch t.Scheme {
	case transport.SchemeWS, transport.SchemeWSS, transport.SchemeWSUnix:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		ping := cfg.Ping
		if w.Protocol.NoPings {
			ping = 0
		}
		ch, info, err := websocket.Dial(ctx, t.URL(), websocket.DialOptions{
			Header: cfg.Header, Credentials: cfg.Credentials, Subprotocols: cfg.Subprotocols, Origin: cfg.Origin,
			TLS: tlsConfig, MaxMessage: cfg.MaxMessage, Binary: w.Protocol.Binary, Ping: ping, OnPing: cfg.OnPing,
			Open: opener(t), Shown: shownAs(t),
		})
		if err != nil {
			return nil, nil, err
		}
		return ch, &Link{Remote: info.RemoteAddr.String(), Subprotocol: info.Subprotocol}, nil
	case transport.SchemeHTTP, transport.SchemeHTTPS, transport.SchemeHTTPUnix:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		ch, info, err := httprpc.Dial(ctx, t.URL(), httprpc.Options{
			Header: cfg.Header, Credentials: cfg.Credentials, TLS: tlsConfig, CookieFile: cfg.CookieFile,
			MaxMessage: cfg.MaxMessage,
			Streamable: w.Protocol.Streamable, NewCodec: w.Protocol.NewCodec, OnError: onError,
			Open: opener(t), Shown: shownAs(t),
		})
		if err != nil {
			return nil, nil, err
		}
		link := &Link{Remote: t.DialAddress()}
		if info.RemoteAddr != nil { // else there is a proxy between
			link.Remote = info.RemoteAddr.String()
		}
		return ch, link, nil
	}
	stream, link, err := cfg.stream(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	framing, err := w.channel(cfg.MaxMessage)
	if err == nil && detect.MayNeedTime(w.Framing) && !t.IsCommand() {
		err = cfg.settle(ctx)
	}
	if err != nil {
		_ = stream.Close()
		return nil, nil, err
	}
	return framing(stream), link, nil
}

// opener returns what opens streams to the Unix socket of an HTTP server; nil: t is reached over TCP.
func opener(t Target) web.Opener {
	if t.Socket() == "" {
		return nil
	}
	return func(ctx context.Context) (net.Conn, error) {
		return transport.Dial(ctx, transport.SchemeUnix, t.Socket())
	}
}

// shownAs returns how errors name an HTTP server on a Unix socket; "": by its URL.
func shownAs(t Target) string {
	if t.Socket() == "" {
		return ""
	}
	return t.String()
}

// settle gives a peer time to come to itself before anything is sent.
func (cfg Config) settle(ctx context.Context) error {
	if cfg.Settle <= 0 {
		return nil
	}
	select {
	case <-time.After(detect.SettleTime(cfg.Settle)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stream opens a stream of bytes to t.
func (cfg Config) stream(ctx context.Context, t Target) (io.ReadWriteCloser, *Link, error) {
	switch t.Scheme {
	case transport.SchemeExec:
		opts := process.Options{Args: t.Command, Stderr: cfg.Stderr, Grace: cfg.Grace}
		if len(t.Env) > 0 {
			opts.Env = append(os.Environ(), t.Env...)
		}
		p, err := process.Start(opts)
		if err != nil {
			return nil, nil, err
		}
		return p, &Link{Remote: strings.Join(t.Command, " "), status: p.OwnEnd}, nil
	case transport.SchemeTLS:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		nc, err := transport.DialTLS(ctx, t.DialAddress(), tlsConfig)
		if err != nil {
			return nil, nil, err
		}
		cfg.hasten(nc)
		return nc, &Link{Remote: nc.RemoteAddr().String()}, nil
	}
	nc, err := transport.Dial(ctx, t.Scheme, t.DialAddress())
	if err != nil {
		return nil, nil, err
	}
	return nc, &Link{Remote: nc.RemoteAddr().String()}, nil
}
