package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A peerOutcome is what became of a job at one peer, with what is shown of it.
type peerOutcome struct {
	*call.Outcome
	peer   *session.Peer
	result *view.Result
}

// ask sends the calls of a job to a peer and waits for the answer. sent, if not nil, is called when they have been
// sent, or will not be.
func (r *runner) ask(ctx context.Context, p *session.Peer, j *job, origin event.Origin, sent func()) *peerOutcome {
	o := p.Caller().Do(ctx, j.ready[p], call.Options{
		Origin: origin, Timeout: j.settings.Timeout, Batch: j.Batch, Awaited: origin != event.FromLine || !j.gathered(),
		Sent: sent, Progress: j.progress,
	})
	if sent != nil {
		sent()
	}
	o.Err = r.explain(o.Err, j)
	a := &peerOutcome{Outcome: o, peer: p}
	a.result = &view.Result{
		Peer: p.Event(), Event: o.Event, ID: o.ID, Title: j.title(), Method: j.Calls[0].Method, Batch: j.Batch,
		At: o.At, Took: o.Took, Answered: o.Answered, Remarks: o.Remarks,
	}
	return a
}

// conclude filters a result, and shows it where it is not gathered.
func (r *runner) conclude(ctx context.Context, a *peerOutcome, j *job) {
	if j.detached.Load() && !j.gathered() {
		r.concludeLate(ctx, a, j)
		return
	}
	if a.Result != nil {
		values, err := j.filtered(ctx, a.Result)
		if a.Err == nil {
			a.Err = err
		}
		a.Result, a.result.Values = nil, values
		if err == nil {
			a.Result = view.OneValue(values)
		}
	}
	a.result.Err = a.Err
	if !j.gathered() {
		a.Err = r.view.Result(a.result, j.several)
	}
}

// concludeLate filters the result of a call that nobody waits for, assigns it, and shows it, unless the session has
// ended.
func (r *runner) concludeLate(ctx context.Context, a *peerOutcome, j *job) {
	if r.session.Context().Err() != nil {
		r.view.Drop(a.Event)
		return
	}
	if a.Err == nil {
		var values []json.RawMessage
		values, a.Err = j.filtered(ctx, a.Result)
		a.Result = nil
		if a.Err == nil {
			a.Result = view.OneValue(values)
		}
	}
	if a.Err == nil && (j.Background || !j.several) {
		r.assign(j.Assign, a.Result)
	}
	a.result.Values, a.result.Err = []json.RawMessage{a.Result}, a.Err
	r.view.LateResult(a.result, j.Background, j.detached.Load())
}

// foreground asks peers and shows what they answer: that of one as it comes, that of several together.
func (r *runner) foreground(ctx context.Context, peers []*session.Peer, j *job) error {
	outcomes := make([]*peerOutcome, len(peers))
	if len(peers) == 1 {
		outcomes[0] = r.ask(ctx, peers[0], j, event.FromLine, nil)
		r.conclude(ctx, outcomes[0], j)
	} else {
		r.askAll(ctx, peers, j, outcomes)
	}
	switch {
	case j.several:
		r.assign(j.Assign, gather(outcomes))
	case outcomes[0].Result != nil:
		r.assign(j.Assign, outcomes[0].Result)
	}
	if j.gathered() {
		return r.view.Gathered(results(outcomes))
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return o.Err
		}
	}
	return nil
}

// askAll asks several peers at the same time, and says how many have answered.
func (r *runner) askAll(ctx context.Context, peers []*session.Peer, j *job, outcomes []*peerOutcome) {
	start := time.Now()
	var done atomic.Int64
	var asking sync.WaitGroup
	for i, p := range peers {
		asking.Go(func() {
			outcomes[i] = r.ask(ctx, p, j, event.FromLine, nil)
			r.conclude(ctx, outcomes[i], j)
			n := done.Add(1)
			if j.update != nil && j.gathered() && time.Since(start) >= time.Second { // or it would flicker
				j.update(fmt.Sprintf("waiting for %s, %d of %d have answered …", j.title(), n, len(peers)))
			}
		})
	}
	asking.Wait()
}
