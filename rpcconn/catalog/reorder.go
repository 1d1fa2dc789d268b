package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// ReorderParams returns params in the structure that m takes: it turns named params into positional ones, and vice
// versa. Params that fit m's structure already, or whose method is not known well enough, are returned unchanged. The
// error says what cannot be reordered: a name that m does not have, more positions than it has, or a required param
// missing before a given one.
func ReorderParams(m Method, params json.RawMessage) (json.RawMessage, error) {
	if m.Params == nil || jsontext.Valid(params) != nil {
		return params, nil
	}
	switch first := jsontext.FirstByte(params); {
	case m.Structure == ByName && first == '[':
		return m.byName(jsontext.Elements(params))
	case m.Structure == ByPosition && first == '{':
		return m.byPosition(params)
	}
	return params, nil
}

// byName returns an object of values that were given by position.
func (m Method) byName(values []json.RawMessage) (json.RawMessage, error) {
	if len(values) == 1 && m.names(values[0]) {
		return values[0], nil // it is the params object already
	}
	if len(values) > len(m.Params) {
		return nil, errors.New(m.tooMany(len(values)))
	}
	object := []byte{'{'}
	for i, value := range values {
		if i > 0 {
			object = append(object, ',')
		}
		object = append(jsontext.AppendQuote(object, m.Params[i].Name), ':')
		object = append(object, value...)
	}
	return append(object, '}'), nil
}

// names reports whether value is an object whose members are params of m.
func (m Method) names(value json.RawMessage) bool {
	if jsontext.FirstByte(value) != '{' {
		return false
	}
	known, n := true, 0
	_, _ = jsontext.Object(value, func(key, _ []byte) error {
		n++
		known = known && m.param(jsontext.Key(key)) >= 0
		return nil
	})
	return known && n > 0
}

// param returns the position of the param called name, -1 if there is none.
func (m Method) param(name string) int {
	return slices.IndexFunc(m.Params, func(p Param) bool { return p.Name == name })
}

// byPosition returns an array of the members of an object. Missing optional params before a given one get their default
// value, or null.
func (m Method) byPosition(object json.RawMessage) (json.RawMessage, error) {
	values := make([]json.RawMessage, len(m.Params))
	n := 0
	if _, err := jsontext.Object(object, func(key, value []byte) error {
		name := jsontext.Key(key)
		i := m.param(name)
		if i < 0 {
			return fmt.Errorf("%s %s", name, m.notParam())
		}
		values[i] = value
		n = max(n, i+1)
		return nil
	}); err != nil {
		return nil, err
	}
	array := []byte{'['}
	for i, value := range values[:n] {
		p := m.Params[i]
		if value == nil {
			value, _ = placeholder(p)
			if p.Required {
				const text = "%s is missing: %s takes its params by position, and %s is behind it"
				return nil, &MissingError{p.Name, fmt.Sprintf(text, p.Name, m.Name, m.Params[n-1].Name)}
			}
		}
		if i > 0 {
			array = append(array, ',')
		}
		array = append(array, value...)
	}
	return append(array, ']'), nil
}

// placeholder returns what stands for p where it is not given, and a param behind it is: its default value, or null
// where that is not known.
func placeholder(p Param) (value json.RawMessage, isDefault bool) {
	if value = schema.Definitions(nil).Default(p.Schema); value != nil {
		return value, true
	}
	return json.RawMessage("null"), false
}

// A Placeholder is what stands for a param that is not given.
type Placeholder struct {
	Param     string
	Value     json.RawMessage
	IsDefault bool   // the param's; else it is null, as nothing better is known
	Before    string // the param behind it that is given
}

// Placeholders returns what ReorderParams puts into params that nobody has given, in the order of the params.
func Placeholders(m Method, params json.RawMessage) []Placeholder {
	if m.Structure != ByPosition || jsontext.FirstByte(params) != '{' {
		return nil
	}
	given, last := make(map[int]bool), -1
	_, _ = jsontext.Object(params, func(key, _ []byte) error {
		i := m.param(jsontext.Key(key))
		given[i], last = true, max(last, i)
		return nil
	})
	var all []Placeholder
	for i := range last {
		if p := m.Params[i]; !given[i] {
			value, isDefault := placeholder(p)
			all = append(all, Placeholder{p.Name, value, isDefault, m.Params[last].Name})
		}
	}
	return all
}

// tooMany returns the message that m has fewer params than given.
func (m Method) tooMany(given int) string {
	n, params := given-len(m.Params), "params"
	if n == 1 {
		params = "param"
	}
	return fmt.Sprintf("%d %s too many: %s has %s", n, params, m.Name, m.paramNames())
}

// notParam returns the message that something is not a param of m.
func (m Method) notParam() string {
	return "is not a param of " + m.Name + ": it has " + m.paramNames()
}

// maxListed is how many names are listed in a line.
const maxListed = 10

// paramNames returns the names of the params, for a person.
func (m Method) paramNames() string {
	var names []string
	for _, p := range m.Params {
		if len(names) == maxListed {
			names = append(names, "…")
			break
		}
		names = append(names, p.Name)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Call returns the method and the params to send for a call of m with params, which have been reordered. The error says
// that params must be an object because m is called by another method.
func (m Method) Call(params json.RawMessage) (method string, sent json.RawMessage, err error) {
	if m.Via == nil {
		return m.Name, params, nil
	}
	if len(params) == 0 {
		params = json.RawMessage("{}")
	}
	if jsontext.FirstByte(params) != '{' {
		return "", nil, fmt.Errorf("%s takes named params: write NAME=VALUE, or an object", m.Name)
	}
	if m.Via.Member == "" {
		return m.Via.Method, withMembers(m.Via.Fixed, params[jsontext.Space(params, 0)+1:]), nil
	}
	member := append(jsontext.AppendQuote(nil, m.Via.Member), ':')
	return m.Via.Method, withMembers(m.Via.Fixed, append(append(member, params...), '}')), nil
}

// withMembers returns object with more members after its own; more is the text of an object without its opening brace.
func withMembers(object, more []byte) json.RawMessage {
	merged := bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(object), []byte{'}'}))
	if len(merged) == 0 {
		merged = []byte{'{'}
	}
	merged = slices.Clone(merged)
	if len(merged) > 1 && jsontext.FirstByte(more) != '}' {
		merged = append(merged, ',')
	}
	return append(merged, more...)
}
