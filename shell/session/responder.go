package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/pending"
)

// A responder answers the peers' requests: by the session's rules, or else by the default of the peer's dialect.
type responder struct{ session *Session }

// answer answers p's request: by the first rule that fits, else as its protocol has it by default.
func (r responder) answer(ctx context.Context, p *Peer, req *rpcconn.Request) (json.RawMessage, error) {
	asked := r.asked(p, req)
	result, served, err := r.session.rules.Answer(ctx, asked)
	if !served && !r.session.opts.Attended && p.joined == nil && !r.hasDefault(p, req.Method) &&
		p.connection.Load().gentle.Refuse(ctx) { // a line may serve it now
		result, served, err = r.session.rules.Answer(ctx, asked)
	}
	if !served && r.session.opts.Attended && p.joined == nil {
		result, served, err = r.askPerson(ctx, p, asked)
	}
	if p.connection.Load().open.IsParked(req) {
		p.extendLimits()
	}
	switch {
	case !served && p.joined != nil:
		req.Remark = passes
		return nil, rpcconn.ErrNoAnswer
	case !served:
		return r.answerByDefault(p, req)
	case err != nil && pending.Withdrawn(ctx) != nil:
		return nil, r.answerWithdrawn(p, req, pending.Withdrawn(ctx))
	case errors.Is(err, rpcconn.ErrNoAnswer) && req.Remark == "":
		r.publishNone(p, req, "no answer, the connection is closed", ctx.Err() != nil)
	}
	return result, err
}

// askPerson has the person answer a request for which there is no rule, if its protocol has it so.
func (r responder) askPerson(
	ctx context.Context, p *Peer, asked *answer.Request,
) (result json.RawMessage, served bool, err error) {
	standard := defaultAnswer(p, asked.Method)
	if standard == nil || standard.Suggest == nil {
		return nil, false, nil
	}
	suggested, err := jsontext.AppendCompact(nil, standard.Suggest(asked.Params, r.session.opts.Self))
	if err == nil {
		asked.Suggested = suggested
	}
	result, err = r.session.parked.pending.Answer(ctx, asked)
	return result, true, err
}

// hasDefault reports whether answerByDefault has an answer other than a refusal.
func (r responder) hasDefault(p *Peer, method string) bool {
	return defaultAnswer(p, method) != nil || method == openrpc.MethodDiscover && r.session.scripts.describe() != nil
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
	switch {
	case !r.session.rules.Serves(req.Method):
		req.Remark = "not served, .serve " + req.Method + " …"
	case r.session.rules.Kind(req.Method) == catalog.KindNotification:
		req.Remark = "served for notifications only"
	}
	const code = rpcconn.CodeMethodNotFound
	return nil, &rpcconn.Error{Code: code, Message: rpcconn.StandardMessage(code)}
}

// answerWithdrawn returns what is answered to a request that its peer has withdrawn.
func (r responder) answerWithdrawn(p *Peer, req *rpcconn.Request, why *pending.WithdrawnError) error {
	if why.Answer != nil {
		req.Remark = why.Error()
		return why.Answer
	}
	if req.Remark == "" {
		r.publishNone(p, req, "no answer, "+why.Error(), false)
	}
	return rpcconn.ErrNoAnswer
}

// asked is a request of p's as rules see it.
func (r responder) asked(p *Peer, req *rpcconn.Request) *answer.Request {
	c := p.connection.Load()
	return &answer.Request{
		Request: req, Peer: p, Vars: r.session.variables.Object, Entered: c.enter, Number: c.open.NumberOf(req),
	}
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
		if r.session.rules.Kind(req.Method) == catalog.KindRequest {
			const text = "%s: the notification %s is left out, it is served for requests only"
			e := &event.Event{Kind: event.Note, Text: fmt.Sprintf(text, p.Title(), req.Method)}
			e.Topic, e.Reason = "notifications that are left out", e.Text
			p.publish(e)
		}
		return
	}
	kept := req.Clone()
	link, before := p.Link(), p.connection.Load().earlier()
	p.inbox.Put(len(kept.Params), func() {
		before()
		if err := r.session.rules.Notify(p.inbox.Within(link.Context()), r.asked(p, kept)); err != nil {
			p.note(fmt.Sprintf("%s: handling %s: %v", p.Title(), kept.Method, err))
		}
	})
}

// publish publishes what is answered to p's request, with a remark on it.
func (r responder) publish(p *Peer, req *rpcconn.Request, response *rpcconn.Response, remark string) {
	e := call.ResponseEvent(response)
	e.Out, e.Method, e.Text = true, req.Method, remark
	if !req.Time.IsZero() {
		e.Took = event.Since(req.Time)
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
