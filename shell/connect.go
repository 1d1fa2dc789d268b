package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// dialTimeout is how long a peer has to accept a connection.
const dialTimeout = 10 * time.Second

// Connect dials target, which becomes the peer that is meant where none is named.
func (s *Shell) Connect(ctx context.Context, target string, cfg dial.Config) error {
	t, err := transport.ParseTarget(target)
	if err != nil {
		return UsageError("%w", err)
	}
	return s.ConnectTo(ctx, t, cfg)
}

// ConnectTo is Connect for a target that has been read.
func (s *Shell) ConnectTo(ctx context.Context, t dial.Target, cfg dial.Config) error {
	if cfg.ListsDebuggers(t) {
		var err error
		if t, err = s.chooseDebugger(ctx, t, cfg); err != nil {
			return err
		}
	}
	p := newPeer()
	p.dialled = dialled{t, cfg}
	p.name, p.target = t.Short(), t.String()
	ready := make(chan struct{})
	link, said, err := s.dial(ctx, p, ready)
	if err != nil {
		return err
	}
	s.adopt(p, link, ready, func() {
		s.report(said)
		if n := theirs(p.known.Methods()); n > 0 && s.interactive() {
			s.say("%s known from earlier · Tab completes · .help", s.whoText(p, plural(n, "method")))
		}
	})
	return s.awaitLearned(ctx, p)
}

// chooseDebugger returns the one thing that can be debugged at t; where there are several, they are listed for the person to choose from.
func (s *Shell) chooseDebugger(ctx context.Context, t dial.Target, cfg dial.Config) (dial.Target, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, errTimeout)
	defer cancel()
	defer s.showWaiting("asking " + t.String() + " what can be debugged …")()
	start := time.Now()
	list, err := cfg.Debuggers(ctx, t)
	switch {
	case err != nil:
		return t, s.dialError(ctx, t, start, fmt.Errorf("%w; is this the port of a browser's or of node's debugger?", err))
	case len(list) == 0:
		return t, connectionError("%s has nothing that can be debugged", t)
	case len(list) == 1:
		at, err := list[0].Target(t)
		if err != nil {
			return t, &failure{ExitConnection, err}
		}
		return at, nil
	}
	var rows table
	for _, d := range list {
		url := "in use"
		if at, err := d.Target(t); err == nil {
			url = at.String()
		}
		rows.row(visible(d.Type, false), visible(clip(d.Title, 40), false), visible(clip(d.URL, 60), false), url)
	}
	s.remark(strings.TrimSuffix(rows.String(), "\n"))
	return t, UsageError("%s has %d that can be debugged: name one by its URL, as in .connect %s", t, len(list), lastCell(rows))
}

// lastCell returns the last cell of the first row.
func lastCell(t table) string { return t.rows[0][len(t.rows[0])-1] }

// whoText puts who p says that it is before text.
func (s *Shell) whoText(p *peer, text string) string {
	if who := p.known.Peer().String(); who != "" {
		return visible(clip(who, 100), false) + " · " + text
	}
	return text
}

// awaitLearned waits, in a run without a person, until the session with p has begun and its methods are known, where its protocol needs that.
func (s *Shell) awaitLearned(ctx context.Context, p *peer) error {
	if s.interactive() {
		return nil
	}
	select {
	case <-p.link.Load().learned:
		return nil
	case <-ctx.Done():
		return errInterrupted
	}
}

// dial connects to p, found out what it speaks where that was not said, and returns what there is to say about it. Who calls it closes ready,
// once p has the link.
func (s *Shell) dial(ctx context.Context, p *peer, ready <-chan struct{}) (link *dial.Link, said string, err error) {
	t, cfg := p.dialled.target, p.dialled.cfg
	if err := cfg.Check(); err != nil {
		return nil, "", UsageError("%w", Advise(err))
	}
	cfg.Stderr = func(line string) { s.showStderr(p, ready, line) }
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, errTimeout)
	defer cancel()
	defer s.showWaiting("connecting to " + t.String() + " …")()
	start := time.Now()
	p.remembered = false
	if cfg.NeedsDetect(t) {
		found := s.cfg.Findings.Load(t)
		if found != nil && !s.interactive() { // a person's shell makes sure
			if link, _, err = cfg.Connect(ctx, t, found, s.options(p, ready)); err == nil {
				p.remembered = true
				return link, "connected to " + foundText(found) + " · as found earlier", nil
			}
		}
		if found, err = s.findOut(ctx, p, cfg, found); err != nil { // what was found earlier is asked first
			return nil, "", s.dialError(ctx, t, start, err)
		}
		if link, _, err = cfg.Connect(ctx, t, found, s.options(p, ready)); err != nil {
			return nil, "", s.dialError(ctx, t, start, err)
		}
		return link, fmt.Sprintf("connected to %s · found in %s", foundText(found), took(found.Took)), nil
	}
	if link, err = cfg.Dial(ctx, t, s.options(p, ready)); err != nil {
		return nil, "", s.dialError(ctx, t, start, err)
	}
	return link, fmt.Sprintf("connected to %s · %s · in %s", link.Target, wireText(link), took(time.Since(start))), nil
}

// findOut finds out what p speaks, and remembers it.
func (s *Shell) findOut(ctx context.Context, p *peer, cfg dial.Config, likely *detect.Finding) (*detect.Finding, error) {
	var lines stderrLines // a child process is started several times: what it says is worth telling only if that is why it cannot be used
	cfg.Stderr = lines.add
	found, err := cfg.Detect(ctx, p.dialled.target, likely, nil)
	if err != nil {
		for _, line := range lines.all() {
			s.showStderr(p, nil, line)
		}
		return nil, err
	}
	if err := s.cfg.Findings.Save(p.dialled.target, found); err != nil {
		s.note(err.Error())
	}
	return found, nil
}

func (s *Shell) dialError(ctx context.Context, t dial.Target, start time.Time, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("connecting to %s: %w after %s", t, cause, took(time.Since(start)))
	}
	return &failure{ExitConnection, Advise(err)}
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

// wireText says what is spoken on link.
func wireText(link *dial.Link) string {
	w, known := link.Wire()
	if !known {
		return "not known yet"
	}
	return w.String()
}

// wire says what is spoken with p.
func (p *peer) wire() string { return wireText(p.link.Load().Link) }

// adopt makes p one of the peers, says so, and lets its messages in by closing ready.
func (s *Shell) adopt(p *peer, link *dial.Link, ready chan struct{}, announce func()) {
	known, err := s.cfg.Store.Load(p.target)
	if err != nil {
		s.note(err.Error())
	}
	p.known = known
	p.link.Store(newConnection(link))
	s.documented(p)
	p.since = time.Now()
	s.peers.add(p)
	announce()
	s.happened(p, eventConnect, nil)
	close(ready)
	s.prepare(p)
	s.begin(p)
}

// begin starts what goes on as long as p's connection stands.
func (s *Shell) begin(p *peer) {
	link := p.link.Load()
	s.updatePrompt()
	s.tasks.Go(func() { s.watchEnd(p, link) })
	if p.accepted {
		link.greet() // what opens a session is the other side's to say
	}
	if w, known := link.Wire(); known {
		s.mayDiscover(p, w)
	}
	if s.done.Err() != nil { // the session ended while this one was coming in
		_ = link.Close()
	}
}

// title names p in what is said about it.
func (p *peer) title(s *Shell) string {
	if p.accepted || p.number > 1 || p.nickname() != "" {
		return p.at() + " " + p.name
	}
	return p.name
}

// options says who gets what p sends, once ready is closed: then p has the link, and it has been said that it came.
func (s *Shell) options(p *peer, ready <-chan struct{}) *rpcconn.Options {
	return &rpcconn.Options{
		Handler: func(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			ctx, end := p.link.Load().open.begin(ctx, req.ID)
			defer end()
			return s.answer(ctx, p, req)
		},
		OnRequest: func(req *rpcconn.Request) {
			<-ready
			p.link.Load().open.note(req)
			if req.Method != p.lastSeen { // in a flood of one method, learning it once is enough
				p.lastSeen = req.Method
				p.known.Observe(req.Method, true, req.Params, nil)
			}
			if !s.showProgress(p, req) {
				s.showRequest(p, req)
				s.heed(p, req)
				s.handleNotification(p, req)
			}
			if req.IsNotification() {
				s.happened(p, eventNotification, req)
			}
		},
		OnAnswer: func(req *rpcconn.Request, r *rpcconn.Response) { s.showAnswer(p, req, r, req.Remark) },
		OnOther: func(text json.RawMessage) {
			<-ready
			s.showOther(p, text)
		},
		OnStray: func(r *rpcconn.Response) {
			<-ready
			s.showStray(p, r)
		},
		OnError: func(err error) {
			<-ready
			s.showPeerError(p, Advise(err))
		},
	}
}

// Linger waits for d, or as long as there is a connection if d is 0, while what comes in is printed. A listening shell waits for
// ctx's end then.
func (s *Shell) Linger(ctx context.Context, d time.Duration) {
	if d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	if s.listening() {
		<-ctx.Done()
		return
	}
	for _, p := range s.peers.list() {
		select {
		case <-p.link.Load().Done():
		case <-ctx.Done():
			return
		}
	}
}
