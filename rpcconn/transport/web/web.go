// Package web is what the WebSocket and HTTP transports share: connecting as an HTTP client, one-line errors for that,
// deciding which clients to serve, and queueing accepted peers.
//
// It does not know what the connections carry; see packages httprpc and websocket.
package web

import (
	"context"
	"crypto/tls"
	"errors"
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

// NewTransport returns an HTTP/1.1 client side. It goes through the proxy that the environment names (HTTP_PROXY,
// HTTPS_PROXY, NO_PROXY), except to this machine. config may be nil; opened, if not nil, gets each connection.
func NewTransport(config *tls.Config, opened func(net.Conn)) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	if config != nil {
		config = config.Clone() // the http package changes it
		config.NextProtos = nil
	}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := transport.Dial(ctx, "tcp", address)
			if err == nil && opened != nil {
				opened(conn)
			}
			return conn, err
		},
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: idleConns,
		IdleConnTimeout:     idleTime,
		Protocols:           protocols,
	}
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
			return nil, err
		}
	}
	return conn.RemoteAddr(), nil
}
