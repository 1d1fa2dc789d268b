package dial

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxGot bounds what is read by Get, in bytes: the description of a browser's protocol has about two million.
const maxGot = 64 << 20

// CanGet reports whether t is reached by a protocol that HTTP belongs to, so that Get makes sense.
func (t Target) CanGet() bool {
	switch t.Scheme {
	case schemeWS, schemeWSS, schemeHTTP, schemeHTTPS:
		return true
	}
	return false
}

// Get gets a path by HTTP from the host of t, which may be a stream's too. Redirects are not followed; the error is one line.
func (cfg Config) Get(ctx context.Context, t Target, path string) ([]byte, error) {
	scheme := "http"
	switch t.Scheme {
	case schemeWSS, schemeHTTPS, schemeTLS:
		scheme = "https"
	}
	tlsConfig, err := cfg.TLS.Client(t.host())
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{TLSClientConfig: tlsConfig, DisableKeepAlives: true}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+t.authority(t.dialAddress())+path, nil)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	req.Header = cfg.Header.Clone()
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK { // of 101 the body is the connection, which knows no ctx
		return nil, fmt.Errorf("getting %s: the server answered %s", path, res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, maxGot+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("getting %s: %w", path, err)
	case len(data) > maxGot:
		return nil, fmt.Errorf("getting %s: more than %d MiB came", path, maxGot>>20)
	}
	return data, nil
}

// A Debugger is something that can be debugged by the Chrome DevTools Protocol, as the list at /json/list has it.
type Debugger struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Type  string `json:"type"`
	URL   string `json:"url"`
	WS    string `json:"webSocketDebuggerUrl"` // "" where another debugger is at work there
}

// Debuggers lists what can be debugged at t, the host and port of a browser or of node --inspect.
func (cfg Config) Debuggers(ctx context.Context, t Target) ([]Debugger, error) {
	data, err := cfg.Get(ctx, t, "/json/list")
	if err != nil {
		return nil, err
	}
	var list []Debugger
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("reading /json/list: %w", err)
	}
	return list, nil
}

// Target returns where d is spoken to. Its host and port are those of at, which listed it: what the list says of them may be another
// name for it, as behind a tunnel.
func (d Debugger) Target(at Target) (Target, error) {
	u, err := url.Parse(d.WS)
	if err != nil || u.Host == "" {
		return Target{}, fmt.Errorf("%s cannot be debugged: it gives no WebSocket URL, perhaps because another debugger is at work", d.Title)
	}
	scheme := schemeWS
	switch at.Scheme {
	case schemeWSS, schemeHTTPS, schemeTLS:
		scheme = schemeWSS
	}
	return Target{Scheme: scheme, Address: at.Address, Path: u.RequestURI()}, nil
}

// ListsDebuggers reports whether t is where debuggers are listed rather than one of them: cfg names their protocol, and t is no WebSocket.
func (cfg Config) ListsDebuggers(t Target) bool {
	return cfg.Protocol == "cdp" && (cfg.Framing == "" || cfg.Framing == Auto) &&
		(t.Scheme == schemeTCP || t.Scheme == schemeTLS || t.Scheme == schemeHTTP || t.Scheme == schemeHTTPS)
}
