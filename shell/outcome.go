package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/advice"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/habit"
	"rpcsh/shell/methods"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A peerOutcome is what became of a job at one peer, with what is shown of it.
type peerOutcome struct {
	*call.Outcome
	peer   *session.Peer
	result *view.Result
	kept   bool // the result has been assigned
}

// ask sends the calls of a job to a peer and waits for the answer. sent, if not nil, is called when they have been
// sent, or will not be.
func (r *runner) ask(ctx context.Context, p *session.Peer, j *job, origin event.Origin, sent func()) *peerOutcome {
	o := p.Caller().Do(ctx, j.ready[p], call.Options{
		Origin: origin, Timeout: j.settings.Timeout, Passed: j.passed, Batch: j.Batch,
		Awaited: origin != event.FromLine || !j.gathered(),
		Sent:    sent, Progress: j.progress, InOrder: !r.view.Interactive(),
	})
	if sent != nil {
		sent()
	}
	if o.Err != nil {
		o.Err = advice.Unbegun(r.explain(o.Err, j), r.session.Discovery().Unbegun(p))
		if meant := r.meant(o.Err, p, j); meant != "" {
			o.Err = advice.With(o.Err, meant)
		}
		o.Remarks = append(o.Remarks, exit.Advice(o.Err)...)
	}
	a := &peerOutcome{Outcome: o, peer: p}
	a.result = &view.Result{
		Peer: p.Event(), Event: o.Event, ID: o.ID, Title: j.title(), Method: j.Calls[0].Method, Batch: j.Batch,
		At: o.At, Took: o.Took, Answered: o.Answered, Remarks: o.Remarks, Shaping: j.shaping,
		Unasked: origin == event.FromHook,
	}
	return a
}

// meant says what may have been meant where p does not know the method that j calls: the shell's command of that name,
// or methods that p has; "": nothing comes near.
func (r *runner) meant(err error, p *session.Peer, j *job) string {
	var refused *rpcconn.Error
	if !errors.As(err, &refused) || len(j.Calls) != 1 {
		return ""
	}
	c := j.Calls[0]
	name := c.Method
	theirs := r.session.Discovery().Remembered(p)
	told := slices.ContainsFunc(theirs, func(m catalog.Method) bool { return m.Name == name && !m.Source.Inferred() })
	if refused.Code != rpcconn.CodeMethodNotFound && (told || !call.MayNotKnow(refused, name)) {
		if call.Separates(c.Params) {
			return "a line is one call, and ; is text in it; calls stand on lines of their own, or in .batch"
		}
		if refused.Code == rpcconn.CodeInvalidParams {
			return habit.Arguments(call.Words(c.Params))
		}
		return ""
	}
	if _, isVariable := r.session.Variables().Get(name); isVariable && c.Params == nil {
		return "did you mean .print $" + name + "?"
	}
	if j.Assign != "" && c.Params == nil && json.Valid([]byte(name)) {
		return fmt.Sprintf("did you mean .let %s = %s?", j.Assign, name)
	}
	if strings.ContainsAny(name, " \t\n") {
		return "the name of the method has blanks in it: leave out the quotes around the call, or give it by -e"
	}
	if c, is := r.commands.Named(name); is && !j.Calls[0].Spelt {
		return "did you mean ." + c.Name + "?"
	}
	theirs = slices.DeleteFunc(theirs, func(m catalog.Method) bool { return m.Name == name })
	if near := methods.Nearest(name, theirs); len(near) > 0 {
		return "did you mean " + strings.Join(near, " or ") + "?"
	}
	return ""
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
	if a.Err == nil && j.Outlet != nil && !j.several {
		r.view.Drop(a.Event)
		a.Err = r.deliver(ctx, j, a.result.Values)
		return
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
	values := []json.RawMessage{a.Result}
	if a.Err == nil {
		values, a.Err = j.filtered(ctx, a.Result)
		a.Result = nil
		if a.Err != nil {
			values = nil
		} else {
			a.Result = view.OneValue(values)
		}
	}
	if a.Err == nil && (j.Background || !j.several) {
		r.assign(j, a.Result)
		a.kept = true
	}
	if a.Err == nil && j.Outlet != nil {
		r.view.Drop(a.Event)
		if a.Err = r.deliver(ctx, j, values); a.Err == nil {
			return
		}
	}
	a.result.Values, a.result.Err = values, a.Err
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
		r.assign(j, gather(outcomes))
	case outcomes[0].Result != nil && !outcomes[0].kept:
		r.assign(j, outcomes[0].Result)
	}
	switch {
	case j.several && j.Outlet != nil:
		return r.deliver(ctx, j, []json.RawMessage{gather(outcomes)})
	case j.gathered():
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
