// Package intercept is a tap as a session has it: what passes becomes the session's events, the two sides become peers
// that can be called, and messages are held, answered and changed as a person and the session's rules have it. The tap
// itself knows none of that: it may run in another process, and does what it is told.
//
//   - intercept.go: what the tap tells, and becomes events
//   - hold.go: messages that are held, until a person says what becomes of them
//   - side.go: the two sides of a connection, as peers
package intercept

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/recording"
	"rpcsh/shell/session"
	"rpcsh/shell/tap"
)

// A Tap is one that a session looks at and controls. Its methods may be called by any number of goroutines.
type Tap struct {
	session *session.Session
	control *tap.Control
	about   tap.About

	// of the goroutine that is told the news

	decoder *recording.Decoder
	answers map[uint64]event.Event // numbers of the tap: answers that are held

	switching sync.Mutex // held while it is said whether messages are intercepted

	mu      sync.Mutex // protects what follows
	conns   map[int]*connection
	held    map[uint64]*held // by their numbers in the session
	taken   map[uint64]bool  // numbers of the tap: messages whose events were published when they came
	filter  *event.Filter    // which messages are held; nil: none
	on      bool             // messages are intercepted
	leaving bool             // the session ends
}

// Tags of what is injected, by which the tap tells it.
const (
	tagCall  = 1 // by a peer of the session, which has an event for it
	tagReply = 2 // by a person, in the place of one side
)

// Attach begins to look at the tap at the other end of a stream. The session's rules answer in the place of the sides
// from then on.
func Attach(ctx context.Context, s *session.Session, stream io.ReadWriteCloser) (*Tap, error) {
	t := &Tap{
		session: s, conns: make(map[int]*connection), held: make(map[uint64]*held), taken: make(map[uint64]bool),
		answers: make(map[uint64]event.Event),
	}
	watches := make(chan struct{})
	t.control = tap.NewControl(stream, func(news tap.News) {
		select {
		case <-watches:
			t.tell(news)
		default: // nobody has asked for it
		}
	})
	var err error
	if t.about, err = t.control.About(ctx); err == nil {
		t.decoder = recording.NewDecoder(t.about.Start)
		changed := make(chan struct{}, 1)
		s.Rules().OnChange(func() {
			select {
			case changed <- struct{}{}:
			default: // it is known already
			}
		})
		s.Go(func() { t.followRules(changed) })
		close(watches) // what is told comes before the answers to what is asked from now on
		err = t.control.Watch(ctx)
	}
	if err == nil {
		err = t.Settle(ctx) // scripts may be served already
	}
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// About returns what the tap is.
func (t *Tap) About() tap.About { return t.about }

// Done is closed when the tap has gone.
func (t *Tap) Done() <-chan struct{} { return t.control.Done() }

// Linger waits until the tap has gone, or ctx ends.
func (t *Tap) Linger(ctx context.Context) {
	select {
	case <-t.Done():
	case <-ctx.Done():
	}
}

// Close leaves the tap to itself: all that is held passes. It is called before the session is closed.
func (t *Tap) Close() {
	t.mu.Lock()
	t.leaving = true
	t.mu.Unlock()
	t.control.Close()
	for _, h := range t.all() {
		h.leave("has passed")
	}
}

// followRules has messages intercepted, or not, as the session's rules come and go.
func (t *Tap) followRules(changed <-chan struct{}) {
	for {
		select {
		case <-changed:
			t.report(t.Settle(t.session.Context()))
		case <-t.session.Context().Done():
			return
		case <-t.Done():
			return
		}
	}
}

// report publishes an error for which nobody waits.
func (t *Tap) report(err error) {
	if err != nil && t.session.Context().Err() == nil && !errors.Is(err, rpcconn.ErrClosed) {
		t.session.Problem(err.Error())
	}
}

// Claim has messages intercepted for a rule that is about to be set. The error says why that cannot be: another shell
// does. Settle takes it back where no rule was set.
func (t *Tap) Claim(ctx context.Context) error {
	t.switching.Lock()
	defer t.switching.Unlock()
	t.mu.Lock()
	done := t.on || t.leaving
	t.mu.Unlock()
	if done {
		return nil
	}
	if err := t.control.Intercept(ctx, true); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.on = true
	return nil
}

// Settle has messages intercepted where a filter or a rule wants some, and no others. That is done for rules that come
// and go, too, but somewhat later.
func (t *Tap) Settle(ctx context.Context) error {
	t.switching.Lock()
	defer t.switching.Unlock()
	t.mu.Lock()
	want := t.filter != nil || len(t.session.Rules().List()) > 0
	if want == t.on || t.leaving {
		t.mu.Unlock()
		return nil
	}
	t.mu.Unlock()
	if err := t.control.Intercept(ctx, want); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.on = want
	return nil
}

// tell takes what the tap tells.
func (t *Tap) tell(news tap.News) {
	if m := news.Message; m != nil {
		t.judge(m)
		return
	}
	r := news.Record
	was, isAnswer := t.answers[news.Number]
	delete(t.answers, news.Number)
	switch c := t.conn(r.Conn); {
	case !r.IsMessage():
		t.happened(c, r)
	case news.Tag == tagCall && r.Kind == rpcrec.Dropped: // it answers a call of ours
		c.meet()
		c.from(r.Dir).channel.put(r.Data)
	case news.Tag == tagCall: // which was published when it was made
	case news.Number > 0 && t.known(news.Number, r.Kind):
	case isAnswer:
		t.publishEdited(c, r, &was)
	default:
		t.publish(c, r)
	}
}

// known reports whether a message that waited, and does not any more, has been published as it is: when it came. What
// was held and is gone for another reason than a person's word no longer waits for them.
func (t *Tap) known(number uint64, kind string) bool {
	t.mu.Lock()
	is := t.taken[number]
	delete(t.taken, number)
	var gone *held
	for _, h := range t.held {
		if h.message.Number == number {
			gone = h
		}
	}
	t.mu.Unlock()
	if gone != nil {
		became := "has passed"
		if kind == rpcrec.Dropped {
			became = "cannot pass any more: the connection has ended"
		}
		gone.leave(became)
	}
	return is && kind != rpcrec.Edited
}

// publish publishes a message as the session's events, and returns the number of the first.
func (t *Tap) publish(c *connection, r *rpcrec.Record) (number uint64) {
	c.meet()
	return t.tellAll(c, r, t.decoder.Events(r))
}

// publishEdited publishes an answer that was edited: its request is that of what it was, which has come already.
func (t *Tap) publishEdited(c *connection, r *rpcrec.Record, was *event.Event) {
	events := t.decoder.Events(r)
	for i := range events {
		if e := &events[i]; e.Match == event.Unmatched && e.ID == was.ID {
			e.Method, e.Subject, e.Match, e.Took = was.Method, was.Subject, was.Match, was.Took+e.Time.Sub(was.Time)
		}
	}
	t.tellAll(c, r, events)
}

// happened publishes what is no message.
func (t *Tap) happened(c *connection, r *rpcrec.Record) {
	events := slices.Clone(t.decoder.Events(r)) // of which there is one at most
	var x recording.Details
	if r.Details != nil && json.Unmarshal(r.Details, &x) == nil && x.Framing != "" {
		c.framing = x.Framing
	}
	if t.decoder.Opened(r.Conn).Protocol != "" {
		c.meet()
	}
	for _, e := range events {
		if c.server == nil {
			e.Peer = event.Peer{}
			t.session.Events().Publish(&e)
			continue
		}
		session.Tell(c.server.peer, &e)
	}
	if r.Event == rpcrec.Close {
		t.forget(c)
	}
}

// conn returns a connection, which is known from now on.
func (t *Tap) conn(number int) *connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.conns[number]
	if c == nil {
		c = &connection{tap: t, number: number}
		t.conns[number] = c
	}
	return c
}

// forget forgets a connection that has ended.
func (t *Tap) forget(c *connection) {
	t.mu.Lock()
	delete(t.conns, c.number)
	t.mu.Unlock()
	if c.server == nil {
		return
	}
	c.server.channel.end()
	c.client.channel.end()
	if current := t.session.Peers().Current(); current == c.server.peer || current == c.client.peer {
		if other := t.any(); other != nil { // as the next connection over HTTP
			t.session.Peers().Use(other.server.peer)
		}
	}
}

// any returns a connection that stands, nil where there is none.
func (t *Tap) any() *connection {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.conns {
		if c.server != nil {
			return c
		}
	}
	return nil
}

// A connection is one that passes the tap.
type connection struct {
	tap            *Tap
	number         int
	server, client *side                // nil: it is not known what is spoken
	framing        string               // that is spoken; "": none is known, or needed
	codec          func() rpcconn.Codec // a new one of what is spoken
}

// meet makes the two sides peers, where that was not done. It is called by the goroutine that is told the news.
func (c *connection) meet() {
	if c.server != nil {
		return
	}
	opened := c.tap.decoder.Opened(c.number)
	name := opened.Protocol
	if name == "" {
		name = dialect.JSONRPC
	}
	p, err := dial.FindProtocol(name)
	if err != nil { // of a later version
		p, _ = dial.FindProtocol(dialect.JSONRPC)
	}
	wire := dial.Wire{Protocol: p, Framing: c.framing}
	c.codec = p.NewCodec
	server := c.newSide("server", rpcrec.AToB, opened.Target, wire)
	client := c.newSide("client", rpcrec.BToA, "of "+opened.Target, wire)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.server, c.client = server, client
}

// from returns the side that has sent what passes in a direction.
func (c *connection) from(d rpcrec.Direction) *side {
	if d == rpcrec.AToB {
		return c.client
	}
	return c.server
}

// to returns the side that gets what passes in a direction.
func (c *connection) to(d rpcrec.Direction) *side {
	if d == rpcrec.AToB {
		return c.server
	}
	return c.client
}

// errNoSide says that a request has not come from one of the sides.
var errNoSide = errors.New("it has not passed a tap")

// Other returns the peer on the other side of the connection of p.
func (t *Tap) Other(number int) (*session.Peer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.conns {
		switch {
		case c.server == nil:
		case c.server.peer.Number() == number:
			return c.client.peer, nil
		case c.client.peer.Number() == number:
			return c.server.peer, nil
		}
	}
	return nil, fmt.Errorf("peer %d: %w", number, errNoSide)
}
