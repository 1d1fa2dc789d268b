package script

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"

	"rpcsh/shell/answer"
)

// The names of the functions that are called when a peer comes, and when it has gone. They are no methods.
const (
	onConnect = "on_connect"
	onClose   = "on_close"
)

// Connected has on_connect called with p, unless the file knows p already: because it has been loaded again since p
// came. Closed has to be called after it.
func (s *Script) Connected(ctx context.Context, p answer.Peer) {
	s.happens(ctx, onConnect, s.onConnect, func() starlark.Tuple {
		a := s.state.meet(p)
		if a.came {
			return nil
		}
		a.came = true
		return starlark.Tuple{peerValue{p, s.state}}
	})
}

// Closed has on_close called with p, and then forgets what is kept of p.
func (s *Script) Closed(ctx context.Context, p answer.Peer) {
	s.happens(ctx, onClose, s.onClose, func() starlark.Tuple { return starlark.Tuple{peerValue{p, s.state}} })
	s.state.forget(p)
}

// happens calls fn for what nobody has asked for, with what arguments returns in its turn; nil: it is not called. What
// goes wrong is told.
func (s *Script) happens(ctx context.Context, name string, fn *starlark.Function, arguments func() starlark.Tuple) {
	err := s.run(ctx, name, nobody, func(r *run) error {
		args := arguments()
		if args == nil || fn == nil {
			return nil
		}
		_, err := starlark.Call(r.thread, fn, args, nil)
		return err
	})
	if err == nil || fn == nil || ctx.Err() != nil && !answer.IsTimeLimit(ctx) {
		return
	}
	s.host.Failed(name, mistakeOf(fn.Position(), err))
}

// takes returns nil where fn can be called with n arguments, else what is wrong with that.
func takes(fn *starlark.Function, n int) error {
	sig := signatureOf(fn)
	if sig.rpc { // which is nothing special in functions that answer nobody
		sig.positional = append([]parameter{{name: rpcName}}, sig.positional...)
	}
	return sig.check(make(starlark.Tuple, n), nil)
}

// A Timer calls a function of a script again and again.
type Timer struct {
	Every time.Duration

	script *Script
	fn     *starlark.Function
}

// Name returns the name of the function.
func (t *Timer) Name() string { return t.fn.Name() }

// Run calls the function until ticks ends. What it does then ends with work, or when it takes longer than limit; 0: no
// limit. A call for which it is time while another one goes on waits for the end of that; more than one are left out.
func (t *Timer) Run(ticks, work context.Context, limit time.Duration) {
	ticker := time.NewTicker(t.Every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ticks.Done():
		}
		if ticks.Err() != nil {
			return
		}
		t.call(work, limit)
	}
}

func (t *Timer) call(ctx context.Context, limit time.Duration) {
	ctx, cancel := answer.Limited(ctx, limit)
	defer cancel()
	t.script.happens(ctx, t.Name(), t.fn, func() starlark.Tuple { return starlark.Tuple{} })
}

// every is every(seconds, function), at the top level.
func every(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	var length starlark.Value
	var fn *starlark.Function
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seconds", &length, "function", &fn); err != nil {
		return nil, err
	}
	r := running(thread)
	if r.loading == nil {
		return nil, errors.New("every belongs at the top level of the file")
	}
	d, err := duration(length)
	if err == nil && d < shortest {
		err = fmt.Errorf("it has to be %s at least", shortest)
	}
	if err != nil {
		return nil, fmt.Errorf("every: %w", err)
	}
	if err := takes(fn, 0); err != nil {
		return nil, fmt.Errorf("every: %s() is called without arguments: %w", fn.Name(), err)
	}
	r.script.Timers = append(r.script.Timers, &Timer{Every: d, script: r.script, fn: fn})
	return starlark.None, nil
}

// shortest is the shortest time between two calls of every.
const shortest = time.Millisecond

// peers is peers(), all that are connected.
func peers(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return running(thread).script.state.others(nil), nil
}

// OwnAccord returns what a script does without being asked, each in a few words.
func (s *Script) OwnAccord() []string {
	var all []string
	if s.onConnect != nil {
		all = append(all, onConnect)
	}
	if s.onClose != nil {
		all = append(all, onClose)
	}
	for _, t := range s.Timers {
		all = append(all, fmt.Sprintf("%s every %s", t.Name(), t.Every))
	}
	return all
}
