package intercept

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/session"
	"rpcsh/shell/tap"
)

// A held message waits for a person.
type held struct {
	tap     *Tap
	message *tap.Message
	request *answer.Request // what is parked for the person
	sender  *side
	end     context.CancelCauseFunc
}

// judge says what becomes of a message: a rule answers it, it is held, or it passes. It is called by the goroutine that
// is told the news, and so in the order of messages.
func (t *Tap) judge(m *tap.Message) {
	r := &rpcrec.Record{At: m.At, Conn: m.Conn, Dir: m.Dir, Data: m.Data}
	c := t.conn(m.Conn)
	c.meet()
	t.mu.Lock()
	t.taken[m.Number] = true
	filter := t.filter
	t.mu.Unlock()
	events := slices.Clone(t.decoder.Events(r))
	if len(events) == 1 && events[0].Kind == event.Request && t.session.Rules().Serves(events[0].Method) {
		c.from(m.Dir).ask(m, events[0].ID)
		return
	}
	if len(events) == 1 && events[0].Kind == event.Notification && c.from(m.Dir).withdraws(&events[0]) {
		t.control.Drop(m.Number)
		c.from(m.Dir).channel.put(m.Data)
		return
	}
	holds := filter != nil && slices.ContainsFunc(events, func(e event.Event) bool {
		e.Peer = c.server.peer.Event()
		return filter.Match(&e)
	})
	number := t.tellAll(c, r, events)
	if !holds || number == 0 {
		t.control.LetPass(m.Number)
		return
	}
	t.park(c, m, events, number)
}

// tellAll publishes the events of a message, and returns the number of the first.
func (t *Tap) tellAll(c *connection, r *rpcrec.Record, events []event.Event) (number uint64) {
	p := c.server.peer
	if t.session.Events().Frames() {
		session.Tell(p, &event.Event{Kind: event.Frame, Out: r.Dir == rpcrec.AToB, Frame: r.Data})
	}
	for i := range events {
		e := &events[i]
		if n := session.Tell(p, e); number == 0 {
			number = n
		}
		if e.Kind == event.Request || e.Kind == event.Notification {
			c.to(r.Dir).peer.Known().Observe(e.Method, false, e.Params, nil)
		}
	}
	return number
}

// park has a message wait for the person, by the number of its event.
func (t *Tap) park(c *connection, m *tap.Message, events []event.Event, number uint64) {
	h := &held{tap: t, message: m, sender: c.from(m.Dir)}
	e := &events[0]
	req := &rpcconn.Request{Method: e.Method, Params: bytes.Clone(e.Params), Time: time.Now()}
	switch {
	case len(events) > 1:
		req.Method = fmt.Sprintf("a batch of %d messages", len(events))
		req.Params, _ = h.sender.readable(m.Data)
	case e.Kind == event.Request:
		req.ID = e.ID
	case e.Kind == event.Response, e.Kind == event.Error:
		h.tap.answers[m.Number] = event.Event{
			Time: e.Time, ID: e.ID, Method: e.Method, Subject: e.Subject, Match: e.Match, Took: e.Took,
		}
		req.Method = "the answer to " + cmp.Or(e.Method, "#"+e.ID.String())
		if req.Params = bytes.Clone(e.Result); e.Err != nil {
			req.Params, _ = json.Marshal(e.Err)
		}
	case e.Kind == event.Other, e.Kind == event.Unreadable:
		req.Method, req.Params = cmp.Or(e.Method, "a message that is no RPC"), bytes.Clone(e.Value)
	}
	h.request = &answer.Request{Request: req, Peer: h.sender.peer, Number: number, Held: true}
	var ctx context.Context
	ctx, h.end = context.WithCancelCause(t.session.Context())
	t.mu.Lock()
	t.held[number] = h
	t.mu.Unlock()
	t.session.Go(func() { h.wait(ctx) })
}

// wait waits until the person has said what becomes of h: an answer, or nothing.
func (h *held) wait(ctx context.Context) {
	defer h.end(nil)
	result, err := h.tap.session.PendingRequests().Answer(ctx, h.request)
	h.tap.mu.Lock()
	delete(h.tap.held, h.request.Number)
	h.tap.mu.Unlock()
	var failure *rpcconn.Error
	switch {
	case errors.As(err, &failure), err == nil:
		if err := h.sender.reply(ctx, h, result, failure); err != nil {
			h.tap.report(fmt.Errorf("answering message %d: %w", h.request.Number, err))
		}
	case h.request.Remark == answer.Dropped:
		h.tap.control.Drop(h.message.Number)
	}
}

// leave says that h no longer waits for the person though they have said nothing.
func (h *held) leave(became string) { h.end(errors.New(became)) }

// all returns the messages that are held, in order.
func (t *Tap) all() []*held {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []*held
	for _, h := range t.held {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *held) int { return cmp.Compare(a.request.Number, b.request.Number) })
	return all
}

// Held returns how many messages are held.
func (t *Tap) Held() int { return len(t.all()) }

// Holding returns which messages are held from now on, and whether any are.
func (t *Tap) Holding() (filter event.Filter, holds bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.filter == nil {
		return event.Filter{}, false
	}
	return *t.filter, true
}

// Hold has messages wait that a filter chooses. The error says why that cannot be.
func (t *Tap) Hold(ctx context.Context, filter event.Filter) error {
	t.mu.Lock()
	was := t.filter
	t.filter = &filter
	t.mu.Unlock()
	err := t.Settle(ctx)
	if err != nil {
		t.mu.Lock()
		t.filter = was
		t.mu.Unlock()
	}
	return err
}

// Release ends Hold, and has all pass that is held; see PassAll.
func (t *Tap) Release(ctx context.Context) (passed int, gone []string, err error) {
	t.mu.Lock()
	t.filter = nil
	t.mu.Unlock()
	passed, gone = t.PassAll(ctx)
	return passed, gone, t.Settle(ctx)
}

// PassAll has all pass that is held, in order, and returns how many messages, and which sides, the server or the
// client, had closed their end of the connection before, so that some may have reached nobody.
func (t *Tap) PassAll(ctx context.Context) (passed int, gone []string) {
	all := t.all()
	gone = t.gone(ctx, all)
	for _, h := range all {
		if t.pass(h) == nil {
			passed++
		}
	}
	if passed == 0 {
		return 0, nil
	}
	return passed, gone
}

// gone returns for whom some messages were that have closed their end of the connection.
func (t *Tap) gone(ctx context.Context, all []*held) (sides []string) {
	type way struct {
		conn int
		dir  rpcrec.Direction
	}
	asked := make(map[way]bool)
	for _, h := range all {
		w, to := way{h.message.Conn, h.message.Dir}, "the server"
		if w.dir == rpcrec.BToA {
			to = "the client"
		}
		if asked[w] || slices.Contains(sides, to) {
			continue
		}
		asked[w] = true
		if is, err := t.control.Gone(ctx, w.conn, w.dir); err == nil && is { // else it is not known
			sides = append(sides, to)
		}
	}
	return sides
}

// find returns a message that is held. The error says that none of that number is.
func (t *Tap) find(number uint64) (*held, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if h := t.held[number]; h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("no message %d is held (.pending lists those that are)", number)
}

// Pass has a message pass that is held, as it came; gone is that of PassAll.
func (t *Tap) Pass(ctx context.Context, number uint64) (gone []string, err error) {
	h, err := t.find(number)
	if err != nil {
		return nil, err
	}
	gone = t.gone(ctx, []*held{h})
	if err := t.pass(h); err != nil {
		return nil, err
	}
	return gone, nil
}

func (t *Tap) pass(h *held) error {
	err := t.session.PendingRequests().Withdraw(h.request.Number, "has passed")
	if err == nil {
		t.control.LetPass(h.message.Number)
	}
	return err
}

// Message returns a message that is held as JSON, to be edited.
func (t *Tap) Message(number uint64) (json.RawMessage, error) {
	h, err := t.find(number)
	if err != nil {
		return nil, err
	}
	return h.sender.readable(h.message.Data)
}

// Edit passes on text in the place of a message that is held. The error says what is wrong with it: a message over
// which it stumbles is still held. gone is that of PassAll.
func (t *Tap) Edit(ctx context.Context, number uint64, text json.RawMessage) (gone []string, err error) {
	h, err := t.find(number)
	if err != nil {
		return nil, err
	}
	data, err := h.sender.encoded(text)
	if err != nil {
		return nil, err
	}
	gone = t.gone(ctx, []*held{h})
	t.mu.Lock()
	delete(t.held, number) // what is told of it is no news
	t.mu.Unlock()
	if err := t.control.Replace(ctx, h.message.Number, data); err != nil {
		t.mu.Lock()
		waits := t.taken[h.message.Number]
		if waits {
			t.held[number] = h
		}
		t.mu.Unlock()
		if !waits {
			h.leave("cannot pass any more")
		}
		return nil, err
	}
	_ = t.session.PendingRequests().Withdraw(number, "has passed, edited") // else it is known to have gone
	return gone, nil
}
