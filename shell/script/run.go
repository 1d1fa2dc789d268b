package script

import (
	"context"
	"errors"

	"go.starlark.net/starlark"

	"rpcsh/shell/answer"
	"rpcsh/shell/memory"
)

// slice is how many steps a function makes, about a second, before others of its file get a turn.
const slice = 20_000_000

// maxMemory is how many bytes the program may grow by while a function runs. One operation more is let be, and a text
// can be doubled by it.
const maxMemory = memory.Limit / 2

var errMemory = errors.New("the script takes too much memory")

// A run is what a thread does: it loads a file, or answers a request.
type run struct {
	script *Script
	ctx    context.Context
	thread *starlark.Thread
	served map[string]*starlark.Function // what serve adds to; nil: the file has been loaded
}

const runKey = "run"

// running returns what thread does.
func running(thread *starlark.Thread) *run { return thread.Local(runKey).(*run) }

// run has f run code of the file in a thread that ends with ctx, when it is its turn. The error is f's, or ctx's cause.
func (s *Script) run(ctx context.Context, name string, f func(*run) error) error {
	ctx, stop := memory.Guard(ctx, maxMemory, errMemory)
	defer stop()
	select {
	case s.state.turn <- struct{}{}:
		defer func() { <-s.state.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	r := &run{script: s, ctx: ctx, thread: &starlark.Thread{Name: name, Load: refuseLoad}}
	r.thread.Print = func(_ *starlark.Thread, text string) { s.host.Log(text) }
	r.thread.SetLocal(runKey, r)
	r.thread.SetMaxExecutionSteps(slice)
	r.thread.OnMaxSteps = func(thread *starlark.Thread) {
		thread.SetMaxExecutionSteps(thread.ExecutionSteps() + slice)
		r.aside(func() {})
	}
	defer context.AfterFunc(ctx, func() { r.thread.Cancel(context.Cause(ctx).Error()) })()
	err := f(r)
	if err != nil && ctx.Err() != nil {
		return &interrupted{context.Cause(ctx), err}
	}
	return err
}

// aside lets others of the file have a turn while wait waits. That it is this one's turn again, for which it waits in
// any case, is soon, since nobody keeps it for long.
func (r *run) aside(wait func()) {
	<-r.script.state.turn
	defer func() { r.script.state.turn <- struct{}{} }()
	wait()
}

func refuseLoad(*starlark.Thread, string) (starlark.StringDict, error) {
	return nil, errors.New("there is no load: a script is one file")
}

// others returns the peers that are connected, but for p.
func (r *run) others(p answer.Peer) []answer.Peer {
	var others []answer.Peer
	for _, other := range r.script.host.Peers() {
		if other.Number() != p.Number() {
			others = append(others, other)
		}
	}
	return others
}
