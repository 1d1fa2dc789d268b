package rpcconn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// After has f called once the answer to r has been sent, or the batch that it is a part of: to close the connection after the
// response, say. It is for r's Handler, before it returns.
func (r *Request) After(f func()) { r.after = append(r.after, f) }

// Respond sends a response as it is, for a Handler that then returns ErrNoAnswer.
func (c *Conn) Respond(ctx context.Context, r *Response) error {
	o := newOutgoing()
	defer o.free()
	o.packet.Messages = append(o.packet.Messages, Message{Kind: KindResponse, ID: r.ID, Result: r.Result, Err: r.Err})
	return c.send(ctx, o)
}

// dispatch hands on what p carries; owned: what its messages point to is not overwritten later.
func (c *Conn) dispatch(p *Packet, owned bool) {
	var batch *answers
	if p.Batch {
		if len(p.Messages) == 0 {
			c.reject(errors.New("an empty batch came"), NewError(CodeInvalidRequest, "empty batch"))
			return
		}
		batch = newAnswers(p)
	}
	for i := range p.Messages {
		c.deliver(&p.Messages[i], batch, owned)
	}
}

func (c *Conn) deliver(m *Message, batch *answers, owned bool) {
	switch m.Kind {
	case KindNotification:
		if c.opts.OnRequest != nil {
			c.note = Request{Method: m.Method, Params: m.Params}
			c.opts.OnRequest(&c.note)
		}
	case KindRequest:
		req := &Request{ID: m.ID, Method: m.Method, Params: keep(m.Params, owned)}
		if c.opts.OnRequest != nil {
			c.opts.OnRequest(req)
		}
		c.start(req, batch)
	case KindResponse:
		r := &Response{ID: m.ID, Result: keep(m.Result, owned), Err: m.Err}
		if r.Err != nil {
			r.Err.Data = keep(r.Err.Data, owned)
		}
		if !c.resolve(r) && c.opts.OnStray != nil {
			c.opts.OnStray(r)
		}
	case KindInvalid:
		c.onError(fmt.Errorf("no message: %w: %s", reasonOf(m.Err), Excerpt(m.Raw)))
		m.Err.Data = keep(m.Err.Data, owned)
		c.refuse(m.ID, m.Err, batch)
	}
}

func keep(text json.RawMessage, owned bool) json.RawMessage {
	if owned {
		return text
	}
	return bytes.Clone(text)
}

// reject reports what came and is no message, and answers it.
func (c *Conn) reject(report error, answer *Error) {
	c.onError(report)
	c.refuse(ID{}, answer, nil)
}

// refuse answers what is no request; not itself, since the reading goroutine must not wait until the peer reads.
func (c *Conn) refuse(id ID, answer *Error, batch *answers) {
	if id.IsNone() {
		id = NullID()
	}
	c.start(&Request{ID: id, refusal: answer}, batch)
}

func (c *Conn) onError(err error) {
	if c.opts.OnError != nil {
		c.opts.OnError(err)
	}
}

// start has req, of batch if that is not nil, handled by a goroutine that waits for one, or by a new one.
func (c *Conn) start(req *Request, batch *answers) {
	if batch != nil {
		req.batch, req.place = batch, batch.place()
	}
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
	}
}

func (c *Conn) worker(req *Request) {
	for {
		c.serve(req)
		overloaded := c.serving.Add(-1) >= maxServing
		if c.idle.Add(1) > maxIdle && !overloaded {
			c.idle.Add(-1)
			return
		}
		select {
		case req = <-c.work:
			c.idle.Add(-1)
		case <-c.ctx.Done():
			return
		}
	}
}

// serve answers req, alone or as a part of its batch.
func (c *Conn) serve(req *Request) {
	result, err := c.handle(req)
	answer := Message{Kind: KindResponse, ID: req.ID, Result: result}
	if err != nil {
		answer.Result, answer.Err = nil, errorOf(err)
	}
	silent := errors.Is(err, ErrNoAnswer)

	o := newOutgoing()
	defer o.free()
	after := req.after
	if req.batch != nil {
		var last bool
		if after, last = req.batch.add(o, req, answer, silent); !last {
			return
		}
	} else if !silent {
		o.packet.Messages = append(o.packet.Messages, answer)
	}
	if len(o.packet.Messages) > 0 {
		if err := c.send(c.ctx, o); err != nil && c.Err() == nil {
			c.onError(fmt.Errorf("answering %s: %w", req.Method, err))
			if req.batch == nil {
				// what could not be said in this protocol is an error to the peer too, which would wait for ever
				_ = c.Respond(c.ctx, &Response{ID: req.ID, Err: NewError(CodeInternalError, err.Error())})
			}
		}
	}
	for _, f := range after {
		f()
	}
}

// handle calls the Handler. Its panic is the request's failure and not that of the whole program, which talks to other peers too.
func (c *Conn) handle(req *Request) (result json.RawMessage, err error) {
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
	return c.opts.Handler(c.ctx, c, req)
}

// answers gathers the answers to a batch, which go out together, in the order of its requests.
type answers struct {
	mu       sync.Mutex // protects what follows
	messages []Message  // a place for each request; KindInvalid where there is no answer
	taken    int        // places given to requests
	waiting  int        // answers still to come
	after    []func()
}

func newAnswers(p *Packet) *answers {
	n := 0
	for i := range p.Messages {
		if k := p.Messages[i].Kind; k == KindRequest || k == KindInvalid {
			n++
		}
	}
	return &answers{messages: make([]Message, n), waiting: n}
}

// place returns the place of the next request. It is called by the reading goroutine only.
func (a *answers) place() int {
	a.taken++
	return a.taken - 1
}

// add puts req's answer in its place, none where silent. The last one to come gets the batch put into o, and all After functions.
func (a *answers) add(o *outgoing, req *Request, answer Message, silent bool) (after []func(), last bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !silent {
		a.messages[req.place] = answer
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
	return a.after, true
}
