package schema

import (
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxInferredMembers = 50      // of an object; with more, the names are probably data
	maxInferredDepth   = 4       // of nested values
	maxInferred        = 8 << 10 // bytes of a schema; a larger one is not worth reading
)

// An Observation merges the members of observed objects, such as the params of calls.
type Observation struct {
	members []Property
	first   bool // no such object was seen before
	depth   int  // how deep the object is within the observed value
	seen    map[string]bool
}

// NewObservation returns the observation of one object. members, which it changes, are those of earlier objects; first
// says that there was none.
func NewObservation(members []Property, first bool) *Observation {
	return &Observation{members: members, first: first, seen: make(map[string]bool)}
}

// Add merges a member of the object.
func (o *Observation) Add(name string, value json.RawMessage) {
	o.seen[name] = true
	i := slices.IndexFunc(o.members, func(p Property) bool { return p.Name == name })
	if i < 0 {
		if len(o.members) == maxInferredMembers {
			return
		}
		i = len(o.members)
		o.members = append(o.members, Property{Name: name, Required: o.first})
	}
	if o.depth == 0 {
		o.members[i].Schema = Infer(o.members[i].Schema, value)
	} else {
		o.members[i].Schema = observe(o.members[i].Schema, value, o.depth)
	}
}

// Members returns the merged members. Those that the object does not have are not required.
func (o *Observation) Members() []Property {
	for i := range o.members {
		o.members[i].Required = o.members[i].Required && o.seen[o.members[i].Name]
	}
	return o.members
}

// Infer returns schema, or nil for none yet, widened so that value fits, unless that makes it too large.
func Infer(schema, value json.RawMessage) json.RawMessage {
	if changed := observe(schema, value, 0); len(changed) <= maxInferred {
		return changed
	}
	return schema
}

// observe is Infer without its limit; depth is how deep value is within the observed value.
func observe(schema, value json.RawMessage, depth int) json.RawMessage {
	k := read(schema)
	types := jsontext.Texts(k.typ)
	first := !slices.Contains(types, typeOf(value))
	types = withType(types, typeOf(value))
	items := k.items
	members := NewObservation(nil, first)
	members.depth = depth + 1
	required := jsontext.Texts(k.required)
	if k.properties != nil {
		_, _ = jsontext.Object(k.properties, func(key, value []byte) error {
			name := jsontext.Key(key)
			members.members = append(
				members.members, Property{Name: name, Required: slices.Contains(required, name), Schema: value},
			)
			return nil
		})
	}
	if depth < maxInferredDepth {
		switch jsontext.FirstByte(value) {
		case '[':
			for _, element := range jsontext.Elements(value) {
				items = observe(items, element, depth+1)
			}
		case '{':
			_, _ = jsontext.Object(value, func(key, value []byte) error {
				members.Add(jsontext.Key(key), value)
				return nil
			})
			members.Members()
		}
	}
	return schemaOf(types, items, members.members)
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

// schemaOf returns the schema of values of these types; items applies to arrays, members apply to objects.
func schemaOf(types []string, items json.RawMessage, members []Property) json.RawMessage {
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
