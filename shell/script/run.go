package script

import (
	"context"
	"errors"

	"go.starlark.net/starlark"

	"rpcsh/shell/memory"
)

// slice is how many steps a function makes before other functions of its file get a turn. It takes about a second.
const slice = 20_000_000

// maxMemory is how many bytes the program may grow by while a function runs. An operation that makes much looks at that
// first (run.makes).
const maxMemory = memory.Limit / 2

var errMemory = errors.New("the script takes too much memory")

// A run is what a thread does: it loads a file, or answers a request.
type run struct {
	script  *Script
	ctx     context.Context
	thread  *starlark.Thread
	loading *loading // nil: the file has been loaded
}

const runKey = "run"

// running returns the run of thread.
func running(thread *starlark.Thread) *run { return thread.Local(runKey).(*run) }

// run waits for its turn, and then has f run code of the file in a thread that ends with ctx. placed is called when it
// has its place among those who wait for theirs. The error is f's, or ctx's cause.
func (s *Script) run(ctx context.Context, name string, placed func(), f func(*run) error) error {
	ctx, stop := memory.Guard(ctx, maxMemory, errMemory)
	defer stop()
	if err := s.state.turn.take(ctx, placed); err != nil {
		return err
	}
	defer s.state.turn.leave()
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
	r.script.state.turn.leave()
	defer func() { _ = r.script.state.turn.take(context.Background(), nobody) }() // there is no end to wait for
	wait()
}

// nobody is told of a place.
func nobody() {}

func refuseLoad(*starlark.Thread, string) (starlark.StringDict, error) {
	return nil, errors.New("there is no load: a script is one file")
}
