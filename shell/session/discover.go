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
	"rpcsh/shell/noise"
)

// How long a peer has for its answer while it is asked what it offers.
const (
	questionTimeout = 3 * time.Second  // to one question, unasked
	askedTimeout    = 10 * time.Second // to one question that somebody wants answered
)

// A Discovery finds out what peers offer, and keeps it. Its methods may be called by any number of goroutines.
type Discovery struct {
	session *Session

	mu        sync.Mutex         // protects what follows
	documents []*catalog.Learned // of Document
}

// Discovery returns what finds out what peers offer.
func (s *Session) Discovery() *Discovery { return &s.discovery }

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
	plan := dialects.Plan(spokenBy(p, w))
	switch own := p.Dialect(); {
	case !p.accepted:
	case own != nil && own.Learn != nil:
		plan = []*dialect.Dialect{own}
	case w.Protocol.Discover: // it came to us: what opens a session is its to say
		plan = []*dialect.Dialect{dialects.Find(string(openrpc.Source))}
	default:
		plan = nil
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

func spokenBy(p *Peer, w dial.Wire) dialect.Spoken {
	return dialect.Spoken{Protocol: w.Protocol.Name, Framing: w.Framing, Scheme: p.Link().Target.Scheme}
}

// forbidden reports whether c asks something that p's dialect says must not be asked.
func forbidden(p *Peer, c *dialect.Dialect) bool {
	d := p.Dialect()
	return d != nil && slices.ContainsFunc(d.Never, func(pattern string) bool {
		return slices.ContainsFunc(c.Asks, func(method string) bool { return glob.Match(pattern, method) })
	})
}

// Await waits until p's session has begun and, where p is not told of files yet, until p has been asked what it offers,
// if that is under way.
func (d *Discovery) Await(ctx context.Context, p *Peer) error {
	if err := d.session.AwaitSession(ctx, []*Peer{p}); err != nil || p.Documents() != nil {
		return err
	}
	c := p.connection.Load()
	select {
	case <-c.learned:
		return nil
	case <-c.Done():
		return d.session.Usable(p)
	case <-ctx.Done():
		return errors.New("it is not known yet what the peer offers")
	}
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
	ctx, cancel, each := d.share(ctx, len(by))
	defer cancel()
	q := &inquiry{timeout: each, asked: true, told: told}
	return d.ask(ctx, p, p.connection.Load(), by, q)
}

// share returns how long each of so many conventions may be asked for, because somebody wants to know. Without a
// person, who can give up, all of them have no more time than a call.
func (d *Discovery) share(ctx context.Context, n int) (context.Context, context.CancelFunc, time.Duration) {
	each, all := d.session.Settings().Asked(), d.session.Settings().Timeout
	if d.session.opts.Attended || all == 0 {
		return ctx, func() {}, each
	}
	ctx, cancel := limited(ctx, all)
	return ctx, cancel, min(each, all/time.Duration(max(n, 1)))
}

// ask asks p by one convention after the other, until one is answered. It reports whether one was. One inquiry at a
// time goes on: what p logs meanwhile is about that.
func (d *Discovery) ask(ctx context.Context, p *Peer, c *connection, plan []*dialect.Dialect, q *inquiry) bool {
	if c.asking.Take(ctx) != nil {
		return false
	}
	defer c.asking.Put()
	return d.askInTurn(ctx, p, c, plan, q)
}

// askInTurn is ask for who has c.asking.
func (d *Discovery) askInTurn(ctx context.Context, p *Peer, c *connection, plan []*dialect.Dialect, q *inquiry) bool {
	var silent []string              // conventions that had no answer
	unknown := make(map[string]bool) // methods that begin sessions
	defer p.noise.Listen(nil)
	for i, by := range plan {
		if by.Handshake != nil && unknown[by.Asks[0]] && !q.asked {
			p.known.Answered(by.Name, false)
			continue
		}
		p.noise.Listen(by.Asks)
		learned, err := d.askBy(ctx, p, c, by, q)
		if q.told != nil {
			q.told(by, err)
		}
		if err == nil {
			p.known.Answered(by.Name, true)
			d.learn(p, by, learned, q)
			c.begin() // a call that waits for this is sent as what is known now says
			return true
		}
		if !slices.ContainsFunc(plan[i+1:], func(later *dialect.Dialect) bool { return later.Handshake != nil }) {
			c.begin() // nothing has to be said first any more
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
		case q.asked:
		case errors.Is(err, noise.Err), d.isNoisy(ctx, p, err):
			d.leaveAlone(p, plan[i+1:])
			return false
		case errors.As(err, &refused):
			unknown[by.Asks[0]] = by.Handshake != nil && refused.Code == rpcconn.CodeMethodNotFound
		case errors.Is(err, dialect.ErrNotOffered):
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
	answer, err := d.handshake(ctx, p, c, by)
	if err != nil {
		return nil, err
	}
	asker := d.asker(p, c, q.timeout)
	if by.Handshake == nil && !q.asked {
		asker.Call = d.carefully(p, asker.Call)
	}
	return by.Learn(ctx, asker, answer)
}

// carefully returns ask, which asks nothing more once p has logged a question that it refused.
func (d *Discovery) carefully(p *Peer, ask dialect.Caller) dialect.Caller {
	noisy := false
	return func(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
		if noisy {
			return nil, noise.Err
		}
		answer, err := ask(ctx, method, params)
		noisy = d.isNoisy(ctx, p, err)
		return answer, err
	}
}

// isNoisy reports whether p has refused a question with err, and logged it, as one for a method that it does not have.
// A child logs beside its answers.
func (d *Discovery) isNoisy(ctx context.Context, p *Peer, err error) bool {
	var refused *rpcconn.Error
	switch {
	case !errors.As(err, &refused) || refused.Code == rpcconn.CodeInvalidParams:
		return false
	case p.target.IsCommand():
		return p.noise.Heard(ctx, noise.Patience)
	}
	return p.noise.Heard(ctx, 0)
}

// leaveAlone takes note that p is asked nothing more unasked; rest are the conventions by which it was not asked.
func (d *Discovery) leaveAlone(p *Peer, rest []*dialect.Dialect) {
	for _, by := range rest {
		p.known.Answered(by.Name, false)
	}
	d.remember(p)
	const text = " logs each question that it does not know; it is not asked what it offers any more (.discover asks)"
	p.note(p.Title() + text)
}

// asker is p as conventions ask it. timeout is for one question; 0: there is no limit.
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
			ctx, cancel := limited(ctx, timeout)
			defer cancel()
			return p.cfg.Get(ctx, c.Target, path)
		}
	}
	return asker
}

// recognize takes p, which has answered a convention, for one of those peers that have it.
func (d *Discovery) recognize(p *Peer, c *connection, by *dialect.Dialect) {
	if by.Wire != nil {
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

// remember keeps what is known of p for the next run, where a person sees what is learned.
func (d *Discovery) remember(p *Peer) {
	if d.session.opts.Attended && !p.known.Empty() {
		d.session.remarkError(d.session.opts.Store.Save(p.storedAs, p.known))
	}
}

// rememberBegun keeps that a session with p was begun by a convention, in a run without a person, which keeps nothing
// else.
func (d *Discovery) rememberBegun(p *Peer, by *dialect.Dialect) {
	if d.session.opts.Attended || p.accepted {
		return
	}
	kept, err := d.session.opts.Store.Load(p.storedAs)
	if answered, _ := kept.Asked(by.Name); err == nil && !answered {
		kept.Answered(by.Name, true)
		err = d.session.opts.Store.Save(p.storedAs, kept)
	}
	d.session.remarkError(err)
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
	if p.accepted && spoken != nil && slices.Contains(spoken.Asks, req.Method) {
		p.connection.Load().isClient()
	}
	switch {
	case spoken == nil:
		d.recognizeBy(p, req.Method)
	case slices.Contains(spoken.Relearn, req.Method):
		d.relearn(p, spoken)
	case spoken.Teaches != nil:
		p.known.Learn(spoken.Teaches(req.Method, req.Params)...)
	}
}
