package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
)

// describedByScripts is the remark on an answer that describeScripts has made.
const describedByScripts = "from the scripts that are served"

// answer answers p's request: by the first rule that fits, else as its protocol has it by default.
func (s *Shell) answer(ctx context.Context, p *peer, req *rpcconn.Request) (json.RawMessage, error) {
	result, served, err := s.rules.Answer(ctx, s.asked(p, req))
	switch {
	case !served:
		if req.Method == openrpc.MethodDiscover {
			if document := s.describeScripts(); document != nil {
				req.Remark = describedByScripts
				return document, nil
			}
		}
		if a := p.politeAnswer(req.Method); a != nil {
			req.Remark = "by default, .serve " + visible(req.Method, false) + " … answers otherwise"
			return a.Answer(req.Params, s.cfg.Self)
		}
		if !s.rules.Serves(req.Method) {
			req.Remark = "not served, .serve " + visible(req.Method, false) + " …"
		}
		return nil, &rpcconn.Error{Code: rpcconn.CodeMethodNotFound, Message: rpcconn.StandardMessage(rpcconn.CodeMethodNotFound)}
	case err != nil && withdrawn(ctx) != nil:
		return nil, s.answerWithdrawn(p, req, withdrawn(ctx))
	case errors.Is(err, rpcconn.ErrNoAnswer) && req.Remark == "" && (ctx.Err() == nil || s.cfg.Log): // else the connection's end is told
		s.showNoAnswer(p, req, "no answer, the connection is closed")
	}
	return result, err
}

// answerWithdrawn returns what is answered to a request that its peer has withdrawn.
func (s *Shell) answerWithdrawn(p *peer, req *rpcconn.Request, why *withdrawnError) error {
	if why.answer != nil {
		req.Remark = why.Error()
		return why.answer
	}
	if req.Remark == "" {
		s.showNoAnswer(p, req, "no answer, "+why.Error())
	}
	return rpcconn.ErrNoAnswer
}

// asked is a request of p's as rules see it.
func (s *Shell) asked(p *peer, req *rpcconn.Request) *answer.Request {
	return &answer.Request{Request: req, Peer: partner{s, p}, Vars: s.variablesText}
}

// variablesText returns all variables as an object.
func (s *Shell) variablesText() json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(s.variables)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(jsontext.AppendQuote(b, name), ':'), s.variables[name]...)
	}
	return append(b, '}')
}

// politeAnswer returns how p's requests of a method are answered where nothing else is served, nil where there is no such default.
func (p *peer) politeAnswer(method string) *dialect.Answer {
	d := p.dialect.Load()
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

// handleNotification has a rule handle p's notification, if one does something with it. It is called by the goroutine that reads from p.
func (s *Shell) handleNotification(p *peer, req *rpcconn.Request) {
	if !req.IsNotification() || !s.rules.Acts(req.Method) {
		return
	}
	kept := req.Clone()
	link := p.link.Load()
	p.inbox.put(s, p, len(kept.Params), func() {
		if err := s.rules.Notify(link.Context(), s.asked(p, kept)); err != nil {
			s.note(fmt.Sprintf("%s: handling %s: %s", p.title(s), kept.Method, compactError(err)))
		}
	})
}

// compactError returns an error on one line, with its code and data where it has those.
func compactError(err error) string {
	var e *rpcconn.Error
	if errors.As(err, &e) {
		err = errors.New(errorText(e))
	}
	text := err.Error()
	return shorten(text, len(text))
}
