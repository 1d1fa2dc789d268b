package dial

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
	"slices"
)

// maxGot is how many bytes Get reads at most: the description of a browser's protocol has about two million.
const maxGot = 64 << 20

// Get gets a path by HTTP from the host of t, which may be the target of a stream. It does not follow redirects. The
// error is one line.
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
	transport := &http.Transport{TLSClientConfig: tlsConfig, DisableKeepAlives: true}
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+t.Authority(t.DialAddress())+path, nil)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	req.Header = cfg.Header.Clone()
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", path, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK { // the body of a 101 is the connection, which does not end with ctx
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
