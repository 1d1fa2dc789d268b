package shell

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"rpcsh/shell/command"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/view"
)

// A runner runs statements. Its methods are called by the goroutines that run lines: the one of typed lines, and those
// of hooks.
type runner struct {
	session  *session.Session
	view     *view.View
	commands *command.Table
	prompter *prompter

	inBackground backgroundCalls

	mu      sync.Mutex // protects what follows
	line    string     // being run, as the person typed it; "": none is
	refused string     // the last one that was refused, and is run all the same if it is entered again
	insists bool       // line was refused just before
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
		r.assign(st.Assign, view.OneValue(values))
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
