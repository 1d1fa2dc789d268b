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
	"strings"
	"sync/atomic"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/process"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/httprpc"
	"rpcsh/rpcconn/transport/websocket"
)

// A Link is a connection and what is known about its ends.
type Link struct {
	*rpcconn.Conn
	Target Target // as dialled, perhaps found out; zero for an accepted peer
	Remote string // the peer's address; for an accepted Unix socket, which has none, the listener's

	wire   func() (Wire, bool)
	onWire func(func(w Wire, found bool))
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
// where that is known already. f is called by whoever finds out, before the peer's first message is handed on, or ours
// is sent, and may wait.
func (l *Link) OnWire(f func(w Wire, found bool)) {
	if l.onWire != nil {
		l.onWire(f)
	}
}

// Unverified reports whether the connection uses TLS without verifying the peer's certificate.
func (l *Link) Unverified() bool { return l.unverified }

// Status returns how a child process ended, "" for other peers and while it runs.
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
	w, err := cfg.wire(t)
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
	return link.on(ch, link.codec, opts), nil
}

// on starts the connection of l and returns l. Its frames can be watched from then on.
func (l *Link) on(ch rpcconn.Channel, codec rpcconn.Codec, opts *rpcconn.Options) *Link {
	l.tap = rpcconn.NewTap(ch)
	l.Conn = rpcconn.New(l.tap, codec, opts)
	return l
}

// Watch calls see with each frame, in and out, until stop is called; see rpcconn.Tap.
func (l *Link) Watch(see func(frame []byte, out bool)) (stop func()) { return l.tap.Watch(see) }

func onError(opts *rpcconn.Options) func(error) {
	if opts == nil {
		return nil
	}
	return opts.OnError
}

// open opens a channel to t.
func (cfg Config) open(ctx context.Context, t Target, w Wire, onError func(error)) (rpcconn.Channel, *Link, error) {
	switch t.Scheme {
	case transport.SchemeWS, transport.SchemeWSS:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		ch, info, err := websocket.Dial(ctx, t.URL(), websocket.DialOptions{
			Header: cfg.Header, Subprotocols: cfg.Subprotocols, Origin: cfg.Origin, TLS: tlsConfig,
			MaxMessage: cfg.MaxMessage, Binary: w.Protocol.Binary,
		})
		if err != nil {
			return nil, nil, err
		}
		return ch, &Link{Remote: info.RemoteAddr.String()}, nil
	case transport.SchemeHTTP, transport.SchemeHTTPS:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		ch, info, err := httprpc.Dial(ctx, t.URL(), httprpc.Options{
			Header: cfg.Header, TLS: tlsConfig, CookieFile: cfg.CookieFile, MaxMessage: cfg.MaxMessage,
			Streamable: w.Protocol.Streamable, NewCodec: w.Protocol.NewCodec, OnError: onError,
		})
		if err != nil {
			return nil, nil, err
		}
		return ch, &Link{Remote: info.RemoteAddr.String()}, nil
	}
	stream, link, err := cfg.stream(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	framing, err := w.channel(cfg.MaxMessage)
	if err != nil {
		_ = stream.Close()
		return nil, nil, err
	}
	return framing(stream), link, nil
}

// stream opens a stream of bytes to t.
func (cfg Config) stream(ctx context.Context, t Target) (io.ReadWriteCloser, *Link, error) {
	switch t.Scheme {
	case transport.SchemeExec:
		p, err := process.Start(process.Options{Args: t.Command, Stderr: cfg.Stderr, Grace: cfg.grace})
		if err != nil {
			return nil, nil, err
		}
		return p, &Link{Remote: strings.Join(t.Command, " "), status: p.Status}, nil
	case transport.SchemeTLS:
		tlsConfig, err := cfg.TLS.Client(t.Host())
		if err != nil {
			return nil, nil, err
		}
		nc, err := transport.DialTLS(ctx, t.DialAddress(), tlsConfig)
		if err != nil {
			return nil, nil, err
		}
		return nc, &Link{Remote: nc.RemoteAddr().String()}, nil
	}
	nc, err := transport.Dial(ctx, t.Scheme, t.DialAddress())
	if err != nil {
		return nil, nil, err
	}
	return nc, &Link{Remote: nc.RemoteAddr().String()}, nil
}
