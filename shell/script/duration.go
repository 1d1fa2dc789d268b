package script

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"rpcsh/shell/lang"
)

// duration reads a length of time: a number of seconds, or a text such as "500ms". What is too long is the longest that
// there is.
func duration(v starlark.Value) (time.Duration, error) {
	if text, ok := starlark.AsString(v); ok {
		return lang.ParseDuration(text)
	}
	seconds, ok := starlark.AsFloat(v)
	if !ok || math.IsNaN(seconds) {
		return 0, errors.New(`a number of seconds belongs here, or a text such as "500ms"`)
	}
	const longest = time.Duration(math.MaxInt64)
	if nanoseconds := seconds * float64(time.Second); nanoseconds < float64(longest) {
		return time.Duration(max(nanoseconds, math.MinInt64)), nil
	}
	return longest, nil
}

// takeTimeout takes the time limit of a call out of its named arguments; 0: none. As with py-bson-rpc, it is called
// timeout, with underscores before that where the method itself has such a parameter: the one with the most of them is
// ours.
func takeTimeout(kwargs []starlark.Tuple) (rest []starlark.Tuple, timeout time.Duration, err error) {
	at, longest := -1, 0
	for i, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		if strings.TrimLeft(name, "_") == "timeout" && len(name) > longest {
			at, longest = i, len(name)
		}
	}
	if at < 0 {
		return kwargs, 0, nil
	}
	for i, kw := range kwargs {
		if i != at {
			rest = append(rest, kw)
		}
	}
	value := kwargs[at][1]
	if value == starlark.None {
		return rest, 0, nil
	}
	if timeout, err = duration(value); err == nil && timeout <= 0 {
		err = errors.New("it has to be longer than 0, or None for as long as it takes")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", string(kwargs[at][0].(starlark.String)), err)
	}
	return rest, timeout, nil
}
