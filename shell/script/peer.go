package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/answer"
	"rpcsh/shell/exit"
)

// A peerValue is a peer in a script. It may be kept in state.
type peerValue struct {
	answer.Peer
	kept *State
}

// Hash implements starlark.Value.
func (p peerValue) Hash() (uint32, error) { return uint32(p.Number()), nil }

// Freeze implements starlark.Value.
func (peerValue) Freeze() {}

// Truth implements starlark.Value.
func (peerValue) Truth() starlark.Bool { return true }

// Type implements starlark.Value.
func (peerValue) Type() string { return "peer" }

func (p peerValue) String() string { return fmt.Sprintf("@%d %s", p.Number(), p.Address()) }

// AttrNames implements starlark.HasAttrs.
func (peerValue) AttrNames() []string {
	return []string{"address", "batch", "call", "close", "name", "notify", "number", "state", "try_call"}
}

// Attr implements starlark.HasAttrs.
func (p peerValue) Attr(name string) (starlark.Value, error) {
	switch name {
	case "address":
		return starlark.String(p.Address()), nil
	case "name":
		return starlark.String(p.Name()), nil
	case "number":
		return starlark.MakeInt(p.Number()), nil
	case "state":
		return p.kept.of(p.Peer).state, nil
	case "call":
		return starlark.NewBuiltin(name, p.call), nil
	case "close":
		return starlark.NewBuiltin(name, p.close), nil
	case "try_call":
		return starlark.NewBuiltin(name, p.tryCall), nil
	case "notify":
		return starlark.NewBuiltin(name, p.notify), nil
	case "batch":
		return starlark.NewBuiltin(name, p.batch), nil
	}
	return nil, nil
}

// call is call(name, *args, timeout=None, **kwargs). It returns the result. An error of the peer ends the function.
func (p peerValue) call(
	thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	method, response, err := p.ask(thread, args, kwargs)
	switch {
	case err != nil:
		return nil, err
	case response.Err != nil:
		return nil, &peerFailure{errorText(method, response.Err), response.Err}
	}
	return decode(response.Result)
}

// A peerFailure is the error of a peer that ends a function.
type peerFailure struct {
	text   string
	answer *rpcconn.Error
}

func (e *peerFailure) Error() string { return e.text }
func (e *peerFailure) Unwrap() error { return e.answer }

// errorText returns the message of a function that ends because the peer's method has failed. Functions that call each
// other through peers pass messages on; a method that is named there already is not named again.
func errorText(method string, e *rpcconn.Error) string {
	text, data := e.Parts()
	switch said, err := jsontext.Unquote(data); {
	case data == nil:
	case err != nil:
		text = e.Error()
	default:
		text += ": " + said
		if e.Code == rpcconn.CodeServerError && e.Message == rpcconn.StandardMessage(e.Code) {
			text = said
		}
	}
	if strings.Contains(text, method+": ") {
		return text
	}
	return method + ": " + text
}

// tryCall is try_call(name, *args, timeout=None, **kwargs). It returns a struct of a result and an error, one of which
// is None.
func (p peerValue) tryCall(
	thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	_, response, err := p.ask(thread, args, kwargs)
	result, failed := starlark.Value(starlark.None), starlark.Value(starlark.None)
	switch {
	case running(thread).ctx.Err() != nil:
		return nil, err
	case err != nil && !errors.Is(err, rpcconn.ErrClosed) && !errors.Is(err, exit.ErrTimeout):
		return nil, err
	case err != nil:
		failed = newPeerError(&rpcconn.Error{Message: err.Error()})
	case response.Err != nil:
		failed = newPeerError(response.Err)
	default:
		if result, err = decode(response.Result); err != nil {
			return nil, err
		}
	}
	members := starlark.StringDict{"result": result, "error": failed}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, members), nil
}

// ask calls the method that the first argument names.
func (p peerValue) ask(
	thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple,
) (method string, response *rpcconn.Response, err error) {
	kwargs, timeout, err := takeTimeout(kwargs)
	if err != nil {
		return "", nil, err
	}
	call, err := callOf(thread, args, kwargs)
	if err != nil {
		return "", nil, err
	}
	r := running(thread)
	r.aside(func() { response, err = p.Call(r.ctx, call.Method, call.Params, timeout) })
	if err != nil {
		err = fmt.Errorf("%s: %w", call.Method, err)
	}
	return call.Method, response, err
}

// notify is notify(name, *args, **kwargs).
func (p peerValue) notify(
	thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	call, err := callOf(thread, args, kwargs)
	if err != nil {
		return nil, err
	}
	r := running(thread)
	r.aside(func() { err = p.Notify(r.ctx, call.Method, call.Params) })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", call.Method, err)
	}
	return starlark.None, nil
}

// close is close(). What was sent is written before that.
func (p peerValue) close(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	running(thread).aside(func() { _ = p.Close() }) // the end of the connection is reported like any other
	return starlark.None, nil
}

// callOf returns the call for arguments: the method's name, and then the method's arguments.
func callOf(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (rpcconn.Call, error) {
	if len(args) == 0 {
		return rpcconn.Call{}, errors.New("the name of a method belongs here")
	}
	method, ok := args[0].(starlark.String)
	if !ok {
		return rpcconn.Call{}, fmt.Errorf("a method's name is a string, not a %s", args[0].Type())
	}
	p, err := params(running(thread).ctx, args[1:], kwargs)
	if err != nil {
		return rpcconn.Call{}, fmt.Errorf("%s: %w", string(method), err)
	}
	return rpcconn.Call{Method: string(method), Params: p}, nil
}

// batch is batch(*calls, timeout=None). A call is a name, or a tuple of a name and arguments; the name of a
// notification begins with !. A list stands for its elements. batch returns the results of the requests in their order,
// with an error for each that failed.
func (p peerValue) batch(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	kwargs, timeout, err := takeTimeout(kwargs)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	case len(kwargs) > 0:
		return nil, fmt.Errorf("%s: got an unexpected keyword argument %s", b.Name(), kwargs[0][0])
	}
	var items starlark.Tuple
	for _, arg := range args {
		if list, ok := arg.(*starlark.List); ok {
			items = slices.AppendSeq(items, list.Elements())
		} else {
			items = append(items, arg)
		}
	}
	calls, err := batchOf(thread, items)
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	r := running(thread)
	var responses []*rpcconn.Response
	r.aside(func() { responses, err = p.Batch(r.ctx, calls, timeout) })
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	var results []starlark.Value
	for _, response := range responses {
		if response.Err != nil {
			results = append(results, newPeerError(response.Err))
			continue
		}
		result, err := decode(response.Result)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return starlark.NewList(results), nil
}

func batchOf(thread *starlark.Thread, items starlark.Tuple) ([]rpcconn.Call, error) {
	var calls []rpcconn.Call
	for _, item := range items {
		var args starlark.Tuple
		switch item := item.(type) {
		case starlark.String:
			args = starlark.Tuple{item}
		case starlark.Tuple:
			args = item
		default:
			return nil, fmt.Errorf(`a call is a tuple such as ("add", 1, 2), not a %s`, item.Type())
		}
		call, err := callOf(thread, args, nil)
		if err != nil {
			return nil, err
		}
		call.Method, call.Notify = strings.CutPrefix(call.Method, "!")
		calls = append(calls, call)
	}
	return calls, nil
}

// A peerError is the error of a peer as a value: code, message and data. Code 0 says that there was no answer.
type peerError struct{ *starlarkstruct.Struct }

// Type implements starlark.Value.
func (*peerError) Type() string { return "error" }

// CompareSameType implements starlark.Comparable.
func (e *peerError) CompareSameType(op syntax.Token, other starlark.Value, depth int) (bool, error) {
	return e.Struct.CompareSameType(op, other.(*peerError).Struct, depth)
}

func newPeerError(e *rpcconn.Error) *peerError {
	data := starlark.Value(starlark.None)
	if e.Data != nil {
		if v, err := decode(e.Data); err == nil {
			data = v
		}
	}
	code, err := decode(e.AppendCode(nil))
	if err != nil {
		code = starlark.String(e.AppendCode(nil))
	}
	return &peerError{starlarkstruct.FromStringDict(starlark.String("error"), starlark.StringDict{
		"code": code, "message": starlark.String(e.Message), "data": data,
	})}
}
