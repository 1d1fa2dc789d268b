// Package web is what the WebSocket and HTTP transports share: connecting as an HTTP client, one-line errors for that,
// deciding which clients to serve, and queueing accepted peers.
//
// It does not know what the connections carry; see packages httprpc and websocket.
package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rpcsh/rpcconn/transport"
)

// idleConns is how many connections to a server are kept for the next request, and idleTime for how long.
const (
	idleConns = 16
	idleTime  = 90 * time.Second
)

// RuleOlder is the rule of the deviation with which a channel says that the peer speaks the older transport of MCP,
// HTTP with SSE.
const RuleOlder = "HTTP with SSE"

// An Opener opens a stream to an HTTP server, such as one on a Unix socket. It gives up when ctx is done.
type Opener func(ctx context.Context) (net.Conn, error)

// NewTransport returns an HTTP/1.1 client side. It goes through the proxy that the environment names (HTTP_PROXY,
// HTTPS_PROXY, NO_PROXY), except to this machine. config may be nil; opened, if not nil, gets each connection. Where
// open is not nil, it makes the connections, without a proxy, whatever host the URL names. A proxy that refuses to
// connect is a *ProxyError.
func NewTransport(config *tls.Config, open Opener, opened func(net.Conn)) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	if config != nil {
		config = config.Clone() // the http package changes it
		config.NextProtos = nil
	}
	proxy := http.ProxyFromEnvironment
	if open != nil {
		proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	}
	return &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			var conn net.Conn
			var err error
			if open != nil {
				conn, err = open(ctx)
			} else {
				conn, err = transport.Dial(ctx, "tcp", address)
			}
			if err == nil && opened != nil {
				opened(conn)
			}
			return conn, err
		},
		OnProxyConnectResponse: func(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
			if res.StatusCode == http.StatusOK {
				return nil
			}
			return &ProxyError{NewStatusError(res, nil)}
		},
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: idleConns,
		IdleConnTimeout:     idleTime,
		Protocols:           protocols,
	}
}

// A ProxyError reports that a proxy makes no connection to the server.
type ProxyError struct{ Status *StatusError }

// Error implements error.
func (e *ProxyError) Error() string { return fmt.Sprintf("the proxy answers %v", e.Status) }

// Unwrap returns Status.
func (e *ProxyError) Unwrap() error { return e.Status }

// ProxyOf returns the proxy through which t reaches the server of u, as errors add it to the URL: " through the proxy
// http://host:port"; "" where there is none.
func ProxyOf(t *http.Transport, u *url.URL) string {
	if t.Proxy == nil {
		return ""
	}
	asked := *u
	asked.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	proxy, err := t.Proxy(&http.Request{URL: &asked})
	if proxy == nil || err != nil {
		return ""
	}
	return " through the proxy " + proxy.Redacted()
}

// ParseURL reads text, which must have one of schemes and a host. The error shows no password.
func ParseURL(text string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(text)
	want := strings.Join(schemes, "://HOST:PORT/PATH or ") + "://HOST:PORT/PATH"
	if err != nil {
		return nil, errors.New("the URL cannot be read; write " + want) // err shows all of it
	}
	for _, scheme := range schemes {
		if strings.EqualFold(u.Scheme, scheme) && u.Host != "" {
			u.Scheme, u.Fragment = scheme, ""
			return u, nil
		}
	}
	return nil, errors.New("the URL " + u.Redacted() + " does not do; write " + want)
}

// Check connects to the server of u as t would, and closes the connection. It returns the server's address, or nil,
// without connecting, if there is a proxy.
func Check(ctx context.Context, u *url.URL, t *http.Transport) (net.Addr, error) {
	if proxy, err := t.Proxy(&http.Request{URL: u}); proxy != nil || err != nil {
		return nil, err
	}
	port := u.Port()
	if port == "" {
		port = u.Scheme // the names of the ports are the schemes
	}
	conn, err := t.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), port))
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if u.Scheme == "https" {
		config := new(tls.Config)
		if t.TLSClientConfig != nil {
			config = t.TLSClientConfig.Clone()
		}
		if config.ServerName == "" {
			config.ServerName = u.Hostname()
		}
		if err := tls.Client(conn, config).HandshakeContext(ctx); err != nil {
			if ctx.Err() != nil {
				err = &transport.TLSError{Reason: transport.PeerSilent, Err: err}
			}
			return nil, err
		}
	}
	return conn.RemoteAddr(), nil
}
