package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Call is a request or a notification to send.
type Call struct {
	Method string
	Params json.RawMessage // nil: no params member
	Notify bool            // a notification: nothing waits for an answer
	Extra  json.RawMessage // as in Message
	// of a request that is sent alone: the id that it has, instead of one in sequence; none: the next one. That of
	// another call that waits is an *IDError.
	ID ID

	OnID   func(ID) // if set, gets the request's id before the request is sent
	OnSent func()   // if set, is called once the call, or its batch, has been sent without error
	// if set, gets the response before the caller does; the rules for the On functions of Options apply
	OnResponse func(*Response)
}

// Call sends a request and waits for the answer, which may be an error (Response.Err). A non-nil error means that there
// is no answer: ErrClosed (wrapped), ctx's error, or why the request could not be sent.
func (c *Conn) Call(ctx context.Context, method string, params json.RawMessage) (*Response, error) {
	return c.Do(ctx, &Call{Method: method, Params: params})
}

// Notify sends a notification. It waits for nothing but room in the channel.
func (c *Conn) Notify(ctx context.Context, method string, params json.RawMessage) error {
	_, err := c.Do(ctx, &Call{Method: method, Params: params, Notify: true})
	return err
}

// Do sends call, a request or a notification; Call and Notify are its short forms. The Response of a notification is
// nil.
func (c *Conn) Do(ctx context.Context, call *Call) (*Response, error) {
	o := newOutgoing()
	w, err := c.add(o, call, nil)
	if err != nil {
		o.free()
		return nil, err
	}
	err = c.send(ctx, o)
	o.free()
	if err == nil && call.OnSent != nil {
		call.OnSent()
	}
	if w == nil {
		return nil, c.sendError(err)
	}
	if err != nil {
		c.awaitRest(err, []*waiter{w})
		if r, failure := c.giveUp(w); r != nil || failure != nil {
			return r, failure // it was answered, whatever became of sending it
		}
		return nil, c.sendError(err)
	}
	return c.wait(ctx, w)
}

// Batch sends calls, at least one, as one batch (JSON-RPC 2.0 section 6) and waits for the answers to its requests,
// which it returns in their order; notifications have none. If an error is returned, the answers that had arrived are
// in the slice and the others are nil; the slice is nil if the batch could not be sent.
func (c *Conn) Batch(ctx context.Context, calls []Call) ([]*Response, error) {
	if len(calls) == 0 {
		return nil, errEmptyBatch
	}
	o := newOutgoing()
	o.packet.Batch = true
	var waiting []*waiter
	var err error
	for i := range calls {
		w, addErr := c.add(o, &calls[i], waiting)
		if addErr != nil {
			err = addErr
			break
		}
		if w != nil {
			waiting = append(waiting, w)
		}
	}
	if err == nil {
		err = c.send(ctx, o)
	}
	o.free()
	for i := range calls {
		if err == nil && calls[i].OnSent != nil {
			calls[i].OnSent()
		}
	}
	responses := make([]*Response, len(waiting))
	if err != nil {
		c.awaitRest(err, waiting)
		some := false
		for i, w := range waiting {
			var failure error
			if responses[i], failure = c.giveUp(w); failure != nil {
				err, some = failure, true // it says more than that of sending
			}
			some = some || responses[i] != nil
		}
		if !some {
			responses = nil
		}
		return responses, c.sendError(err)
	}
	for i, w := range waiting {
		r, waitErr := c.wait(ctx, w)
		if responses[i] = r; err == nil {
			err = waitErr
		}
	}
	return responses, err
}

// restPatience is how long answers may be on their way from the channel to their calls.
const restPatience = 20 * time.Millisecond

// awaitRest waits a moment for the answers to waiting if err is that some of them will not come: the others have come,
// and are being handed out by the goroutine that reads.
func (c *Conn) awaitRest(err error, waiting []*waiter) {
	var unanswered *UnansweredError
	if !errors.As(err, &unanswered) {
		return
	}
	timeout := time.NewTimer(restPatience)
	defer timeout.Stop()
	tick := time.NewTicker(restPatience / 20)
	defer tick.Stop()
	for slices.ContainsFunc(waiting, func(w *waiter) bool { return len(w.done) == 0 }) {
		select {
		case <-tick.C:
		case <-timeout.C:
			return
		}
	}
}

// endPatience is how long a send that failed because there is nobody to read waits for the end of the connection, whose
// reason says more.
const endPatience = time.Second

// sendError returns why a send failed: the end of the connection, if that is the reason, or else err.
func (c *Conn) sendError(err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) {
		timeout := time.NewTimer(endPatience)
		defer timeout.Stop()
		select {
		case <-c.done:
		case <-timeout.C:
		}
	}
	if err != nil && c.ending() {
		return c.closedError()
	}
	return err
}

// add appends call to o's packet, after those of its batch that wait already. The waiter is nil for a notification.
func (c *Conn) add(o *outgoing, call *Call, batch []*waiter) (*waiter, error) {
	m := Message{Kind: KindNotification, Method: call.Method, Params: call.Params, Extra: call.Extra}
	if call.Notify {
		if c.Err() != nil {
			return nil, c.closedError()
		}
		o.packet.Messages = append(o.packet.Messages, m)
		return nil, nil
	}
	w := waiters.Get().(*waiter)
	w.onResponse, w.batched = call.OnResponse, o.packet.Batch
	c.mu.Lock()
	ended := c.err != nil
	var err error
	switch {
	case ended:
	case call.ID.IsNone():
		c.calls.add(w)
	default:
		err = c.calls.addOwn(w, call.ID)
	}
	if w.first = w.id; len(batch) > 0 {
		w.first = batch[0].first
	}
	c.mu.Unlock()
	if ended {
		err = c.closedError()
	}
	if err != nil {
		w.free()
		return nil, err
	}
	m.Kind, m.ID = KindRequest, w.wireID()
	if call.OnID != nil {
		call.OnID(m.ID)
	}
	o.packet.Messages = append(o.packet.Messages, m)
	return w, nil
}

// wait returns the answer that w waits for.
func (c *Conn) wait(ctx context.Context, w *waiter) (*Response, error) {
	select {
	case r := <-w.done:
		failure := w.failure
		w.free()
		switch {
		case r != nil:
			return r, nil
		case failure != nil:
			return nil, failure
		}
		return nil, c.closedError()
	case <-ctx.Done():
		r, failure := c.giveUp(w)
		if r != nil || failure != nil {
			return r, failure // it arrived just in time
		}
		return nil, &GivenUpError{Cause: context.Cause(ctx), Seen: c.seen()}
	}
}

// seen says what has come that may have been an answer; "": nothing.
func (c *Conn) seen() string {
	c.mu.Lock()
	unread := c.unread
	c.mu.Unlock()
	var seen []string
	switch unread.n {
	case 0:
	case 1:
		seen = append(seen, "what came could not be read: "+unread.reason)
	default:
		seen = append(seen, fmt.Sprintf("the last %d messages could not be read: %s", unread.n, unread.reason))
	}
	if part := PartialOf(c.ch); part != nil {
		seen = append(seen, part.String())
	}
	return strings.Join(seen, "; ")
}

// giveUp stops waiting. It returns the answer, or why there is none, if that has arrived nevertheless.
func (c *Conn) giveUp(w *waiter) (r *Response, failure error) {
	c.mu.Lock()
	waited := c.calls.remove(w)
	c.mu.Unlock()
	if !waited {
		r = <-w.done // whoever removed w from the table sends
		failure = w.failure
	}
	w.free()
	return r, failure
}

var errEmptyBatch = errors.New("a batch needs at least one call")

// A waiter is a call that waits for its answer. Whoever removes it from the table sends to done, once. Only the caller
// that waits receives from done, and then frees the waiter for reuse.
type waiter struct {
	id         int64          // negative where own is the one on the wire
	own        ID             // that was chosen for it; none: id is on the wire
	first      int64          // the id of the first call of its batch; its own where it is alone
	batched    bool           // it is in a batch, perhaps alone
	done       chan *Response // of one; nil: there is none, because of failure, or because the connection ended
	failure    error          // set before done gets nil
	onResponse func(*Response)
}

var waiters = sync.Pool{New: func() any { return &waiter{done: make(chan *Response, 1)} }}

// wireID returns the id that the request and its response have.
func (w *waiter) wireID() ID {
	if w.own.IsNone() {
		return IntID(w.id)
	}
	return w.own
}

func (w *waiter) free() {
	w.own, w.onResponse, w.failure = ID{}, nil, nil
	waiters.Put(w)
}

// A callTable finds the waiter for an id. Ids are assigned in sequence and looked up by their low bits; an id whose
// slot is still in use is skipped.
type callTable struct {
	slots []*waiter // a power of two in length, at most half of it in use
	n     int
	last  int64 // the last id assigned

	own     map[ID]*waiter // with ids that were chosen for them, by their Plain
	lastOwn int64          // the last number given to one of these, negative
}

// add gives w the next id. Ids stay within 32 bits because some peers truncate larger ones.
func (t *callTable) add(w *waiter) {
	if 2*t.n >= len(t.slots) {
		t.grow()
	}
	mask := int64(len(t.slots) - 1)
	for {
		if t.last == math.MaxInt32 {
			t.last = 0
		}
		t.last++
		if slot := &t.slots[t.last&mask]; *slot == nil && (len(t.own) == 0 || t.own[IntID(t.last)] == nil) {
			*slot, w.id = w, t.last
			t.n++
			return
		}
	}
}

func (t *callTable) grow() {
	slots := make([]*waiter, max(16, 2*len(t.slots)))
	mask := int64(len(slots) - 1)
	for _, w := range t.slots {
		if w != nil {
			slots[w.id&mask] = w
		}
	}
	t.slots = slots
}

// take removes and returns the waiter for id, nil if there is none.
func (t *callTable) take(id int64) *waiter {
	if !t.has(id) {
		return t.takeOwn(IntID(id))
	}
	slot := &t.slots[id&int64(len(t.slots)-1)]
	w := *slot
	*slot = nil
	t.n--
	return w
}

// remove removes w and reports whether it was in the table. Ids wrap around, so the slot may hold another waiter by
// now.
func (t *callTable) remove(w *waiter) bool {
	if !w.own.IsNone() {
		return t.removeOwn(w)
	}
	if len(t.slots) == 0 || t.slots[w.id&int64(len(t.slots)-1)] != w {
		return false
	}
	t.take(w.id)
	return true
}

// takeLone removes and returns the waiters of the only call, or the only batch, that there are; none where there are
// several.
func (t *callTable) takeLone() []*waiter {
	var lone *waiter
	if len(t.own) > 0 {
		if t.n > 1 {
			return nil // none of these is in a batch
		}
		return t.takeAll()
	}
	for _, w := range t.slots {
		switch {
		case w == nil:
		case lone != nil && w.first != lone.first:
			return nil
		default:
			lone = w
		}
	}
	return t.takeAll()
}

// takeLoneBatch is takeLone for a batch.
func (t *callTable) takeLoneBatch() []*waiter {
	if slices.ContainsFunc(t.slots, func(w *waiter) bool { return w != nil && !w.batched }) || len(t.own) > 0 {
		return nil
	}
	return t.takeLone()
}

func (t *callTable) takeAll() []*waiter {
	all := t.takeAllOwn()
	for _, w := range t.slots {
		if w != nil {
			all = append(all, w)
		}
	}
	t.slots, t.n = nil, 0
	return all
}
