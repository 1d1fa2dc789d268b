package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/glob"
	"rpcsh/shell/human"
)

// How long a peer has for its answers while it is asked what it offers.
const (
	questionTimeout  = 3 * time.Second  // to one question, unasked
	AskedTimeout     = 10 * time.Second // to one question that somebody wants answered
	handshakeTimeout = 30 * time.Second // to the beginning of a session: programs take their time to start
	handshakePause   = time.Second      // that calls wait for the end of a handshake for which nobody asked
)

// A Discovery finds out what peers offer, and keeps it. Its methods may be called by any number of goroutines.
type Discovery struct {
	session *Session

	mu        sync.Mutex         // protects what follows
	documents []*catalog.Learned // of Document
}

// Discovery returns what finds out what peers offer.
func (s *Session) Discovery() *Discovery { return &s.discovery }

// begin makes the handshake with p, and asks what it offers, if the options allow both.
func (d *Discovery) begin(p *Peer, w dial.Wire) {
	c := p.connection.Load()
	if c.discovers.Swap(true) {
		return
	}
	if spoken := dialects.Find(w.Protocol.Name); spoken != nil && spoken.Learn != nil && !p.accepted {
		p.dialect.Store(spoken)
	}
	plan := d.plan(p, w)
	named := p.cfg.Protocol == w.Protocol.Name
	needed := named && slices.ContainsFunc(plan, func(c *dialect.Dialect) bool { return c.Handshake != nil })
	if !d.session.opts.Discover || p.notAsked.Load() || len(plan) == 0 || !d.session.opts.Attended && !needed {
		c.begin()
		close(c.learned)
		return
	}
	d.session.tasks.Go(func() {
		defer close(c.learned)
		if !needed {
			patience := time.AfterFunc(handshakePause, c.begin)
			defer patience.Stop()
		}
		defer c.begin()
		d.ask(d.session.done, p, c, plan, &inquiry{timeout: questionTimeout})
	})
}

// plan returns the conventions by which p may be asked unasked: those that answered in an earlier run first, those that
// did not not at all.
func (d *Discovery) plan(p *Peer, w dial.Wire) []*dialect.Dialect {
	return slices.DeleteFunc(d.fitting(p, w), func(c *dialect.Dialect) bool {
		answered, asked := p.known.Asked(c.Name)
		return asked && !answered && c.Handshake == nil
	})
}

// Fitting returns the conventions by which p can be asked what it offers, those that answered earlier first; none where
// nothing is asked of peers that speak what p does. The error says that this is not known yet.
func (d *Discovery) Fitting(p *Peer) ([]*dialect.Dialect, error) {
	w, known := p.Link().Wire()
	if !known {
		return nil, fmt.Errorf("%s has not said anything yet, so nobody knows what it speaks", p.Title())
	}
	return d.fitting(p, w), nil
}

// fitting returns the conventions that fit what p speaks, without what its dialect forbids.
func (d *Discovery) fitting(p *Peer, w dial.Wire) []*dialect.Dialect {
	plan := dialects.Plan(dialect.Spoken{Protocol: w.Protocol.Name, Framing: w.Framing, Scheme: p.Link().Target.Scheme})
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
func forbidden(p *Peer, c *dialect.Dialect) bool {
	d := p.Dialect()
	return d != nil && slices.ContainsFunc(d.Never, func(pattern string) bool {
		return slices.ContainsFunc(c.Asks, func(method string) bool { return glob.Match(pattern, method) })
	})
}

// An inquiry says how a peer is asked.
type inquiry struct {
	timeout time.Duration // of a question
	asked   bool          // somebody has asked for it, and is told all
	told    func(c *dialect.Dialect, err error)
}

// Ask asks p by one convention after the other, because somebody wants to know, until one is answered. It reports
// whether one was. told is told what came of each.
func (d *Discovery) Ask(ctx context.Context, p *Peer, by []*dialect.Dialect, told func(*dialect.Dialect, error)) bool {
	return d.ask(ctx, p, p.connection.Load(), by, &inquiry{timeout: AskedTimeout, asked: true, told: told})
}

// ask asks p by one convention after the other, until one is answered. It reports whether one was.
func (d *Discovery) ask(ctx context.Context, p *Peer, c *connection, plan []*dialect.Dialect, q *inquiry) bool {
	var silent []string // conventions that had no answer
	for i, by := range plan {
		learned, err := d.askBy(ctx, p, c, by, q)
		if !slices.ContainsFunc(plan[i+1:], func(later *dialect.Dialect) bool { return later.Handshake != nil }) {
			c.begin() // nothing has to be said first any more
		}
		if q.told != nil {
			q.told(by, err)
		}
		if err == nil {
			p.known.Answered(by.Name, true)
			d.learn(p, by, learned, q)
			return true
		}
		if ctx.Err() != nil || errors.Is(err, errors.ErrUnsupported) && !q.asked {
			return false // an HTTP client cannot be asked, which says nothing about the convention
		}
		p.known.Answered(by.Name, false)
		if errors.Is(err, rpcconn.ErrClosed) {
			if !q.asked {
				d.redial(p, c, by)
			}
			return false
		}
		var refused *rpcconn.Error
		switch {
		case q.asked, errors.As(err, &refused), errors.Is(err, dialect.ErrNotOffered):
		case errors.Is(err, exit.ErrTimeout):
			silent = append(silent, by.Name)
		default:
			p.note(fmt.Sprintf("%s: asking what it offers by %s: %v", p.Title(), by.Name, err))
		}
	}
	d.remember(p) // so that it is not asked again
	if len(silent) > 0 {
		const text = "%s does not answer when it is asked what it offers by %s; it is not asked any more " +
			"(.discover asks)"
		p.note(fmt.Sprintf(text, p.Title(), strings.Join(silent, ", ")))
	}
	return false
}

// askBy asks p by one convention, with its handshake where that has still to be made.
func (d *Discovery) askBy(
	ctx context.Context, p *Peer, c *connection, by *dialect.Dialect, q *inquiry,
) (*catalog.Learned, error) {
	answer, made := c.handshake(by.Name)
	if by.Handshake != nil && !made {
		var err error
		answer, err = by.Handshake(ctx, d.asker(p, c, handshakeTimeout), d.session.opts.Self)
		if err != nil {
			return nil, err
		}
		c.keepHandshake(by.Name, answer)
		d.recognize(p, c, by)
	}
	return by.Learn(ctx, d.asker(p, c, q.timeout), answer)
}

// asker is p as conventions ask it.
func (d *Discovery) asker(p *Peer, c *connection, timeout time.Duration) dialect.Peer {
	asker := dialect.Peer{
		Call: func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
			m := call.Plain(call.Request{Method: method, Params: params})
			o := p.caller.Do(ctx, []*call.Prepared{m}, call.Options{Origin: event.FromDiscovery, Timeout: timeout})
			return o.Result, o.Err
		},
		Notify: func(ctx context.Context, method string, params json.RawMessage) error {
			m := call.Plain(call.Request{Method: method, Params: params, Notify: true})
			return p.caller.Do(ctx, []*call.Prepared{m}, call.Options{Origin: event.FromDiscovery}).Err
		},
	}
	if c.Target.CanGet() {
		asker.Get = func(ctx context.Context, path string) ([]byte, error) {
			ctx, cancel := context.WithTimeoutCause(ctx, timeout, exit.ErrTimeout)
			defer cancel()
			return p.cfg.Get(ctx, c.Target, path)
		}
	}
	return asker
}

// recognize takes p, which has answered a convention, for one of those peers that have it.
func (d *Discovery) recognize(p *Peer, c *connection, by *dialect.Dialect) {
	if by.Wire != nil && !p.accepted {
		p.dialect.Store(by)
		c.Become(by.Name)
	}
}

// learn learns what a peer told by a convention, and says so where it is news.
func (d *Discovery) learn(p *Peer, by *dialect.Dialect, learned *catalog.Learned, q *inquiry) {
	d.recognize(p, p.connection.Load(), by)
	before := p.known.Len()
	who := p.known.Peer().String()
	added := p.known.Replace(learned)
	d.remember(p)
	if q.asked || added > 0 || p.known.Len() != before || p.known.Peer().String() != who {
		text := whoText(p, human.Plural(theirs(learned.Methods), "method")+" by "+by.Name)
		if d.session.Several() {
			text = p.At() + " " + text
		}
		p.publish(&event.Event{Kind: event.Learned, Asked: q.asked, Text: text})
	}
	for _, text := range RemarkLines(by.Name, learned.Remarks, q.asked) {
		p.publish(&event.Event{Kind: event.Learned, Asked: q.asked, Text: text})
	}
}

// maxRemarks is how many lines on one convention or file one reads.
const maxRemarks = 5

// RemarkLines returns the lines that say what could not be read of what a peer, or a file, told: one, or some of them
// where they were asked for.
func RemarkLines(convention string, remarks []string, asked bool) (lines []string) {
	for i, r := range remarks {
		text := convention + ": " + human.Clip(r, 300)
		if !asked && len(remarks) > 1 {
			text += fmt.Sprintf(" (and %d more, .discover %s tells)", len(remarks)-1, convention)
		}
		lines = append(lines, text)
		if !asked || i+1 == maxRemarks {
			break
		}
	}
	return lines
}

// remember keeps what is known of p for the next run.
func (d *Discovery) remember(p *Peer) {
	if !p.known.Empty() {
		d.session.remarkError(d.session.opts.Store.Save(p.storedAs, p.known))
	}
}

// redial dials p again, which ended the connection because of a question, and asks no more.
func (d *Discovery) redial(p *Peer, c *connection, by *dialect.Dialect) {
	d.remember(p)
	if p.accepted || p.notAsked.Swap(true) || errors.Is(c.Err(), rpcconn.ErrClosed) || d.session.ended() {
		return
	}
	<-c.reported
	if d.session.opts.Redial { // watchEnd does it
		return
	}
	const text = "%s ended when it was asked what it offers by %s; it is dialled again, and not asked any more " +
		"(.discover asks)"
	p.note(fmt.Sprintf(text, p.Title(), by.Name))
	d.session.remarkError(d.session.connector.reconnect(d.session.done, p))
}

// onPeerMessage learns from what p says unasked about its methods. It is called by the goroutine that reads from p.
func (d *Discovery) onPeerMessage(p *Peer, req *rpcconn.Request) {
	spoken := p.Dialect()
	switch {
	case spoken == nil:
	case slices.Contains(spoken.Relearn, req.Method):
		d.relearn(p, spoken)
	case spoken.Teaches != nil:
		p.known.Learn(spoken.Teaches(req.Method, req.Params)...)
	}
}

// relearnPause is waited before a peer is asked again: notifications that its offer has changed come several at a time.
const relearnPause = 100 * time.Millisecond

// relearn asks p again by the convention of its dialect, because it said that what it offers has changed.
func (d *Discovery) relearn(p *Peer, spoken *dialect.Dialect) {
	c := p.connection.Load()
	if !d.session.opts.Discover || c.relearns.Swap(true) {
		return
	}
	d.session.tasks.Go(func() {
		select {
		case <-time.After(relearnPause):
		case <-d.session.done.Done():
			return
		}
		c.relearns.Store(false)
		d.ask(d.session.done, p, c, []*dialect.Dialect{spoken}, &inquiry{timeout: questionTimeout})
	})
}

// Ensure asks p what it offers, in a run without a person that wants to know and was not told yet.
func (d *Discovery) Ensure(ctx context.Context, p *Peer) {
	if d.session.opts.Attended || !d.session.opts.Discover || !p.Alive() {
		return
	}
	c := p.connection.Load()
	w, known := c.Wire()
	told := func(m catalog.Method) bool { return !m.Source.Inferred() }
	if !known || c.inquired.Swap(true) || slices.ContainsFunc(p.known.Methods(), told) {
		return
	}
	d.ask(ctx, p, c, d.plan(p, w), &inquiry{timeout: AskedTimeout})
}

// HasBegun reports whether AwaitSession need not wait.
func (s *Session) HasBegun(peers []*Peer, methods ...string) bool {
	for _, p := range peers {
		c := p.connection.Load()
		if !closed(c.begun) || wantsTools(p, methods) && !closed(c.learned) {
			return false
		}
	}
	return true
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// AwaitSession waits until the peers' sessions have begun; and, where one of methods may be a tool, until their tools
// are known. The error says what was waited for when ctx ended.
func (s *Session) AwaitSession(ctx context.Context, peers []*Peer, methods ...string) error {
	for _, p := range peers {
		c := p.connection.Load()
		select {
		case <-c.begun:
		case <-ctx.Done():
			return errors.New("the session has not begun")
		}
		if !wantsTools(p, methods) {
			continue
		}
		select {
		case <-c.learned:
		case <-ctx.Done():
			return errors.New("the tools are not known yet")
		}
	}
	return nil
}

// wantsTools reports whether one of methods may be the name of a tool that is not known yet.
func wantsTools(p *Peer, methods []string) bool {
	d := p.Dialect()
	return d != nil && d.Tools && slices.ContainsFunc(methods, func(m string) bool { return !p.known.Knows(m) })
}
