package shell

import (
	"context"
	"errors"
	"sync"

	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/advice"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// call runs a statement that calls.
func (r *runner) call(ctx context.Context, st *lang.Statement) error {
	j, err := r.job(ctx, st)
	if err != nil {
		return err
	}
	peers, err := r.ready(ctx, j)
	if err != nil {
		return err
	}
	if st.Timeout == nil {
		j.passed = r.passed()
	}
	switch {
	case j.silent() && (st.Assign != "" || st.Filter != nil || st.Outlet != nil):
		const reason = "a notification has no result to assign, filter or keep"
		return &lang.Error{Column: st.Calls[0].Column, Reason: reason}
	case j.silent():
		r.sends()
		unheard := j.unheard(peers[0]) // as long as it is not known that it was sent
		err := r.notify(ctx, peers, j)
		if line, _ := r.typed(ctx); unheard != "" && line != "" && err == nil && r.view.Interactive() {
			r.view.Remark(r.view.Colors().Dim(unheard))
		}
		return err
	}
	r.sends()
	switch {
	case st.Background:
		r.background(ctx, peers, j)
		return nil
	case session.HookOf(ctx) != nil, isAside(ctx):
		return r.inHook(ctx, peers, j)
	case r.view.Interactive():
		return r.attended(ctx, peers, j)
	}
	var stop func()
	j.progress, stop = r.working(j)
	defer stop()
	return r.foreground(ctx, peers, j)
}

type asideKey struct{}

// aside returns a context for lines that the run was not asked for: their results are shown beside those of others.
func aside(ctx context.Context) context.Context { return context.WithValue(ctx, asideKey{}, true) }

func isAside(ctx context.Context) bool { return ctx.Value(asideKey{}) != nil }

// ready returns the peers that a job is for, and makes its calls fit for them. A mistake is found before anything is
// sent.
func (r *runner) ready(ctx context.Context, j *job) ([]*session.Peer, error) {
	peers, err := r.addressed(ctx, j.Statement)
	if err != nil {
		return nil, err
	}
	if err := r.awaitSession(ctx, peers, j.Statement); err != nil {
		return nil, err
	}
	j.ready = make(map[*session.Peer][]*call.Prepared, len(peers))
	for _, p := range peers {
		if j.ready[p], err = r.prepare(ctx, p, j); err != nil {
			return nil, err
		}
	}
	return peers, nil
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
	ctx, cancel := r.prompter.untilAsked(ctx)
	defer cancel()
	err := r.session.AwaitSession(ctx, peers, methods...)
	if err != nil && ctx.Err() != nil {
		return interruption(ctx, err.Error())
	}
	return advice.For(err)
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

// attended is foreground for a person who may be asked something meanwhile: then the call goes on in the background, or
// nobody could answer, and the peer might wait for that before it answers the call.
func (r *runner) attended(ctx context.Context, peers []*session.Peer, j *job) error {
	asked, late := r.prompter.attention()
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
	j.detached.Store(true)
	select {
	case err := <-done:
		return err
	default:
	}
	r.session.Note(j.title() + " goes on in the background; its result is shown when it comes")
	return nil
}

// background asks peers while the person does something else. It returns when the calls have been sent, so that they
// reach the peers in the order in which they were typed. A call that has not been sent when ctx ends is given up.
func (r *runner) background(ctx context.Context, peers []*session.Peer, j *job) {
	for _, p := range peers {
		r.inBackground.begin()
		own, cancel := context.WithCancelCause(r.session.Context())
		sent := make(chan struct{})
		r.session.Go(func() {
			defer cancel(nil)
			a := r.ask(own, p, j, j.origin, sync.OnceFunc(func() { close(sent) }))
			r.concludeLate(own, a, j)
			r.inBackground.end(a.Err)
		})
		select {
		case <-sent:
		case <-ctx.Done():
			cancel(context.Cause(ctx))
			<-sent
		}
	}
}

// inHook sends the calls of a line of .on, and waits. Results are shown like those of calls in the background.
func (r *runner) inHook(ctx context.Context, peers []*session.Peer, j *job) error {
	outcomes := make([]*peerOutcome, len(peers))
	var asking sync.WaitGroup
	for i, p := range peers {
		asking.Go(func() {
			outcomes[i] = r.ask(ctx, p, j, event.FromHook, nil)
			r.concludeLate(ctx, outcomes[i], j)
		})
	}
	asking.Wait()
	if j.several {
		r.assign(j, gather(outcomes))
	}
	for _, o := range outcomes {
		if o.Err != nil {
			return &exit.Shown{Err: o.Err}
		}
	}
	return nil
}

// notify sends notifications: one, or a batch of them.
func (r *runner) notify(ctx context.Context, peers []*session.Peer, j *job) error {
	var first error
	for _, p := range peers {
		o := p.Caller().Do(ctx, j.ready[p], call.Options{
			Origin: j.origin, Timeout: j.settings.Timeout, Passed: j.passed, Batch: j.Batch,
			Flushed: !r.view.Interactive(),
		})
		if err := r.explain(o.Err, j); first == nil {
			first = err
		}
	}
	return first
}
