package lang

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// arguments are those of one call, while they are read.
type arguments struct {
	values []json.RawMessage
	names  []string // of values; empty: they are positional
	given  map[string]bool
	at     []Argument
}

// into puts the arguments into a call.
func (a *arguments) into(call *Call) {
	call.Params, call.Args = a.params(), a.at
	call.Raw = a.isRaw()
}

// isRaw reports whether the only argument is the params themselves.
func (a *arguments) isRaw() bool {
	return len(a.names) == 0 && len(a.values) == 1 && isContainer(a.values[0])
}

// params returns what the arguments are on the wire, or nil if there are none.
func (a *arguments) params() json.RawMessage {
	switch {
	case len(a.values) == 0:
		return nil
	case a.isRaw():
		return a.values[0]
	case len(a.names) == 0:
		return slices.Concat([]byte("["), bytes.Join(toBytes(a.values), []byte(",")), []byte("]"))
	}
	b := []byte("{")
	for i, v := range a.values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(jsontext.AppendQuote(b, a.names[i]), ':'), v...)
	}
	return append(b, '}')
}

func toBytes(values []json.RawMessage) [][]byte {
	b := make([][]byte, len(values))
	for i, v := range values {
		b[i] = v
	}
	return b
}

func isContainer(v json.RawMessage) bool { return len(v) > 0 && (v[0] == '{' || v[0] == '[') }

// argument reads VALUE, NAME=VALUE, NAME:=JSON, NAME=@FILE or NAME:=@FILE.
func (p *parser) argument(args *arguments) error {
	start := p.pos
	name, isJSON, err := p.name()
	if err != nil {
		return err
	}
	if len(args.values) > 0 && (name == "") != (len(args.names) == 0) {
		return errorAt(start, "positional and named arguments do not mix in one call")
	}
	if args.given[name] {
		return errorAt(start, name+" is given twice")
	}
	var v json.RawMessage
	switch {
	case name != "" && p.next() == '@':
		v, err = p.file(name, isJSON)
	case isJSON:
		v, err = p.json()
	default:
		v, err = p.value()
	}
	if err != nil {
		return err
	}
	if name != "" {
		if args.given == nil {
			args.given = make(map[string]bool)
		}
		args.given[name] = true
		args.names = append(args.names, name)
	}
	args.values = append(args.values, v)
	args.at = append(args.at, Argument{name, start})
	return nil
}

// name moves over NAME= or NAME:= and returns the name, "" for a positional argument.
func (p *parser) name() (name string, isJSON bool, err error) {
	name, operator := cutName(p.rest())
	if operator == "" {
		return "", false, nil
	}
	if i := strings.IndexAny(name, ".["); i >= 0 {
		return "", false, errorAt(
			p.pos+i,
			fmt.Sprintf(`nested names are not there yet: write %s:={…}, or "%s=…" in quotes for text`, name[:i], name),
		)
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
	case p.atQuote():
		return p.quoted()
	case p.atVariable():
		return p.variable()
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
	if c := p.next(); c == '{' || c == '[' || p.atQuote() || p.atVariable() {
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

// file reads @FILE: the text of the file, or the JSON in it.
func (p *parser) file(name string, isJSON bool) (json.RawMessage, error) {
	start := p.pos
	p.pos++
	path := ""
	if p.atQuote() {
		text, err := p.quoted()
		if err != nil {
			return nil, err
		}
		path, _ = jsontext.Unquote(text) // what quoted returns is a JSON string
	} else {
		path = p.bare()
	}
	switch {
	case path == "":
		return nil, errorAt(start, "a file is missing after @")
	case p.env.ReadFile == nil:
		return nil, errorAt(start, "files cannot be read here")
	}
	data, err := p.env.ReadFile(path)
	if err != nil {
		reason := err.Error()
		if !isJSON {
			reason += fmt.Sprintf(`; write %s="@…" for text`, name)
		}
		return nil, errorAt(start, reason)
	}
	if !isJSON {
		if !utf8.Valid(data) {
			return nil, errorAt(start, path+" is not UTF-8 text")
		}
		return jsontext.AppendQuote(nil, string(data)), nil
	}
	if err := jsontext.Valid(data); err != nil {
		return nil, errorAt(start, path+" holds no JSON: "+err.Error())
	}
	return bytes.Trim(data, blanks), nil
}
