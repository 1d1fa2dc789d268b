package script

import (
	"context"
	"fmt"
	"strings"
	"time"

	starlarkjson "go.starlark.net/lib/json"
	starlarkmath "go.starlark.net/lib/math"
	starlarktime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"rpcsh/rpcconn"
	"rpcsh/shell/turn"
)

// builtins returns what scripts have beside Starlark's own builtins.
func (s *Script) builtins() starlark.StringDict {
	all := starlark.StringDict{
		"error":   starlark.NewBuiltin("error", raise),
		"every":   starlark.NewBuiltin("every", every),
		"fail":    sized("fail", starlark.NewBuiltin("fail", fail)),
		"getattr": starlark.NewBuiltin("getattr", guardedGetattr),
		"json":    sizedModule(starlarkjson.Module, "encode"),
		"log":     sized("log", starlark.NewBuiltin("log", log)),
		"math":    starlarkmath.Module,
		"now":     starlark.NewBuiltin("now", now),
		"peers":   starlark.NewBuiltin("peers", peers),
		"range":   starlark.NewBuiltin("range", smallRange),
		"serve":   starlark.NewBuiltin("serve", serve),
		"sleep":   starlark.NewBuiltin("sleep", sleep),
		"state":   s.state.dict,
		"struct":  starlark.NewBuiltin("struct", starlarkstruct.Make),
		"time":    starlarktime.Module,

		"print": sized("print", starlark.Universe["print"]),
		"repr":  sized("repr", starlark.Universe["repr"]),
		"str":   sized("str", starlark.Universe["str"]),

		guardName: starlark.NewBuiltin(guardName, guardOperand),
		textGuard: starlark.NewBuiltin(textGuard, guardText),
	}
	if s.client != nil {
		return s.client.builtins(all, s.state)
	}
	return all
}

// words returns arguments as print would print them.
func words(args starlark.Tuple) string {
	var all []string
	for _, arg := range args {
		if s, ok := starlark.AsString(arg); ok {
			all = append(all, s)
		} else {
			all = append(all, arg.String())
		}
	}
	return strings.Join(all, " ")
}

// fail is fail(*args). Starlark's own would put "fail: " before the text for the peer.
func fail(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("%s: got an unexpected keyword argument %s", b.Name(), kwargs[0][0])
	}
	return nil, &failure{words(args)}
}

// raise is error(code, message, data=None), which answers the request with that error.
func raise(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	answer := new(rpcconn.Error)
	var code, data starlark.Value = nil, starlark.None
	err := starlark.UnpackArgs(
		b.Name(), args, kwargs, "code", &code, "message", &answer.Message, "data?", &data,
	)
	if err != nil {
		return nil, err
	}
	switch code.(type) {
	case starlark.Int, starlark.String, starlark.NoneType:
	default:
		return nil, fmt.Errorf("%s: for parameter code: got %s, want int", b.Name(), code.Type())
	}
	text, err := encode(running(thread).ctx, code)
	if err != nil {
		return nil, fmt.Errorf("%s: the code: %w", b.Name(), err)
	}
	answer.SetCode(text)
	if data != starlark.None {
		if answer.Data, err = encode(running(thread).ctx, data); err != nil {
			return nil, fmt.Errorf("%s: the data: %w", b.Name(), err)
		}
	}
	return nil, &refusal{answer}
}

// log is log(*args), another name of print.
func log(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, fmt.Errorf("%s: got an unexpected keyword argument %s", b.Name(), kwargs[0][0])
	}
	running(thread).script.host.Log(words(args))
	return starlark.None, nil
}

// now is now(), the seconds since 1970 as a float.
func now(
	_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.Float(float64(time.Now().UnixNano()) / float64(time.Second)), nil
}

// sleep is sleep(seconds).
func sleep(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	var length starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seconds", &length); err != nil {
		return nil, err
	}
	d, err := duration(length)
	if err != nil {
		return nil, fmt.Errorf("sleep: %w", err)
	}
	r := running(thread)
	r.aside(func() {
		defer turn.Waits(r.ctx)()
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.ctx.Done():
		}
	})
	if r.ctx.Err() != nil {
		return nil, context.Cause(r.ctx)
	}
	return starlark.None, nil
}
