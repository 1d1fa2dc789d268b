package shell

import (
	"context"
	"encoding/json"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// wait waits for a message, and shows what it carries: .wait.
func (r *runner) wait(ctx context.Context, st *lang.Statement) error {
	j, err := r.job(ctx, st)
	if err != nil {
		return err
	}
	filter, err := command.ParseWait(st.Wait.For)
	if err != nil {
		return err
	}
	sub := r.session.Events().Subscribe(event.Options{Wanted: func(e *event.Event) bool {
		return filter.Match(e) || e.Kind == event.Close
	}})
	defer sub.Close()
	e, err := r.await(ctx, j, sub, filter)
	if err != nil {
		return err
	}
	values, err := j.filtered(ctx, carried(e))
	if err == nil {
		r.assign(j, view.OneValue(values))
	}
	if err == nil && st.Outlet != nil {
		return r.deliver(ctx, j, values)
	}
	return r.view.Result(&view.Result{Values: values, Err: err, Shaping: j.shaping}, false)
}

// await returns the first event that a filter chooses.
func (r *runner) await(
	ctx context.Context, j *job, sub *event.Subscription, filter event.Filter,
) (*event.Event, error) {
	_, stop := r.view.Working("waiting for " + view.Visible(j.Wait.For.Text) + " …")
	defer stop()
	ctx, cancel := r.prompter.untilAsked(ctx)
	defer cancel()
	limit := j.settings.Timeout
	if j.Wait.Limit != nil {
		limit = *j.Wait.Limit
	}
	if limit > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeoutCause(ctx, limit, exit.ErrTimeout)
		defer end()
	}
	for r.mayHear() {
		e, err := sub.Next(ctx)
		switch {
		case err == nil && filter.Match(e):
			return e, nil
		case err == nil: // a connection has ended
		case context.Cause(ctx) == exit.ErrTimeout:
			return nil, fmt.Errorf(".wait %s: %w: nothing came within %s", j.Wait.For.Text, exit.ErrTimeout, limit)
		default:
			return nil, interruption(ctx, ".wait")
		}
	}
	return nil, exit.Connectionf(".wait %s: %w", j.Wait.For.Text, rpcconn.ErrClosed)
}

// mayHear reports whether something may still come: a peer is connected, or may connect.
func (r *runner) mayHear() bool {
	for _, p := range r.session.Peers().List() {
		if p.Alive() {
			return true
		}
	}
	return len(r.session.Listeners()) > 0
}

// carried returns the params of a request or notification, and all that there is to know of another event.
func carried(e *event.Event) json.RawMessage {
	switch {
	case e.Kind != event.Request && e.Kind != event.Notification:
		return e.AppendJSON(nil)
	case e.Params == nil:
		return json.RawMessage("null")
	}
	return e.Params
}
