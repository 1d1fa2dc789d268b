package call

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/turn"
)

// Options say how calls are sent, and who is told. The zero Options wait without a limit.
type Options struct {
	Origin  event.Origin
	Timeout time.Duration // for the answers; 0: none. It begins anew whenever the peer tells progress.
	Passed  time.Duration // of Timeout, before: what it took to connect
	Batch   bool          // as one batch, also where there is one call only
	Awaited bool          // whoever sends shows the last answer as a result, in its place in the order of events
	InOrder bool          // Do returns once what the peer sent before its answer has been handled
	Flushed bool          // Do returns once notifications have been written

	Sent     func()                   // is called when all has been sent, unless that failed
	Progress func(p dialect.Progress) // is told how far a call has come, on the goroutine that reads
}

// Do sends calls, at least one, and waits for the answers to those that are no notifications. Without Options.Batch
// there is one.
//
// What is sent and what is answered is published. When ctx ends, or the time is up, the peer is told so where its
// protocol has a word for that, and what it still answers is late.
func (c *Caller) Do(ctx context.Context, calls []*Prepared, opts Options) *Outcome {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	x := &exchange{caller: c, conn: c.conn.Load(), calls: calls, opts: opts, start: time.Now(), cancel: cancel}
	x.limit = startLimit(opts.Timeout, opts.Passed, x.hasTime, func() { cancel(exit.ErrTimeout) })
	defer x.limit.stop()
	if !x.ofSession() {
		if err := c.showDocuments(ctx, calls); err != nil {
			if cause := context.Cause(ctx); cause != nil {
				err = &Unanswered{Cause: cause, Timeout: opts.Timeout}
			}
			return &Outcome{Origin: opts.Origin, Err: err}
		}
	}
	return x.run(ctx)
}

// showDocuments has the peer know the documents that calls are about, as they are now.
func (c *Caller) showDocuments(ctx context.Context, calls []*Prepared) error {
	if c.host.Documents == nil {
		return nil
	}
	for _, p := range calls {
		if err := c.host.Documents(ctx, p.Method, p.files); err != nil {
			return err
		}
	}
	return nil
}

// An exchange is the calls of one Do while they are under way.
type exchange struct {
	caller *Caller
	conn   *Connection
	calls  []*Prepared
	opts   Options
	start  time.Time
	cancel context.CancelCauseFunc
	limit  *limit

	batch    uint64      // which of the batches to the peer it is; 0: none
	requests int         // calls that are no notifications
	pending  []*Pending  // of the requests, in order; made before they are sent
	prepared []*Prepared // of the same requests

	mu       sync.Mutex      // protects what follows, which the goroutine that reads changes
	answered int             // requests
	event    uint64          // of the last answer
	behind   <-chan struct{} // closed when what came before that has been handled; nil: it has been
	took     time.Duration
}

// ofSession reports whether the session itself asks: that is not listed, and nothing is learned from it.
func (x *exchange) ofSession() bool {
	return x.opts.Origin == event.FromDiscovery || x.opts.Origin == event.FromSession
}

// hasTime reports whether the time limit does not count now. It always counts for what the session itself asks.
func (x *exchange) hasTime() bool {
	return !x.ofSession() && x.caller.host.Waits != nil && x.caller.host.Waits()
}

func (x *exchange) run(ctx context.Context) *Outcome {
	messages := make([]rpcconn.Call, len(x.calls))
	for _, p := range x.calls {
		if !p.Notify {
			x.requests++
			if !x.ofSession() {
				defer x.watchProgress(p)()
			}
		}
	}
	if x.opts.Batch {
		x.batch = x.caller.batches.Add(1)
	}
	for i, p := range x.calls {
		messages[i] = x.message(p, i+1)
	}
	o := &Outcome{Origin: x.opts.Origin}
	messages[0].OnSent = x.onSent
	if x.requests > 0 {
		defer turn.Waits(ctx)()
	}
	if x.opts.Batch {
		o.Responses, o.Err = x.conn.Batch(ctx, messages)
	} else {
		var r *rpcconn.Response
		if r, o.Err = x.conn.Do(ctx, &messages[0]); r != nil {
			o.Responses = []*rpcconn.Response{r}
		}
	}
	if o.Err == nil && x.requests == 0 && x.opts.Flushed {
		o.Err = x.conn.Flush(ctx)
	}
	x.awaitTurn(ctx)
	x.conclude(ctx, o)
	return o
}

// awaitTurn waits until what the peer sent before its last answer has been handled.
func (x *exchange) awaitTurn(ctx context.Context) {
	x.mu.Lock()
	behind := x.behind
	x.mu.Unlock()
	if behind != nil {
		select {
		case <-behind:
		case <-ctx.Done():
		}
	}
}

// onSent is called when all has been sent.
func (x *exchange) onSent() {
	x.publishNotifications()
	if x.opts.Sent != nil {
		x.opts.Sent()
	}
}

// message returns p, which has a place among the calls, as a connection sends it.
func (x *exchange) message(p *Prepared, part int) rpcconn.Call {
	m := rpcconn.Call{Method: p.Method, Params: p.Params, Notify: p.Notify, Extra: p.Extra, ID: p.ID}
	subject := ""
	if d := x.caller.host.Dialect(); d != nil && d.Subject != nil {
		subject = d.Subject(p.Method, p.Params)
	}
	w := &Pending{
		Method: p.Method, About: subject, Since: x.start, listed: !x.ofSession(), cancel: x.cancel, limit: x.limit,
	}
	m.OnID = func(id rpcconn.ID) {
		w.ID = id
		x.pending, x.prepared = append(x.pending, w), append(x.prepared, p)
		w.Number = x.caller.publish(&event.Event{
			Kind: event.Request, Out: true, Origin: x.opts.Origin, Batch: x.batch, Part: part,
			ID: id, Method: p.Method, Subject: subject, Params: p.Params, Extra: p.Extra,
		})
		x.caller.add(w)
	}
	m.OnResponse = func(r *rpcconn.Response) {
		x.caller.remove(w)
		x.onResponse(w, r)
	}
	return m
}

// onResponse takes note of an answer. It is called by the goroutine that reads.
func (x *exchange) onResponse(w *Pending, r *rpcconn.Response) {
	took := event.Since(x.start)
	e := ResponseEvent(r)
	e.Origin, e.Method, e.Subject, e.Took = x.opts.Origin, w.Method, w.About, took
	x.mu.Lock()
	x.answered++
	last := x.answered == x.requests
	x.mu.Unlock()
	e.Awaited = last && x.opts.Awaited
	number := x.caller.publish(e)
	if !last {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.opts.InOrder && x.caller.host.Behind != nil {
		x.behind = x.caller.host.Behind()
	}
	x.took = took
	if e.Awaited {
		x.event = number
	}
}

func (x *exchange) publishNotifications() {
	for i, p := range x.calls {
		if !p.Notify {
			continue
		}
		x.caller.publish(&event.Event{
			Kind: event.Notification, Out: true, Origin: x.opts.Origin, Batch: x.batch, Part: i + 1,
			Method: p.Method, Params: p.Params, Extra: p.Extra,
		})
		if !x.ofSession() {
			x.caller.known.Observe(p.Method, false, p.Params, nil)
		}
	}
}

// conclude makes the outcome whole, once the connection has no more to say.
func (x *exchange) conclude(ctx context.Context, o *Outcome) {
	x.mu.Lock()
	o.Event, o.Took, o.Answered = x.event, x.took, x.answered == x.requests && x.requests > 0
	x.mu.Unlock()
	if o.Took == 0 {
		o.Took = event.Since(x.start)
	}
	o.At = x.start.Add(o.Took)
	if len(x.pending) > 0 {
		o.ID = x.pending[len(x.pending)-1].ID
	}
	closed := errors.Is(o.Err, rpcconn.ErrClosed)
	if closed {
		<-x.conn.Reported // so that the reason is always seen before its consequence
		if status := x.conn.Status(); status != "" {
			o.Err = ended(status, x.conn.Err())
		}
	}
	var unanswered []rpcconn.ID
	for i, w := range x.pending {
		switch r := responseAt(o.Responses, i); {
		case r == nil:
			x.caller.giveUp(w)
			unanswered = append(unanswered, w.ID)
		case !x.ofSession():
			x.caller.learnFrom(x.prepared[i], r)
		}
	}
	if ctx.Err() != nil && !closed && !x.ofSession() {
		x.caller.tellCancelled(x.conn, unanswered)
	}
	x.settle(ctx, o)
	x.remark(o)
}

// ended returns the error for calls to a child process that ended by itself; err is what else ended the connection.
func ended(status string, err error) error {
	if err == nil || err == io.EOF {
		return fmt.Errorf("%w: it ended: %s", rpcconn.ErrClosed, status)
	}
	return fmt.Errorf("%w: it ended: %s; %w", rpcconn.ErrClosed, status, err)
}

// remark adds to an outcome what there is to remark on how it was asked for, and on its responses.
func (x *exchange) remark(o *Outcome) {
	for _, p := range x.calls {
		o.Remarks = append(o.Remarks, p.remarks...)
	}
	for i, r := range o.Responses {
		switch {
		case r == nil:
		case r.Err == nil:
			o.Remarks = append(o.Remarks, x.caller.remarkResult(x.prepared[i], r.Result)...)
		case besideError(r) != "":
			o.Remarks = append(o.Remarks, besideError(r))
		}
	}
}

func responseAt(responses []*rpcconn.Response, i int) *rpcconn.Response {
	if i >= len(responses) {
		return nil
	}
	return responses[i]
}

// settle says what came of the calls.
func (x *exchange) settle(ctx context.Context, o *Outcome) {
	switch {
	case o.Err != nil:
		if cause := context.Cause(ctx); cause != nil && !errors.Is(o.Err, rpcconn.ErrClosed) {
			unanswered := &Unanswered{
				Cause: cause, Timeout: x.opts.Timeout, Passed: x.opts.Passed, Unsent: x.requests == 0,
			}
			if givenUp := new(rpcconn.GivenUpError); errors.As(o.Err, &givenUp) {
				unanswered.Seen = givenUp.Seen
			}
			o.Err = unanswered
		}
	case x.opts.Batch, x.requests == 0:
	case o.Responses[0].Err != nil:
		o.Err = o.Responses[0].Err
	default:
		o.Result = o.Responses[0].Result
		if d := x.caller.host.Dialect(); d != nil && d.Failed != nil && !x.ofSession() {
			if text, failed := d.Failed(x.prepared[0].Method, o.Result); failed {
				o.Err = &Failed{text}
			}
		}
	}
	if x.opts.Batch && slices.ContainsFunc(o.Responses, func(r *rpcconn.Response) bool { return r != nil }) {
		o.Result = batchResult(o.Responses)
	}
}

// cancelPatience is how long telling a peer that calls were given up may take, if the peer does not read.
const cancelPatience = time.Second

// tellCancelled tells the peer that nobody waits for calls any more, if its dialect has a message for that.
func (c *Caller) tellCancelled(conn *Connection, ids []rpcconn.ID) {
	d := c.host.Dialect()
	if d == nil || d.Cancel == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), cancelPatience)
	defer cancel()
	for _, id := range ids {
		method, params := d.Cancel(id)
		if conn.Notify(ctx, method, params) != nil {
			return
		}
		c.publish(&event.Event{
			Kind: event.Notification, Out: true, Origin: event.FromSession, Method: method, Params: params,
		})
		c.publish(&event.Event{
			Kind: event.Note, Origin: event.FromSession,
			Text: fmt.Sprintf("%s was told: %s %s", c.host.Peer().Title, method, params),
		})
	}
}
