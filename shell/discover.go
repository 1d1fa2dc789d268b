package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/glob"
	"rpcsh/shell/lang"
)

// How long a peer has for its answers while it is asked what it offers.
const (
	questionTimeout = 3 * time.Second  // to one question, unasked
	loudTimeout     = 10 * time.Second // to one question of .discover
	helloTimeout    = 30 * time.Second // to the beginning of a session: programs take their time to start
	greetingPause   = time.Second      // that calls wait for the end of a handshake which nobody asked for
)

// mayDiscover begins what has to be said first to p, and asks what it offers, as far as that is wanted. A run without a person sends only
// what it was told to: the handshake of the protocol that was named, since nothing can be called without it.
func (s *Shell) mayDiscover(p *peer, w dial.Wire) {
	link := p.link.Load()
	if link.discovered.Swap(true) {
		return
	}
	if d := dialects.Find(w.Protocol.Name); d != nil && d.Learn != nil && !p.accepted {
		p.dialect.Store(d)
	}
	plan := s.plan(p, link, w)
	named := p.dialled.cfg.Protocol == w.Protocol.Name
	needed := named && slices.ContainsFunc(plan, func(c *dialect.Dialect) bool { return c.Handshake != nil })
	if !s.cfg.Discover || p.deaf.Load() || len(plan) == 0 || !s.interactive() && !needed {
		link.greet()
		close(link.learned)
		return
	}
	s.tasks.Go(func() {
		defer close(link.learned)
		if !needed {
			patience := time.AfterFunc(greetingPause, link.greet)
			defer patience.Stop()
		}
		defer link.greet()
		s.discover(s.done, p, link, plan, &inquiry{timeout: questionTimeout})
	})
}

// plan returns the conventions by which p may be asked unasked: those that answered in an earlier run first, those that did not not at all.
func (s *Shell) plan(p *peer, link *connection, w dial.Wire) []*dialect.Dialect {
	return slices.DeleteFunc(s.fitting(p, link, w), func(c *dialect.Dialect) bool {
		answered, asked := p.known.Asked(c.Name)
		return asked && !answered && c.Handshake == nil
	})
}

// fitting returns the conventions that fit what p speaks, those that answered earlier first, without what p's dialect forbids.
func (s *Shell) fitting(p *peer, link *connection, w dial.Wire) []*dialect.Dialect {
	plan := dialects.Plan(dialect.Spoken{Protocol: w.Protocol.Name, Framing: w.Framing, Scheme: link.Target.Scheme})
	if p.accepted { // it came to us: what opens a session is its to say
		plan = nil
		if w.Protocol.Discover {
			plan = []*dialect.Dialect{dialects.Find(string(openrpc.Source))}
		}
	}
	var first, then []*dialect.Dialect
	for _, c := range plan {
		answered, _ := p.known.Asked(c.Name)
		switch {
		case forbidden(p, c):
		case answered:
			first = append(first, c)
		default:
			then = append(then, c)
		}
	}
	return append(first, then...)
}

// forbidden reports whether c asks something that p's dialect says must not be asked.
func forbidden(p *peer, c *dialect.Dialect) bool {
	d := p.dialect.Load()
	return d != nil && slices.ContainsFunc(d.Never, func(pattern string) bool {
		return slices.ContainsFunc(c.Asks, func(method string) bool { return glob.Match(pattern, method) })
	})
}

// An inquiry says how a peer is asked.
type inquiry struct {
	timeout time.Duration // of a question
	loud    bool          // the person has asked for it, and is told all
	told    func(c *dialect.Dialect, err error)
}

// discover asks p by one convention after the other, until one is answered. It reports whether one was.
func (s *Shell) discover(ctx context.Context, p *peer, link *connection, plan []*dialect.Dialect, q *inquiry) bool {
	var silent []string // conventions that had no answer
	for i, c := range plan {
		learned, err := s.askBy(ctx, p, link, c, q)
		if !slices.ContainsFunc(plan[i+1:], func(c *dialect.Dialect) bool { return c.Handshake != nil }) {
			link.greet() // nothing has to be said first any more
		}
		if q.told != nil {
			q.told(c, err)
		}
		if err == nil {
			p.known.Answered(c.Name, true)
			s.take(p, c, learned, q)
			return true
		}
		if ctx.Err() != nil || errors.Is(err, errors.ErrUnsupported) && !q.loud { // an HTTP client cannot be asked, which says nothing of others
			return false
		}
		p.known.Answered(c.Name, false)
		var refused *rpcconn.Error
		switch {
		case errors.Is(err, rpcconn.ErrClosed):
			if !q.loud {
				s.comeBack(p, link, c)
			}
			return false
		case q.loud, errors.As(err, &refused), errors.Is(err, dialect.ErrNotOffered):
		case errors.Is(err, errTimeout):
			silent = append(silent, c.Name)
		default:
			s.note(fmt.Sprintf("%s: asking what it offers by %s: %v", p.title(s), c.Name, err))
		}
	}
	s.remember(p) // so that it is not asked again
	if len(silent) > 0 {
		s.note(fmt.Sprintf("%s does not answer when it is asked what it offers by %s; it is not asked any more (.discover asks)", p.title(s), strings.Join(silent, ", ")))
	}
	return false
}

// askBy asks p by one convention, with its handshake where that has still to be made.
func (s *Shell) askBy(ctx context.Context, p *peer, link *connection, c *dialect.Dialect, q *inquiry) (*catalog.Learned, error) {
	hello, said := link.hello(c.Name)
	if c.Handshake != nil && !said {
		var err error
		hello, err = c.Handshake(ctx, s.asker(p, link, helloTimeout), s.cfg.Self)
		if err != nil {
			return nil, err
		}
		link.keepHello(c.Name, hello)
		p.recognize(link, c)
	}
	return c.Learn(ctx, s.asker(p, link, q.timeout), hello)
}

// asker is p as conventions ask it. Its calls are none of the person's, so they are not listed.
func (s *Shell) asker(p *peer, link *connection, timeout time.Duration) dialect.Peer {
	asker := dialect.Peer{
		Call: func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
			ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
			defer cancel()
			w := &call{peer: p, method: method}
			r, err := link.Do(ctx, &rpcconn.Call{Method: method, Params: params, OnID: func(id rpcconn.ID) { w.id = id }})
			if err != nil {
				p.remove(w, true) // its answer may still come
				return nil, err
			}
			if r.Err != nil {
				return nil, r.Err
			}
			return r.Result, nil
		},
		Notify: func(ctx context.Context, method string, params json.RawMessage) error {
			return link.Notify(ctx, method, params)
		},
	}
	if link.Target.CanGet() {
		asker.Get = func(ctx context.Context, path string) ([]byte, error) {
			ctx, cancel := context.WithTimeoutCause(ctx, timeout, errTimeout)
			defer cancel()
			return p.dialled.cfg.Get(ctx, link.Target, path)
		}
	}
	return asker
}

// recognize takes p, which has answered a convention, for one of those peers that have it.
func (p *peer) recognize(link *connection, c *dialect.Dialect) {
	if c.Wire != nil && !p.accepted {
		p.dialect.Store(c)
		link.Become(c.Name)
	}
}

// take learns what a peer told by a convention, and says so where it is news.
func (s *Shell) take(p *peer, c *dialect.Dialect, learned *catalog.Learned, q *inquiry) {
	p.recognize(p.link.Load(), c)
	before := p.known.Len()
	who := p.known.Peer().String()
	added := p.known.Replace(learned)
	s.prepare(p)
	s.remember(p)
	if q.loud || added > 0 || p.known.Len() != before || p.known.Peer().String() != who {
		text := s.whoText(p, plural(theirs(learned.Methods), "method")+" by "+c.Name)
		if s.severalPeers() {
			text = p.at() + " " + text
		}
		s.tell(q.loud, text)
	}
	s.showRemarks(c.Name, learned.Remarks, q.loud)
}

// tell says what became of what was asked for, or a note where nobody had asked.
func (s *Shell) tell(asked bool, text string) {
	if asked {
		s.remark(text)
	} else {
		s.note(text)
	}
}

// showRemarks says what could not be read of what a peer told: one line, or all of them if they were asked for.
func (s *Shell) showRemarks(convention string, remarks []string, all bool) {
	for i, r := range remarks {
		text := convention + ": " + visible(clip(r, 300), false)
		if !all && len(remarks) > 1 {
			text += fmt.Sprintf(" (and %d more, .discover %s tells)", len(remarks)-1, convention)
		}
		s.tell(all, text)
		if !all || i+1 == maxRemarks {
			return
		}
	}
}

// maxRemarks is how many lines on one convention or file one reads.
const maxRemarks = 5

// theirs returns how many of methods are the peer's own.
func theirs(methods []catalog.Method) (n int) {
	for _, m := range methods {
		if !m.Ours {
			n++
		}
	}
	return n
}

// comeBack dials p again, which ended the connection because of a question, and asks no more.
func (s *Shell) comeBack(p *peer, link *connection, c *dialect.Dialect) {
	s.remember(p)
	if p.accepted || p.deaf.Swap(true) || errors.Is(link.Err(), rpcconn.ErrClosed) || s.done.Err() != nil {
		return
	}
	<-link.reported
	if s.cfg.Reconnect { // watchEnd does it
		return
	}
	s.note(fmt.Sprintf("%s ended when it was asked what it offers by %s; it is dialled again, and not asked any more (.discover asks)", p.title(s), c.Name))
	if err := s.reconnect(s.done, p); err != nil {
		s.note(err.Error())
		return
	}
	s.updatePrompt()
}

// heed learns from what p says unasked about its methods. It is called by the goroutine that reads from p.
func (s *Shell) heed(p *peer, req *rpcconn.Request) {
	d := p.dialect.Load()
	switch {
	case d == nil:
	case slices.Contains(d.Relearn, req.Method):
		s.relearn(p, d)
	case d.Teaches != nil:
		p.known.Learn(d.Teaches(req.Method, req.Params)...)
	}
}

// relearn asks p again by its dialect, because it said that what it offers has changed.
func (s *Shell) relearn(p *peer, d *dialect.Dialect) {
	link := p.link.Load()
	if !s.cfg.Discover || link.relearning.Swap(true) {
		return
	}
	s.tasks.Go(func() {
		const pause = 100 * time.Millisecond // several such notifications come together
		select {
		case <-time.After(pause):
		case <-s.done.Done():
			return
		}
		link.relearning.Store(false)
		s.discover(s.done, p, link, []*dialect.Dialect{d}, &inquiry{timeout: questionTimeout})
	})
}

// ensureLearned asks p what it offers, in a run without a person that wants to know and was not told yet.
func (s *Shell) ensureLearned(ctx context.Context, p *peer) {
	if s.interactive() || !s.cfg.Discover || !p.alive() {
		return
	}
	link := p.link.Load()
	w, known := link.Wire()
	told := func(m catalog.Method) bool { return !m.Source.Inferred() }
	if !known || link.inquired.Swap(true) || slices.ContainsFunc(p.known.Methods(), told) {
		return
	}
	s.discover(ctx, p, link, s.plan(p, link, w), &inquiry{timeout: loudTimeout})
}

// awaitGreeting waits until the peers' sessions have begun; and, where a name may be that of a tool, until their tools are known.
func (s *Shell) awaitGreeting(ctx context.Context, peers []*peer, calls ...lang.Call) error {
	defer s.showWaiting("the session begins …")()
	ctx, cancel := s.untilAsked(ctx)
	defer cancel()
	for _, p := range peers {
		link := p.link.Load()
		select {
		case <-link.greeted:
		case <-ctx.Done():
			return interruption(ctx, "the session has not begun")
		}
		if d := p.dialect.Load(); d == nil || !d.Tools || !slices.ContainsFunc(calls, func(c lang.Call) bool { return !p.known.Knows(c.Method) }) {
			continue
		}
		select {
		case <-link.learned:
		case <-ctx.Done():
			return interruption(ctx, "the tools are not known yet")
		}
	}
	return nil
}

// sayFarewell ends the session with p in good order, as its protocol has it, within a second.
func (s *Shell) sayFarewell(p *peer) {
	d := p.dialect.Load()
	link := p.link.Load()
	if d == nil || p.accepted || !p.alive() {
		return
	}
	if _, said := link.hello(d.Name); !said {
		return // the person began the session, or nobody has
	}
	const patience = time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, f := range d.Shutdown {
		if _, err := link.Do(ctx, &rpcconn.Call{Method: f.Method, Notify: f.Notify}); err != nil {
			return
		}
	}
}
