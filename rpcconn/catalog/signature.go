package catalog

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Signature returns the signature: add(a: integer, b?: integer) → integer.
func (m Method) Signature() string {
	if m.Params == nil {
		return m.Name
	}
	return m.Name + "(" + strings.Join(m.signatureParams(), ", ") + ")" + m.returns()
}

// SignatureParts returns the signature in three parts: up to the params, each of them, and after them; so that a caller
// can mark one of them. There are no params if they are not known.
func (m Method) SignatureParts() (head string, params []string, tail string) {
	if m.Params == nil {
		return m.Name, nil, ""
	}
	return m.Name + "(", m.signatureParams(), ")" + m.returns()
}

func (m Method) signatureParams() []string {
	params := make([]string, 0, len(m.Params)+1)
	for _, p := range m.Params {
		name := p.Name
		if !p.Required {
			name += "?"
		}
		if t := p.Type(); t != "" {
			name += ": " + t
		}
		params = append(params, name)
	}
	if m.Open {
		params = append(params, "…")
	}
	return params
}

func (m Method) returns() string {
	if m.Result == nil {
		return ""
	}
	if t := m.Result.Type(); t != "" {
		return " → " + t
	}
	return ""
}

// AddParam adds the param described by a part of a signature: a, a: int, int a, a = 1, a?, *a.
func (m *Method) AddParam(signature string) {
	name, value, optional := strings.Cut(signature, "=")
	name, typ, _ := strings.Cut(strings.TrimSpace(name), ":")
	name, typ = strings.TrimSpace(name), strings.TrimSpace(typ)
	if first, second, two := strings.Cut(name, " "); two && typ == "" {
		typ, name = first, strings.TrimSpace(second)
	}
	if strings.HasPrefix(name, "*") || strings.HasSuffix(name, "...") {
		m.Open = true
		return
	}
	bare := strings.TrimSuffix(name, "?")
	p := Param{Name: bare, Required: !optional && bare == name, Schema: schema.TypeWord(typ)}
	if v := strings.TrimSpace(value); optional && jsontext.Valid([]byte(v)) == nil {
		p.Schema = schema.WithDefault(p.Schema, json.RawMessage(v))
	}
	if !IsMethodName(p.Name) {
		p.Name = fmt.Sprintf("arg%d", len(m.Params)+1)
	}
	m.Params = append(m.Params, p)
}

// SplitArguments splits at the commas that are in no brackets.
func SplitArguments(s string) []string {
	var args []string
	depth, start := 0, 0
	for i, c := range s {
		switch c {
		case '(', '[', '{', '<':
			depth++
		case ')', ']', '}', '>':
			depth--
		case ',':
			if depth == 0 {
				args = append(args, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	if last := strings.TrimSpace(s[start:]); last != "" {
		args = append(args, last)
	}
	return args
}

// maxMethodName is the maximal length of a guessed method name, in bytes.
const maxMethodName = 200

// IsMethodName reports whether name looks like the name of a method.
func IsMethodName(name string) bool {
	return name != "" && len(name) <= maxMethodName &&
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}
