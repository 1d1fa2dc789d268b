package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"
)

// A Call is a request or notification to be sent.
type Call struct {
	Method string
	Params json.RawMessage // nil: no params member
	Notify bool            // a notification: no answer is waited for
	Extra  json.RawMessage // as in Message

	OnID   func(ID) // if set, is told the request's id before it is sent
	OnSent func()   // if set, is called when the request has been sent, unless that failed; Batch does not
	// if set, has the answer before the one who waits; under the terms of the On functions of Options
	OnResponse func(*Response)
}

// Call sends a request and waits for the answer, which may be an error (Response.Err). Its own error says that there is
// none: ErrClosed (wrapped), ctx's, or that the request could not be sent.
func (c *Conn) Call(ctx context.Context, method string, params json.RawMessage) (*Response, error) {
	return c.Do(ctx, &Call{Method: method, Params: params})
}

// Notify sends a notification; it waits for nothing but room to send it in.
func (c *Conn) Notify(ctx context.Context, method string, params json.RawMessage) error {
	_, err := c.Do(ctx, &Call{Method: method, Params: params, Notify: true})
	return err
}

// Do is Call or Notify, with all that a Call can say. The Response of a notification is nil.
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
// which it returns in their order; notifications have none. With an error, the answers that had come by then are there,
// the others nil; there are none at all where the batch could not be sent.
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

// sendError returns why a send failed: that the connection is gone, where it is.
func (c *Conn) sendError(err error) error {
	if err != nil && c.ending() {
		return c.closedError()
	}
	return err
}

// add appends call to what o is to send. The waiter is nil for a notification.
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
			return r, nil // it came at the last moment
		}
		return nil, fmt.Errorf("no answer: %w", context.Cause(ctx))
	}
}

// giveUp stops waiting; it returns the answer if that has come all the same.
func (c *Conn) giveUp(w *waiter) *Response {
	c.mu.Lock()
	waited := c.calls.remove(w)
	c.mu.Unlock()
	var r *Response
	if !waited {
		r = <-w.done // whoever took it sends
	}
	w.free()
	return r
}

// resolve hands r to the call that waits for it; it reports false where none does.
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

// A waiter is a call that waits for its answer. It may be reused once it is out of the table and its done is empty: who
// takes it out of the table sends to done, once, and only the one who waits receives from it and frees it.
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

// A callTable finds the waiter for an id. Ids are given out in sequence and looked up by their low bits, so an id whose
// place is still taken is passed over.
type callTable struct {
	slots []*waiter // as many as a power of two, at most half of them in use
	n     int
	last  int64 // the last id given out
}

// add gives w the next id. Ids stay within 32 bits, more than which some peers cut off.
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

// take removes and returns the waiter for id, nil where there is none.
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

// remove removes w and reports whether it was there. Ids wrap around, so it may be another waiter's by now.
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
