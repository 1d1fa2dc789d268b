package shell

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
)

// ask runs j at p and waits for the answer.
func (s *Shell) ask(ctx context.Context, p *peer, j *job, sent func()) outcome {
	ctx, advance, cancelTime := j.limited(ctx)
	defer cancelTime()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	link := p.link.Load()
	o := outcome{peer: p}
	start := time.Now()
	var waiting []*call
	var answered atomic.Int64
	var requests []rpcconn.Call
	expected := int64(0)
	calls := j.ready[p]
	for i := range calls {
		if calls[i].Notify {
			continue
		}
		expected++
		s.track(p, &calls[i])
		if token := calls[i].token; token != "" {
			defer p.watch(token, &watched{status: j.status, advance: advance})()
		}
	}
	var typed []*prepared // for each of waiting
	for i := range calls {
		c := &calls[i]
		r := rpcconn.Call{Method: c.Method, Params: c.Params, Notify: c.Notify, Extra: c.Extra, OnSent: sent}
		r.OnID = func(id rpcconn.ID) {
			w := &call{peer: p, id: id, method: c.Method, since: start, cancel: cancel, advance: advance}
			waiting, typed = append(waiting, w), append(typed, c)
			o.id = id
			p.add(w)
			if j.shows || s.cfg.Log {
				s.showOutgoing(p, id, c.Call)
			}
		}
		r.OnResponse = func(resp *rpcconn.Response) {
			if s.cfg.Log {
				s.showReply(p, c.Method, resp, time.Since(start))
			}
			if answered.Add(1) == expected && !j.shows {
				o.answered, o.took = true, time.Since(start)
				if !j.gathered() {
					o.slot = s.screen.reserve()
				}
			}
		}
		requests = append(requests, r)
	}

	var responses []*rpcconn.Response
	if j.Batch {
		sent() // when it has been, nobody tells
		responses, o.err = link.Batch(ctx, requests)
	} else {
		var r *rpcconn.Response
		r, o.err = link.Do(ctx, &requests[0])
		responses = []*rpcconn.Response{r}
	}
	if o.took == 0 {
		o.took = time.Since(start)
	}
	if errors.Is(o.err, rpcconn.ErrClosed) {
		<-link.reported // so that the reason is always seen before its consequence
		if status := link.Status(); status != "" {
			o.err = fmt.Errorf("%w: it ended: %s", rpcconn.ErrClosed, status)
		}
	}
	for i, w := range waiting {
		p.remove(w, i >= len(responses) || responses[i] == nil)
		if i < len(responses) && responses[i] != nil {
			p.learnFrom(typed[i], responses[i])
		} else if ctx.Err() != nil && !errors.Is(o.err, rpcconn.ErrClosed) {
			s.tellCancelled(p, link, w.id)
		}
	}
	s.settle(&o, j, responses, ctx)
	for i, r := range responses {
		switch {
		case r == nil:
		case r.Err == nil && i < len(typed):
			o.remarks = append(o.remarks, p.remarkResult(j, typed[i], r.Result)...)
		case besideError(r) != "":
			o.remarks = append(o.remarks, besideError(r))
		}
	}
	return o
}

// callError says why a call has no answer.
func (s *Shell) callError(err error, j *job, ctx context.Context) error {
	err = Advise(err)
	switch cause := context.Cause(ctx); {
	case errors.Is(err, rpcconn.ErrClosed):
		return connectionError("%s: %w", j.title(), err)
	case errors.Is(cause, errTimeout):
		return fmt.Errorf("%s: %w: no answer within %s (.set timeout or -t changes that)", j.title(), errTimeout, j.timeout)
	case errors.Is(cause, errCancelled):
		return &failure{ExitInterrupted, fmt.Errorf("%s: cancelled", j.title())}
	case ctx.Err() != nil && s.interactive():
		return fmt.Errorf("%s: %w, a late answer will be shown", j.title(), errInterrupted)
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", j.title(), errInterrupted)
	case errors.Is(err, errors.ErrUnsupported):
		return UsageError("%s: %w", j.title(), err)
	default:
		return &failure{ExitUsage, fmt.Errorf("%s: %w", j.title(), err)} // what cannot be said in the protocol
	}
}
