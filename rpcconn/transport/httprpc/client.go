package httprpc

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport/web"
)

const (
	maxCalling  = 64          // limit for concurrent POSTs with requests; further ones wait
	deleteGrace = time.Second // how long Close waits by default until the peer has ended the session
	streamMIME  = "text/event-stream"
	jsonMIME    = "application/json"
)

// Options say how to speak to a server. NewCodec is required.
type Options struct {
	Header      http.Header     // of every request; Host counts too
	Credentials web.Credentials // the user and password of the URL go before them
	TLS         *tls.Config     // for https; nil: the system's
	Open        web.Opener      // makes the connections; nil: over TCP to the URL's host
	// holds user:password, as bitcoind writes it; "": none. The URL, Header and Credentials take precedence
	CookieFile string
	Shown      string               // the name of the peer in errors; "": the URL without a password
	MaxMessage int                  // bytes that a received message may have; 0: rpcconn.DefaultMaxMessage
	Streamable bool                 // the peer is known to speak MCP; else an Mcp-Session-Id shows it
	NewCodec   func() rpcconn.Codec // of what is spoken
	OnError    func(error)          // gets errors that concern no message, on any goroutine; nil: discarded
}

// A client is the Channel to an HTTP server.
type client struct {
	url     *url.URL     // without user and password
	shown   string       // the URL without a password
	http    *http.Client // keeps connections for further requests
	once    *http.Client // does not keep connections
	trust   trust
	header  http.Header
	max     int
	content *inspector
	onError func(error)

	in        chan received // to Recv
	calling   chan struct{} // has an element for each POST with requests under way
	session   session
	listening atomic.Int32            // GET streams that are open: two, while one session follows another
	turning   chan struct{}           // has an element while a session is renewed, or the older transport tried
	posted    atomic.Bool             // a POST was taken
	endpoint  atomic.Pointer[url.URL] // where messages are posted in the older transport; nil: it is not spoken

	ctx context.Context // ends with the connection; its cause is the error of Recv
	end context.CancelCauseFunc

	mu         sync.Mutex // protects what follows; held when a goroutine is started and when ctx is ended
	streams    sync.WaitGroup
	listensTo  int // the number of the session of the GET stream
	stopListen context.CancelFunc

	closing sync.Once
	grace   time.Duration // that Close has
}

var _ rpcconn.Channel = (*client)(nil)

// Dial returns a Channel to the server at address, http://… or https://…, after checking that a connection can be made,
// TLS included. It sends no request before the first Send. ctx applies to Dial only.
//
// Send returns when the frame has been answered; Recv returns the answer before that. Recv returns no
// *rpcconn.FrameError.
func Dial(ctx context.Context, address string, opts Options) (rpcconn.Channel, *Info, error) {
	u, err := web.ParseURL(address, "http", "https")
	if err != nil {
		return nil, nil, err
	}
	shown := cmp.Or(opts.Shown, u.Redacted())
	header := http.Header{"User-Agent": {"rpcsh"}, "Content-Type": {jsonMIME}, "Accept": {jsonMIME + ", " + streamMIME}}
	for name, values := range opts.Header {
		header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
	}
	credentials, u := opts.Credentials.At(u)
	if header.Get("Authorization") == "" {
		if err := withCookie(&credentials, opts.CookieFile); err != nil {
			return nil, nil, err
		}
	}
	account := web.NewAccount(credentials)
	transport := web.NewTransport(opts.TLS, opts.Open, nil)
	shown += web.ProxyOf(transport, u)
	remote, err := web.Check(ctx, u, transport)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to %s: %w", shown, web.Explain(err))
	}
	c := &client{
		url: u, shown: shown, header: header, max: limit(opts.MaxMessage),
		content: &inspector{codec: opts.NewCodec()},
		onError: opts.OnError, in: make(chan received),
		calling: make(chan struct{}, maxCalling), turning: make(chan struct{}, 1),
		session: session{always: opts.Streamable}, grace: deleteGrace,
	}
	if u.Scheme == "http" {
		transport.DialContext = c.trust.strictly(transport.DialContext)
	} else {
		c.trust.begun, c.trust.answered = true, time.Unix(0, 0) // TLS hides the bytes
	}
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	c.http = &http.Client{
		Transport: account.Over(transport), Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	once := *c.http
	c.once = &once
	transport = transport.Clone()
	transport.DisableKeepAlives = true
	c.once.Transport = account.Over(transport)
	c.ctx, c.end = context.WithCancelCause(context.Background())
	return c, &Info{RemoteAddr: remote}, nil
}

// Send implements rpcconn.Channel: it posts frame and returns when frame is answered or, if it has no requests,
// accepted. The error says why it was not: a StatusError, or an *rpcconn.Error with which the peer refused it without
// naming a request. Once ctx is done, nothing waits for the answer any longer.
func (c *client) Send(ctx context.Context, frame []byte) error {
	sent, _ := c.content.look(frame) // if it cannot be decoded here, there is no answer to wait for
	release := func() {}
	if len(sent.requests) > 0 {
		select {
		case c.calling <- struct{}{}:
			release = func() { <-c.calling }
		case <-ctx.Done():
			return fmt.Errorf("%d requests are under way, no more can be; this one was not sent: %w", maxCalling,
				context.Cause(ctx))
		case <-c.ctx.Done():
			return context.Cause(c.ctx)
		}
	}
	if err := c.post(ctx, bytes.Clone(frame), sent, release); err != nil {
		return c.failure(ctx, http.MethodPost, err)
	}
	c.listen()
	return nil
}

// post sends frame, which it owns. It calls release when the response has been read.
func (c *client) post(ctx context.Context, frame []byte, sent content, release func()) error {
	during, cancel := context.WithCancel(c.ctx)
	stop := context.AfterFunc(ctx, cancel)
	done := func() { stop(); cancel(); release(); c.trust.seen() }
	res, err := c.submit(during, frame)
	if err != nil {
		done()
		return web.Explain(err)
	}
	if res.StatusCode/100 == 2 {
		c.posted.Store(true)
		c.session.begin(res.Header)
	}
	if err := c.decode(res); err != nil {
		defer done()
		_ = res.Body.Close()
		return err
	}
	if !isStream(res) {
		defer done()
		defer res.Body.Close()
		if c.endpoint.Load() != nil {
			return c.accepted(ctx, res)
		}
		return c.readAnswer(ctx, res, sent)
	}
	stop() // the stream may carry more than the answer that ctx concerns
	f := c.followed(sent.requests)
	if !c.start(func() { f.follow(ctx, res); done() }) {
		_ = res.Body.Close()
		done()
		return context.Cause(c.ctx)
	}
	if len(sent.requests) == 0 {
		return nil
	}
	select {
	case err := <-f.answered:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

// request sends a request with body, if that is not nil, and the header fields in set, without those that are "" there.
func (c *client) request(ctx context.Context, method string, body []byte, set map[string]string) (*http.Response,
	error) {
	var r io.Reader
	if body != nil {
		r = bytes.NewReader(body)
	}
	to := c.url
	if other := c.endpoint.Load(); other != nil && method == http.MethodPost {
		to = other
	}
	req, err := http.NewRequestWithContext(ctx, method, to.String(), r)
	if err != nil {
		return nil, err
	}
	req.Header = c.header.Clone()
	if body == nil {
		req.Header.Del("Content-Type")
	}
	c.session.mark(req.Header)
	for name, value := range set {
		if req.Header.Set(name, value); value == "" {
			req.Header.Del(name)
		}
	}
	req.Host = req.Header.Get("Host")
	do := c.once.Do
	if c.trust.keeps() {
		do = c.http.Do
	}
	res, err := do(req)
	if err == nil && res.StatusCode == http.StatusSwitchingProtocols {
		_ = res.Body.Close() // the body is the connection, which does not end with ctx
		return nil, fmt.Errorf("HTTP %d: the server wants another protocol than HTTP; try ws", res.StatusCode)
	}
	if err == nil && res.StatusCode/100 != 2 {
		res.Body = web.Hurried(res.Body)
	}
	return res, err
}

func isStream(res *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return kind == streamMIME && res.StatusCode == http.StatusOK
}

// failure returns err, the error of a request, for the caller.
func (c *client) failure(ctx context.Context, method string, err error) error {
	switch {
	case c.ctx.Err() != nil:
		return context.Cause(c.ctx)
	case ctx.Err() != nil:
		e := &rpcconn.GivenUpError{Cause: context.Cause(ctx)}
		if broken := new(brokenBodyError); errors.As(err, &broken) && broken.part.Got > 0 {
			e.Seen = broken.part.String()
		}
		return e
	}
	return &requestError{fmt.Errorf("%s %s: %w", method, c.shown, err)}
}

// A requestError is that of one request. Others are made as if nothing had been.
type requestError struct{ error }

// Unwrap returns the error.
func (e *requestError) Unwrap() error { return e.error }

// EndsNothing tells rpcconn not to wait for the end of the connection.
func (*requestError) EndsNothing() {}

// A received is what Recv returns next: a frame, or a deviation; nothing, where only Recv's being called is waited for.
type received struct {
	frame     []byte
	deviation *rpcconn.Deviation
}

// Recv implements rpcconn.Channel.
func (c *client) Recv() ([]byte, error) {
	for {
		select {
		case r := <-c.in:
			switch {
			case r.deviation != nil:
				return nil, r.deviation
			case r.frame != nil:
				return r.frame, nil
			}
		case <-c.ctx.Done():
			return nil, context.Cause(c.ctx)
		}
	}
}

// deliver makes Recv return frame.
func (c *client) deliver(ctx context.Context, frame []byte) error {
	return c.hand(ctx, received{frame: frame})
}

// settled waits until what Recv has returned is taken in.
func (c *client) settled(ctx context.Context) error { return c.hand(ctx, received{}) }

// deviates makes Recv tell what the peer does against the rules. Who does not receive is not told.
func (c *client) deviates(rule, text string) {
	_ = c.hand(c.ctx, received{deviation: &rpcconn.Deviation{Rule: rule, Text: text}})
}

func (c *client) hand(ctx context.Context, r received) error {
	select {
	case c.in <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.ctx.Done():
		return context.Cause(c.ctx)
	}
}

func (c *client) report(err error) {
	if c.onError != nil {
		c.onError(err)
	}
}

// start runs f on a goroutine that Close waits for; it reports false if the connection has ended.
func (c *client) start(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.streams.Go(f)
	return true
}

// SetGrace sets how long Close waits until the peer has ended an MCP session. It is not called at the same time as
// Close.
func (c *client) SetGrace(d time.Duration) { c.grace = d }

// Close implements rpcconn.Channel. It cancels the requests under way, and takes up to a second, or as SetGrace says,
// to end an MCP session.
func (c *client) Close() error {
	c.closing.Do(func() {
		c.mu.Lock()
		c.end(rpcconn.ErrClosed)
		c.mu.Unlock()
		c.streams.Wait()
		c.endSession()
		c.http.CloseIdleConnections()
	})
	return nil
}

// endSession tells the peer that the session is no longer needed (MCP 2025-06-18, "Session Management").
func (c *client) endSession() {
	if _, hasID := c.session.current(); !hasID {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.grace)
	defer cancel()
	if res, err := c.request(ctx, http.MethodDelete, nil, nil); err == nil { // otherwise, the session times out
		_ = res.Body.Close()
	}
	c.session.end()
}

// sessionLost ends the connection, as the peer has ended the session.
func (c *client) sessionLost(status error) {
	if c.session.end() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.end(fmt.Errorf("the peer has ended the session, connect anew: %w", status))
	}
}
