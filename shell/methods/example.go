package methods

import (
	"bytes"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// An Argument is a value for the parameter of that name.
type Argument struct {
	Name  string
	Value json.RawMessage
}

// Example returns a line that calls m, or serves it if the peer calls it here. The line can be run as it stands: it has
// the params of m's first example, or else samples of its required parameters.
func Example(m catalog.Method, defs schema.Definitions) string {
	if m.Ours {
		return serveLine(m, defs)
	}
	if len(m.Examples) > 0 && m.Examples[0].Params != nil {
		return CallLine(m, m.Examples[0].Params)
	}
	var args []Argument
	for _, p := range m.Params {
		if p.Required {
			args = append(args, Argument{p.Name, defs.Sample(p.Schema)})
		}
	}
	return CallLine(m, Params(m, args))
}

// serveLine returns a line that answers m.
func serveLine(m catalog.Method, defs schema.Definitions) string {
	if m.Kind == catalog.KindNotification {
		return ".watch " + m.Name
	}
	result := "null"
	if m.Result != nil {
		result = view.Compact(defs.Sample(m.Result.Schema))
	}
	return ".serve " + m.Name + " " + result
}

// Params returns args, which are in the order of m's parameters, as the params of a call: by name if m wants that, or
// if a parameter before a given one is left out. They are nil if there are no args.
func Params(m catalog.Method, args []Argument) json.RawMessage {
	if len(args) == 0 {
		return nil
	}
	named := m.Structure == catalog.ByName
	for i, a := range args {
		named = named || m.Params[i].Name != a.Name
	}
	var parts [][]byte
	for _, a := range args {
		if named {
			parts = append(parts, append(append(jsontext.AppendQuote(nil, a.Name), ':'), a.Value...))
		} else {
			parts = append(parts, a.Value)
		}
	}
	all := bytes.Join(parts, []byte(","))
	if named {
		return append(append([]byte("{"), all...), '}')
	}
	return append(append([]byte("["), all...), ']')
}

// CallLine returns the line that calls m with params: as short as a person would type it, if that means the same.
func CallLine(m catalog.Method, params json.RawMessage) string {
	text := view.Compact(params)
	if len(text) <= len("{}") {
		params, text = nil, ""
	}
	head := lang.SpellMethod(m.Name)
	if m.Kind == catalog.KindNotification {
		head = "!" + head
	}
	for _, line := range []string{head + words(params), head + " " + text, ".call " + head + words(params)} {
		if line = strings.TrimSpace(line); isCallOf(line, m.Name, text) {
			return line
		}
	}
	return strings.TrimSpace(".call " + head + " " + text)
}

// isCallOf reports whether line is a call of method with params, which are compact.
func isCallOf(line, method, params string) bool {
	noVariables := func(string) (json.RawMessage, bool) { return nil, false }
	st, err := lang.Parse(line, lang.Env{Variable: noVariables})
	return err == nil && len(st.Calls) == 1 && st.Calls[0].Method == method &&
		view.Compact(st.Calls[0].Params) == params &&
		st.Assign == "" && st.Filter == nil && !st.Background && st.Peer == ""
}

// words returns params as arguments, each after a blank.
func words(params json.RawMessage) string {
	var b strings.Builder
	// other params have neither elements nor members
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

// typed returns value as a person would type it, if that means the same to the byte.
func typed(value json.RawMessage) string {
	if bytes.IndexByte(value, '\\') >= 0 {
		return view.Compact(value)
	}
	return lang.SpellValue(json.RawMessage(view.Compact(value)))
}
