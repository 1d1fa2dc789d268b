package complete

import (
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
	"rpcsh/shell/view"
)

// A scope is the method whose call is being typed, and what its schemas refer to.
type scope struct {
	method      catalog.Method
	definitions schema.Definitions
	takes       func(m catalog.Method, param string) dialect.FilePart // of the peer's dialect; nil: it has none
	named       bool                                                  // the arguments have to have names
}

// scopeAt returns the scope of the call at c, if its method is known.
func (s *Completer) scopeAt(c lang.Cursor) (scope, bool) {
	if c.Command != nil {
		return s.answerScope(c)
	}
	p := s.peerAt(c)
	if p == nil {
		return scope{}, false
	}
	m, ok := p.Known().Find(c.Method)
	sc := scope{method: m, definitions: p.Known().Definitions()}
	if d := p.Dialect(); d != nil {
		sc.takes = d.Takes
	}
	return sc, ok
}

// choices returns the names, values and keys that may stand at c.
func (sc scope) choices(c lang.Cursor) []choice {
	switch c.At {
	case lang.AtArgument:
		return sc.arguments(c)
	case lang.AtValue:
		if p, ok := sc.param(c, c.Path); ok {
			return sc.values(c, p)
		}
	case lang.AtKey:
		return sc.keys(c)
	}
	return nil
}

// arguments returns the names of the params that are not given, and the values of the next one where names are not
// begun with.
func (sc scope) arguments(c lang.Cursor) []choice {
	positional := slices.Contains(c.Given, "")
	if members := sc.nestedNames(c); len(members) > 0 && !positional {
		return members
	}
	var names, values []choice
	if !positional && (c.Typed == "" || lang.IsName(c.Typed)) {
		names = sc.names(c.Given)
	}
	if !sc.named && (positional || len(c.Given) == 0) {
		if p, ok := sc.param(c, nil); ok {
			values = sc.values(c, p)
		}
	}
	if sc.method.Structure == catalog.ByPosition {
		return append(values, names...)
	}
	return append(names, values...)
}

// names returns the names of the params that are not given, required ones first.
func (sc scope) names(given []string) []choice {
	var required, optional []choice
	for _, p := range sc.method.Params {
		if !lang.IsName(p.Name) || slices.Contains(given, p.Name) {
			continue
		}
		operator := "="
		types := sc.definitions.Types(p.Schema)
		isShort := sc.takes != nil && sc.takes(sc.method, p.Name) != dialect.NoFile
		if !isShort && len(types) > 0 && !slices.ContainsFunc(types, isScalar) {
			operator = ":="
		}
		c := choice{text: p.Name + operator, description: sc.paramHelp(p)}
		if p.Required {
			required = append(required, c)
		} else {
			optional = append(optional, c)
		}
	}
	return append(required, optional...)
}

// nestedNames returns the members of what NAME.KEY. at c leads to, as names.
func (sc scope) nestedNames(c lang.Cursor) []choice {
	name, steps, before, ok := lang.CutMember(c.Typed)
	if !ok {
		return nil
	}
	p, ok := sc.param(lang.Cursor{Name: name}, steps)
	if !ok {
		return nil
	}
	member := sc
	member.method.Params = sc.definitions.Properties(p.Schema)
	all := member.names(nil)
	for i := range all {
		all[i].text = before + all[i].text
	}
	return all
}

func isScalar(name string) bool { return name != "object" && name != "array" }

// isParams reports whether the JSON text at c is the params themselves: it is the only argument so far, and has no
// name.
func isParams(c lang.Cursor) bool { return c.JSON && c.Name == "" && len(c.Given) == 0 }

// keys returns the keys that the object at c does not have yet, required ones first.
func (sc scope) keys(c lang.Cursor) []choice {
	members := sc.method.Params
	if !isParams(c) || len(c.Path) > 0 {
		p, _ := sc.param(c, c.Path)
		members = sc.definitions.Properties(p.Schema)
	}
	var required, optional []choice
	for _, p := range members {
		if slices.Contains(c.Keys, p.Name) {
			continue
		}
		key := string(jsontext.AppendQuote(nil, p.Name))
		k := choice{text: p.Name, insert: key + ": ", description: sc.paramHelp(p)}
		if p.Required {
			required = append(required, k)
		} else {
			optional = append(optional, k)
		}
	}
	return append(required, optional...)
}

// param returns the param whose argument is typed at c, or the part of it to which path leads.
func (sc scope) param(c lang.Cursor, path []lang.Step) (catalog.Param, bool) {
	i := sc.index(c)
	if i < 0 {
		return catalog.Param{}, false
	}
	if isParams(c) {
		path = path[1:] // what leads to the param
	}
	p := sc.method.Params[i]
	for _, step := range path {
		if step.Element {
			p = catalog.Param{Schema: sc.definitions.Items(p.Schema)}
			continue
		}
		var ok bool
		if p, ok = sc.member(p.Schema, step); !ok {
			return catalog.Param{}, false
		}
	}
	return p, true
}

// member returns the member of an object schema to which step leads: as it is where those beside it are given, if there
// is such a rule.
func (sc scope) member(schema json.RawMessage, step lang.Step) (catalog.Param, bool) {
	for _, s := range []json.RawMessage{sc.definitions.Given(schema, step.Beside), schema} {
		members := sc.definitions.Properties(s)
		if m := slices.IndexFunc(members, func(m catalog.Param) bool { return m.Name == step.Key }); m >= 0 {
			return members[m], true
		}
	}
	return catalog.Param{}, false
}

// index returns which of the method's params the argument at c is, -1 for none.
func (sc scope) index(c lang.Cursor) int {
	name, position := c.Name, len(c.Given)
	if isParams(c) {
		if len(c.Path) == 0 {
			return -1
		}
		name, position = c.Path[0].Key, c.Path[0].Index
	}
	switch {
	case name != "" || isParams(c) && !c.Path[0].Element:
		return slices.IndexFunc(sc.method.Params, func(p catalog.Param) bool { return p.Name == name })
	case position >= len(sc.method.Params), slices.ContainsFunc(c.Given, func(name string) bool { return name != "" }):
		return -1
	}
	return position
}

// values returns the values that p may have, as they are written at c.
func (sc scope) values(c lang.Cursor, p catalog.Param) []choice {
	var all []choice
	add := func(value json.RawMessage, description string) {
		v := choice{text: view.Readable(value), insert: view.Readable(value), description: description}
		switch text, err := jsontext.Unquote(value); {
		case err == nil && c.Quote != 0:
			v.text, v.insert = text, lang.SpellQuoted(text, c.Quote)
		case err == nil && !c.JSON:
			v.text, v.insert = text, lang.SpellValue(value)
		case err == nil:
			v.text = text
		case c.Quote != 0:
			return // it is text that is being typed
		}
		all = append(all, v)
	}
	values, preset := sc.definitions.Values(p.Schema), sc.definitions.Default(p.Schema)
	if preset != nil {
		add(preset, "default")
	}
	for _, v := range values {
		if string(v) != string(preset) {
			add(v, "")
		}
	}
	types := sc.definitions.Types(p.Schema)
	container := slices.Contains(types, "object") || slices.Contains(types, "array")
	if container && c.Name == "" && !c.JSON && len(c.Given) == 0 {
		return all // it would be the params themselves
	}
	if len(all) == 0 {
		empty := []string{"null", "0", `""`, "{}", "[]"}
		if sample := sc.definitions.Sample(p.Schema); !slices.Contains(empty, string(sample)) {
			add(sample, "for example")
		}
	}
	if slices.Contains(types, "object") {
		add(json.RawMessage("{"), "object")
	}
	if slices.Contains(types, "array") {
		add(json.RawMessage("["), "array")
	}
	return all
}

// paramHelp says of what type p is, whether it is required, its default and what it is for.
func (sc scope) paramHelp(p catalog.Param) string {
	var words []string
	if t := p.Type(); t != "" {
		words = append(words, t)
	}
	if p.Required {
		words = append(words, "required")
	} else {
		words = append(words, "optional")
	}
	if preset := sc.definitions.Default(p.Schema); preset != nil {
		words = append(words, "default "+human.Clip(view.Readable(preset), 20))
	}
	if p.Deprecated {
		words = append(words, "deprecated")
	}
	help := strings.Join(words, ", ")
	if summary := sc.summary(p); summary != "" {
		help += " · " + summary
	}
	return help
}

func (sc scope) summary(p catalog.Param) string {
	if p.Summary != "" {
		return p.Summary
	}
	return sc.definitions.Summary(p.Schema)
}
