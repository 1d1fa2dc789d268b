package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
	"rpcsh/shell/exit"
)

// A Client is what a script needs that is run once, and calls a peer.
type Client struct {
	Peer answer.Peer
	Log  func(text string) // shows what the script prints
	// Wait waits for a notification or a request of the peer that has come since the script began, and was not waited
	// for yet: the first whose method the glob fits. It returns its params; nil: there are none.
	Wait func(ctx context.Context, pattern string) (params json.RawMessage, err error)
}

// mainName is the function that is called once the top level has been run.
const mainName = "main"

// Run runs a file's top level, and then main with args, if there is one; its result is that of main, nil for None.
// State is a new one. The error is a *Mistake; one of check or fail has the exit code of an expectation, one of the
// peer's is an *rpcconn.Error, too.
func (c Client) Run(
	ctx context.Context, name string, source []byte, args []string, state *State,
) (result json.RawMessage, err error) {
	if len(source) > MaxSource {
		return nil, fmt.Errorf("%s: a script has at most %d bytes", name, MaxSource)
	}
	s := &Script{state: state, host: Host{Log: c.Log}, client: &c}
	err = s.run(ctx, name, nobody, func(r *run) error {
		program, err := s.compile(name, source)
		if err != nil {
			return err
		}
		globals, err := program.Init(r.thread, s.builtins())
		fn, is := globals[mainName].(*starlark.Function)
		if err != nil || !is {
			return err
		}
		var words starlark.Tuple
		for _, arg := range args {
			words = append(words, starlark.String(arg))
		}
		value, err := starlark.Call(r.thread, fn, words, nil)
		if err == nil && value != starlark.None {
			if result, err = encode(r.ctx, value); err != nil {
				err = fmt.Errorf("what %s returns is no JSON: %w", mainName, err)
			}
		}
		return err
	})
	if err == nil {
		return result, nil
	}
	return nil, failed(mistakeOf(syntax.MakePosition(&name, 0, 0), err))
}

// failed returns m with its exit code.
func failed(m *Mistake) error {
	var unmet *unmet
	var failure *failure
	var refused *refusal
	var peer *rpcconn.Error
	switch {
	case errors.As(m.Err, &unmet), errors.As(m.Err, &failure), errors.As(m.Err, &refused):
		return &exit.Failure{Code: exit.Expectation, Err: m}
	case errors.As(m.Err, &peer), errors.Is(m.Err, exit.ErrTimeout), errors.Is(m.Err, exit.ErrInterrupted):
		return &exit.Failure{Code: exit.Code(m.Err), Err: m}
	case errors.Is(m.Err, rpcconn.ErrClosed):
		return &exit.Failure{Code: exit.Connection, Err: m}
	}
	return &exit.Failure{Code: exit.Usage, Err: m}
}

// client adds to builtins what only a script has that is run once, and takes off what it has not: it serves nobody.
func (c *Client) builtins(all starlark.StringDict, state *State) starlark.StringDict {
	delete(all, "serve")
	delete(all, "every")
	all["check"] = starlark.NewBuiltin("check", check)
	all["rpc"] = clientValue{peerValue{c.Peer, state}, c}
	return all
}

// An unmet error is that of check.
type unmet struct{ text string }

func (e *unmet) Error() string { return e.text }

// check is check(condition, *text), which ends the script where the condition does not hold.
func check(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	switch {
	case len(kwargs) > 0:
		return nil, fmt.Errorf("%s: got an unexpected keyword argument %s", b.Name(), kwargs[0][0])
	case len(args) == 0:
		return nil, fmt.Errorf("%s: a condition is missing", b.Name())
	case bool(args[0].Truth()):
		return starlark.None, nil
	case len(args) == 1:
		return nil, &unmet{"check: the condition does not hold"}
	}
	return nil, &unmet{"check: " + words(args[1:])}
}

// A clientValue is rpc in a script that is run once: the peer, and waiting for what it sends.
type clientValue struct {
	peerValue
	client *Client
}

// AttrNames implements starlark.HasAttrs.
func (v clientValue) AttrNames() []string {
	return append(v.peerValue.AttrNames(), "peer", "peers", "wait")
}

// Attr implements starlark.HasAttrs.
func (v clientValue) Attr(name string) (starlark.Value, error) {
	switch name {
	case "peer":
		return v.peerValue, nil
	case "peers":
		return starlark.NewBuiltin(name, (&rpcValue{
			req: &answer.Request{Peer: v.Peer}, state: v.kept,
		}).peers), nil
	case "wait":
		return starlark.NewBuiltin(name, v.wait), nil
	}
	return v.peerValue.Attr(name)
}

// wait is wait(method, timeout=None). It returns the params.
func (v clientValue) wait(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	var pattern string
	var length starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "method", &pattern, "timeout?", &length); err != nil {
		return nil, err
	}
	r := running(thread)
	ctx := r.ctx
	if length != starlark.None {
		d, err := duration(length)
		if err != nil {
			return nil, fmt.Errorf("%s: timeout: %w", b.Name(), err)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, d, fmt.Errorf("%w: no %s within %s", exit.ErrTimeout, pattern,
			d.Round(time.Millisecond)))
		defer cancel()
	}
	var params json.RawMessage
	var err error
	r.aside(func() { params, err = v.client.Wait(ctx, pattern) })
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	case params == nil:
		return starlark.None, nil
	}
	return decode(params)
}
