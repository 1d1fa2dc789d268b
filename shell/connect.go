package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/traffic"
)

// dialTimeout is how long a peer has to accept a connection.
const dialTimeout = 10 * time.Second

// Connect dials target, which becomes the peer that is meant where none is named.
func (s *Shell) Connect(ctx context.Context, target string, cfg dial.Config) error {
	t, err := dial.ParseTarget(target)
	if err != nil {
		return UsageError("%w", err)
	}
	w, err := cfg.Wire()
	if err != nil {
		return UsageError("%w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, dialTimeout, errTimeout)
	defer cancel()
	defer s.showWaiting("connecting to " + t.String() + " …")()
	p := newPeer()
	start := time.Now()
	link, err := w.Dial(ctx, t, s.options(p))
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return fmt.Errorf("connecting to %s: %w after %s", t, cause, took(time.Since(start)))
		}
		return &failure{ExitConnection, err}
	}
	p.name, p.target = t.Short(), t.String()
	s.adopt(p, link, func() {
		s.report(fmt.Sprintf("connected to %s · %s · in %s", t, w, took(time.Since(start))))
		if n := len(p.known.Methods()); n > 0 && s.interactive() {
			s.say("%s known from earlier · Tab completes · .help", plural(n, "method"))
		}
	})
	return nil
}

// Listen waits for peers on address.
func (s *Shell) Listen(ctx context.Context, address string, cfg dial.Config) error {
	t, err := dial.ParseTarget(address)
	if err != nil {
		return UsageError("%w", err)
	}
	w, err := cfg.Wire()
	if err != nil {
		return UsageError("%w", err)
	}
	l, err := w.Listen(ctx, t)
	if err != nil {
		return &failure{ExitConnection, err}
	}
	s.mu.Lock()
	s.listeners = append(s.listeners, l)
	s.mu.Unlock()
	s.tasks.Go(func() { s.accept(l) })
	s.report(fmt.Sprintf("listening on %s · %s", l.Target, w))
	return nil
}

// accept takes in peers until the listener is closed.
func (s *Shell) accept(l *dial.Listener) {
	for {
		p := newPeer()
		p.accepted = true
		link, err := l.Accept(func() *rpcconn.Options { return s.options(p) })
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of file descriptors, most likely: the next one may be accepted
			s.note(fmt.Sprintf("accepting a peer: %v", err))
			select {
			case <-time.After(time.Second):
				continue
			case <-s.done.Done():
				return
			}
		}
		p.name, p.target = link.Remote, "accepted at "+l.Requested.String()
		s.adopt(p, link, func() {
			s.note(fmt.Sprintf("%s connected from %s · %s", p.at(), p.name, l.Wire))
		})
	}
}

// adopt makes p one of the peers, says so, and lets its messages in.
func (s *Shell) adopt(p *peer, link *dial.Link, announce func()) {
	p.link, p.since = link, time.Now()
	known, err := s.cfg.Store.Load(p.target)
	if err != nil {
		s.note(err.Error())
	}
	p.known = known
	s.peers.add(p)
	announce()
	close(p.ready)
	s.updatePrompt()
	s.tasks.Go(func() { s.watchEnd(p) })
	if s.cfg.Discover && link.Wire.Protocol.Discover {
		s.tasks.Go(func() { s.discover(p) })
	}
	if s.done.Err() != nil { // the session ended while this one was coming in
		_ = link.Close()
	}
}

// watchEnd waits until p has gone, and says so.
func (s *Shell) watchEnd(p *peer) {
	<-p.link.Done()
	s.remember(p)
	s.peers.remove(p)
	reason, orderly := p.ending()
	if s.done.Err() == nil {
		text := p.title(s) + " " + reason
		if reason == "closed here" {
			text = p.title(s) + ": " + reason
		}
		if !orderly && s.interactive() {
			text = s.colors.err(visible(text, false))
		}
		s.note(text)
		s.updatePrompt()
	}
	close(p.reported)
	p.link.Wait()
}

// title names p in what is said about it.
func (p *peer) title(s *Shell) string {
	if p.accepted || p.number > 1 {
		return p.at() + " " + p.name
	}
	return p.name
}

// options says who gets what p sends.
func (s *Shell) options(p *peer) *rpcconn.Options {
	return &rpcconn.Options{
		Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			return s.answer(ctx, c, p, req)
		},
		OnRequest: func(req *rpcconn.Request) {
			<-p.ready
			if req.Method != p.lastSeen { // in a flood of one method, learning it once is enough
				p.lastSeen = req.Method
				p.learnTraffic(req.Method)
			}
			s.showRequest(p, req)
		},
		OnAnswer: func(req *rpcconn.Request, r *rpcconn.Response) {
			note := ""
			if r.Err != nil && r.Err.Code == rpcconn.CodeMethodNotFound && !s.rules.Serves(req.Method) {
				note = "not served, .serve " + visible(req.Method, false) + " …"
			}
			s.showAnswer(p, req, r, note)
		},
		OnOther: func(text json.RawMessage) {
			<-p.ready
			s.showOther(p, text)
		},
		OnStray: func(r *rpcconn.Response) {
			<-p.ready
			s.showStray(p, r)
		},
		OnError: func(err error) {
			<-p.ready
			s.showPeerError(p, err)
		},
	}
}

// answer answers p's request by the rules that are served.
func (s *Shell) answer(ctx context.Context, c *rpcconn.Conn, p *peer, req *rpcconn.Request) (json.RawMessage, error) {
	result, err := s.rules.Answer(ctx, c, req, p.number)
	if errors.Is(err, rpcconn.ErrNoAnswer) {
		s.showTraffic(p, traffic.Event{Out: true, Kind: traffic.Response, Method: req.Method}, func() string {
			return s.colors.dim("#" + visible(req.ID.String(), false) + " no answer, the connection is closed")
		})
	}
	return result, err
}

// listening reports whether the shell waits for peers.
func (s *Shell) listening() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listeners) > 0
}

// awaitPeers waits, in a run without a person that listens, until the peer that is meant has come, any where none is named. A person sees
// who is there, and is not made to wait.
func (s *Shell) awaitPeers(ctx context.Context, name string) {
	if s.interactive() || !s.listening() {
		return
	}
	wanted := 1
	if n, err := strconv.Atoi(name); err == nil {
		wanted = n
	}
	ctx, cancel := s.settings().limited(ctx)
	defer cancel()
	const pause = 20 * time.Millisecond
	for s.peers.count() < wanted {
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
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
		case <-p.link.Done():
		case <-ctx.Done():
			return
		}
	}
}

// prompt says which peer is meant where none is named.
func (s *Shell) prompt() string {
	p := s.peers.selected()
	switch {
	case p == nil && s.listening():
		s.mu.Lock()
		at := s.listeners[0].Target.Short()
		s.mu.Unlock()
		return "(listening on " + at + ")> "
	case p == nil:
		return "(not connected)> "
	case !p.alive() && p.accepted:
		return "(" + p.at() + " has gone)> "
	case !p.alive():
		return "(not connected)> "
	case p.accepted || len(s.peers.list()) > 1:
		return p.at() + " " + visible(p.name, false) + "> "
	default:
		return visible(p.name, false) + "> "
	}
}

func (s *Shell) updatePrompt() {
	if s.interactive() {
		s.cfg.Terminal.SetPrompt(s.prompt())
	}
}
