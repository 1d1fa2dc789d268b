package script

import (
	"context"
	"errors"

	"go.starlark.net/starlark"

	"rpcsh/shell/answer"
	"rpcsh/shell/memory"
)

// slice is how many steps a function makes before other functions of its file get a turn. It takes about a second.
const slice = 20_000_000

// maxMemory is how many bytes the program may grow by while a function runs. One more operation may follow, which can
// double a text.
const maxMemory = memory.Limit / 2

var errMemory = errors.New("the script takes too much memory")

// A run is what a thread does: it loads a file, or answers a request.
type run struct {
	script *Script
	ctx    context.Context
	thread *starlark.Thread
	served map[string]*starlark.Function // the methods of serve; nil: the file has been loaded
}

const runKey = "run"

// running returns the run of thread.
func running(thread *starlark.Thread) *run { return thread.Local(runKey).(*run) }

// run waits for its turn, and then has f run code of the file in a thread that ends with ctx. The error is f's, or
// ctx's cause.
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

// aside lets other functions of the file have a turn while wait waits. Then it waits for its own turn, whatever ctx
// says; nobody keeps the turn for long.
func (r *run) aside(wait func()) {
	<-r.script.state.turn
	defer func() { r.script.state.turn <- struct{}{} }()
	wait()
}

func refuseLoad(*starlark.Thread, string) (starlark.StringDict, error) {
	return nil, errors.New("there is no load: a script is one file")
}

// others returns the connected peers but p.
func (r *run) others(p answer.Peer) []answer.Peer {
	var others []answer.Peer
	for _, other := range r.script.host.Peers() {
		if other.Number() != p.Number() {
			others = append(others, other)
		}
	}
	return others
}
