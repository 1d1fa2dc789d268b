package session

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// A Trigger says when a hook's line is run.
type Trigger struct {
	Text   string // as people write it; two of the same text are the same
	Filter event.Filter
}

// matches reports whether an event is one for which a line is run. What lines themselves send is none, or they would
// never end; nor is what the session sends of its own accord.
func (t Trigger) matches(e *event.Event) bool {
	switch e.Origin {
	case event.FromHook, event.FromDiscovery, event.FromSession:
		return false
	}
	return t.Filter.Match(e)
}

// A Hook is a line that is run whenever something happens.
type Hook struct {
	Trigger Trigger
	Line    string

	ctx  context.Context // ends with the session, and when the hook is taken off
	stop context.CancelFunc

	mu   sync.Mutex // protects what follows
	runs int
	err  error // of the last run; nil: none, or there was no run
}

func (h *Hook) ran(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.runs++
	h.err = err
}

// State returns how often the line has been run, and the error of the last run; nil: none, or there was no run.
func (h *Hook) State() (runs int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs, h.err
}

// Hooks are all that are set, in that order. The methods may be called by any number of goroutines.
type Hooks struct {
	done    context.Context // the session's
	runLine RunLine         // nil: lines do nothing

	mu  sync.Mutex // protects what follows
	all []*Hook
}

// Hooks returns the lines that are run when something happens.
func (s *Session) Hooks() *Hooks { return &s.hooks }

// Add has a line run whenever something happens, until the session ends or Remove takes it off.
func (hs *Hooks) Add(t Trigger, line string) *Hook {
	h := &Hook{Trigger: t, Line: line}
	h.ctx, h.stop = context.WithCancel(hs.done)
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.all = append(hs.all, h)
	return h
}

// List returns the hooks in the order in which they were set.
func (hs *Hooks) List() []*Hook {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return slices.Clone(hs.all)
}

// Remove takes off hooks, and ends what they are doing.
func (hs *Hooks) Remove(hooks ...*Hook) {
	hs.mu.Lock()
	hs.all = slices.DeleteFunc(hs.all, func(h *Hook) bool { return slices.Contains(hooks, h) })
	hs.mu.Unlock()
	for _, h := range hooks {
		h.stop()
	}
}

// of returns the hooks for an event.
func (hs *Hooks) of(e *event.Event) []*Hook {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	var found []*Hook
	for _, h := range hs.all {
		if h.Trigger.matches(e) {
			found = append(found, h)
		}
	}
	return found
}

// A HookContext is what a hook's line is run for. It is in the line's context.
type HookContext struct {
	Peer      *Peer
	Variables map[string]json.RawMessage // that the line has beside the session's: peer, method, params, event
}

type hookKey struct{}

// InHook returns a context for lines that are run for h.
func InHook(ctx context.Context, h *HookContext) context.Context {
	return context.WithValue(ctx, hookKey{}, h)
}

// HookOf returns what a line is run for, nil where it was typed, or piped.
func HookOf(ctx context.Context) *HookContext {
	h, _ := ctx.Value(hookKey{}).(*HookContext)
	return h
}

// CurrentFor returns the peer that a line means where it names none: for a hook's line the one that it is run for, else
// the current one; nil: there is none.
func (s *Session) CurrentFor(ctx context.Context) *Peer {
	if h := HookOf(ctx); h != nil {
		return h.Peer
	}
	return s.peers.Current()
}

// VariablesFor returns the variables that a line may use, in a map of the caller's own.
func (s *Session) VariablesFor(ctx context.Context) map[string]json.RawMessage {
	all := s.variables.All()
	if h := HookOf(ctx); h != nil {
		maps.Copy(all, h.Variables)
	}
	return all
}

// VariableFor returns the value of a variable that a line may use, and whether there is one of this name.
func (s *Session) VariableFor(ctx context.Context, name string) (json.RawMessage, bool) {
	if h := HookOf(ctx); h != nil {
		if v, ok := h.Variables[name]; ok {
			return v, true
		}
	}
	return s.variables.Get(name)
}

// Narrow makes a rule one for the hook's peer alone. It goes with a peer that cannot be dialled again.
func (h *HookContext) Narrow(rule *answer.Rule) {
	number := h.Peer.Number()
	rule.ForText = strconv.Itoa(number)
	rule.For = func(p answer.Peer) bool { return p.Number() == number }
	rule.Text = "--peer " + rule.ForText + " " + rule.Text
	if h.Peer.accepted {
		rule.Owner = number
	}
}

// fire has the hooks run that are for an event about p: in its inbox, after what it did before. It may be called by the
// goroutine that reads from p.
func (hs *Hooks) fire(p *Peer, e *event.Event) {
	if hs.runLine == nil {
		return
	}
	found := hs.of(e)
	if len(found) == 0 {
		return
	}
	h := &HookContext{Peer: p, Variables: map[string]json.RawMessage{
		"peer":   json.RawMessage(strconv.Itoa(p.Number())),
		"params": json.RawMessage("null"),
		"method": json.RawMessage("null"),
		"event":  e.AppendJSON(nil),
	}}
	if e.Method != "" {
		h.Variables["method"] = jsontext.AppendQuote(nil, e.Method)
	}
	if e.Params != nil {
		h.Variables["params"] = slices.Clone(e.Params)
	}
	ends := hs.done // with which what the lines do does
	if e.Kind.IsMessage() {
		ends = p.Link().Context()
	}
	ends = p.inbox.Within(ends)
	before := func() {}
	if e.Kind == event.Notification && !e.Out {
		before = p.connection.Load().earlier()
	}
	run := func() {
		before()
		for _, hook := range found {
			hs.run(ends, hook, h)
		}
	}
	if e.Kind == event.Connect || e.Kind == event.Close {
		p.inbox.PutAlways(run)
		return
	}
	p.inbox.Put(len(h.Variables["event"])+len(e.Params), run)
}

// run runs one hook's line.
func (hs *Hooks) run(ctx context.Context, hook *Hook, h *HookContext) {
	ctx, cancel := context.WithCancel(InHook(ctx, h))
	defer cancel()
	defer context.AfterFunc(hook.ctx, cancel)()
	if hook.ctx.Err() != nil {
		return
	}
	hook.ran(hs.runLine(ctx, hook))
}
