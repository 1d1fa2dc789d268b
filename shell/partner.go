package shell

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
	"rpcsh/shell/lang"
)

// A partner is a peer as those who answer it see it: what they send it is shown, and listed while it waits for its answer.
type partner struct {
	s *Shell
	p *peer
}

var _ answer.Peer = partner{}

// Number implements answer.Peer.
func (a partner) Number() int { return a.p.number }

// Name implements answer.Peer.
func (a partner) Name() string { return a.p.nickname() }

// Address implements answer.Peer.
func (a partner) Address() string { return a.p.link.Load().Remote }

// Close implements answer.Peer.
func (a partner) Close() error { return a.p.link.Load().Close() }

// Wire implements answer.Peer.
func (a partner) Wire() answer.Wire {
	link := a.p.link.Load()
	spoken, _ := link.Wire()
	return answer.Wire{
		Conn: link.Conn, NewCodec: spoken.Protocol.NewCodec,
		Show: func(req *rpcconn.Request, r *rpcconn.Response, remark string) {
			if r == nil {
				a.s.showNoAnswer(a.p, req, remark)
				return
			}
			a.s.showAnswer(a.p, req, r, remark)
		},
		Note: func(text string) { a.s.note(a.p.title(a.s) + ": " + text) },
	}
}

// Call implements answer.Peer.
func (a partner) Call(ctx context.Context, method string, params json.RawMessage) (*rpcconn.Response, error) {
	responses, err := a.ask(ctx, []rpcconn.Call{{Method: method, Params: params}}, func(ctx context.Context, calls []rpcconn.Call) ([]*rpcconn.Response, error) {
		r, err := a.p.link.Load().Do(ctx, &calls[0])
		return []*rpcconn.Response{r}, err
	})
	return responses[0], err
}

// Batch implements answer.Peer.
func (a partner) Batch(ctx context.Context, calls []rpcconn.Call) ([]*rpcconn.Response, error) {
	return a.ask(ctx, calls, a.p.link.Load().Batch)
}

// Notify implements answer.Peer.
func (a partner) Notify(ctx context.Context, method string, params json.RawMessage) error {
	err := a.p.link.Load().Notify(ctx, method, params)
	if err == nil {
		a.s.showNotification(a.p, method, params)
	}
	return err
}

// ask has do send calls. They are shown, and listed until they are answered.
func (a partner) ask(ctx context.Context, calls []rpcconn.Call, do func(context.Context, []rpcconn.Call) ([]*rpcconn.Response, error)) ([]*rpcconn.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	var waiting []*call
	watched := slices.Clone(calls)
	for i := range watched {
		c := &watched[i]
		if c.Notify {
			a.s.showNotification(a.p, c.Method, c.Params)
			continue
		}
		c.OnID = func(id rpcconn.ID) {
			w := &call{peer: a.p, id: id, method: c.Method, since: start, cancel: cancel}
			waiting = append(waiting, w)
			a.p.add(w)
			a.s.showOutgoing(a.p, id, lang.Call{Method: c.Method, Params: c.Params})
		}
		c.OnResponse = func(r *rpcconn.Response) { a.s.showReply(a.p, c.Method, r, time.Since(start)) }
	}
	responses, err := do(ctx, watched)
	for i, w := range waiting {
		a.p.remove(w, i >= len(responses) || responses[i] == nil)
	}
	return responses, err
}
