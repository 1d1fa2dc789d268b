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
	return string(m.AppendCall(append(make([]byte, 0, roomForSignature), m.Name...)))
}

const roomForSignature = 128 // bytes: few are longer

// AppendCall appends what follows the name in the signature to dst.
func (m *Method) AppendCall(dst []byte) []byte {
	if m.Params == nil {
		return dst
	}
	dst = append(dst, '(')
	for i := range m.Params {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendParam(dst, &m.Params[i])
	}
	if m.Open && len(m.Params) > 0 {
		dst = append(dst, ", "...)
	}
	if m.Open {
		dst = append(dst, openEnd...)
	}
	dst = append(dst, ')')
	return m.appendReturns(dst)
}

// SignatureParts returns the signature in three parts: up to the params, each of them, and after them; so that a caller
// can mark one of them. There are no params if they are not known.
func (m Method) SignatureParts() (head string, params []string, tail string) {
	if m.Params == nil {
		return m.Name, nil, ""
	}
	params = make([]string, 0, len(m.Params)+1)
	for i := range m.Params {
		params = append(params, string(appendParam(nil, &m.Params[i])))
	}
	if m.Open {
		params = append(params, openEnd)
	}
	return m.Name + "(", params, string(m.appendReturns([]byte(")")))
}

// openEnd stands for further params.
const openEnd = "…"

func appendParam(dst []byte, p *Param) []byte {
	dst = append(dst, p.Name...)
	if !p.Required {
		dst = append(dst, '?')
	}
	return appendAfter(dst, ": ", p)
}

func (m *Method) appendReturns(dst []byte) []byte {
	if m.Result == nil {
		return dst
	}
	return appendAfter(dst, " → ", m.Result)
}

// appendAfter appends the type of p behind what stands between; neither where its schema says none.
func appendAfter(dst []byte, between string, p *Param) []byte {
	all := schema.AppendTypeText(append(dst, between...), p.Schema)
	if len(all) == len(dst)+len(between) {
		return dst
	}
	return all
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
