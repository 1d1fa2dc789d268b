package rpcconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// After calls f once the answer to r, or the batch that contains it, has been sent: for example, to close the
// connection after the response. Only r's Handler may use it, before it returns.
func (r *Request) After(f func()) { r.after = append(r.after, f) }

// Respond sends a response unchanged, for a Handler that then returns ErrNoAnswer.
func (c *Conn) Respond(ctx context.Context, r *Response) error {
	o := newOutgoing()
	defer o.free()
	o.packet.Messages = append(o.packet.Messages, Message{Kind: KindResponse, ID: r.ID, Result: r.Result, Err: r.Err,
		Extra: r.Extra})
	return c.send(ctx, o)
}

// dispatch delivers the messages of p. owned says that the memory they point to is not overwritten later. It reports
// false if another goroutine reads now.
func (c *receiver) dispatch(p *Packet, owned bool) bool {
	if !p.Batch && len(p.Messages) == 1 && p.Messages[0].Kind != KindInvalid {
		c.couldRead()
		return c.deliver(&p.Messages[0], nil, owned, true)
	}
	c.wakeAll()
	for i := range p.Messages {
		m := &p.Messages[i]
		isMistake := false
		if m.Kind == KindInvalid {
			isMistake = m.Err != nil
			c.settle(m)
		}
		if m.Kind != KindInvalid || !isMistake {
			c.couldRead()
		}
	}
	var batch *batchAnswers
	if p.Batch {
		if len(p.Messages) == 0 {
			c.emptyBatch()
			return true
		}
		batch = newBatchAnswers(p)
	}
	for i := range p.Messages {
		c.deliver(&p.Messages[i], batch, owned, false)
	}
	return true
}

// emptyBatch handles an array without a message. It is no request; if a batch of ours waits alone, it ends that, as it
// says that nothing in it is answered.
func (c *receiver) emptyBatch() {
	const reason = "an empty batch"
	c.mu.Lock()
	var waiting []*waiter
	if c.odd == 0 && !c.demands {
		waiting = c.calls.takeLoneBatch()
	}
	c.mu.Unlock()
	for _, w := range waiting {
		w.fail(&BrokenAnswerError{Reason: reason, Text: []byte("[]")})
	}
	if len(waiting) > 0 {
		return
	}
	c.onError(errors.New(reason + " came"))
	if c.refuses() {
		c.couldNotRead(reason)
		c.refuseUnread(NewError(CodeInvalidRequest, "empty batch"), nil)
	}
}

// deliver delivers m, which stands in a batch unless that is nil; alone says that nothing comes behind it in its frame.
// It reports false if another goroutine reads now.
func (c *receiver) deliver(m *Message, batch *batchAnswers, owned, alone bool) bool {
	if m.Kind != KindResponse {
		c.wakeAll()
	}
	switch m.Kind {
	case KindNotification:
		if c.opts.OnRequest != nil {
			c.note.Method, c.note.Params, c.note.Extra = m.Method, m.Params, m.Extra
			c.opts.OnRequest(&c.note)
			if owned {
				c.note = Request{} // keeps no big frame
			}
		}
	case KindRequest:
		req := c.newRequest(m, owned)
		if c.opts.OnRequest != nil {
			c.opts.OnRequest(req)
		}
		if alone && c.runsInline() {
			return c.inline(req)
		}
		c.start(req, batch)
	case KindResponse:
		if w := c.called(m.ID); w != nil {
			c.answered(w, c.newResponse(w.into, m, owned))
			return true
		}
		if r := c.newResponse(nil, m, owned); !c.resolve(r) {
			c.stray(r)
		}
	case KindInvalid:
		c.deliverInvalid(m, batch, owned)
	}
	return true
}

func (c *receiver) deliverInvalid(m *Message, batch *batchAnswers, owned bool) {
	if m.Err == nil {
		if c.opts.OnOther != nil {
			c.opts.OnOther(m.Raw)
		}
		return
	}
	reason := reasonOf(m.Err)
	c.onError(fmt.Errorf("not a message: %w: %s", reason, Excerpt(m.Raw)))
	m.Err.Data = c.keep(m.Err.Data, owned)
	if !m.ID.IsNone() {
		c.refuse(m.ID, m.Err, batch)
		return
	}
	c.couldNotRead(reason.Error())
	c.refuseUnread(m.Err, batch)
}

// called takes the call that waits for the integer id; nil: there is none.
func (c *receiver) called(id ID) *waiter {
	n, isInt := id.Int()
	if !isInt {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls.take(n)
}

// refuse answers an invalid request. It leaves the sending to a worker: the reading goroutine must not wait for the
// peer.
func (c *Conn) refuse(id ID, answer *Error, batch *batchAnswers) {
	if id.IsNone() {
		id = NullID()
	}
	c.start(&Request{ID: id, refusal: answer, Time: time.Now()}, batch)
}

func (c *Conn) onError(err error) {
	if c.opts.OnError != nil {
		c.opts.OnError(err)
	}
}

// start gives req to an idle worker, or to a new one. batch, if not nil, is the batch that req is part of.
func (c *Conn) start(req *Request, batch *batchAnswers) {
	if batch != nil {
		req.batch, req.place = batch, batch.place()
	}
	hold(c, req)
	if c.serving.Add(1) <= maxServing {
		select {
		case c.work <- req:
		default:
			c.workers.Go(func() { c.worker(req) })
		}
		return
	}
	select {
	case c.work <- req:
	case <-c.ctx.Done():
		c.serving.Add(-1)
		release(req)
	}
}

// worker handles req, and then further requests.
func (c *Conn) worker(req *Request) {
	for more := true; more; c.idle.Add(-1) {
		if c.awaitRoom(c.ctx); !c.waiting.isStalled() {
			o := newOutgoing()
			c.serve(c.ctx, o, req, false)
			o.free()
		}
		release(req)
		overloaded := c.serving.Add(-1) >= maxServing // the reading goroutine waits for a worker
		if c.idle.Add(1) > maxIdle && !overloaded {
			c.idle.Add(-1)
			return
		}
		req, more = <-c.work
	}
}

// serve answers req by o, alone or as part of its batch. later says that the answer need not be sent at once.
func (c *Conn) serve(ctx context.Context, o *outgoing, req *Request, later bool) {
	answered := c.answer(ctx, o, req)
	after := req.after
	if req.batch != nil {
		var last bool
		if after, last = req.batch.add(o, req); !last {
			return
		}
		if answered = len(o.packet.Messages) > 0; answered && c.encode(o) != nil {
			c.scatter(o) // each was encoded before, so the protocol has no batches
			answered = false
		}
	}
	if answered {
		c.reply(o, later && len(after) == 0)
	}
	for _, f := range after {
		f()
	}
}

// reply sends o's frame, an answer.
func (c *Conn) reply(o *outgoing, later bool) {
	size := len(o.buf)
	c.waiting.hold(&c.waiting.answers, size)
	defer func() {
		c.waiting.hold(&c.waiting.answers, -size)
		c.waiting.sent.Add(1)
	}()
	clear(o.packet.Messages) // the results are in the frame
	err := c.transmit(c.ctx, o, later)
	if err == nil || c.ending() || errors.Is(err, ErrClosed) && !c.waiting.unsent.CompareAndSwap(false, true) {
		return
	}
	c.onError(fmt.Errorf("sending an answer: %w", err))
}

// scatter sends the messages of o's batch one by one.
func (c *Conn) scatter(o *outgoing) {
	all := slices.Clone(o.packet.Messages)
	o.packet.Batch = false
	for _, m := range all {
		o.packet.Messages = append(o.packet.Messages[:0], m)
		if c.encode(o) == nil {
			c.reply(o, false)
		}
	}
}

// answer calls the Handler and encodes its answer. It returns false if nothing is to be sent. An answer that the
// protocol cannot express becomes an error for the peer, which would wait forever otherwise.
func (c *Conn) answer(ctx context.Context, o *outgoing, req *Request) bool {
	result, err := c.handle(ctx, req)
	if errors.Is(err, ErrNoAnswer) {
		return false
	}
	if c.awaitRoom(c.ctx); c.waiting.isStalled() { // a Handler may take long, and others have made answers meanwhile
		return false
	}
	c.waiting.hold(&c.waiting.answers, len(result))
	defer c.waiting.hold(&c.waiting.answers, -len(result))
	answer := Message{Kind: KindResponse, ID: req.ID, Result: result, Extra: req.Extra}
	if err != nil {
		answer.Result, answer.Err = nil, ErrorOf(err)
	}
	o.packet.Messages = append(o.packet.Messages, answer)
	if err := c.encode(o); err != nil {
		if req.refusal != nil {
			return false // the protocol cannot answer an invalid request, which has been reported
		}
		c.onError(fmt.Errorf("the answer to %s cannot be sent: %w", req.Method, err))
		answer.Result, answer.Err = nil, NewError(CodeInternalError, err.Error())
		o.packet.Messages[0] = answer
		if c.encode(o) != nil {
			return false // not even that: the protocol cannot express the id
		}
	}
	if c.opts.OnAnswer != nil {
		c.opts.OnAnswer(req, &Response{ID: answer.ID, Result: answer.Result, Err: answer.Err})
	}
	return true
}

// handle calls the Handler. A panic fails the request and not the whole program, which talks to other peers too.
func (c *Conn) handle(ctx context.Context, req *Request) (result json.RawMessage, err error) {
	if req.refusal != nil {
		return nil, req.refusal
	}
	if c.opts.Handler == nil {
		return nil, &Error{Code: CodeMethodNotFound, Message: StandardMessage(CodeMethodNotFound)}
	}
	defer func() {
		if r := recover(); r != nil {
			err = NewError(CodeInternalError, fmt.Sprint(r))
			c.onError(fmt.Errorf("the handler of %s panicked: %v\n%s", req.Method, r, debug.Stack()))
		}
	}()
	return c.opts.Handler(ctx, c, req)
}

// batchAnswers gathers the answers to a batch, which are sent together, in the order of its requests.
type batchAnswers struct {
	mu       sync.Mutex // protects what follows
	messages []Message  // a place for each request; KindInvalid if it has no answer
	taken    int        // places given to requests
	size     int        // bytes of the answers
	waiting  int        // answers still to come
	after    []func()
}

func newBatchAnswers(p *Packet) *batchAnswers {
	n := 0
	for i := range p.Messages {
		if m := &p.Messages[i]; m.Kind == KindRequest || m.Kind == KindInvalid && m.Err != nil {
			n++
		}
	}
	return &batchAnswers{messages: make([]Message, n), waiting: n}
}

// place returns the place of the next request. Only the reading goroutine calls it.
func (a *batchAnswers) place() int {
	a.taken++
	return a.taken - 1
}

// add moves req's answer, if there is one, from o to its place. For the last request, it puts the whole batch into o
// and returns all After functions.
func (a *batchAnswers) add(o *outgoing, req *Request) (after []func(), last bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(o.packet.Messages) > 0 {
		m := &o.packet.Messages[0]
		if a.size += len(m.Result); a.size > maxBatch {
			const reason = "the answers to this batch have too many bytes: ask for fewer"
			m.Result, m.Err = nil, NewError(CodeInternalError, reason)
		}
		a.messages[req.place] = *m
		o.packet.Messages = o.packet.Messages[:0]
	}
	a.after = append(a.after, req.after...)
	if a.waiting--; a.waiting > 0 {
		return nil, false
	}
	o.packet.Batch = true
	for _, m := range a.messages {
		if m.Kind == KindResponse {
			o.packet.Messages = append(o.packet.Messages, m)
		}
	}
	a.messages = nil // they are in the packet
	return a.after, true
}
