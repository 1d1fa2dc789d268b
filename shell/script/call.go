package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.starlark.net/starlark"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
)

// Answer implements answer.Answerer. The Host hears of errors of the function, too, with their place in the file.
func (f *Function) Answer(ctx context.Context, req *answer.Request) (json.RawMessage, error) {
	end, err := f.script.state.begin(req.Peer)
	if err != nil {
		return nil, f.answered(ctx, req, err)
	}
	defer end()
	var result json.RawMessage
	err = f.script.run(ctx, f.Name, req.Enter, func(r *run) error {
		for !req.HasRoom() && r.ctx.Err() == nil { // the peer does not read its answers
			r.aside(func() { req.AwaitRoom(r.ctx) })
		}
		args, kwargs, err := arguments(req.Params)
		if err == nil {
			err = f.sig.check(args, kwargs)
		}
		if err != nil {
			return &refusal{rpcconn.NewError(rpcconn.CodeInvalidParams, f.Name+"() "+err.Error())}
		}
		if f.sig.rpc {
			rpc := &rpcValue{req: req, state: f.script.state}
			defer func() { rpc.over = true }()
			args = append(starlark.Tuple{rpc}, args...)
		}
		value, err := starlark.Call(r.thread, f.fn, args, kwargs)
		if err != nil {
			return err
		}
		if result, err = encode(r.ctx, value); err != nil {
			err = fmt.Errorf("what %s returns cannot be sent: %w", f.fn.Name(), err)
		}
		return err
	})
	if err != nil {
		return nil, f.answered(ctx, req, err)
	}
	return result, nil
}

// answered returns the error with which the request is answered if the function ended with err.
func (f *Function) answered(ctx context.Context, req *answer.Request, err error) error {
	var refused *refusal
	switch {
	case errors.Is(err, errAborted), ctx.Err() != nil && !answer.IsTimeLimit(ctx): // nobody waits for the answer
		return rpcconn.ErrNoAnswer
	case errors.As(err, &refused):
		return refused.answer
	}
	where := mistakeOf(f.fn.Position(), err)
	f.script.host.Failed(f.Name, where)
	if req.IsNotification() {
		return nil
	}
	return rpcconn.NewError(rpcconn.CodeServerError, where.Reason)
}

// arguments returns params as the arguments of a function.
func arguments(params json.RawMessage) (args starlark.Tuple, kwargs []starlark.Tuple, err error) {
	if len(params) == 0 {
		return nil, nil, nil
	}
	value, err := decode(params)
	if err != nil {
		return nil, nil, err
	}
	switch value := value.(type) {
	case *starlark.List:
		for i := range value.Len() {
			args = append(args, value.Index(i))
		}
	case *starlark.Dict:
		kwargs = value.Items()
	case starlark.NoneType: // which some peers send for no params
	default:
		return nil, nil, errors.New("takes params that are an array or an object")
	}
	return args, kwargs, nil
}
