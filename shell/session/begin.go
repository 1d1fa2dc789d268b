package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/advice"
	"rpcsh/shell/exit"
)

const (
	handshakePause = time.Second            // that calls wait for the end of a handshake for which nobody asked
	acceptedPause  = 150 * time.Millisecond // that a peer which came to us has to begin the session itself
)

// begin makes the handshake with p where its protocol has one, and asks what it offers where a person may want to know.
func (d *Discovery) begin(p *Peer, w dial.Wire) {
	c := p.connection.Load()
	if c.discovers.Swap(true) {
		return
	}
	spoken := dialects.Find(w.Protocol.Name)
	if spoken != nil && spoken.Learn != nil && (!p.accepted || named(p) == spoken.Name) {
		p.dialect.Store(spoken)
	}
	opening, plan := d.opening(p, w), d.plan(p, w)
	unasked := opening == nil && (!d.session.opts.Attended || len(plan) == 0)
	if !d.session.opts.Discover || p.notAsked.Load() || unasked {
		c.begin()
		close(c.learned)
		return
	}
	d.session.tasks.Go(func() {
		defer close(c.learned)
		switch {
		case opening == nil:
			patience := time.AfterFunc(handshakePause, c.begin)
			defer patience.Stop()
			d.ask(d.session.done, p, c, plan, &inquiry{timeout: questionTimeout})
			c.begin()
		default:
			d.open(p, c, opening, plan)
		}
	})
}

// named returns the protocol that was said to be p's, "" where that was left open.
func named(p *Peer) string {
	if p.cfg.Protocol == dial.Auto {
		return ""
	}
	return p.cfg.Protocol
}

// opening returns the dialect whose handshake p gets though nobody asks what it offers: that of the protocol which was
// named, or found for a person, or the one by which p has begun a session in an earlier run. nil: there is none.
func (d *Discovery) opening(p *Peer, w dial.Wire) *dialect.Dialect {
	own := p.Dialect()
	switch {
	case own != nil && own.Handshake != nil && (named(p) == own.Name || d.session.opts.Attended):
		return own
	case named(p) != "" || p.accepted:
		return nil
	}
	for _, by := range d.fitting(p, w) {
		if answered, _ := p.known.Asked(by.Name); answered && by.Handshake != nil {
			return by
		}
	}
	return nil
}

// Unbegun returns the names of the profiles by one of which a session with p has perhaps to be begun before it is
// called: in a run that does not say which, and does not ask. none: it has been begun, or there is no such profile.
func (d *Discovery) Unbegun(p *Peer) (profiles []string) {
	if w, known := p.Link().Wire(); known {
		return d.unbegun(p, w)
	}
	return nil
}

func (d *Discovery) unbegun(p *Peer, w dial.Wire) (profiles []string) {
	c, own := p.connection.Load(), p.Dialect()
	asks := d.session.opts.Attended && d.session.opts.Discover && !p.notAsked.Load()
	begins := named(p) != "" && own != nil && own.Handshake != nil
	if asks || begins || p.accepted || c.opened.Load() {
		return nil
	}
	for _, by := range d.fitting(p, w) {
		switch _, made := c.handshakeOf(by.Name); {
		case made:
			return nil
		case by.Handshake != nil && (by == own || by.Fits(spokenBy(p, w)) == dialect.RankFirst):
			profiles = append(profiles, by.Name)
		}
	}
	return profiles
}

// open begins the session with p by the handshake of by. A person may want to know more: then p is asked by all of
// plan.
func (d *Discovery) open(p *Peer, c *connection, by *dialect.Dialect, plan []*dialect.Dialect) {
	defer c.begin()
	if p.accepted && d.isClient(c, by) {
		p.dialect.Store(nil) // which says what servers have
		return
	}
	if d.session.opts.Attended {
		d.ask(d.session.done, p, c, plan, &inquiry{timeout: questionTimeout})
		return
	}
	answer, err := d.handshake(d.session.done, p, c, by)
	var refused *rpcconn.Error
	switch {
	case errors.As(err, &refused), errors.Is(err, dialect.ErrNotOffered):
		p.note(fmt.Sprintf("%s: beginning the session by %s: %v", p.Title(), by.Name, err))
	case errors.Is(err, errors.ErrUnsupported): // an HTTP client, which is not called
	case err != nil:
		if errors.Is(err, exit.ErrTimeout) {
			err = fmt.Errorf("%w (-t or --handshake-timeout gives it longer, --no-discover begins no session)", err)
		}
		c.failed(fmt.Errorf("beginning the session with %s by %s: %w", p.Title(), by.Name, advice.For(err)))
	case by.Tools == nil: // the answer tells all that there is to know
		if learned, err := by.Learn(d.session.done, d.asker(p, c, questionTimeout), answer); err == nil {
			d.learn(p, by, learned, new(inquiry))
		}
	}
}

// recognizeBy takes p for a peer of the dialect that its message shows, and begins the session where nobody has. It is
// called by the goroutine that reads from p.
func (d *Discovery) recognizeBy(p *Peer, method string) {
	if !d.session.opts.Discover || named(p) != "" || !p.accepted && !d.session.opts.Attended {
		return
	}
	by := dialects.Recognize(method)
	if by == nil {
		return
	}
	c := p.connection.Load()
	d.recognize(p, c, by)
	if by.Handshake == nil || c.opened.Load() || c.shown.Swap(true) {
		return
	}
	p.note(fmt.Sprintf("%s speaks %s, as %s shows", p.Title(), by.Title, method))
	d.session.tasks.Go(func() {
		defer close(c.reopened)
		d.open(p, c, by, []*dialect.Dialect{by})
	})
}

// isClient reports whether a peer which came to us is one that begins the session itself: it does so at once, or
// somebody has said how that is answered.
func (d *Discovery) isClient(c *connection, by *dialect.Dialect) bool {
	if d.session.rules.Serves(by.Asks[0]) {
		return true
	}
	select {
	case <-c.client:
		return true
	case <-c.Done():
		return true
	case <-time.After(acceptedPause):
		return false
	}
}

// handshake begins the session with p by by, where that was not done, and returns p's answer.
func (d *Discovery) handshake(
	ctx context.Context, p *Peer, c *connection, by *dialect.Dialect,
) (answer json.RawMessage, err error) {
	if by.Handshake == nil {
		return nil, nil
	}
	if err := c.handshaking.Take(ctx); err != nil {
		return nil, fmt.Errorf("%s: waiting for the handshake that goes on: %w", by.Asks[0], err)
	}
	defer c.handshaking.Put()
	if answer, made := c.handshakeOf(by.Name); made {
		return answer, nil
	}
	answer, err = by.Handshake(ctx, d.asker(p, c, d.session.Settings().handshake()), d.session.opts.Self)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", by.Asks[0], err)
	}
	c.keepHandshake(by.Name, answer)
	d.rememberBegun(p, by)
	d.recognize(p, c, by)
	return answer, nil
}

// Ensure asks p what it offers, in a run without a person that wants to know and was not told yet.
func (d *Discovery) Ensure(ctx context.Context, p *Peer) {
	if d.session.opts.Attended || !d.session.opts.Discover || !p.Alive() {
		return
	}
	c := p.connection.Load()
	w, known := c.Wire()
	told := func(m *catalog.Method) bool { return !m.Source.Inferred() }
	if known && !p.known.Has(told) {
		plan := d.plan(p, w)
		ctx, cancel, each := d.share(ctx, len(plan))
		defer cancel()
		d.askOnce(ctx, p, c, plan, each)
	}
}

// askOnce asks p by plan, in a run without a person that has to know, if that was not done. timeout is for a question.
func (d *Discovery) askOnce(
	ctx context.Context, p *Peer, c *connection, plan []*dialect.Dialect, timeout time.Duration,
) {
	if c.asking.Take(ctx) != nil {
		return
	}
	defer c.asking.Put()
	if !c.inquired.Load() {
		d.askInTurn(ctx, p, c, plan, &inquiry{timeout: timeout})
		c.inquired.Store(ctx.Err() == nil)
	}
}

// HasBegun reports whether AwaitSession need not wait.
func (s *Session) HasBegun(peers []*Peer, methods ...string) bool {
	return !slices.ContainsFunc(peers, func(p *Peer) bool {
		c := p.connection.Load()
		begun := closed(c.begun) && (closed(c.reopened) || !c.shown.Load()) && c.failure() == nil
		told := closed(c.learned) && (s.opts.Attended || c.inquired.Load())
		return !begun || !told && wantsTools(p, c, methods)
	})
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
// are known. The error says what was waited for when ctx ended, or why a session has not begun that had to.
func (s *Session) AwaitSession(ctx context.Context, peers []*Peer, methods ...string) error {
	for _, p := range peers {
		c := p.connection.Load()
		select {
		case <-c.begun:
		case <-ctx.Done():
			return errors.New("the session has not begun")
		}
		if c.shown.Load() {
			select {
			case <-c.reopened:
			case <-ctx.Done():
				return errors.New("the session has not begun")
			}
		}
		if err := c.failure(); err != nil {
			return err
		}
		if !wantsTools(p, c, methods) {
			continue
		}
		select {
		case <-c.learned:
		case <-ctx.Done():
			return errors.New("the tools are not known yet")
		}
		if err := s.discovery.askTools(ctx, p, c, methods); err != nil {
			return err
		}
	}
	return nil
}

// askTools asks p for its tools where no person had it asked before, because one of methods may be one.
func (d *Discovery) askTools(ctx context.Context, p *Peer, c *connection, methods []string) error {
	own := p.Dialect()
	if d.session.opts.Attended || !d.session.opts.Discover || own == nil {
		return nil
	}
	limit := d.session.Settings().handshake()
	ctx, cancel := limited(ctx, limit)
	defer cancel()
	d.askOnce(ctx, p, c, []*dialect.Dialect{own}, 0) // which ctx bounds
	if cause := context.Cause(ctx); cause != nil && wantsTools(p, c, methods) {
		if !errors.Is(cause, exit.ErrTimeout) {
			return cause
		}
		const text = "asking %s for its tools: %w after %s (-t or --handshake-timeout gives it longer)"
		return fmt.Errorf(text, p.Title(), exit.ErrTimeout, limit)
	}
	return nil
}

// wantsTools reports whether one of methods may be the name of a tool that is not known yet. A peer tells its tools in
// a session that we have begun.
func wantsTools(p *Peer, c *connection, methods []string) bool {
	d := p.Dialect()
	if d == nil || d.Tools == nil {
		return false
	}
	_, begun := c.handshakeOf(d.Name)
	return begun && slices.ContainsFunc(methods, func(m string) bool { return d.Tools(m) && !p.known.Knows(m) })
}

// limited returns a context that ends with exit.ErrTimeout after a time; 0: it does not.
func limited(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, timeout, exit.ErrTimeout)
}
