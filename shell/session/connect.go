package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/advice"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
)

// dialTimeout is how long a peer has to accept a connection, and to say what it speaks.
const dialTimeout = 10 * time.Second

// A connector has peers come and go: it dials and accepts them, hears what they send, and sees them end.
type connector struct {
	session *Session

	mu        sync.Mutex // protects what follows
	listeners []*dial.Listener
}

// Connect dials a target, which becomes the current peer. Without a person it returns when the peer's methods are
// known, where its protocol needs that.
func (s *Session) Connect(ctx context.Context, t transport.Target, cfg dial.Config) (*Peer, error) {
	p := newPeer(s)
	p.target, p.cfg = t, cfg
	p.label, p.storedAs = t.Short(), t.String()
	ready := make(chan struct{})
	link, said, err := s.connector.dial(ctx, p, ready)
	if err != nil {
		return nil, err
	}
	s.connector.adopt(p, link, ready, func() {
		p.publish(&event.Event{Kind: event.Connect, Asked: true, Text: said})
		if n := theirs(p.known.Methods()); n > 0 && s.opts.Attended {
			text := whoText(p, human.Plural(n, "method")+" known from earlier · Tab completes · .help")
			p.publish(&event.Event{Kind: event.Learned, Asked: true, Text: text})
		}
	})
	return p, s.connector.awaitLearned(ctx, p)
}

// Debuggers lists what can be debugged at t, where cfg says that t is a port of a debugger.
func (s *Session) Debuggers(ctx context.Context, t transport.Target, cfg dial.Config) ([]detect.Debugger, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, exit.ErrTimeout)
	defer cancel()
	start := time.Now()
	list, err := cfg.Debuggers(ctx, t)
	if err != nil {
		err = fmt.Errorf("%w; is this the port of a browser's or of node's debugger?", err)
		return nil, dialError(ctx, t, start, err)
	}
	return list, nil
}

// whoText puts who p says that it is before text.
func whoText(p *Peer, text string) string {
	if who := p.known.Peer().String(); who != "" {
		return human.Clip(who, 100) + " · " + text
	}
	return text
}

// awaitLearned waits, in a run without a person, until the session with p has begun and its methods are known, where
// its protocol needs that.
func (c *connector) awaitLearned(ctx context.Context, p *Peer) error {
	if c.session.opts.Attended {
		return nil
	}
	select {
	case <-p.connection.Load().learned:
		return nil
	case <-ctx.Done():
		return exit.ErrInterrupted
	}
}

// dial connects to p, found out what it speaks where that was not said, and returns what there is to say about it. Who
// calls it closes ready once p has the link.
func (c *connector) dial(
	ctx context.Context, p *Peer, ready <-chan struct{},
) (link *dial.Link, said string, err error) {
	t, cfg := p.target, p.cfg
	if err := cfg.Check(); err != nil {
		return nil, "", exit.Usagef("%w", advice.For(err))
	}
	cfg.Stderr = func(line string) { p.publishStderr(line) }
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, exit.ErrTimeout)
	defer cancel()
	start := time.Now()
	p.believed.Store(false)
	if cfg.NeedsDetect(t) {
		return c.dialUnknown(ctx, p, cfg, ready)
	}
	if link, err = cfg.Dial(ctx, t, c.connOptions(p, ready)); err != nil {
		return nil, "", dialError(ctx, t, start, err)
	}
	took := human.Took(time.Since(start))
	return link, fmt.Sprintf("connected to %s · %s · in %s", link.Target, wireText(link), took), nil
}

// dialUnknown is dial for a peer whose protocol has to be detected.
func (c *connector) dialUnknown(
	ctx context.Context, p *Peer, cfg dial.Config, ready <-chan struct{},
) (*dial.Link, string, error) {
	t, start := p.target, time.Now()
	found := c.session.opts.Findings.Load(t)
	if found != nil && !c.session.opts.Attended { // for a person it is made sure of
		if link, _, err := cfg.Connect(ctx, t, found, c.connOptions(p, ready)); err == nil {
			p.believed.Store(true)
			return link, "connected to " + advice.Found(found) + " · as found earlier", nil
		}
	}
	found, err := c.findOut(ctx, p, cfg, found) // what was found earlier is asked first
	if err != nil {
		return nil, "", dialError(ctx, t, start, err)
	}
	link, _, err := cfg.Connect(ctx, t, found, c.connOptions(p, ready))
	if err != nil {
		return nil, "", dialError(ctx, t, start, err)
	}
	return link, fmt.Sprintf("connected to %s · found in %s", advice.Found(found), human.Took(found.Took)), nil
}

// findOut finds out what p speaks, and remembers it.
func (c *connector) findOut(
	ctx context.Context, p *Peer, cfg dial.Config, likely *detect.Finding,
) (*detect.Finding, error) {
	// A child process is started several times. What it writes is shown only if no start succeeds.
	var lines stderrLines
	cfg.Stderr = lines.add
	found, err := cfg.Detect(ctx, p.target, likely, nil)
	if err != nil {
		for _, line := range lines.all() {
			p.publishStderr(line)
		}
		return nil, err
	}
	c.session.remarkError(c.session.opts.Findings.Save(p.target, found))
	return found, nil
}

// Detect finds out what a target speaks, and remembers it. trace, if not nil, is told each step.
func (s *Session) Detect(ctx context.Context, t transport.Target, trace func(string)) (*detect.Finding, error) {
	cfg := s.opts.Wire
	cfg.Protocol, cfg.Framing = "", ""
	found, err := cfg.Detect(ctx, t, nil, trace)
	if err != nil {
		return nil, &exit.Failure{Code: exit.Connection, Err: advice.For(err)}
	}
	found.Release()
	s.remarkError(s.opts.Findings.Save(t, found))
	return found, nil
}

func dialError(ctx context.Context, t transport.Target, start time.Time, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("connecting to %s: %w after %s", t, cause, human.Took(time.Since(start)))
	}
	return &exit.Failure{Code: exit.Connection, Err: advice.For(err)}
}

// publishStderr publishes a line that a child process wrote to its stderr.
func (p *Peer) publishStderr(line string) {
	p.publish(&event.Event{Kind: event.Stderr, Text: line, Topic: "lines of " + p.label})
}

// stderrLines are the different lines that a child process wrote to its stderr, up to a number that one reads.
type stderrLines struct {
	mu    sync.Mutex // protects what follows
	lines []string
}

func (l *stderrLines) add(line string) {
	const most = 20
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) < most && !slices.Contains(l.lines, line) {
		l.lines = append(l.lines, line)
	}
}

func (l *stderrLines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}

// adopt makes p one of the peers, has announce say so, and lets its messages in by closing ready.
func (c *connector) adopt(p *Peer, link *dial.Link, ready chan struct{}, announce func()) {
	known, err := c.session.opts.Store.Load(p.storedAs)
	c.session.remarkError(err)
	p.known = known
	p.caller = p.newCaller()
	c.attach(p, link)
	c.session.discovery.teach(p)
	p.since = time.Now()
	c.session.peers.add(p)
	announce()
	close(ready)
	c.begin(p)
}

func (p *Peer) newCaller() *call.Caller {
	return call.New(call.Host{
		Peer: p.Event, Publish: p.publish, Dialect: p.Dialect, Documents: p.showDocuments, ReadFile: readArgument,
		Waits: func() bool { return p.connection.Load().open.anyParked() },
	}, p.known)
}

// readArgument reads a file that a call is about.
func readArgument(path string) ([]byte, error) { return ReadFile(path, maxText) }

// attach gives p a connection.
func (c *connector) attach(p *Peer, link *dial.Link) {
	conn := newConnection(link)
	p.connection.Store(conn)
	p.caller.Connected(call.Connection{Conn: link.Conn, Reported: conn.reported, Status: link.Status})
}

// begin starts what goes on as long as p's connection stands.
func (c *connector) begin(p *Peer) {
	conn := p.connection.Load()
	c.session.tasks.Go(func() { c.watchEnd(p, conn) })
	if p.accepted {
		conn.begin() // what opens a session is the other side's to say
	}
	if w, known := conn.Wire(); known {
		c.session.discovery.begin(p, w)
	}
	if c.session.ended() { // while this one was coming in
		_ = conn.Close()
	}
}

// connOptions says who gets what p sends, once ready is closed: then p has its connection, and it has been said that it
// came.
func (c *connector) connOptions(p *Peer, ready <-chan struct{}) *rpcconn.Options {
	var incoming event.Event // of the goroutine that reads, which uses it again and again
	return &rpcconn.Options{
		Handler: func(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			ctx, end := p.connection.Load().open.begin(ctx, req)
			defer end()
			return c.session.responder.answer(ctx, p, req)
		},
		OnRequest: func(req *rpcconn.Request) {
			<-ready
			c.onRequest(p, req, &incoming)
		},
		OnAnswer: func(req *rpcconn.Request, r *rpcconn.Response) {
			c.session.responder.publish(p, req, r, req.Remark)
		},
		OnFrame: func(frame []byte, out bool) {
			if c.session.bus.Frames() {
				if !out { // it has been said that p came before anything that p sends
					<-ready
				}
				p.announce(&event.Event{Kind: event.Frame, Out: out, Frame: frame})
			}
		},
		OnOther: func(text json.RawMessage) {
			<-ready
			p.publish(&event.Event{Kind: event.Other, Value: text})
		},
		OnStray: func(r *rpcconn.Response) {
			<-ready
			e := call.ResponseEvent(r)
			e.Match = event.Unmatched
			if e.Method = p.caller.Late(r.ID); e.Method != "" {
				e.Match = event.Late
			}
			p.publish(e)
		},
		OnError: func(err error) {
			<-ready
			p.publish(&event.Event{Kind: event.Unreadable, Text: advice.For(err).Error()})
		},
	}
}

// onRequest takes a request or notification, and publishes it as e. It is called by the goroutine that reads from p.
func (c *connector) onRequest(p *Peer, req *rpcconn.Request, e *event.Event) {
	p.connection.Load().open.note(req)
	if req.Method != p.lastSeen { // in a flood of one method, learning it once is enough
		p.lastSeen = req.Method
		p.known.Observe(req.Method, true, req.Params, nil)
	}
	*e = event.Event{Kind: event.Request, ID: req.ID, Method: req.Method, Params: req.Params, Extra: req.Extra}
	if !req.IsNotification() {
		e.Lasting = true
		p.publish(e)
		c.session.discovery.onPeerMessage(p, req)
		return
	}
	e.Kind = event.Notification
	watched := p.caller.OnNotification(req)
	if watched {
		e.Origin = event.FromSession // whoever waits for the call sees how far it has come
	}
	p.announce(e)
	if !watched {
		c.session.discovery.onPeerMessage(p, req)
		c.session.responder.handleNotification(p, req)
	}
	e.Origin = event.FromPeer
	c.session.hooks.fire(p, e)
}

// Linger waits for d, or as long as there is a connection if d is 0. A session that listens waits for ctx's end then.
func (s *Session) Linger(ctx context.Context, d time.Duration) {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if len(s.Listeners()) > 0 {
		<-ctx.Done()
		return
	}
	for _, p := range s.peers.List() {
		select {
		case <-p.Link().Done():
		case <-ctx.Done():
			return
		}
	}
}

// theirs returns how many of methods are the peer's own.
func theirs(methods []catalog.Method) (n int) {
	for _, m := range methods {
		if !m.Ours {
			n++
		}
	}
	return n
}
