package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// metadataTime is how long a protected resource may take to describe itself.
const metadataTime = 2 * time.Second

// ReadMetadata adds to e what the protected resource at u says of itself (RFC 9728 section 3.2): who gives out tokens
// for it. It asks the server of u alone, by t, and only where e names the place; what fails is left out.
func (e *StatusError) ReadMetadata(ctx context.Context, u *url.URL, t http.RoundTripper) {
	at, err := url.Parse(e.Metadata)
	if err != nil || e.Metadata == "" || at.Scheme != u.Scheme || at.Host != u.Host {
		return
	}
	at.User = nil
	ctx, cancel := context.WithTimeout(ctx, metadataTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return
	}
	req.Header = http.Header{"User-Agent": {"rpcsh"}, "Accept": {"application/json"}}
	res, err := t.RoundTrip(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	var resource struct {
		Servers []string `json:"authorization_servers"`
		Scopes  []string `json:"scopes_supported"`
	}
	if res.StatusCode != http.StatusOK || json.Unmarshal(Beginning(res.Body), &resource) != nil {
		return
	}
	if len(resource.Servers) > 0 {
		e.Advice += "; tokens for it come from " + clip(visible(strings.Join(resource.Servers, ", ")))
	}
	if len(resource.Scopes) > 0 {
		e.Advice += "; it knows the scopes " + clip(visible(strings.Join(resource.Scopes, " ")))
	}
}
