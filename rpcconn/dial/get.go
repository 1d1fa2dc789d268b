package dial

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
	"rpcsh/rpcconn/transport/web"
)

// maxGot is how many bytes Get reads at most: the description of a browser's protocol has about two million.
const maxGot = 64 << 20

// Get gets a path by HTTP from the host of t, which may be the target of a stream. It does not follow redirects. The
// error is one line; it wraps a *web.StatusError where the server answers anything but 200.
func (cfg Config) Get(ctx context.Context, t Target, path string) ([]byte, error) {
	scheme := "http"
	switch t.Scheme {
	case transport.SchemeWSS, transport.SchemeHTTPS, transport.SchemeTLS:
		scheme = "https"
	}
	tlsConfig, err := cfg.TLS.Client(t.Host())
	if err != nil {
		return nil, err
	}
	user := ""
	if t.User != "" {
		user = t.User + "@"
	}
	host, through := t.Authority(t.DialAddress()), &http.Transport{TLSClientConfig: tlsConfig, DisableKeepAlives: true}
	if open := opener(t); open != nil {
		host = "localhost"
		through.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) { return open(ctx) }
	}
	u, err := web.ParseURL(scheme+"://"+user+host+path, scheme)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	credentials, u := cfg.Credentials.At(u)
	client := &http.Client{
		Transport:     web.NewAccount(credentials).Over(through),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	if cfg.Header != nil {
		req.Header = cfg.Header.Clone()
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK { // the body of a 101 is the connection, which does not end with ctx
		return nil, fmt.Errorf("getting %s: %w", path, web.NewStatusError(res, nil))
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

// Debuggers lists what can be debugged at t, the host and port of a browser or of node --inspect.
func (cfg Config) Debuggers(ctx context.Context, t Target) ([]detect.Debugger, error) {
	return cfg.detector(nil).Debuggers(ctx, t)
}

// ListsDebuggers reports whether t is where debuggers are listed rather than one of them: cfg names their protocol, and
// t is not a WebSocket.
func (cfg Config) ListsDebuggers(t Target) bool {
	return cfg.Protocol == "cdp" && (cfg.Framing == "" || cfg.Framing == Auto) &&
		slices.Contains([]string{transport.SchemeTCP, transport.SchemeTLS, transport.SchemeHTTP, transport.SchemeHTTPS},
			t.Scheme)
}
