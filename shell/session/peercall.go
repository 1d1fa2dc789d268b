package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

var _ answer.Peer = (*Peer)(nil)

// Close ends the connection; it waits for what was sent to be written.
func (p *Peer) Close() error { return p.Link().Close() }

// Wire returns how what answers p gets past the connection's own way to answer.
func (p *Peer) Wire() answer.Wire {
	link := p.Link()
	spoken, _ := link.Wire()
	return answer.Wire{
		Conn: link.Conn, NewCodec: spoken.Protocol.NewCodec,
		Show: func(req *rpcconn.Request, r *rpcconn.Response, remark string) {
			if r == nil {
				p.session.responder.publishNone(p, req, remark, false)
				return
			}
			p.session.responder.publish(p, req, r, remark)
		},
		Note: func(text string) { p.note(p.Title() + ": " + text) },
	}
}

// Call sends a request as a line does, for what answers the peers and for programs: arguments are put in order, tools
// are called as tools, and the peer is told when ctx ends before the answer. What it sends is not held against the
// peer's schemas. timeout is for the answer, as .call has it. The error is a *call.ArgumentError, or says that there is
// no answer; the answer may be an error, too.
func (p *Peer) Call(
	ctx context.Context, method string, params json.RawMessage, timeout time.Duration,
) (*rpcconn.Response, error) {
	opts := call.Options{Origin: event.FromScript, InOrder: true, Timeout: timeout}
	o, err := p.do(ctx, []rpcconn.Call{{Method: method, Params: params}}, opts)
	if err != nil {
		return nil, err
	}
	return o.Responses[0], nil
}

// Batch is Call for several requests and notifications in one frame (JSON-RPC 2.0 section 6). With an error, the
// answers that had come by then are there, the others nil.
func (p *Peer) Batch(
	ctx context.Context, calls []rpcconn.Call, timeout time.Duration,
) ([]*rpcconn.Response, error) {
	if err := p.caller.TakesBatches(call.CheckParams); err != nil {
		return nil, err
	}
	opts := call.Options{Origin: event.FromScript, Batch: true, InOrder: true, Timeout: timeout}
	o, err := p.do(ctx, calls, opts)
	if o == nil {
		return nil, err
	}
	return o.Responses, err
}

// Notify sends a notification.
func (p *Peer) Notify(ctx context.Context, method string, params json.RawMessage) error {
	m := rpcconn.Call{Method: method, Params: params, Notify: true}
	_, err := p.do(ctx, []rpcconn.Call{m}, call.Options{Origin: event.FromScript})
	return err
}

// do prepares calls and sends them. The outcome is nil where they cannot be prepared; an error of the peer's is none
// here, nor is a result that says that the call failed.
func (p *Peer) do(ctx context.Context, calls []rpcconn.Call, opts call.Options) (*call.Outcome, error) {
	methods := make([]string, len(calls))
	for i, c := range calls {
		methods[i] = c.Method
	}
	c := p.connection.Load()
	if closed(c.begun) || isOfOwnAccord(ctx) { // else it is the peer that waits for us, to begin
		if err := awaitSession(ctx, p, opts.Timeout, methods); err != nil {
			return nil, err
		}
	}
	prepared := make([]*call.Prepared, len(calls))
	for i, c := range calls {
		var err error
		r := call.Request{Method: c.Method, Params: c.Params, Notify: c.Notify, Extra: c.Extra}
		if prepared[i], err = p.caller.Prepare(r, call.CheckNothing); err != nil {
			return nil, err
		}
	}
	o := p.caller.Do(ctx, prepared, opts)
	var refused *rpcconn.Error
	var failed *call.Failed
	switch {
	case errors.As(o.Err, &failed):
		return o, nil
	case errors.As(o.Err, &refused) && !opts.Batch:
		if len(o.Responses) == 0 { // it names no request
			o.Responses = []*rpcconn.Response{{Err: refused}}
		}
		return o, nil
	}
	return o, o.Err
}

// awaitSession waits until p can be called, for so long at most; 0: for ever.
func awaitSession(ctx context.Context, p *Peer, timeout time.Duration, methods []string) error {
	limit, cancel := limited(ctx, timeout)
	defer cancel()
	err := p.session.AwaitSession(limit, []*Peer{p}, methods...)
	if err != nil && ctx.Err() == nil && context.Cause(limit) == exit.ErrTimeout {
		return fmt.Errorf("%w after %s: %w", exit.ErrTimeout, timeout, err)
	}
	return err
}
