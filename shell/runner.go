package shell

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"rpcsh/shell/command"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/session"
	"rpcsh/shell/variables"
	"rpcsh/shell/view"
)

// A runner runs statements. Its methods are called by the goroutines that run lines: the one of typed lines, and those
// of hooks.
type runner struct {
	session  *session.Session
	view     *view.View
	commands *command.Table
	prompter *prompter
	pipeTo   func(ctx context.Context, command, text string) error // gives text to another program
	retypes  bool                                                  // what was refused is not there to be entered again

	inBackground backgroundCalls
	turns        turns

	mu      sync.Mutex // protects what follows
	line    string     // being run, as the person typed it; "": none is
	refused string     // the last one that was refused, and is run all the same if it is entered again
	instead string     // what is run then in its place; "": nothing else is
	insists bool       // line was refused just before
	sent    bool       // line has sent something
	begun   time.Time  // when it was begun to connect, which the time limit of the next call counts; zero: it does not
}

// began says that the next call is part of what was begun then, where there are calls on the command line: when lines
// come from Stdin, nobody knows.
func (r *runner) began(cfg Config, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if cfg.Stdin != nil {
		r.begun = at
	}
}

// passed returns how much of the time limit of a call has passed before it is sent.
func (r *runner) passed() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	begun := r.begun
	if r.begun = (time.Time{}); begun.IsZero() {
		return 0
	}
	return time.Since(begun)
}

// begin says that a typed line is run from now on, and returns it, or what it was said to mean.
func (r *runner) begin(line string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	again := line != "" && line == r.refused
	if again && r.instead != "" {
		line, again = r.instead, false
	}
	r.line, r.insists, r.sent = line, again, false
	r.refused, r.instead = "", ""
	return line
}

// sends says that the line that is run sends something from now on: what is wrong then is no mistake in it.
func (r *runner) sends() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = true
}

// An amendment is the text with which a person goes on after a line that was refused.
type amendment struct {
	text   string // "": none
	cursor int    // the byte of text at which they do
}

// end says that the line has been run, with err.
func (r *runner) end(err error) amendment {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := r.line
	r.line, r.insists = "", false
	var refused *refusal
	switch isRefusal := errors.As(err, &refused); {
	case line == "" || err == nil:
		return amendment{}
	case isRefusal && refused.meant != "" && r.retypes:
		r.refused, r.instead = line, refused.meant
		return amendment{}
	case isRefusal && refused.meant != "":
		return amendment{refused.meant, len(refused.meant)}
	case isRefusal:
		r.refused = line
	case r.sent || exit.IsShown(err) || exit.Code(err) != exit.Usage: // what helps then is another line
		return amendment{}
	}
	cursor := len(line)
	var mistake *lang.Error
	if errors.As(err, &mistake) {
		cursor = min(mistake.Column, cursor)
	}
	return amendment{line, cursor}
}

// typed returns the line that a person has typed and that is run, "" where ctx is that of another line, and whether
// they insist on it.
func (r *runner) typed(ctx context.Context) (line string, insists bool) {
	if session.HookOf(ctx) != nil {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.line, r.insists
}

// untyped says that the lines from now on stand in a file. end takes that back.
func (r *runner) untyped() (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, insists := r.line, r.insists
	r.line, r.insists = "", false
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.line, r.insists = line, insists
	}
}

// run runs a statement.
func (r *runner) run(ctx context.Context, st *lang.Statement) error {
	switch {
	case st.Command != nil:
		return r.commands.Run(ctx, st)
	case st.Wait != nil:
		return r.wait(ctx, st)
	case st.Print != nil:
		return r.print(ctx, st)
	case len(st.Calls) > 0:
		if mistake := r.stray(ctx, st); mistake != nil {
			return mistake
		}
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
		r.assign(j, view.OneValue(values))
	}
	if err == nil && st.Outlet != nil {
		return r.deliver(ctx, j, values)
	}
	if isAside(ctx) && err == nil {
		return nil
	}
	return r.view.Result(&view.Result{Values: values, Err: err, Shaping: j.shaping}, false)
}

// assign keeps the result of a job: by its name, by its number where it was typed, and as the last one where somebody
// waits for it, or did until it went on in the background. What comes of its own accord does not change what the person
// is about to use, and what .print shows is there already: it takes no number.
func (r *runner) assign(j *job, value json.RawMessage) {
	vars := r.session.Variables()
	if j.Assign != "" {
		vars.Set(j.Assign, value)
	}
	switch {
	case j.origin == event.FromHook:
	case j.Print != nil:
		vars.Set(variables.Last, value)
	case j.Background:
		vars.Results().Add(j.title(), value)
	default:
		r.keep(j.title(), value, j.turn)
	}
}

// keep keeps a result for which somebody has waited; title says of what. It is the last one unless that of a later turn
// has come before.
func (r *runner) keep(title string, value json.RawMessage, turn uint64) {
	r.session.Variables().Results().Add(title, value)
	r.turns.keep(turn, func() { r.session.Variables().Set(variables.Last, value) })
}

// turns numbers what brings results, in the order in which it was begun. Its methods may be called by any number of
// goroutines.
type turns struct {
	mu   sync.Mutex // protects what follows, and is held while a last result is set
	last uint64     // the newest
	kept uint64     // the one whose result is the last one
}

// next returns the turn of what is begun now.
func (t *turns) next() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	return t.last
}

// keep calls set for the result of a turn, unless that of a later one is kept.
func (t *turns) keep(turn uint64, set func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn >= t.kept {
		t.kept = turn
		set()
	}
}
