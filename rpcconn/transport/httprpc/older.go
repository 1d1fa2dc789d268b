package httprpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/transport/web"
)

// The older transport of MCP, "HTTP with SSE" (2024-11-05): a GET opens an event stream, whose first event, endpoint,
// says where messages are posted; answers come on the stream. Clients POST first, and fall back to it where that gets
// a status of 4xx (MCP 2025-06-18, "Backwards Compatibility").

// endpointPatience is how long the first event may take.
const endpointPatience = 5 * time.Second

// mayBeOlder reports whether res, the answer to a POST, is what a server of the older transport says.
func (c *client) mayBeOlder(res *http.Response) bool {
	refusals := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotAcceptable,
		http.StatusUnsupportedMediaType}
	named := path.Base(strings.TrimSuffix(c.url.Path, "/")) == "sse"
	return slices.Contains(refusals, res.StatusCode) && (c.session.always || named) && !c.posted.Load()
}

// fallBack opens the stream of the older transport, unless it is open. The error says that the peer does not speak it.
func (c *client) fallBack(ctx context.Context) error {
	if c.endpoint.Load() != nil {
		return nil
	}
	during, stop := context.WithCancel(c.ctx)
	done := context.AfterFunc(ctx, stop)
	hurry := time.AfterFunc(endpointPatience, stop)
	defer hurry.Stop()
	s := &stream{c: c}
	res, err := s.open(during)
	if err != nil {
		stop()
		return err
	}
	events := newEventReader(res.Body, c.max)
	to, err := c.findEndpoint(events)
	if !done() || !hurry.Stop() {
		err = errors.New("no endpoint was told in time")
	}
	if err == nil && !c.start(func() {
		defer stop()
		defer res.Body.Close()
		c.lose(s.readEvents(events, func(frame []byte, got content) { c.session.learn(frame) }))
	}) {
		err = context.Cause(c.ctx)
	}
	if err != nil {
		stop()
		_ = res.Body.Close()
		return err
	}
	c.endpoint.Store(to)
	c.deviates(web.RuleOlder, "speaks the older transport of MCP, HTTP with SSE (2024-11-05)")
	return nil
}

// findEndpoint reads the first event, which says where messages are posted.
func (c *client) findEndpoint(events *eventReader) (*url.URL, error) {
	data, err := events.next()
	if err != nil {
		return nil, err
	}
	if events.kind != "endpoint" {
		return nil, fmt.Errorf("the stream begins with an event %.40q, not with endpoint", events.kind)
	}
	to, err := c.url.Parse(strings.TrimSpace(string(data)))
	if err != nil {
		return nil, fmt.Errorf("the endpoint cannot be read: %w", err)
	}
	if to.Scheme != c.url.Scheme || to.Host != c.url.Host { // whoever is given credentials is whom the person named
		return nil, fmt.Errorf("the endpoint %s is on another host", to.Redacted())
	}
	return to, nil
}

// lose ends the connection because of err, the end of the stream on which all answers come.
func (c *client) lose(err error) {
	if err != io.EOF {
		err = fmt.Errorf("the event stream ended: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(err)
}

// accepted reads res, the answer to a POST of the older transport. What was posted is answered on the stream.
func (c *client) accepted(ctx context.Context, res *http.Response) error {
	body, err := c.readBody(res)
	if err != nil {
		return err
	}
	message, got, err := c.message(body)
	switch {
	case res.StatusCode/100 != 2:
		return c.refused(ctx, web.NewStatusError(res, body))
	case err == nil && got.messages > 0:
		return c.deliver(ctx, message)
	}
	return nil // words, if anything
}
