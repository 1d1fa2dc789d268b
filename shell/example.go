package shell

import (
	"bytes"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/lang"
)

// An argument is a value for a parameter.
type argument struct {
	name  string
	value json.RawMessage
}

// example returns a line that calls m at p, and can be run as it stands. Where p has a document open it is about that.
func (p *peer) example(m catalog.Method) string {
	defs := p.known.Definitions()
	if open := p.documents.Paths(); len(open) > 0 && !m.Ours {
		if d := p.dialect.Load(); d != nil && d.Example != nil {
			if params := d.Example(m, defs, shortPath(open[0])); params != nil {
				return callLine(m, params)
			}
		}
	}
	return exampleLine(m, defs)
}

// exampleLine returns a line that calls m, or serves it where it is ours, and can be run as it stands: with the params of its first
// example, else with what fits its required ones.
func exampleLine(m catalog.Method, defs schema.Definitions) string {
	if m.Ours {
		return serveLine(m, defs)
	}
	if len(m.Examples) > 0 && m.Examples[0].Params != nil {
		return callLine(m, m.Examples[0].Params)
	}
	var args []argument
	for _, p := range m.Params {
		if p.Required {
			args = append(args, argument{p.Name, defs.Sample(p.Schema)})
		}
	}
	return callLine(m, paramsOf(m, args))
}

// serveLine returns a line that answers m.
func serveLine(m catalog.Method, defs schema.Definitions) string {
	if m.Kind == catalog.KindNotification {
		return ".watch " + m.Name
	}
	result := "null"
	if m.Result != nil {
		result = compact(defs.Sample(m.Result.Schema))
	}
	return ".serve " + m.Name + " " + result
}

// paramsOf returns args, which are in the order of m's params, as the params of a call: by name where m wants that, or where one is
// left out that stands before another. There are none where there are no args.
func paramsOf(m catalog.Method, args []argument) json.RawMessage {
	if len(args) == 0 {
		return nil
	}
	named := m.Structure == catalog.ByName
	for i, a := range args {
		named = named || m.Params[i].Name != a.name
	}
	var parts [][]byte
	for _, a := range args {
		if named {
			parts = append(parts, append(append(jsontext.AppendQuote(nil, a.name), ':'), a.value...))
		} else {
			parts = append(parts, a.value)
		}
	}
	all := bytes.Join(parts, []byte(","))
	if named {
		return append(append([]byte("{"), all...), '}')
	}
	return append(append([]byte("["), all...), ']')
}

// callLine returns the line that sends m with params, which is as short as one would type it where that means the same.
func callLine(m catalog.Method, params json.RawMessage) string {
	text := compact(params)
	if len(text) <= len("{}") {
		params, text = nil, ""
	}
	head := lang.SpellMethod(m.Name)
	if m.Kind == catalog.KindNotification {
		head = "!" + head
	}
	for _, line := range []string{head + words(params), head + " " + text, ".call " + head + words(params)} {
		if line = strings.TrimSpace(line); says(line, m.Name, text) {
			return line
		}
	}
	return strings.TrimSpace(".call " + head + " " + text)
}

// says reports whether line is a call of method with params, which are compact.
func says(line, method, params string) bool {
	st, err := lang.Parse(line, lang.Env{Variable: func(string) (json.RawMessage, bool) { return nil, false }})
	return err == nil && len(st.Calls) == 1 && st.Calls[0].Method == method && compact(st.Calls[0].Params) == params &&
		st.Assign == "" && st.Filter == nil && !st.Background && st.Peer == ""
}

// words returns params as arguments, each after a blank.
func words(params json.RawMessage) string {
	var b strings.Builder
	// what is no array and what is no object has no elements and no members
	_, _ = jsontext.Array(params, func(value []byte) error {
		b.WriteString(" " + typed(value))
		return nil
	})
	_, _ = jsontext.Object(params, func(key, value []byte) error {
		b.WriteString(" " + jsontext.Key(key) + "=" + typed(value))
		return nil
	})
	return b.String()
}

// typed returns value as one would type it, where that means the same to the byte.
func typed(value json.RawMessage) string {
	if bytes.IndexByte(value, '\\') >= 0 {
		return compact(value)
	}
	return lang.SpellValue(json.RawMessage(compact(value)))
}
