package detect

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"rpcsh/rpcconn/transport"
)

// A Debugger is something that can be debugged by the Chrome DevTools Protocol, as the list at /json/list has it.
type Debugger struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Type  string `json:"type"`
	URL   string `json:"url"`
	WS    string `json:"webSocketDebuggerUrl"` // "" where another debugger is at work there
}

// Debuggers lists what can be debugged at t, the host and port of a browser or of node --inspect.
func (d Detector) Debuggers(ctx context.Context, t transport.Target) ([]Debugger, error) {
	data, err := d.Get(ctx, t, "/json/list")
	if err != nil {
		return nil, err
	}
	var list []Debugger
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("reading /json/list: %w", err)
	}
	return list, nil
}

// Target returns where d is spoken to. Its host and port are those of at, which listed it: what the list says of them
// may be another name for it, as behind a tunnel.
func (d Debugger) Target(at transport.Target) (transport.Target, error) {
	u, err := url.Parse(d.WS)
	if err != nil || u.Host == "" {
		return transport.Target{}, fmt.Errorf(
			"%s cannot be debugged: it gives no WebSocket URL, perhaps because another debugger is at work", d.Title)
	}
	scheme := transport.SchemeWS
	switch at.Scheme {
	case transport.SchemeWSS, transport.SchemeHTTPS, transport.SchemeTLS:
		scheme = transport.SchemeWSS
	case transport.SchemeWSUnix, transport.SchemeHTTPUnix, transport.SchemeUnix:
		scheme = transport.SchemeWSUnix
	}
	return transport.Target{Scheme: scheme, Address: at.Address, Path: u.RequestURI()}, nil
}
