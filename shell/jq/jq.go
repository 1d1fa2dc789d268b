// Package jq runs jq expressions (github.com/itchyny/gojq) on JSON text.
//
// An expression sees its input and its variables only: no environment, no files, no further input. Numbers that it
// passes on keep their form; keys of objects come out sorted. An expression that is a JSON value yields that value byte
// for byte, and the dot alone yields the input.
package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/memory"
)

// errMemory ends an expression that takes too much memory: [range(1e9)] would take all there is.
var errMemory = errors.New("the expression takes too much memory")

// maxResults is how many values one run may yield.
const maxResults = 100_000

// A Filter is a compiled expression. It may be used by any number of goroutines.
type Filter struct {
	code     *gojq.Code      // nil: the expression is a constant or the identity
	constant json.RawMessage // nil: it is the identity
	names    []string        // of the variables, in the order of Compile
	used     []bool          // whether the expression may use each
	memory   uint64          // bytes that the program may grow by while it runs
	runs     *runs
}

// Uses reports whether the expression may use a variable, named as for Compile.
func (f *Filter) Uses(variable string) bool {
	i := slices.Index(f.names, variable)
	return i >= 0 && f.used[i]
}

// Compile compiles an expression in which the variables, named without their $, may be used; #17 is the name of a
// message. The error is an *Error.
func Compile(expression string, variables ...string) (*Filter, error) {
	text := strings.TrimSpace(expression)
	switch {
	case text == ".":
		return &Filter{}, nil
	case jsontext.Valid([]byte(text)) == nil:
		return &Filter{constant: json.RawMessage(text)}, nil
	}
	spelled := spellingFor(expression)
	query, err := gojq.Parse(spelled.expression(expression))
	if err != nil {
		return nil, parseError(expression, err, spelled)
	}
	f := &Filter{names: variables, used: make([]bool, len(variables)), memory: memory.Limit, runs: new(runs)}
	var names []string
	for i, v := range variables {
		if f.used[i] = strings.Contains(expression, "$"+v); f.used[i] {
			names = append(names, "$"+spelled.name(v))
		}
	}
	guarded(query)
	if f.code, err = gojq.Compile(query, append(f.runs.options(), gojq.WithVariables(names))...); err != nil {
		return nil, compileError(expression, err, spelled)
	}
	return f, nil
}

// Run returns all values that the expression yields for input. values are those of the variables, in the order of
// Compile. Empty input is null.
//
// An error of the expression, such as error("…"), comes with the values before it. It is an error, too, if the
// expression takes too much memory or yields too many values. When ctx ends, the error is its cause.
func (f *Filter) Run(ctx context.Context, input json.RawMessage, values ...json.RawMessage) ([]json.RawMessage, error) {
	return f.run(ctx, maxResults, input, values)
}

// RunFor is Run, but ends with late after so long; 0: it does not.
func (f *Filter) RunFor(
	ctx context.Context, limit time.Duration, late error, input json.RawMessage, values ...json.RawMessage,
) ([]json.RawMessage, error) {
	if limit > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeoutCause(ctx, limit, late)
		defer end()
	}
	return f.Run(ctx, input, values...)
}

// First returns the first of the values that Run would return, or nil if there is none. It does not look for others.
func (f *Filter) First(ctx context.Context, input json.RawMessage, values ...json.RawMessage) (json.RawMessage, error) {
	results, err := f.run(ctx, 1, input, values)
	if len(results) > 0 {
		return results[0], nil
	}
	return nil, err
}

// run returns at most limit values, and an error if there are more.
func (f *Filter) run(
	ctx context.Context, limit int, input json.RawMessage, values []json.RawMessage,
) (results []json.RawMessage, err error) {
	switch {
	case f.constant != nil:
		return []json.RawMessage{f.constant}, nil
	case f.code == nil && len(input) > 0:
		return []json.RawMessage{input}, nil
	case f.code == nil:
		return []json.RawMessage{json.RawMessage("null")}, nil
	}
	in, err := decode(input)
	if err != nil {
		return nil, err
	}
	var vars []any
	for i, v := range values {
		if !f.used[i] {
			continue
		}
		value, err := decode(v)
		if err != nil {
			return nil, err
		}
		vars = append(vars, value)
	}
	ctx, stop := memory.Guard(ctx, f.memory, errMemory)
	defer stop()
	defer f.runs.begin(ctx)()
	iter := f.code.RunWithContext(ctx, in, vars...)
	for {
		v, ok := iter.Next()
		if !ok {
			return results, nil
		}
		if err, failed := v.(error); failed {
			return results, runError(ctx, err)
		}
		if len(results) == limit {
			return results, fmt.Errorf("jq: more than %d values", limit)
		}
		text, err := encode(v)
		if err != nil {
			return results, err
		}
		if results = append(results, text); limit == 1 {
			return results, nil
		}
	}
}

// runError returns the error that a run ended with, or nil if that was halt.
func runError(ctx context.Context, err error) error {
	var halt *gojq.HaltError
	switch {
	case errors.As(err, &halt) && halt.Value() == nil:
		return nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return fmt.Errorf("jq: %w", context.Cause(ctx))
	default:
		return fmt.Errorf("jq: %w", err)
	}
}

func decode(text json.RawMessage) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("reading the value for jq: %w", err)
	}
	return v, nil
}

func encode(v any) (json.RawMessage, error) {
	if textSize(v, maxText) > maxText {
		return nil, fmt.Errorf("jq: a value of more than %d bytes", maxText)
	}
	if deeper(v, jsontext.MaxDepth) {
		return nil, fmt.Errorf("jq: a value nested deeper than %d", jsontext.MaxDepth)
	}
	text, err := gojq.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("jq: %w", err)
	}
	return text, nil
}

// deeper reports whether v is nested deeper than depth, which would overflow the stack of the recursive encoder.
func deeper(v any, depth int) bool {
	if depth < 0 {
		return true
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if deeper(e, depth-1) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if deeper(e, depth-1) {
				return true
			}
		}
	}
	return false
}
