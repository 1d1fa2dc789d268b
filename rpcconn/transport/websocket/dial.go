package websocket

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// DialOptions say how to connect. The zero value works.
type DialOptions struct {
	Header       http.Header     // of the handshake; Host counts too
	Credentials  web.Credentials // the user and password of the URL go before them
	Subprotocols []string        // offered, in order of preference
	Origin       string          // "": none is sent
	TLS          *tls.Config     // for wss; nil: the system's
	Open         web.Opener      // makes the connection; nil: over TCP to the URL's host
	MaxMessage   int             // bytes that a received message may have; 0: rpcconn.DefaultMaxMessage
	Binary       bool            // messages are sent as binary, not as text; both are received
	Shown        string          // the name of the peer in errors; "": the URL without a password
	// after how much silence of ours a ping is sent; 0: none is
	Ping   time.Duration
	OnPing func(did string) // gets what came of each ping, on a goroutine of its own; nil: discarded
}

// Info is what is known of a connection beside its messages.
type Info struct {
	RemoteAddr  net.Addr
	Subprotocol string // agreed on; "": none
	Origin      string // sent by an accepted client
	Path        string // requested by an accepted client
}

// StatusError is wrapped by Dial's error if an HTTP server refused the connection; errors.As finds it.
type StatusError = web.StatusError

// Dial connects to url, ws://… or wss://…; user and password in it are sent as the server wants them. It gives up when
// ctx is done, ctx does not concern the channel later. Redirects are not followed.
func Dial(ctx context.Context, url string, opts DialOptions) (rpcconn.Channel, *Info, error) {
	u, err := web.ParseURL(url, "ws", "wss")
	if err != nil {
		return nil, nil, err
	}
	credentials, bare := opts.Credentials.At(u)
	link := new(link)
	var opened atomic.Pointer[net.Conn]
	transport := web.NewTransport(opts.TLS, opts.Open, func(conn net.Conn) {
		link.conn = conn
		opened.Store(&conn)
	})
	transport.DisableKeepAlives = true
	client := &http.Client{
		Transport:     web.NewAccount(credentials).Over(linker{transport, link}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	header := http.Header{"User-Agent": {"rpcsh"}}
	for name, values := range opts.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	if opts.Origin != "" {
		header.Set("Origin", opts.Origin)
	}
	stage := new(stage)
	ws, res, err := websocket.Dial(stage.trace(ctx), bare.String(), &websocket.DialOptions{
		HTTPClient:     client,
		HTTPHeader:     header,
		Host:           header.Get("Host"),
		Subprotocols:   opts.Subprotocols,
		OnPingReceived: func(context.Context, []byte) bool { return !link.long.Load() },
	})
	if err != nil {
		if conn := opened.Load(); conn != nil {
			_ = (*conn).Close() // or a TLS handshake goes on
		}
		err = stage.stalled(ctx, refusal(res, err))
		var status *StatusError
		if errors.As(err, &status) && status.Metadata != "" {
			status.ReadMetadata(ctx, res.Request.URL, transport)
		}
		shown := cmp.Or(opts.Shown, u.Redacted()) + web.ProxyOf(transport, u)
		return nil, nil, fmt.Errorf("connecting to %s: %w", shown, err)
	}
	link.verifying = false
	info := &Info{RemoteAddr: link.conn.RemoteAddr(), Subprotocol: ws.Subprotocol()}
	ch := newChannel(ws, link, opts.Binary, opts.MaxMessage)
	ch.keepAlive(opts.Ping, opts.OnPing)
	return ch, info, nil
}

// refusal returns why there is no connection; err is the library's error, and res the server's response or nil.
func refusal(res *http.Response, err error) error {
	switch {
	case res == nil:
		return web.Explain(err)
	case res.StatusCode == http.StatusSwitchingProtocols:
		reason := err
		for next := errors.Unwrap(reason); next != nil; next = errors.Unwrap(reason) {
			reason = next
		}
		return errors.New("the server answers the handshake wrongly: " + strings.TrimPrefix(reason.Error(),
			"WebSocket protocol violation: "))
	}
	if res.StatusCode/100 == 3 && res.Request != nil {
		res.Request.URL.Scheme = strings.Replace(res.Request.URL.Scheme, "http", "ws", 1) // as the person writes it
	}
	status := web.NewStatusError(res, web.Beginning(res.Body))
	switch res.StatusCode {
	case http.StatusForbidden:
		if status.Want == web.WantElse {
			status.Advice = "it may want another Origin, or credentials"
		}
	case http.StatusOK:
		status.Advice = "that is a web server, but no WebSocket at this path; try another path, or http"
	case http.StatusBadRequest:
		if status.Advice == "" {
			status.Advice = "it may want a subprotocol, another path or another Origin"
		}
	}
	return status
}
