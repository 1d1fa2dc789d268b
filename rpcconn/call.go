package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rpcsh/rpcconn/plain"
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
	// if set, becomes the response, in place of a new one. The memory of its Result is used again.
	Into *Response
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
	w, err := c.add(ctx, o, call, nil)
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
		w, addErr := c.add(ctx, o, &calls[i], waiting)
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
	alone := errors.As(err, new(interface {
		error
		EndsNothing()
	}))
	if !alone && (plain.NobodyReads.Is(err) || plain.Reset.Is(err)) {
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
func (c *Conn) add(ctx context.Context, o *outgoing, call *Call, batch []*waiter) (*waiter, error) {
	m := Message{Kind: KindNotification, Method: call.Method, Params: call.Params, Extra: call.Extra}
	if call.Notify {
		if c.Err() != nil {
			return nil, c.closedError()
		}
		o.packet.Messages = append(o.packet.Messages, m)
		return nil, nil
	}
	w := waiters.Get().(*waiter)
	w.onResponse, w.batched, w.into = call.OnResponse, o.packet.Batch, call.Into
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
	if !ended && err == nil && !w.batched {
		share(ctx, c, w)
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
	c.reader.willWait(ctx)
	if ended := ctx.Done(); ended == nil || w.shared {
		<-w.done
	} else {
		select {
		case <-w.done:
		case <-ended:
			r, failure := c.giveUp(w)
			if r != nil || failure != nil {
				return r, failure // it arrived just in time
			}
			return nil, &GivenUpError{Cause: context.Cause(ctx), Seen: c.seen()}
		}
	}
	r, failure := w.response, w.failure
	w.free()
	switch {
	case r != nil:
		return r, nil
	case failure != nil:
		return nil, failure
	}
	return nil, c.closedError()
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
		<-w.done // whoever removed w from the table sends
		r, failure = w.response, w.failure
	}
	w.free()
	return r, failure
}

var errEmptyBatch = errors.New("a batch needs at least one call")
