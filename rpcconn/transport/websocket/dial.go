package websocket

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

// DialOptions say how to connect. The zero value works.
type DialOptions struct {
	Header       http.Header // of the handshake; Host counts too
	Subprotocols []string    // offered, in order of preference
	Origin       string      // "": none is sent
	TLS          *tls.Config // for wss; nil: the system's
	MaxMessage   int         // bytes that a received message may have; 0: rpcconn.DefaultMaxMessage
	Binary       bool        // messages are sent as binary, not as text; both are received
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

// Dial connects to url, ws://… or wss://…; user and password in it are sent as basic authentication. It gives up when
// ctx is done, ctx does not concern the channel later. Redirects are not followed.
func Dial(ctx context.Context, url string, opts DialOptions) (rpcconn.Channel, *Info, error) {
	u, err := web.ParseURL(url, "ws", "wss")
	if err != nil {
		return nil, nil, err
	}
	link := new(link)
	transport := web.NewTransport(opts.TLS, func(conn net.Conn) { link.conn = conn })
	transport.DisableKeepAlives = true
	client := &http.Client{
		Transport:     linker{transport, link},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	header := http.Header{"User-Agent": {"rpcsh"}}
	for name, values := range opts.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	if opts.Origin != "" {
		header.Set("Origin", opts.Origin)
	}
	ws, res, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{
		HTTPClient:     client,
		HTTPHeader:     header,
		Host:           header.Get("Host"),
		Subprotocols:   opts.Subprotocols,
		OnPingReceived: func(context.Context, []byte) bool { return !link.long.Load() },
	})
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to %s: %w", u.Redacted(), refusal(res, err))
	}
	info := &Info{RemoteAddr: link.conn.RemoteAddr(), Subprotocol: ws.Subprotocol()}
	return newChannel(ws, link, opts.Binary, opts.MaxMessage), info, nil
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
	status := web.NewStatusError(res, web.Beginning(res.Body))
	switch res.StatusCode {
	case http.StatusForbidden:
		status.Advice = "it may want another Origin, or credentials"
	case http.StatusOK:
		status.Advice = "that is a web server, but no WebSocket at this path; try another path, or http"
	case http.StatusBadRequest:
		if status.Advice == "" {
			status.Advice = "it may want a subprotocol, another path or another Origin"
		}
	}
	return status
}
