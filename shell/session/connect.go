package session

import (
	"context"
	"sync"
	"time"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/process"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/call"
	"rpcsh/shell/document"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/reach"
)

// A connector has peers come and go: it dials and accepts them, hears what they send, and sees them end.
type connector struct {
	session *Session

	mu        sync.Mutex // protects what follows
	listeners []*dial.Listener
}

// Connect dials a target, which becomes the current peer. Without a person it returns when the session has begun, where
// the peer's protocol has one; the error says why it has not.
func (s *Session) Connect(ctx context.Context, t transport.Target, cfg dial.Config) (*Peer, error) {
	p := newPeer(s)
	p.target, p.cfg = t, cfg
	p.label, p.storedAs = t.Short(), t.Place()
	ready := make(chan struct{})
	link, said, err := s.connector.dial(ctx, p, ready)
	if err != nil {
		return nil, err
	}
	s.connector.adopt(p, link, ready, func() {
		p.publish(&event.Event{Kind: event.Connect, Asked: true, Text: said})
		if !s.opts.Attended {
			return
		}
		if n := len(p.known.Names()); n > 0 {
			text := whoText(p, human.Plural(n, "method")+" known from earlier · Tab completes · .help")
			p.publish(&event.Event{Kind: event.Learned, Asked: true, Text: text})
		}
	})
	return p, s.connector.awaitBegun(ctx, p)
}

// Debuggers lists what can be debugged at t, where cfg says that t is a port of a debugger.
func (s *Session) Debuggers(ctx context.Context, t transport.Target, cfg dial.Config) ([]detect.Debugger, error) {
	return s.dialler().Debuggers(ctx, t, cfg)
}

// whoText puts who p says that it is before text.
func whoText(p *Peer, text string) string {
	if who := p.known.Peer().String(); who != "" {
		return human.Clip(who, 100) + " · " + text
	}
	return text
}

// awaitBegun waits, in a run without a person, until the session with p has begun, where its protocol has one. The
// error says why it has not.
func (c *connector) awaitBegun(ctx context.Context, p *Peer) error {
	if c.session.opts.Attended {
		return nil
	}
	conn := p.connection.Load()
	select {
	case <-conn.begun:
		return conn.failure()
	case <-ctx.Done():
		return exit.ErrInterrupted
	}
}

// dialler returns what dials targets, as the settings of now have it.
func (s *Session) dialler() reach.Dialler {
	return reach.Dialler{
		Findings: s.opts.Findings, Timeout: s.Settings().Timeout, Attended: s.opts.Attended, Remark: s.remarkError,
	}
}

// dial connects to p, found out what it speaks where that was not said, and returns what there is to say about it. Who
// calls it closes ready once p has the link.
func (c *connector) dial(
	ctx context.Context, p *Peer, ready <-chan struct{},
) (link *dial.Link, said string, err error) {
	cfg := p.cfg
	cfg.Stderr = func(line string) { p.publishStderr(line) }
	if limit := c.session.Settings().Timeout; limit > 0 && !c.session.opts.Attended {
		cfg.Grace = endGrace(limit, p.target)
	}
	if c.session.opts.ShowPings {
		cfg.OnPing = func(did string) { p.note(p.Title() + ": " + did) }
	}
	got, err := c.session.dialler().Dial(ctx, reach.Contact{
		Target: p.target, Config: cfg, Options: c.connOptions(p, ready), Spoke: p.spoke.Load(),
		Note: func(text string) { p.publish(&event.Event{Kind: event.Note, Asked: true, Text: text}) },
	})
	if err != nil {
		return nil, "", err
	}
	p.believed.Store(got.Believed)
	p.spoke.Store(got.Spoke)
	return got.Link, got.Said, nil
}

// endGrace returns what a peer has for each step of its end where a call has limit: who cannot wait for an answer does
// not wait for that either. A child process has more to do.
func endGrace(limit time.Duration, t transport.Target) time.Duration {
	if t.IsCommand() {
		return min(process.DefaultGrace, limit/4)
	}
	return min(time.Second, limit/10)
}

// Detect finds out what a target speaks, and remembers it. trace, if not nil, is told each step.
func (s *Session) Detect(ctx context.Context, t transport.Target, trace func(string)) (*detect.Finding, error) {
	return s.dialler().Detect(ctx, t, s.Wire(), trace)
}

// publishStderr publishes a line that a child process wrote to its stderr.
func (p *Peer) publishStderr(line string) {
	p.noise.Hear([]byte(line))
	p.publish(&event.Event{Kind: event.Stderr, Text: line, Topic: "lines of " + p.label})
}

// adopt makes p one of the peers, has announce say so, and lets its messages in by closing ready.
func (c *connector) adopt(p *Peer, link *dial.Link, ready chan struct{}, announce func()) {
	p.known = c.kept(p)
	p.caller = p.newCaller()
	c.attach(p, link)
	c.session.discovery.teach(p)
	p.since = time.Now()
	c.session.peers.add(p)
	announce()
	close(ready)
	c.begin(p)
}

// kept returns what is known of p from earlier runs. A run without a person does not check by what a person's has
// learned, nor complete it: it knows by which conventions p was asked with success, and so its session was begun. How
// calls are meant is in p.memory.
func (c *connector) kept(p *Peer) *catalog.Catalog {
	known, err := c.session.opts.Store.Load(p.storedAs)
	c.session.remarkError(err)
	if c.session.opts.Attended {
		return known
	}
	conventions := catalog.New()
	for _, d := range dialects.Conventions() {
		if answered, _ := known.Asked(d.Name); answered {
			conventions.Answered(d.Name, true)
		}
	}
	return conventions
}

func (p *Peer) newCaller() *call.Caller {
	return call.New(call.Host{
		Peer: p.Event, Publish: publisher(p), Dialect: p.Dialect, Documents: p.showDocuments, ReadFile: readArgument,
		NoNames: func() string {
			if w, known := p.Link().Wire(); known && w.Protocol.ByPosition {
				return w.Protocol.Title
			}
			return ""
		},
		NoBatch: func() string { return noBatch(p) },
		Recall:  func(method string) *catalog.Catalog { return p.session.discovery.recall(p, method) },
		// Without a person, nobody can answer what waits for one while a line waits for a call.
		Waits:  func() bool { return p.session.opts.Attended && p.connection.Load().open.AnyParked() },
		Behind: p.inbox.Behind,
	}, p.known)
}

// noBatch says why p should not be sent a batch though nothing is known of it, "" where it may. A peer that was found
// to speak with headers is most likely a language server, and without a person it is not asked whether it is.
func noBatch(p *Peer) string {
	w, known := p.Link().Wire()
	if !known || w.Framing != "header" || p.session.opts.Attended || p.accepted || !p.cfg.NeedsDetect(p.target) {
		return ""
	}
	return "a peer with headers is most likely a language server, and those end at a batch; -p says what it is"
}

// publisher returns what publishes the events of calls to p, and takes note of what begins a session.
func publisher(p *Peer) func(*event.Event) uint64 {
	return func(e *event.Event) uint64 {
		if e.Out && e.Kind == event.Request && dialects.Opens(e.Method) {
			p.connection.Load().opened.Store(true)
		}
		return p.publish(e)
	}
}

// readArgument reads a file that a call is about.
func readArgument(path string) ([]byte, error) { return document.ReadFile(path, maxText) }

// attach gives p a connection.
func (c *connector) attach(p *Peer, link *dial.Link) {
	conn := newConnection(link)
	if !p.accepted {
		conn.gentle = reach.NewGentle(link, p.cfg, p.spoke.Load())
	}
	p.connection.Store(conn)
	p.caller.Connected(call.Connection{Conn: link.Conn, Reported: conn.reported, Status: link.Status})
}

// begin starts what goes on as long as p's connection stands.
func (c *connector) begin(p *Peer) {
	conn := p.connection.Load()
	if !p.accepted {
		cfg := p.cfg
		c.session.tasks.Go(func() { c.session.dialler().LearnSettled(conn.Link, cfg) })
	}
	c.session.tasks.Go(func() { c.watchEnd(p, conn) })
	if w, known := conn.Wire(); known {
		c.session.discovery.begin(p, w)
	} else { // whoever has to speak first need not wait
		conn.begin()
	}
	if c.session.ended() { // while this one was coming in
		_ = conn.Close()
	}
}

// Linger waits as long as there is a connection, or until ctx ends. A session that listens waits for ctx's end.
func (s *Session) Linger(ctx context.Context) {
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
