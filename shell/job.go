package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dialect"
	"rpcsh/shell/advice"
	"rpcsh/shell/call"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/habit"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A job is a statement that calls, with what it needs while it runs.
type job struct {
	*lang.Statement
	settings session.Settings
	passed   time.Duration // of its time limit, before it is sent
	output   string        // the form of results
	shaping  view.Shaping
	origin   event.Origin
	turn     uint64 // among all jobs
	filter   *jq.Filter
	values   []json.RawMessage // of the variables that the filter may use
	several  bool              // more than one peer may be asked, so results are shown with who gave them
	insists  bool              // the line was refused just before
	begun    *begunFiles       // that its line has begun to write to; nil: it is run once
	ready    map[*session.Peer][]*call.Prepared
	progress func(dialect.Progress) // shows how far a call has come; nil: nothing does
	update   func(text string)      // shows what is being waited for; nil: nothing does
	detached atomic.Bool            // it goes on in the background: nobody waits for it any more
}

// job compiles what is to be compiled before anything is sent.
func (r *runner) job(ctx context.Context, st *lang.Statement) (*job, error) {
	j := &job{Statement: st, settings: r.session.Settings(), output: r.view.Output(), origin: event.FromLine}
	j.turn = r.turns.next()
	switch {
	case session.HookOf(ctx) != nil:
		j.origin = event.FromHook
	case st.Background:
		j.origin = event.FromBackground
	}
	_, j.insists = r.typed(ctx)
	j.begun, _ = ctx.Value(begunKey{}).(*begunFiles)
	if st.Peer != "" {
		sel, err := session.ParseSelector(st.Peer)
		if err != nil {
			return nil, &lang.Error{Column: st.PeerColumn, Reason: err.Error()}
		}
		j.several = sel.Several()
	}
	if st.Timeout != nil {
		j.settings.Timeout = *st.Timeout
	}
	if err := checkOutlet(ctx, st); err != nil {
		return nil, err
	}
	j.fillParams()
	j.shaping.As = view.ShapeIn(ctx)
	if st.Filter == nil {
		return j, nil
	}
	j.shaping.Headings = jq.Headings(st.Filter.Text)
	var err error
	j.filter, j.values, err = r.commands.Messages().CompileFilter(ctx, *st.Filter)
	return j, err
}

// fillParams gives calls without arguments the params that .set noparams asks for.
func (j *job) fillParams() {
	empty := map[string]string{session.NoParamsArray: "[]", session.NoParamsObject: "{}"}[j.settings.NoParams]
	if empty == "" {
		return
	}
	for i := range j.Calls {
		if j.Calls[i].Params == nil {
			j.Calls[i].Params = json.RawMessage(empty)
		}
	}
}

// silent reports whether no answer is expected.
func (j *job) silent() bool {
	for _, c := range j.Calls {
		if !c.Notify {
			return false
		}
	}
	return true
}

// title names the job in what is said about it.
func (j *job) title() string {
	switch {
	case j.Print != nil:
		return ".print"
	case j.Wait != nil:
		return view.Visible(j.Wait.For.Text)
	}
	if j.Batch {
		return fmt.Sprintf("batch of %d", len(j.Calls))
	}
	return view.Visible(j.Calls[0].Method)
}

// gathered reports whether what peers answer is shown when all of them have, in the order of their numbers.
func (j *job) gathered() bool { return j.several && (j.output != view.OutputRaw || j.Outlet != nil) }

// filtered returns what the job's filter makes of a result: the result itself where there is none. It has as long for
// that as a call has for its answer.
func (j *job) filtered(ctx context.Context, result json.RawMessage) ([]json.RawMessage, error) {
	if j.filter == nil {
		return []json.RawMessage{result}, nil
	}
	limit := j.settings.Timeout
	late := fmt.Errorf("%w: the filter was not done in %s (.set timeout or -t changes that)", exit.ErrTimeout, limit)
	values, err := j.filter.RunFor(ctx, limit, late, result, j.values...)
	if err == nil || errors.Is(err, late) {
		return values, err
	}
	if strings.HasPrefix(err.Error(), "jq: expected an object but got: array") {
		err = fmt.Errorf("%w: .[] | … takes one element after the other", err)
	}
	return values, &exit.Failure{Code: exit.Usage, Err: err}
}

// A refusal is a mistake in a line that is sent all the same if the person enters it once more or, where the person
// means something else, one for which that is offered.
type refusal struct {
	error
	meant string // a line; "": the same once more
}

func (r *refusal) Unwrap() error { return r.error }

// prepare makes the calls of j fit for p; a mistake is found before anything is sent.
func (r *runner) prepare(ctx context.Context, p *session.Peer, j *job) ([]*call.Prepared, error) {
	check := j.settings.Check()
	if j.insists || j.Anyway {
		check = call.CheckNothing
	}
	if err := p.Caller().TakesBatches(check); err != nil && j.Batch {
		return nil, r.located(ctx, err, j.Calls[0], j)
	}
	calls := make([]*call.Prepared, len(j.Calls))
	for i, c := range j.Calls {
		var err error
		wanted := call.Request{Method: c.Method, Params: c.Params, Notify: c.Notify, Raw: c.Raw, Extra: c.Extra}
		wanted.Spelt = c.Spelt
		if wanted.ID = rpcconn.ParseID(c.ID); c.ID != nil && p.Caller().Waits(wanted.ID) {
			reason := "a call waits with the id " + wanted.ID.String() + " already (.pending lists them)"
			return nil, &lang.Error{Column: c.IDColumn, Reason: reason}
		}
		if calls[i], err = p.Caller().Prepare(wanted, check); err != nil {
			return nil, r.located(ctx, err, c, j)
		}
	}
	return calls, nil
}

// located returns what is wrong with a call as a mistake that knows its column.
func (r *runner) located(ctx context.Context, err error, c lang.Call, j *job) error {
	var refused *call.Refusal
	if errors.As(err, &refused) {
		hint := ".call --anyway sends it"
		if j.Batch {
			hint = ".batch --anyway sends it"
		}
		if r.view.Interactive() && j.origin != event.FromHook { // where there is nobody to insist
			hint = r.onceMore()
		}
		if line, _ := r.typed(ctx); c.Column < len(line) {
			_, words := habit.CutWord(line[c.Column:])
			if how := habit.Arguments(words); how != "" {
				hint = how + "; " + hint
			}
		}
		column := argumentColumn(&refused.ArgumentError, c)
		return &refusal{&lang.Error{Column: column, Reason: refused.Reason + " (" + hint + ")"}, ""}
	}
	var wrong *call.ArgumentError
	if errors.As(err, &wrong) {
		return &lang.Error{Column: argumentColumn(wrong, c), Reason: wrong.Reason}
	}
	return err
}

// onceMore says how a person sends a line that was refused.
func (r *runner) onceMore() string {
	if r.retypes {
		return "the same line again sends it anyway"
	}
	return "Enter sends it anyway"
}

// argumentColumn returns where the argument is that err is about, or would be: that of a param, all of them, or the
// method.
func argumentColumn(err *call.ArgumentError, c lang.Call) int {
	switch {
	case err.Call:
		return c.Column
	case len(c.Args) == 0, err.Lacks && !c.Raw:
		return c.End
	}
	for i, a := range c.Args {
		if a.Name != "" && a.Name == err.Param || a.Name == "" && i == err.Index && !c.Raw {
			return a.Column
		}
	}
	return c.Args[0].Column
}

// explain returns why a call has no result, as a person reads it.
func (r *runner) explain(err error, j *job) error {
	var refused *rpcconn.Error
	var unsayable *rpcconn.EncodeError
	var failed *call.Failed
	err = advice.For(err)
	switch {
	case err == nil, errors.As(err, &refused):
		return err
	case exit.Code(err) == exit.PeerError: // by what is no answer
		return fmt.Errorf("%s: %w", j.title(), err)
	case errors.Is(err, rpcconn.ErrClosed):
		return exit.Connectionf("%s: %w", j.title(), err)
	case errors.As(err, &failed):
		return &exit.Failure{Code: exit.PeerError, Err: fmt.Errorf("%s: %w", j.title(), err)}
	case errors.Is(err, exit.ErrTimeout):
		if j.Timeout != nil {
			return fmt.Errorf("%s: %w (--timeout changes that)", j.title(), err)
		}
		return fmt.Errorf("%s: %w (.set timeout or -t changes that)", j.title(), err)
	case errors.Is(err, exit.ErrCancelled):
		err = fmt.Errorf("%s: %w%s", j.title(), exit.ErrCancelled, seen(err))
		return &exit.Failure{Code: exit.Interrupted, Err: err}
	case errors.Is(err, exit.ErrInterrupted) && r.view.Interactive():
		return fmt.Errorf("%s: %w, a late answer will be shown%s", j.title(), exit.ErrInterrupted, seen(err))
	case errors.Is(err, exit.ErrInterrupted), errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w%s", j.title(), exit.ErrInterrupted, seen(err))
	case errors.Is(err, errors.ErrUnsupported), errors.As(err, &unsayable), rpcconn.IsIDError(err):
		return exit.Usagef("%s: %w", j.title(), err)
	}
	return exit.Connectionf("%s: %w", j.title(), err) // it could not be sent, or the transport brought no answer
}

// seen says what had come when a call was given up because of err.
func seen(err error) string {
	var given *call.Unanswered
	if errors.As(err, &given) && given.Seen != "" {
		return "; " + given.Seen
	}
	return ""
}

// gather returns the results of several peers as one array.
func gather(all []*peerOutcome) json.RawMessage {
	outcomes := make([]*call.Outcome, len(all))
	for i, a := range all {
		outcomes[i] = a.Outcome
	}
	return call.Gather(outcomes)
}

func results(all []*peerOutcome) []*view.Result {
	shown := make([]*view.Result, len(all))
	for i, a := range all {
		shown[i] = a.result
	}
	return shown
}
