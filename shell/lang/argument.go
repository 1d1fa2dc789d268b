package lang

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// arguments are those of one call, while they are read.
type arguments struct {
	values []*node
	names  []string // of values; empty: they are positional
	given  map[string]*node
	at     []Argument
	before int  // bytes of the line before the word that is read
	whole  bool // < FILE was the params
}

// into puts the arguments into a call.
func (a *arguments) into(call *Call) {
	call.Params, call.Args = a.params(), a.at
	call.Raw = a.isRaw()
}

// complete returns the mistake that an array lacks elements; nil: none does. It is called when all have been read.
func (a *arguments) complete() error {
	for i, name := range a.names {
		if text := a.values[i].gap(name); text != "" {
			return errorAt(a.at[i].Column, text)
		}
	}
	return nil
}

// isRaw reports whether the only argument is the params themselves.
func (a *arguments) isRaw() bool {
	return len(a.names) == 0 && len(a.values) == 1 && isContainer(a.values[0].value)
}

// params returns what the arguments are on the wire, or nil if there are none.
func (a *arguments) params() json.RawMessage {
	switch {
	case len(a.values) == 0:
		return nil
	case a.isRaw():
		return a.values[0].value
	case len(a.names) == 0:
		return appendList(nil, a.values)
	}
	return appendObject(nil, a.names, func(i int) *node { return a.values[i] })
}

func isContainer(v json.RawMessage) bool { return len(v) > 0 && (v[0] == '{' || v[0] == '[') }

// argument reads VALUE, @FILE, NAME=VALUE, NAME:=JSON, NAME=@FILE or NAME:=@FILE. NAME may have steps into what it
// names.
func (p *parser) argument(args *arguments) error {
	start := p.pos
	text, isJSON, err := p.name()
	if err != nil {
		return err
	}
	name, steps, mistake := nested(text)
	if mistake != nil {
		mistake.Column += start
		return mistake
	}
	switch {
	case args.whole:
		return errorAt(start, "the file behind < holds all params; nothing may be beside it")
	case len(args.values) > 0 && (name == "") != (len(args.names) == 0):
		return errorAt(start, "positional and named arguments do not mix in one call")
	}
	var v json.RawMessage
	switch {
	case name == "" && p.atFile():
		v, err = p.file("", true)
	case name != "" && p.next() == '@':
		v, err = p.file(text, isJSON)
	case isJSON:
		v, err = p.json()
	default:
		v, err = p.value()
	}
	if err != nil {
		return err
	}
	if mistake := args.add(name, start).put(text, steps, v); mistake != nil {
		mistake.Column += start
		return mistake
	}
	return nil
}

// add returns the argument called name, a new one where it has no name or is not there yet.
func (a *arguments) add(name string, column int) *node {
	if n := a.given[name]; n != nil {
		return n
	}
	n := new(node)
	if name != "" {
		if a.given == nil {
			a.given = make(map[string]*node)
		}
		a.given[name] = n
		a.names = append(a.names, name)
	}
	a.values = append(a.values, n)
	a.at = append(a.at, Argument{name, a.before + column})
	return n
}

// name moves over NAME= or NAME:= and returns the name, with its steps, "" for a positional argument.
func (p *parser) name() (name string, isJSON bool, err error) {
	name, operator := cutName(p.rest())
	if operator == "" {
		return "", false, nil
	}
	p.pos += len(name) + len(operator)
	if operator == "=" && p.next() == '=' {
		return "", false, p.errorf(
			fmt.Sprintf(`quote what begins with =: write %s="=…", or "%s==…" where all of it is text`, name, name),
		)
	}
	return name, operator == ":=", nil
}

// cutName returns the name at the beginning of s, and the = or := after it; the operator is "" if there is no name.
func cutName(s string) (name, operator string) {
	n := 0
	for n < len(s) && (beginsName(s[n]) || n > 0 && (isDigit(s[n]) || strings.IndexByte("-.[]$", s[n]) >= 0)) {
		n++
	}
	switch after := s[n:]; {
	case n > 0 && strings.HasPrefix(after, ":="):
		return s[:n], ":="
	case n > 0 && strings.HasPrefix(after, "="):
		return s[:n], "="
	}
	return "", ""
}

func beginsName(c byte) bool { return isLetter(c) || c >= utf8.RuneSelf }

// value reads a VALUE: JSON if it is JSON, else text.
func (p *parser) value() (json.RawMessage, error) {
	switch c := p.next(); {
	case c == '{' || c == '[':
		return p.container()
	case c == '"' && p.env.Variable != nil:
		return p.text()
	case p.atQuote():
		return p.quoted()
	case p.atVariable():
		return p.variable()
	case p.atCall():
		return p.result()
	}
	if mistake := strayParameter(p); mistake != nil {
		return nil, mistake
	}
	word := p.bare()
	if isJSON(word) {
		return json.RawMessage(word), nil
	}
	return jsontext.AppendQuote(nil, word), nil
}

// atQuote reports whether quoted text is here. A ' that no ' at the end of the word matches is part of the text.
func (p *parser) atQuote() bool {
	c := p.next()
	if c != '\'' || !p.words {
		return c == '"' || c == '\''
	}
	rest := p.rest()
	return len(rest) > 1 && strings.IndexByte(rest[1:], '\'') == len(rest)-2
}

// isJSON reports whether word is a JSON value without white space around it.
func isJSON(word string) bool {
	if word == "" || !isDigit(word[0]) && strings.IndexByte(`-tfn{["`, word[0]) < 0 {
		return false // without a copy
	}
	_, end, err := jsontext.Value([]byte(word))
	return err == nil && end == len(word)
}

// json reads the JSON after NAME:=.
func (p *parser) json() (json.RawMessage, error) {
	start := p.pos
	if c := p.next(); c == '{' || c == '[' || p.atQuote() || p.atVariable() || p.atCall() {
		return p.value()
	}
	switch word := p.bare(); {
	case word == "":
		return nil, errorAt(start, "JSON is missing after :=")
	case !isJSON(word):
		return nil, errorAt(start, "this is not JSON; write = instead of := for text")
	default:
		return json.RawMessage(word), nil
	}
}
