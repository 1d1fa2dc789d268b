package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rpcsh/completer"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
	"rpcsh/shell/methods"
	"rpcsh/shell/view"
)

// maxChoices is how many values a question lists; more are completed, and checked like any other.
const maxChoices = 20

// A form asks a person for the parameters of a method.
type form struct {
	view   *view.View
	lines  asker
	known  *catalog.Catalog
	method catalog.Method
}

// ask asks for one parameter after the other, and returns those that are not left out.
func (f *form) ask(ctx context.Context) ([]methods.Argument, error) {
	f.view.Flush()
	defs := f.known.Definitions()
	var given []methods.Argument
	for _, p := range f.method.Params {
		q := &field{
			form: f, param: p,
			values: defs.Values(p.Schema), types: defs.Types(p.Schema), preset: defs.Default(p.Schema),
		}
		value, err := q.ask(ctx)
		switch {
		case errors.Is(err, exit.ErrInterrupted), errors.Is(err, io.EOF):
			return nil, &exit.Failure{Code: exit.Interrupted, Err: fmt.Errorf("given up, nothing was sent")}
		case err != nil:
			return nil, err
		case value != nil:
			given = append(given, methods.Argument{Name: p.Name, Value: value})
		}
	}
	return given, nil
}

// A field is a parameter that is asked for.
type field struct {
	*form
	param  catalog.Param
	values []json.RawMessage // that it may have; none: others
	types  []string          // that it may have; none: any
	preset json.RawMessage   // that no answer stands for; nil: none
}

// ask asks until the answer can be a value of f; nil: it is left out.
func (f *field) ask(ctx context.Context) (json.RawMessage, error) {
	if f.param.Summary != "" {
		width := min(f.view.ListWidth(), methods.WidestText)
		f.view.Say("%s", f.view.Colors().Dim(columns.Wrap(view.Visible(f.param.Summary), width, "  ")))
	}
	if len(f.values) > 1 && len(f.values) <= maxChoices && !slices.Equal(f.types, []string{"boolean"}) {
		for i, v := range f.values {
			f.view.Say("  %d  %s", i+1, view.Readable(v))
		}
	}
	for {
		f.view.Flush()
		text, err := f.lines.Ask(ctx, f.question(), f.complete)
		if err != nil {
			return nil, err
		}
		value, err := f.read(strings.TrimSpace(text))
		if err == nil {
			return value, nil
		}
		f.view.Say("%s", f.view.Colors().Err("  "+view.Visible(err.Error())))
	}
}

// question asks for the value: name, type, and what becomes of no answer.
func (f *field) question() string {
	need := "optional"
	if f.preset != nil {
		need = "default " + columns.Clip(view.Readable(f.preset), 40, "…")
	} else if f.param.Required {
		need = "required"
	}
	return view.Visible(fmt.Sprintf("%s (%s): ", f.param.Name, strings.TrimPrefix(f.param.Type()+", "+need, ", ")))
}

// complete completes the values that there are to choose from.
func (f *field) complete(typed string) []completer.Candidate {
	var found []completer.Candidate
	for _, v := range f.values {
		if text := view.Visible(lang.SpellValue(v)); strings.HasPrefix(text, typed) {
			found = append(found, completer.Candidate{Text: text})
		}
	}
	return found
}

// read returns the value that text means; nil where the parameter is left out.
func (f *field) read(text string) (json.RawMessage, error) {
	switch {
	case text != "":
	case !f.param.Required:
		return nil, nil
	case f.preset != nil:
		return f.preset, nil
	default:
		return nil, fmt.Errorf(`%s is required; "" is an empty text`, f.param.Name)
	}
	value, err := f.parse(text)
	if err != nil {
		return nil, err
	}
	params := append(append(jsontext.AppendQuote([]byte("{"), f.param.Name), ':'), value...)
	for _, problem := range f.known.Check(f.method, append(params, '}')) {
		if problem.Param == f.param.Name {
			return nil, errors.New(problem.String())
		}
	}
	return value, nil
}

// parse reads a value of the parameter's types: one of those to choose from, or its number, JSON, or text where
// that may be.
func (f *field) parse(text string) (json.RawMessage, error) {
	for _, v := range f.values {
		if plain, err := jsontext.Unquote(v); view.Compact(v) == text || err == nil && plain == text {
			return v, nil
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(f.values) && len(f.values) <= maxChoices {
		return f.values[n-1], nil
	}
	isText := len(f.types) == 0 || slices.Contains(f.types, "string")
	isNull := text == "null" && slices.Contains(f.types, "null")
	switch valid := jsontext.Valid([]byte(text)) == nil; {
	case valid && (!f.onlyText() || text[0] == '"' || isNull):
		return json.RawMessage(text), nil
	case isText:
		return jsontext.AppendQuote(nil, text), nil
	}
	return nil, fmt.Errorf("this is not JSON; a value of type %s is wanted, such as %s",
		strings.Join(f.types, " or "), view.Readable(f.known.Definitions().Sample(f.param.Schema)))
}

// onlyText reports whether a value is text, or null at most.
func (f *field) onlyText() bool {
	other := func(t string) bool { return t != "string" && t != "null" }
	return slices.Contains(f.types, "string") && !slices.ContainsFunc(f.types, other)
}
