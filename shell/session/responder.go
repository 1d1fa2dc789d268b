package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/answer"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
)

// A responder answers the peers' requests: by the session's rules, or else by the default of the peer's dialect.
type responder struct{ session *Session }

// answer answers p's request: by the first rule that fits, else as its protocol has it by default.
func (r responder) answer(ctx context.Context, p *Peer, req *rpcconn.Request) (json.RawMessage, error) {
	result, served, err := r.session.rules.Answer(ctx, r.asked(p, req))
	if p.connection.Load().open.isParked(req) {
		p.extendLimits()
	}
	switch {
	case !served:
		return r.answerByDefault(p, req)
	case err != nil && withdrawn(ctx) != nil:
		return nil, r.answerWithdrawn(p, req, withdrawn(ctx))
	case errors.Is(err, rpcconn.ErrNoAnswer) && req.Remark == "":
		r.publishNone(p, req, "no answer, the connection is closed", ctx.Err() != nil)
	}
	return result, err
}

// answerByDefault answers a request for which there is no rule.
func (r responder) answerByDefault(p *Peer, req *rpcconn.Request) (json.RawMessage, error) {
	if req.Method == openrpc.MethodDiscover {
		if document := r.session.scripts.describe(); document != nil {
			req.Remark = describedByScripts
			return document, nil
		}
	}
	if standard := defaultAnswer(p, req.Method); standard != nil {
		req.Remark = "by default, .serve " + req.Method + " … answers otherwise"
		return standard.Answer(req.Params, r.session.opts.Self)
	}
	if !r.session.rules.Serves(req.Method) {
		req.Remark = "not served, .serve " + req.Method + " …"
	}
	const code = rpcconn.CodeMethodNotFound
	return nil, &rpcconn.Error{Code: code, Message: rpcconn.StandardMessage(code)}
}

// answerWithdrawn returns what is answered to a request that its peer has withdrawn.
func (r responder) answerWithdrawn(p *Peer, req *rpcconn.Request, why *withdrawnError) error {
	if why.answer != nil {
		req.Remark = why.Error()
		return why.answer
	}
	if req.Remark == "" {
		r.publishNone(p, req, "no answer, "+why.Error(), false)
	}
	return rpcconn.ErrNoAnswer
}

// asked is a request of p's as rules see it.
func (r responder) asked(p *Peer, req *rpcconn.Request) *answer.Request {
	return &answer.Request{Request: req, Peer: p, Vars: r.session.variables.object}
}

// defaultAnswer returns how p's requests of a method are answered where nothing else is served, nil where there is no
// such default.
func defaultAnswer(p *Peer, method string) *dialect.Answer {
	d := p.Dialect()
	if d == nil {
		return nil
	}
	for _, a := range d.Answers {
		if a.Method == method {
			return &a
		}
	}
	return nil
}

// handleNotification has a rule handle p's notification, if one does something with it. It is called by the goroutine
// that reads from p.
func (r responder) handleNotification(p *Peer, req *rpcconn.Request) {
	if !r.session.rules.Acts(req.Method) {
		return
	}
	kept := req.Clone()
	link := p.Link()
	p.inbox.put(len(kept.Params), func() {
		if err := r.session.rules.Notify(link.Context(), r.asked(p, kept)); err != nil {
			p.note(fmt.Sprintf("%s: handling %s: %v", p.Title(), kept.Method, err))
		}
	})
}

// publish publishes what is answered to p's request, with a remark on it.
func (r responder) publish(p *Peer, req *rpcconn.Request, response *rpcconn.Response, remark string) {
	e := call.ResponseEvent(response)
	e.Out, e.Method, e.Text = true, req.Method, remark
	if !req.Time.IsZero() {
		e.Took = time.Since(req.Time)
	}
	if remark == describedByScripts {
		e.Summary = fmt.Sprintf("an OpenRPC document (%s)", human.Size(len(response.Result)))
	}
	p.publish(e)
}

// publishNone publishes why p's request gets no answer. implied says that the end of the connection is told, too.
func (r responder) publishNone(p *Peer, req *rpcconn.Request, why string, implied bool) {
	p.publish(&event.Event{
		Kind: event.Response, Out: true, ID: req.ID, Method: req.Method, Text: why, Implied: implied,
	})
}
