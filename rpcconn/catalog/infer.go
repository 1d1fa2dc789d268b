package catalog

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxObserved       = 50       // calls of a method from which is learned; it has shown its shape by then
	maxObservedSize   = 64 << 10 // bytes of params, or of a result
	maxObservedMember = 50       // of an object, or params; of more, it is the names that are data
	maxObservedDepth  = 4
	maxInferred       = 8 << 10  // bytes of a schema; a larger one says nothing that anyone wants to read
	maxAllInferred    = 16 << 20 // bytes of all that is inferred of a peer
)

// Observe learns from a call that was seen: the shapes of its params and of its result, nil where that was not seen, are merged into
// what was inferred before. Where a better source says anything of them, that stays alone. It is cheap to call for each message: what is large, or has been seen often
// enough, is passed over.
func (c *Catalog) Observe(name string, ours bool, params, result json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{name, ours}
	if c.observed[k] >= maxObserved {
		return
	}
	m, known := c.methods[k]
	switch {
	case known && !m.Inferred && (m.Params != nil || m.Result != nil):
		return
	case !known && len(c.methods) >= maxMethods:
		return
	case !known:
		m = Method{Name: name, Ours: ours, Source: SourceUsed}
		if ours {
			m.Source = SourceTraffic
		}
	}
	before := m
	if observable(params) {
		m.observeParams(params)
	}
	if observable(result) {
		r := Param{Name: "result"}
		if m.Result != nil {
			r = *m.Result
		}
		r.Schema = infer(r.Schema, result)
		m.Result = &r
	}
	m.Inferred = m.Params != nil || m.Result != nil
	more := m.size() - before.size()
	if fits := c.inferred+more <= maxAllInferred; fits && (!known || !reflect.DeepEqual(m, before)) {
		c.inferred += more
		c.methods[k] = m
		c.version++
	} else if !known {
		return
	}
	if c.observed == nil {
		c.observed = make(map[key]int)
	}
	c.observed[k]++
}

// size returns about how many bytes what is inferred of m takes.
func (m *Method) size() int {
	n := 0
	for _, p := range m.Params {
		n += len(p.Name) + len(p.Schema)
	}
	if m.Result != nil {
		n += len(m.Result.Schema)
	}
	return n
}

func observable(value json.RawMessage) bool {
	return len(value) > 0 && len(value) <= maxObservedSize && jsontext.Valid(value) == nil
}

// observeParams merges the params of a call. Those that are given by name are known by that from then on.
func (m *Method) observeParams(params json.RawMessage) {
	byName := firstByte(params) == '{'
	if !byName && firstByte(params) != '[' {
		return
	}
	first := m.Params == nil
	named := len(m.Params) > 0 && m.Params[0].Name != argName(0)
	switch {
	case named && !byName:
		return // which name is at which position is not known
	case !named && byName && !first:
		m.Params, first = nil, len(m.Params) > 0
	}
	o := observedObject{params: slices.Clone(m.Params), first: first, seen: make(map[string]bool)}
	if byName {
		_, _ = jsontext.Object(params, func(key, value []byte) error {
			o.add(jsontext.Key(key), value, 0)
			return nil
		})
	} else {
		for i, value := range elements(params) {
			o.add(argName(i), value, 0)
		}
	}
	if m.Params = o.finish(); m.Params == nil {
		m.Params = []Param{}
	}
}

// argName returns the name of the param at a position, counted from 0, where it has no other.
func argName(i int) string { return "arg" + strconv.Itoa(i+1) }

// An observedObject is one of which members are seen.
type observedObject struct {
	params []Param
	first  bool // no such object was seen before
	seen   map[string]bool
}

// add merges a member.
func (o *observedObject) add(name string, value json.RawMessage, depth int) {
	o.seen[name] = true
	i := slices.IndexFunc(o.params, func(p Param) bool { return p.Name == name })
	if i < 0 {
		if len(o.params) == maxObservedMember {
			return
		}
		i = len(o.params)
		o.params = append(o.params, Param{Name: name, Required: o.first})
	}
	if depth == 0 {
		o.params[i].Schema = infer(o.params[i].Schema, value)
	} else {
		o.params[i].Schema = observe(o.params[i].Schema, value, depth)
	}
}

// finish returns the members; what was not seen this time is not required.
func (o *observedObject) finish() []Param {
	for i := range o.params {
		o.params[i].Required = o.params[i].Required && o.seen[o.params[i].Name]
	}
	return o.params
}

// infer returns schema, nil where there is none yet, changed so that value fits it, unless that makes it too large.
func infer(schema, value json.RawMessage) json.RawMessage {
	if changed := observe(schema, value, 0); len(changed) <= maxInferred {
		return changed
	}
	return schema
}

// observe is infer without its limit; depth is how deep value is within what was observed.
func observe(schema, value json.RawMessage, depth int) json.RawMessage {
	k := read(schema)
	types := texts(k.typ)
	first := !slices.Contains(types, typeOf(value))
	types = withType(types, typeOf(value))
	items := k.items
	members := observedObject{first: first, seen: make(map[string]bool)}
	required := texts(k.required)
	if k.properties != nil {
		_, _ = jsontext.Object(k.properties, func(key, value []byte) error {
			name := jsontext.Key(key)
			members.params = append(members.params, Param{Name: name, Required: slices.Contains(required, name), Schema: value})
			return nil
		})
	}
	if depth < maxObservedDepth {
		switch firstByte(value) {
		case '[':
			for _, element := range elements(value) {
				items = observe(items, element, depth+1)
			}
		case '{':
			_, _ = jsontext.Object(value, func(key, value []byte) error {
				members.add(jsontext.Key(key), value, depth+1)
				return nil
			})
			members.finish()
		}
	}
	return schemaOf(types, items, members.params)
}

// withType adds a type to those of a schema.
func withType(types []string, name string) []string {
	switch {
	case slices.Contains(types, name), name == "integer" && slices.Contains(types, "number"):
		return types
	case name == "number":
		if i := slices.Index(types, "integer"); i >= 0 {
			types[i] = name
			return types
		}
	}
	return append(types, name)
}

// schemaOf returns the schema of values of some types; items is of arrays, members are of objects.
func schemaOf(types []string, items json.RawMessage, members []Param) json.RawMessage {
	s := []byte(`{"type":`)
	if len(types) == 1 {
		s = jsontext.AppendQuote(s, types[0])
	} else {
		s = appendList(s, types)
	}
	if items != nil {
		s = append(append(s, `,"items":`...), items...)
	}
	if len(members) == 0 {
		return append(s, '}')
	}
	s = append(s, `,"properties":{`...)
	var required []string
	for i, m := range members {
		if i > 0 {
			s = append(s, ',')
		}
		s = append(append(jsontext.AppendQuote(s, m.Name), ':'), m.Schema...)
		if m.Required {
			required = append(required, m.Name)
		}
	}
	s = append(s, '}')
	if len(required) > 0 {
		s = appendList(append(s, `,"required":`...), required)
	}
	return append(s, '}')
}

// appendList appends an array of strings.
func appendList(dst []byte, list []string) []byte {
	dst = append(dst, '[')
	for i, s := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsontext.AppendQuote(dst, s)
	}
	return append(dst, ']')
}
