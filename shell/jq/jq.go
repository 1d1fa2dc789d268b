// Package jq runs jq expressions (github.com/itchyny/gojq) on JSON text. Numbers that an expression only passes on keep their form.
package jq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/itchyny/gojq"
)

// maxResults bounds how many values one run may give.
const maxResults = 100_000

// A Filter is a compiled expression. It may be used by any number of goroutines.
type Filter struct {
	code *gojq.Code
}

// An Error is a mistake in an expression.
type Error struct {
	Offset int // bytes of the expression before the mistake
	Reason string
}

func (e *Error) Error() string { return e.Reason }

// Compile compiles an expression in which the variables, named without their $, may be used. The error is an *Error.
func Compile(expression string, variables ...string) (*Filter, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		var parse *gojq.ParseError
		if errors.As(err, &parse) {
			return nil, &Error{max(0, parse.Offset-len(parse.Token)), "jq: " + err.Error()}
		}
		return nil, &Error{0, "jq: " + err.Error()}
	}
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = "$" + v
	}
	code, err := gojq.Compile(query, gojq.WithVariables(names))
	if err != nil {
		return nil, &Error{0, "jq: " + err.Error()}
	}
	return &Filter{code}, nil
}

// Run returns all values that the expression gives for input, with the values of the variables in the order of Compile. Empty
// input is null. An error of the expression, error("…") among them, is returned with the values before it.
func (f *Filter) Run(ctx context.Context, input json.RawMessage, values ...json.RawMessage) ([]json.RawMessage, error) {
	in, err := decode(input)
	if err != nil {
		return nil, err
	}
	vars := make([]any, len(values))
	for i, v := range values {
		if vars[i], err = decode(v); err != nil {
			return nil, err
		}
	}
	var results []json.RawMessage
	iter := f.code.RunWithContext(ctx, in, vars...)
	for {
		v, ok := iter.Next()
		if !ok {
			return results, nil
		}
		if err, ok := v.(error); ok {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return results, nil
			}
			return results, fmt.Errorf("jq: %w", err)
		}
		if len(results) == maxResults {
			return results, fmt.Errorf("jq: more than %d values", maxResults)
		}
		text, err := gojq.Marshal(v)
		if err != nil {
			return results, fmt.Errorf("jq: %w", err)
		}
		results = append(results, text)
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
