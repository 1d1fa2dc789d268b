package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/call"
	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A runner runs statements. Its methods are called by the goroutines that run lines: the one of typed lines, and those of hooks.
type runner struct {
	session  *session.Session
	view     *view.View
	commands *command.Table
	desk     *desk
	waiting  sync.WaitGroup // for the answers to background calls

	mu      sync.Mutex // protects what follows
	line    string     // being run, as the person typed it; "": none is
	refused string     // the last one that was refused, and is run all the same if it is entered again
	insists bool       // line was refused just before
	failed  error      // of the first background call that failed
}

// begin says that a typed line is run from now on.
func (r *runner) begin(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line, r.insists = line, line != "" && line == r.refused
	r.refused = ""
}

// end says that the line has been run, and reports whether it was refused.
func (r *runner) end(err error) (refused bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var e *refusal
	if refused = r.line != "" && errors.As(err, &e); refused {
		r.refused = r.line
	}
	r.line, r.insists = "", false
	return refused
}

// run runs a statement.
func (r *runner) run(ctx context.Context, st *lang.Statement) error {
	switch {
	case st.Command != nil:
		return r.commands.Run(ctx, st)
	case st.Print != nil:
		return r.print(ctx, st)
	case len(st.Calls) > 0:
		return r.call(ctx, st)
	}
	return nil
}

// print shows a value: .print.
func (r *runner) print(ctx context.Context, st *lang.Statement) error {
	j, err := r.job(ctx, st)
	if err != nil {
		return err
	}
	values, err := j.filtered(ctx, st.Print)
	if values != nil {
		r.assign(st.Assign, oneValue(values))
	}
	return r.view.Result(&view.Result{Values: values, Err: err}, false)
}

// lastResult is the variable that always holds the last result.
const lastResult = "_"

func (r *runner) assign(name string, value json.RawMessage) {
	r.session.Variables().Set(lastResult, value)
	if name != "" {
		r.session.Variables().Set(name, value)
	}
}

// call runs a statement that calls.
func (r *runner) call(ctx context.Context, st *lang.Statement) error {
	j, err := r.job(ctx, st)
	if err != nil {
		return err
	}
	peers, err := r.addressed(ctx, st)
	if err != nil {
		return err
	}
	if err := r.awaitSession(ctx, peers, st); err != nil {
		return err
	}
	j.ready = make(map[*session.Peer][]*call.Prepared, len(peers))
	for _, p := range peers {
		if j.ready[p], err = r.prepare(p, j); err != nil {
			return err
		}
	}
	switch {
	case j.silent() && (st.Assign != "" || st.Filter != nil):
		return &lang.Error{Column: st.Calls[0].Column, Reason: "a notification has no result, neither to assign nor to filter"}
	case j.silent():
		return r.notify(ctx, peers, j)
	case st.Background:
		r.background(peers, j)
		return nil
	case session.HookOf(ctx) != nil:
		return r.aside(ctx, peers, j)
	case r.view.Interactive():
		return r.attended(ctx, peers, j)
	}
	var stop func()
	j.progress, stop = r.working(j)
	defer stop()
	return r.foreground(ctx, peers, j)
}

// addressed returns the peers that a statement is for.
func (r *runner) addressed(ctx context.Context, st *lang.Statement) ([]*session.Peer, error) {
	if st.Peer == "" {
		return r.session.Addressed(ctx, nil)
	}
	sel, err := session.ParseSelector(st.Peer)
	if err == nil {
		var found []*session.Peer
		if found, err = r.session.Addressed(ctx, &sel); err == nil {
			return found, nil
		}
	}
	var f *exit.Failure
	if errors.As(err, &f) && f.Code != exit.Usage {
		return nil, err
	}
	return nil, &lang.Error{Column: st.PeerColumn, Reason: err.Error()}
}

// awaitSession waits until the peers' sessions have begun, unless a request comes that waits for the person.
func (r *runner) awaitSession(ctx context.Context, peers []*session.Peer, st *lang.Statement) error {
	methods := make([]string, len(st.Calls))
	for i, c := range st.Calls {
		methods[i] = c.Method
	}
	if r.session.HasBegun(peers, methods...) {
		return nil
	}
	_, stop := r.view.Working("the session begins …")
	defer stop()
	ctx, cancel := r.desk.untilAsked(ctx)
	defer cancel()
	if err := r.session.AwaitSession(ctx, peers, methods...); err != nil {
		return interruption(ctx, err.Error())
	}
	return nil
}

// working shows what is being waited for. progress, nil where nobody looks, shows how far it has come.
func (r *runner) working(j *job) (progress func(dialect.Progress), stop func()) {
	update, stop := r.view.Working("waiting for " + j.title() + " …")
	j.update = update
	if update == nil {
		return nil, stop
	}
	return func(p dialect.Progress) { update(view.ProgressText(p.Done, p.Total, p.Text)) }, stop
}

// attended is foreground for a person who may be asked something meanwhile: then the call goes on in the background, or nobody could
// answer, and the peer might wait for that before it answers the call.
func (r *runner) attended(ctx context.Context, peers []*session.Peer, j *job) error {
	asked, late := r.desk.attention()
	var stop func()
	j.progress, stop = r.working(j)
	defer stop()
	own, cancel := context.WithCancelCause(r.session.Context())
	done := make(chan error, 1)
	r.session.Go(func() {
		defer cancel(nil)
		done <- r.foreground(own, peers, j)
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		cancel(context.Cause(ctx))
		return <-done
	case <-asked:
	case <-late:
	}
	j.left.Store(true)
	select {
	case err := <-done:
		return err
	default:
	}
	r.session.Note(j.title() + " goes on in the background; its result is shown when it comes")
	return nil
}

// foreground asks peers and shows what they answer: that of one as it comes, that of several together.
func (r *runner) foreground(ctx context.Context, peers []*session.Peer, j *job) error {
	outcomes := make([]*answered, len(peers))
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
func (r *runner) askAll(ctx context.Context, peers []*session.Peer, j *job, outcomes []*answered) {
	start := time.Now()
	var done atomic.Int64
	var asking sync.WaitGroup
	for i, p := range peers {
		asking.Go(func() {
			outcomes[i] = r.ask(ctx, p, j, event.FromLine, nil)
			r.conclude(ctx, outcomes[i], j)
			if n := done.Add(1); j.update != nil && j.gathered() && time.Since(start) >= time.Second { // or it would flicker
				j.update(fmt.Sprintf("waiting for %s, %d of %d have answered …", j.title(), n, len(peers)))
			}
		})
	}
	asking.Wait()
}

// An answered call is what became of a job at one peer, with what is shown of it.
type answered struct {
	*call.Outcome
	peer   *session.Peer
	result *view.Result
}

// ask sends the calls of a job to a peer and waits for the answer. sent, if not nil, is called when they have been sent, or will not be.
func (r *runner) ask(ctx context.Context, p *session.Peer, j *job, origin event.Origin, sent func()) *answered {
	o := p.Caller().Do(ctx, j.ready[p], call.Options{
		Origin: origin, Timeout: j.settings.Timeout, Batch: j.Batch, Awaited: origin != event.FromLine || !j.gathered(),
		Sent: sent, Progress: j.progress,
	})
	if sent != nil {
		sent()
	}
	o.Err = r.explain(o.Err, j)
	a := &answered{Outcome: o, peer: p}
	a.result = &view.Result{
		Peer: p.Event(), Event: o.Event, ID: o.ID, Title: j.title(), Method: j.Calls[0].Method, Batch: j.Batch,
		Took: o.Took, Answered: o.Answered, Remarks: o.Remarks,
	}
	return a
}

// conclude filters a result, and shows it where it is not gathered.
func (r *runner) conclude(ctx context.Context, a *answered, j *job) {
	if j.left.Load() && !j.gathered() {
		r.concludeLate(ctx, a, j)
		return
	}
	if a.Result != nil {
		values, err := j.filtered(ctx, a.Result)
		if a.Err == nil {
			a.Err = err
		}
		a.Result, a.result.Values = oneValue(values), values
	}
	a.result.Err = a.Err
	if !j.gathered() {
		a.Err = r.view.Result(a.result, j.several)
	}
}

// concludeLate filters the result of a call that nobody waits for, assigns it, and shows it.
func (r *runner) concludeLate(ctx context.Context, a *answered, j *job) {
	if a.Err == nil {
		var values []json.RawMessage
		if values, a.Err = j.filtered(ctx, a.Result); a.Err == nil {
			a.Result = oneValue(values)
		}
	}
	if a.Err == nil && (j.Background || !j.several) {
		r.assign(j.Assign, a.Result)
	}
	a.result.Values, a.result.Err = []json.RawMessage{a.Result}, a.Err
	r.view.LateResult(a.result, j.Background, j.left.Load())
}

// background asks peers while the person does something else. It returns when the calls have been sent, so that they reach the peers in
// the order in which they were typed.
func (r *runner) background(peers []*session.Peer, j *job) {
	for _, p := range peers {
		r.waiting.Add(1)
		sent := make(chan struct{})
		r.session.Go(func() {
			defer r.waiting.Done()
			a := r.ask(r.session.Context(), p, j, event.FromBackground, sync.OnceFunc(func() { close(sent) }))
			if r.session.Context().Err() != nil {
				r.view.Drop(a.Event)
				return
			}
			r.concludeLate(r.session.Context(), a, j)
			r.noteFailure(a.Err)
		})
		<-sent
	}
}

// aside asks peers for a line of .on: what they answer is shown as that of calls in the background is, and waited for.
func (r *runner) aside(ctx context.Context, peers []*session.Peer, j *job) error {
	outcomes := make([]*answered, len(peers))
	var asking sync.WaitGroup
	for i, p := range peers {
		asking.Go(func() {
			outcomes[i] = r.ask(ctx, p, j, event.FromHook, nil)
			r.concludeLate(ctx, outcomes[i], j)
		})
	}
	asking.Wait()
	if j.several {
		r.assign(j.Assign, gather(outcomes))
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return &exit.Shown{Err: o.Err}
		}
	}
	return nil
}

// noteFailure remembers that a background call failed, for a run that waits for all of them at its end.
func (r *runner) noteFailure(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil && err != nil {
		r.failed = &exit.Shown{Err: err}
	}
}

// wait waits for the answers to background calls, and returns the error of the first that failed.
func (r *runner) wait(ctx context.Context) error {
	done := make(chan struct{})
	r.session.Go(func() {
		r.waiting.Wait()
		close(done)
	})
	select {
	case <-done:
	case <-ctx.Done():
		return exit.ErrInterrupted
	}
	r.view.Flush()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// notify sends notifications: one, or a batch of them.
func (r *runner) notify(ctx context.Context, peers []*session.Peer, j *job) error {
	var first error
	for _, p := range peers {
		o := p.Caller().Do(ctx, j.ready[p], call.Options{Origin: j.origin, Timeout: j.settings.Timeout, Batch: j.Batch})
		if err := r.explain(o.Err, j); first == nil {
			first = err
		}
	}
	return first
}
