package config

import (
	"errors"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// An entry is a key of a TOML document and its value, or the head of a table.
type entry struct {
	keys   []string
	line   int
	isHead bool
	text   string   // of a string, a boolean or a number
	list   []string // of an array of these
	isText bool     // it is a string
	isList bool
	other  bool // it is something else, such as a date
}

// key returns the entry's key as it is written.
func (e entry) key() string {
	spelled := make([]string, len(e.keys))
	for i, k := range e.keys {
		spelled[i] = spellKey(k)
	}
	return strings.Join(spelled, ".")
}

// readTOML returns the entries of a document, in their order. The error is a mistake without its file.
func readTOML(data []byte) ([]entry, *Mistake) {
	var all map[string]any
	var mistake *toml.DecodeError
	if err := toml.Unmarshal(data, &all); errors.As(err, &mistake) {
		line, _ := mistake.Position()
		return nil, &Mistake{
			Place: Place{Line: line}, Key: strings.Join(mistake.Key(), "."), Reason: plainReason(mistake),
		}
	} else if err != nil {
		return nil, &Mistake{Reason: plainReason(err)}
	}
	r := &reader{}
	r.parser.Reset(data)
	for r.parser.NextExpression() {
		r.expression(r.parser.Expression())
	}
	if err := r.parser.Error(); err != nil {
		return nil, &Mistake{Reason: plainReason(err)}
	}
	return r.entries, nil
}

func plainReason(err error) string { return strings.TrimPrefix(err.Error(), "toml: ") }

// A reader flattens a document that is known to be TOML.
type reader struct {
	parser  unstable.Parser
	table   []string
	entries []entry
}

func (r *reader) expression(n *unstable.Node) {
	switch n.Kind {
	case unstable.Table, unstable.ArrayTable:
		keys, line := r.keys(n)
		r.table = keys
		r.entries = append(r.entries, entry{keys: keys, line: line, isHead: true, other: n.Kind == unstable.ArrayTable})
	case unstable.KeyValue:
		r.keyValue(r.table, n)
	}
}

// keys returns the keys of a table or a value, and the line of the first.
func (r *reader) keys(n *unstable.Node) (keys []string, line int) {
	for it := n.Key(); it.Next(); {
		if keys == nil {
			line = r.parser.Shape(it.Node().Raw).Start.Line
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys, line
}

func (r *reader) keyValue(table []string, n *unstable.Node) {
	keys, line := r.keys(n)
	e := entry{keys: append(append([]string{}, table...), keys...), line: line}
	switch v := n.Value(); v.Kind {
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			r.keyValue(e.keys, it.Node())
		}
		return
	case unstable.Array:
		e.isList = true
		for it := v.Children(); it.Next(); {
			text, isText, ok := scalar(it.Node())
			e.list, e.other = append(e.list, text), e.other || !ok || !isText
		}
	default:
		var ok bool
		e.text, e.isText, ok = scalar(v)
		e.other = !ok
	}
	r.entries = append(r.entries, e)
}

// scalar returns a string, a boolean or a number as text.
func scalar(n *unstable.Node) (text string, isText, ok bool) {
	switch n.Kind {
	case unstable.String:
		return string(n.Data), true, true
	case unstable.Bool, unstable.Integer, unstable.Float:
		return string(n.Data), false, true
	}
	return "", false, false
}
