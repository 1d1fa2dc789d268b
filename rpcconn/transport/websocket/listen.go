package websocket

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// ListenOptions say whom to accept. With the zero value, every program is accepted, and the pages of our own host.
type ListenOptions struct {
	Path string // the only path that is served; "": any
	// the ones we speak, in order of preference; nil: one that the client offers, since some insist on one
	Subprotocols []string
	AllowHosts   []string // further names that pages may have in the Host header, without port; see web.Guard
	AllowOrigins []string // further Origin headers to accept: scheme://host:port, or host:port; "*" is all
	OriginAdvice string   // is appended to the refusal of an Origin
	MaxMessage   int      // bytes that a received message may have; 0: rpcconn.DefaultMaxMessage
	Binary       bool     // messages are sent as binary, not as text; both are received
	// gets why a request was refused, beside the client, on any goroutine; nil: discarded
	OnRefused func(remote, reason string)
	Mirror    bool // messages are sent as the kind that the peer sent last; Binary applies before that
}

// IsUpgrade reports whether r asks for a WebSocket connection, for a server that serves other things as well.
func IsUpgrade(r *http.Request) bool {
	for _, value := range r.Header.Values("Upgrade") {
		for token := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(token), "websocket") {
				return true
			}
		}
	}
	return false
}

// NewHandler returns a handler that accepts WebSocket connections and hands them to accept, which then owns them.
// accept runs on the goroutine of the request and may block.
func NewHandler(opts ListenOptions, accept func(rpcconn.Channel, *Info)) http.Handler {
	guard := web.Guard{Hosts: opts.AllowHosts, Origins: opts.AllowOrigins, Advice: opts.OriginAdvice}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse := func(status int, reason string) {
			http.Error(w, reason, status)
			if opts.OnRefused != nil {
				opts.OnRefused(r.RemoteAddr, fmt.Sprintf("%s %.60q: HTTP %d, %s", r.Method, r.URL.Path, status, reason))
			}
		}
		switch refused := guard.RefuseBrowser(r); {
		case refused != "":
			refuse(http.StatusForbidden, refused)
			return
		case opts.Path != "" && r.URL.Path != opts.Path:
			refuse(http.StatusNotFound, "no WebSocket here, only at "+opts.Path)
			return
		case !IsUpgrade(r):
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Connection", "Upgrade")
			refuse(http.StatusUpgradeRequired, "this is a WebSocket server; connect with ws:// or wss://")
			return
		}
		link := new(link)
		ws, err := websocket.Accept(&hijacker{w, link}, r, &websocket.AcceptOptions{
			Subprotocols:       spoken(opts.Subprotocols, r),
			InsecureSkipVerify: true, // guard has checked the Origin
			OnPingReceived:     func(context.Context, []byte) bool { return !link.long.Load() },
		})
		if err != nil {
			return // the client has been told
		}
		info := &Info{RemoteAddr: link.conn.RemoteAddr(), Subprotocol: ws.Subprotocol(), Origin: r.Header.Get("Origin"),
			Path: r.URL.Path}
		ch := newChannel(ws, link, opts.Binary, opts.MaxMessage)
		ch.mirror = opts.Mirror
		accept(ch, info)
	})
}

// spoken returns the subprotocols that are spoken with the client of r: ours or, where we have none, what it offers:
// those first whose name says that they are of remote calls.
func spoken(ours []string, r *http.Request) []string {
	if len(ours) > 0 {
		return ours
	}
	var calls, others []string
	for _, field := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(field, ",") {
			switch name = strings.TrimSpace(name); {
			case name == "":
			case strings.Contains(strings.ToLower(name), "rpc"), strings.EqualFold(name, "mcp"):
				calls = append(calls, name)
			default:
				others = append(others, name)
			}
		}
	}
	return append(calls, others...)
}

// A Listener accepts WebSocket connections. Its methods may be called by any goroutine.
type Listener struct {
	clients *web.Listener[client]
}

type client struct {
	ch   rpcconn.Channel
	info *Info
}

// Listen serves WebSocket, and nothing else, on ln, which it closes.
func Listen(ln net.Listener, opts ListenOptions) (*Listener, error) {
	if u, err := url.Parse(opts.Path); err != nil || opts.Path != "" && (opts.Path[0] != '/' || u.Path != opts.Path) {
		return nil, fmt.Errorf("listening for WebSocket: %q is no path; write /PATH", opts.Path)
	}
	l := &Listener{clients: web.NewListener[client](ln)}
	server := web.NewServer(NewHandler(opts, func(ch rpcconn.Channel, info *Info) {
		if !l.clients.Offer(client{ch, info}) {
			_ = ch.Close()
		}
	}))
	l.clients.Serve(server, func() { _ = server.Close() })
	return l, nil
}

// Accept waits for the next client. The error wraps net.ErrClosed once the listener is closed.
func (l *Listener) Accept() (rpcconn.Channel, *Info, error) {
	c, err := l.clients.Accept()
	if err != nil {
		return nil, nil, fmt.Errorf("accepting WebSocket clients: %w", err)
	}
	return c.ch, c.info, nil
}

// Addr returns the address listened on.
func (l *Listener) Addr() net.Addr { return l.clients.Addr() }

// Close stops listening; accepted connections stay. It may be called more than once.
func (l *Listener) Close() error { return l.clients.Close() }
