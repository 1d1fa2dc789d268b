package httprpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"rpcsh/rpcconn/transport/web"
)

// submit posts frame. Where the peer says that the session it was posted in has ended, it is posted once more in a new
// one (MCP 2025-06-18, "Session Management"); where it says that nothing is posted there, by the older transport, if
// the peer speaks that.
func (c *client) submit(ctx context.Context, frame []byte) (*http.Response, error) {
	c.session.hear(frame)
	if len(c.turning) > 0 { // let a session begin
		if err := c.alone(ctx, func() error { return nil }); err != nil {
			return nil, err
		}
	}
	number, hasID := c.session.current()
	res, err := c.request(ctx, http.MethodPost, frame, nil)
	switch {
	case err != nil:
		return nil, err
	case hasID && c.session.canRenew() && isGone(res):
		status := web.NewStatusError(res, web.Beginning(res.Body))
		_ = res.Body.Close()
		if err := c.alone(ctx, func() error { return c.renew(ctx, number, status) }); err != nil {
			return nil, fmt.Errorf("the peer has ended the session (%w), and beginning another failed: %w", status, err)
		}
	case c.mayBeOlder(res):
		if c.alone(ctx, func() error { return c.fallBack(ctx) }) != nil {
			return res, nil // the answer to the POST says more
		}
		_ = res.Body.Close()
	default:
		return res, nil
	}
	return c.request(ctx, http.MethodPost, frame, nil)
}

// alone calls f, while nobody else does.
func (c *client) alone(ctx context.Context, f func() error) error {
	select {
	case c.turning <- struct{}{}:
		defer func() { <-c.turning }()
		return f()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// isGone reports whether res says that there is no such session. That is 404, but some servers answer 400, and say so
// in words.
func isGone(res *http.Response) bool {
	if res.StatusCode != http.StatusBadRequest {
		return res.StatusCode == http.StatusNotFound
	}
	words := web.Beginning(res.Body)
	res.Body = readAgain{io.MultiReader(bytes.NewReader(words), res.Body), res.Body}
	return saysGone(res.StatusCode, words)
}

// saysGone reports whether the words that come with a status of 400 are about the session.
func saysGone(status int, words []byte) bool {
	return status == http.StatusBadRequest && bytes.Contains(bytes.ToLower(words), []byte("session"))
}

// A readAgain body begins with what was read of it before.
type readAgain struct {
	io.Reader
	io.Closer
}

// renew begins a new session by the messages that began the one with that number, unless another call has done so.
func (c *client) renew(ctx context.Context, number int, ended *StatusError) error {
	if now, _ := c.session.current(); now != number {
		return nil
	}
	for i, frame := range c.session.beginning() {
		if err := c.say(ctx, frame, i == 0); err != nil {
			return err
		}
	}
	c.report(fmt.Errorf("the peer has ended the session (HTTP %d): another was begun, what was sent last is repeated",
		ended.Code))
	return nil
}

// say posts frame, a message of the handshake, and takes in its answer. The first one belongs to no session.
func (c *client) say(ctx context.Context, frame []byte, first bool) error {
	sent, err := c.content.look(frame)
	if err != nil {
		return err
	}
	var none map[string]string
	if first {
		none = map[string]string{sessionHeader: "", versionHeader: ""}
	}
	res, err := c.request(ctx, http.MethodPost, frame, none)
	if err != nil {
		return web.Explain(err)
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return web.NewStatusError(res, web.Beginning(res.Body))
	}
	if first {
		c.session.renewed(res.Header)
	}
	if err := c.decode(res); err != nil || len(sent.requests) == 0 {
		return err
	}
	next := func() ([]byte, error) { return c.readBody(res) }
	if isStream(res) {
		next = newEventReader(res.Body, c.max).next
	}
	for {
		answer, err := next()
		if err != nil {
			return err
		}
		answer, got, err := c.message(answer)
		switch {
		case err == nil && got.refusal != nil:
			return got.refusal
		case err == nil && got.answers(sent.requests):
			c.session.learn(answer)
			return nil
		case !isStream(res):
			return errors.New("the handshake has no answer")
		}
	}
}
