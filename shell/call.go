package shell

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/lang"
)

// calls runs a statement that calls.
func (s *Shell) calls(ctx context.Context, st *lang.Statement) error {
	j, err := s.job(ctx, st)
	if err != nil {
		return err
	}
	peers, err := s.addressed(ctx, st)
	if err != nil {
		return err
	}
	if err := s.awaitGreeting(ctx, peers, st.Calls...); err != nil {
		return err
	}
	j.ready = make(map[*peer][]prepared, len(peers))
	for _, p := range peers {
		if j.ready[p], err = s.readyFor(p, j); err != nil {
			return err
		}
	}
	if err := s.showDocuments(ctx, j); err != nil {
		return err
	}
	if j.silent() {
		if st.Assign != "" || st.Filter != nil {
			return &lang.Error{Column: st.Calls[0].Column, Reason: "a notification has no result, neither to assign nor to filter"}
		}
		return s.notify(ctx, peers, j)
	}
	if st.Background {
		for _, p := range peers {
			s.waiting.Add(1)
			sent := make(chan struct{})
			s.tasks.Go(func() {
				defer s.waiting.Done()
				s.background(p, j, sync.OnceFunc(func() { close(sent) }))
			})
			<-sent // so that calls reach the peer in the order in which they were typed
		}
		return nil
	}
	if occasionOf(ctx) != nil {
		return s.aside(ctx, peers, j)
	}
	status, stop := s.showWork("waiting for " + j.title() + " …")
	defer stop()
	j.status = status
	return s.attend(ctx, peers, j)
}

// foreground asks peers and shows what they answer: that of one as it comes, that of several together.
func (s *Shell) foreground(ctx context.Context, peers []*peer, j *job) error {
	outcomes := make([]outcome, len(peers))
	start := time.Now()
	var answered atomic.Int64
	var wg sync.WaitGroup
	for i, p := range peers {
		wg.Go(func() {
			o := s.ask(ctx, p, j, func() {})
			n := answered.Add(1)
			switch {
			case j.gathered():
				o.shown = s.filtered(ctx, &o, j)
				if j.status != nil && time.Since(start) >= time.Second { // or it would flicker
					j.status(fmt.Sprintf("waiting for %s, %d of %d have answered …", j.title(), n, len(peers)))
				}
			default:
				if o.slot == nil {
					o.slot = s.screen.reserve()
				}
				if j.left.Load() {
					s.concludeLate(ctx, &o, j)
				} else {
					s.conclude(ctx, &o, j)
				}
			}
			outcomes[i] = o
			o.slot.release()
		})
	}
	wg.Wait()
	if j.several {
		s.assign(j.Assign, together(outcomes))
	} else if outcomes[0].result != nil {
		s.assign(j.Assign, outcomes[0].result)
	}
	if j.gathered() {
		return s.showTogether(j, outcomes)
	}
	for _, o := range outcomes {
		if o.err != nil {
			return o.err
		}
	}
	return nil
}

// filtered returns what is to be shown of an outcome's result; what is left of the result is the value to assign.
func (s *Shell) filtered(ctx context.Context, o *outcome, j *job) []json.RawMessage {
	if o.result == nil || j.filter == nil {
		return []json.RawMessage{o.result}
	}
	shown, err := j.filter.Run(ctx, o.result, j.values...)
	if err != nil && o.err == nil {
		o.err = &failure{ExitUsage, err}
	}
	o.result = oneValue(shown)
	return shown
}

// conclude filters an outcome's result and shows it in the outcome's slot.
func (s *Shell) conclude(ctx context.Context, o *outcome, j *job) {
	shown := s.filtered(ctx, o, j)
	s.showResults(o, j, shown)
	if o.err != nil && (s.interactive() || j.several) {
		o.err = s.showCallError(o, j)
	}
}

// background asks p and shows the answer when it comes; it calls sent when that much is done, or has failed.
func (s *Shell) background(p *peer, j *job, sent func()) {
	o := s.unattended(s.done, p, j, sent)
	s.noteFailure(&o)
}

// aside asks peers for a line of .on: what they answer is shown as that of calls in the background is, and waited for.
func (s *Shell) aside(ctx context.Context, peers []*peer, j *job) error {
	outcomes := make([]outcome, len(peers))
	var wg sync.WaitGroup
	for i, p := range peers {
		wg.Go(func() { outcomes[i] = s.unattended(ctx, p, j, func() {}) })
	}
	wg.Wait()
	if j.several {
		s.assign(j.Assign, together(outcomes))
	}
	for _, o := range outcomes {
		if o.err != nil {
			return &shownError{o.err}
		}
	}
	return nil
}

// unattended asks p and shows the answer, while the person does something else.
func (s *Shell) unattended(ctx context.Context, p *peer, j *job, sent func()) outcome {
	o := s.ask(ctx, p, j, sent)
	sent()
	if s.done.Err() != nil {
		return outcome{peer: p}
	}
	o.slot = s.screen.reserve()
	defer o.slot.release()
	s.concludeLate(ctx, &o, j)
	return o
}

// concludeLate filters an outcome's result, assigns what is left of it, and shows that in the outcome's slot, as of a call that nobody
// waits for.
func (s *Shell) concludeLate(ctx context.Context, o *outcome, j *job) {
	if o.err == nil && j.filter != nil {
		values, err := j.filter.Run(ctx, o.result, j.values...)
		o.result, o.err = oneValue(values), err
	}
	if o.err == nil && (j.Background || !j.several) {
		s.assign(j.Assign, o.result)
	}
	s.showBackground(o, j)
}

// noteFailure remembers that a background call failed, for a run that waits for all of them at its end.
func (s *Shell) noteFailure(o *outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil && o.err != nil {
		s.failed = &shownError{o.err}
	}
}

// notify sends notifications: one, or a batch of them.
func (s *Shell) notify(ctx context.Context, peers []*peer, j *job) error {
	ctx, _, cancel := j.limited(ctx)
	defer cancel()
	var first error
	for _, p := range peers {
		var err error
		ready := j.ready[p]
		if j.Batch {
			var calls []rpcconn.Call
			for _, c := range ready {
				calls = append(calls, rpcconn.Call{Method: c.Method, Params: c.Params, Notify: true})
			}
			_, err = p.link.Load().Batch(ctx, calls)
		} else {
			_, err = p.link.Load().Do(ctx, &rpcconn.Call{Method: ready[0].Method, Params: ready[0].Params, Notify: true, Extra: ready[0].Extra})
		}
		if err != nil {
			err = s.callError(err, j, ctx)
		} else {
			for _, c := range ready {
				p.known.Observe(c.Method, false, c.Params, nil)
				if j.shows || s.cfg.Log {
					s.showNotification(p, c.Method, c.Params)
				}
			}
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// printValue shows a value: .print.
func (s *Shell) printValue(ctx context.Context, st *lang.Statement) error {
	j, err := s.job(ctx, st)
	if err != nil {
		return err
	}
	o := outcome{result: st.Print, slot: s.screen.reserve()}
	defer o.slot.release()
	s.conclude(ctx, &o, j)
	if o.result != nil {
		s.assign(st.Assign, o.result)
	}
	return o.err
}
