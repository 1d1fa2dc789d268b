package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
)

// A Call is a request or a notification to send.
type Call struct {
	Method string
	Params json.RawMessage // nil: no params member
	Notify bool            // a notification: nothing waits for an answer
	Extra  json.RawMessage // as in Message

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
	w, err := c.add(o, call)
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
		c.giveUp(w)
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
		w, addErr := c.add(o, &calls[i])
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
	if err != nil {
		for _, w := range waiting {
			c.giveUp(w)
		}
		return nil, c.sendError(err)
	}
	responses := make([]*Response, len(waiting))
	for i, w := range waiting {
		r, waitErr := c.wait(ctx, w)
		if responses[i] = r; err == nil {
			err = waitErr
		}
	}
	return responses, err
}

// sendError returns why a send failed: the end of the connection, if that is the reason, or else err.
func (c *Conn) sendError(err error) error {
	if err != nil && c.ending() {
		return c.closedError()
	}
	return err
}

// add appends call to o's packet. The waiter is nil for a notification.
func (c *Conn) add(o *outgoing, call *Call) (*waiter, error) {
	m := Message{Kind: KindNotification, Method: call.Method, Params: call.Params, Extra: call.Extra}
	if call.Notify {
		if c.Err() != nil {
			return nil, c.closedError()
		}
		o.packet.Messages = append(o.packet.Messages, m)
		return nil, nil
	}
	w := waiters.Get().(*waiter)
	w.onResponse = call.OnResponse
	c.mu.Lock()
	ended := c.err != nil
	if !ended {
		c.calls.add(w)
	}
	c.mu.Unlock()
	if ended {
		w.free()
		return nil, c.closedError()
	}
	m.Kind, m.ID = KindRequest, IntID(w.id)
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
		w.free()
		if r == nil {
			return nil, c.closedError()
		}
		return r, nil
	case <-ctx.Done():
		if r := c.giveUp(w); r != nil {
			return r, nil // it arrived just in time
		}
		return nil, fmt.Errorf("no answer: %w", context.Cause(ctx))
	}
}

// giveUp stops waiting. It returns the answer if one has arrived nevertheless.
func (c *Conn) giveUp(w *waiter) *Response {
	c.mu.Lock()
	waited := c.calls.remove(w)
	c.mu.Unlock()
	var r *Response
	if !waited {
		r = <-w.done // whoever removed w from the table sends
	}
	w.free()
	return r
}

// resolve hands r to the call that waits for it; it reports false if none does.
func (c *Conn) resolve(r *Response) bool {
	id, ok := r.ID.Int()
	if !ok {
		return false
	}
	c.mu.Lock()
	w := c.calls.take(id)
	c.mu.Unlock()
	if w == nil {
		return false
	}
	if w.onResponse != nil {
		w.onResponse(r)
	}
	w.done <- r
	return true
}

var errEmptyBatch = errors.New("a batch needs at least one call")

// A waiter is a call that waits for its answer. Whoever removes it from the table sends to done, once. Only the caller
// that waits receives from done, and then frees the waiter for reuse.
type waiter struct {
	id         int64
	done       chan *Response // of one; nil: the connection ended
	onResponse func(*Response)
}

var waiters = sync.Pool{New: func() any { return &waiter{done: make(chan *Response, 1)} }}

func (w *waiter) free() {
	w.onResponse = nil
	waiters.Put(w)
}

// A callTable finds the waiter for an id. Ids are assigned in sequence and looked up by their low bits; an id whose
// slot is still in use is skipped.
type callTable struct {
	slots []*waiter // a power of two in length, at most half of it in use
	n     int
	last  int64 // the last id assigned
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
		if slot := &t.slots[t.last&mask]; *slot == nil {
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
	if len(t.slots) == 0 {
		return nil
	}
	slot := &t.slots[id&int64(len(t.slots)-1)]
	w := *slot
	if w == nil || w.id != id {
		return nil
	}
	*slot = nil
	t.n--
	return w
}

// remove removes w and reports whether it was in the table. Ids wrap around, so the slot may hold another waiter by
// now.
func (t *callTable) remove(w *waiter) bool {
	if len(t.slots) == 0 || t.slots[w.id&int64(len(t.slots)-1)] != w {
		return false
	}
	t.take(w.id)
	return true
}

func (t *callTable) takeAll() []*waiter {
	var all []*waiter
	for _, w := range t.slots {
		if w != nil {
			all = append(all, w)
		}
	}
	t.slots, t.n = nil, 0
	return all
}
