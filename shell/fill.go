package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
	"rpcsh/shell/term"
)

// maxChoices is how many values a question lists; more are completed, and checked like any other.
const maxChoices = 20

// template puts a line that calls a method into the editor; without a person it prints the line.
func (s *Shell) template(ctx context.Context, args lang.Text) error {
	p, methods, err := s.findMethod(ctx, args)
	if err != nil {
		return err
	}
	line := p.example(methods[0])
	if !s.interactive() {
		s.say("%s", visible(line, false))
		return nil
	}
	s.cfg.Terminal.Prefill(line)
	return nil
}

// fillIn asks for the parameters of a method one by one, and calls it.
func (s *Shell) fillIn(ctx context.Context, args lang.Text) error {
	if !s.interactive() {
		return UsageError(".fill asks a person; write the arguments instead (.template METHOD prints an example)")
	}
	p, methods, err := s.findMethod(ctx, args)
	if err != nil {
		return err
	}
	m := methods[0]
	switch {
	case m.Ours:
		return fmt.Errorf("the peer calls this method; .serve %s answers it", visible(m.Name, false))
	case m.Params == nil:
		return fmt.Errorf("the parameters of %s are not known", visible(m.Name, false))
	}
	s.screen.flush()
	var given []argument
	for _, param := range m.Params {
		f := &field{param: param, method: m, known: p.known, values: p.known.Definitions().Values(param.Schema), types: p.known.Definitions().Types(param.Schema)}
		value, err := s.askField(ctx, f)
		if errors.Is(err, term.ErrInterrupted) || errors.Is(err, io.EOF) {
			return &failure{ExitInterrupted, fmt.Errorf("given up, nothing was sent")}
		}
		if err != nil {
			return err
		}
		if value != nil {
			given = append(given, argument{param.Name, value})
		}
	}
	line := callLine(m, paramsOf(m, given))
	if p != s.peers.selected() {
		line = p.at() + " " + line
	}
	prompt := s.prompt()
	s.say("%s", visible(prompt+line, false))
	s.keep(line)
	s.line, s.column = line, displayWidth(prompt)
	if err := s.Eval(ctx, line); err != nil {
		s.showError(line, err)
		return &shownError{err}
	}
	return nil
}

// A field is a parameter that is asked for.
type field struct {
	param  catalog.Param
	method catalog.Method
	known  *catalog.Catalog
	values []json.RawMessage // that it may have; none: others
	types  []string          // that it may have; none: any
}

// askField asks until the answer can be a value of f; nil: it is left out.
func (s *Shell) askField(ctx context.Context, f *field) (json.RawMessage, error) {
	if f.param.Summary != "" {
		s.say("%s", s.colors.dim(wrap(visible(f.param.Summary, false), min(s.listWidth(), widestText), "  ")))
	}
	if len(f.values) > 1 && len(f.values) <= maxChoices && !slices.Equal(f.types, []string{"boolean"}) {
		for i, v := range f.values {
			s.say("  %d  %s", i+1, visible(compact(v), false))
		}
	}
	for {
		s.screen.flush()
		text, err := s.cfg.Terminal.Ask(ctx, f.question(), f.complete)
		if err != nil {
			return nil, err
		}
		value, err := f.read(strings.TrimSpace(text))
		if err == nil {
			return value, nil
		}
		s.say("%s", s.colors.err("  "+visible(err.Error(), false)))
	}
}

// question asks for the value: name, type, and what becomes of no answer.
func (f *field) question() string {
	need := "optional"
	if value := f.fallback(); value != nil {
		need = "default " + fit(compact(value), 40)
	} else if f.param.Required {
		need = "required"
	}
	return visible(fmt.Sprintf("%s (%s): ", f.param.Name, strings.TrimPrefix(f.param.Type()+", "+need, ", ")), false)
}

// fallback returns the value that no answer stands for, nil where there is none.
func (f *field) fallback() json.RawMessage { return f.known.Definitions().Default(f.param.Schema) }

// complete completes the values that there are to choose from.
func (f *field) complete(line string, cursor int) []term.Suggestion {
	var found []term.Suggestion
	for _, v := range f.values {
		if text := visible(lang.SpellValue(v), false); strings.HasPrefix(text, line[:cursor]) {
			found = append(found, term.Suggestion{Text: text})
		}
	}
	return found
}

// read returns the value that text means; nil where the parameter is left out.
func (f *field) read(text string) (json.RawMessage, error) {
	if text == "" {
		if !f.param.Required {
			return nil, nil
		}
		if value := f.fallback(); value != nil {
			return value, nil
		}
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

// parse reads a value of the parameter's types: one of those to choose from, or its number, JSON, or text where that may be.
func (f *field) parse(text string) (json.RawMessage, error) {
	for _, v := range f.values {
		if plain, err := jsontext.Unquote(v); compact(v) == text || err == nil && plain == text {
			return v, nil
		}
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 1 && n <= len(f.values) && len(f.values) <= maxChoices {
		return f.values[n-1], nil
	}
	isText := len(f.types) == 0 || slices.Contains(f.types, "string")
	onlyText := isText && !slices.ContainsFunc(f.types, func(t string) bool { return t != "string" && t != "null" }) && len(f.types) > 0
	switch valid := jsontext.Valid([]byte(text)) == nil; {
	case valid && (!onlyText || text[0] == '"' || text == "null" && slices.Contains(f.types, "null")):
		return json.RawMessage(text), nil
	case isText:
		return jsontext.AppendQuote(nil, text), nil
	default:
		return nil, fmt.Errorf("this is no JSON; a value of type %s is wanted, such as %s", strings.Join(f.types, " or "), compact(f.known.Definitions().Sample(f.param.Schema)))
	}
}
