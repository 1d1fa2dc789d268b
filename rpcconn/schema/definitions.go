// Package schema reads and makes JSON Schemas. A schema stays JSON text: only the keywords that are needed are read, in
// order. The package checks values (Checker), bundles what schemas refer to (BundleRefs), infers schemas from values
// (Infer), makes samples (Sample) and describes types (TypeText). It knows nothing of methods or peers.
//
// All references lead to Definitions, as "#/components/schemas/NAME"; BundleRefs sees to that. Whatever follows
// references enters each definition once. The dialect is draft 2020-12, plus what draft 7 and OpenAPI 3.0 do
// differently.
package schema

import (
	"bytes"
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxDepth   = 32   // of references and nested schemas; deeper ones are ignored
	maxMembers = 1000 // of an object
)

// Definitions are schemas that others refer to, as "#/components/schemas/NAME".
type Definitions map[string]json.RawMessage

// Resolve follows the references of a schema, and returns the schema itself if it has none. It returns nil if they lead
// nowhere or in a circle.
func (d Definitions) Resolve(schema json.RawMessage) json.RawMessage {
	for range maxDepth {
		ref := read(schema).ref
		if ref == nil {
			return schema
		}
		if schema = d.referred(ref); schema == nil {
			return nil
		}
	}
	return nil
}

// referred returns the definition that the keyword ref refers to, nil if there is none.
func (d Definitions) referred(ref []byte) json.RawMessage {
	if name, ok := definitionName(jsontext.Text(ref)); ok {
		return d[name]
	}
	return nil
}

// A walk visits a schema, its parts and what they refer to, each definition once.
type walk struct {
	definitions Definitions
	entered     map[string]bool // references
}

// first returns the first non-nil result of pick for schema, what it refers to, and its parts; or nil.
func (d Definitions) first(schema json.RawMessage, pick func(k *keywords) []byte) []byte {
	w := walk{definitions: d}
	var found []byte
	w.each(schema, 0, func(k *keywords) bool {
		found = pick(k)
		return found == nil
	})
	return found
}

// each calls visit for schema, what it refers to, and the parts of both, until visit returns false. It reports whether
// it visited all.
func (w *walk) each(schema []byte, depth int, visit func(k *keywords) bool) bool {
	if depth == maxDepth {
		return true
	}
	k := read(schema)
	if !visit(&k) {
		return false
	}
	if k.ref != nil && !w.entered[string(k.ref)] {
		if w.entered == nil {
			w.entered = make(map[string]bool)
		}
		w.entered[string(k.ref)] = true
		if !w.each(w.definitions.referred(k.ref), depth+1, visit) {
			return false
		}
	}
	for _, parts := range [][]byte{k.allOf, k.anyOf, k.oneOf} {
		for _, part := range jsontext.Elements(parts) {
			if !w.each(part, depth+1, visit) {
				return false
			}
		}
	}
	return true
}

// Types returns the JSON types that a value of the schema may have; no types mean any.
func (d Definitions) Types(schema json.RawMessage) []string {
	known := make(map[string][]string)
	return d.types(schema, known, 0)
}

// types implements Types. known has the types of the references met so far; nil while a reference is being followed.
func (d Definitions) types(schema []byte, known map[string][]string, depth int) (types []string) {
	if depth == maxDepth {
		return nil
	}
	k := read(schema)
	switch {
	case k.typ != nil:
		types = jsontext.Texts(k.typ)
	case k.constant != nil:
		types = []string{typeOf(k.constant)}
	case k.enum != nil:
		for _, value := range jsontext.Elements(k.enum) {
			types = append(types, typeOf(value))
		}
	case k.ref != nil:
		ref, ok := string(k.ref), false
		if types, ok = known[ref]; !ok {
			known[ref] = nil
			types = d.types(d.referred(k.ref), known, depth+1)
			known[ref] = types
		}
	}
	types = slices.Clone(types)
	for _, alternatives := range [][]byte{k.anyOf, k.oneOf} {
		if len(types) > 0 {
			break
		}
		for _, part := range jsontext.Elements(alternatives) {
			more := d.types(part, known, depth+1)
			if len(more) == 0 {
				types = nil // any value fits
				break
			}
			types = append(types, more...)
		}
	}
	for _, part := range jsontext.Elements(k.allOf) {
		if len(types) == 0 {
			types = d.types(part, known, depth+1)
		}
	}
	switch {
	case len(types) > 0:
	case k.properties != nil:
		types = []string{"object"}
	case k.items != nil || k.prefixItems != nil:
		types = []string{"array"}
	}
	if isTrue(k.nullable) && len(types) > 0 {
		types = append(types, "null")
	}
	return distinct(types)
}

// distinct returns list without duplicates, in order.
func distinct(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}

// Items returns the schema of an array's elements, nil if it says none; the first one's where each has a schema of its
// own.
func (d Definitions) Items(schema json.RawMessage) json.RawMessage {
	return d.first(schema, func(k *keywords) []byte {
		if list := jsontext.Elements(k.prefixItems); len(list) > 0 {
			return list[0]
		}
		if jsontext.FirstByte(k.items) == '[' { // before draft 2020-12
			return firstElement(k.items)
		}
		return k.items
	})
}

// Values returns the values that a schema allows if they can be listed: enum, const, boolean, null, and those of anyOf
// and oneOf. The schema may allow other values too, unless Types says otherwise. null alone is not listed.
func (d Definitions) Values(schema json.RawMessage) (values []json.RawMessage) {
	w := walk{definitions: d}
	seen := make(map[string]bool)
	add := func(list ...json.RawMessage) {
		for _, value := range list {
			if !seen[string(value)] && len(values) < maxMembers {
				seen[string(value)] = true
				values = append(values, value)
			}
		}
	}
	w.each(schema, 0, func(k *keywords) bool {
		switch {
		case k.constant != nil:
			add(k.constant)
		case k.enum != nil:
			add(jsontext.Elements(k.enum)...)
		default:
			for _, name := range jsontext.Texts(k.typ) {
				switch name {
				case "boolean":
					add(json.RawMessage("true"), json.RawMessage("false"))
				case "null":
					add(json.RawMessage("null"))
				}
			}
			if isTrue(k.nullable) {
				add(json.RawMessage("null"))
			}
		}
		return true
	})
	if len(values) == 1 && string(values[0]) == "null" && !slices.Equal(d.Types(schema), []string{"null"}) {
		return nil
	}
	return values
}

// Default returns the default value of a schema, nil if it says none.
func (d Definitions) Default(schema json.RawMessage) json.RawMessage {
	return d.first(schema, func(k *keywords) []byte { return k.def })
}

// Summary returns the first line of what a schema says about itself.
func (d Definitions) Summary(schema json.RawMessage) string {
	if description := d.first(schema, func(k *keywords) []byte { return k.description }); description != nil {
		return FirstLine(jsontext.Text(description))
	}
	return FirstLine(jsontext.Text(d.first(schema, func(k *keywords) []byte { return k.title })))
}

// Properties returns the members of an object schema in the order in which it lists them, those of all its parts
// included (allOf, anyOf, oneOf); none if it is not an object. A member is required if each alternative that has
// members requires it.
func (d Definitions) Properties(schema json.RawMessage) []Property {
	o := d.object(schema, make(map[string]*object), 0)
	params := make([]Property, len(o.names))
	for i, name := range o.names {
		s := combine("allOf", o.schemas[name])
		params[i] = Property{
			Name:       name,
			Summary:    d.Summary(s),
			Required:   o.required[name],
			Deprecated: isTrue(read(s).deprecated),
			Schema:     s,
		}
	}
	return params
}

// An object has the members that a schema describes.
type object struct {
	names    []string
	schemas  map[string][]json.RawMessage // several: all of them apply
	required map[string]bool              // also of names that are described elsewhere
}

func (o *object) add(name string, schemas ...json.RawMessage) {
	known, ok := o.schemas[name]
	if !ok {
		if len(o.names) == maxMembers {
			return
		}
		o.names = append(o.names, name)
	}
	for _, s := range schemas {
		if len(known) < maxDepth &&
			!slices.ContainsFunc(known, func(k json.RawMessage) bool { return bytes.Equal(k, s) }) {
			known = append(known[:len(known):len(known)], s)
		}
	}
	o.schemas[name] = known
}

// object returns the members of schema. known has the members of the references met so far; an empty object while a
// reference is being followed.
func (d Definitions) object(schema []byte, known map[string]*object, depth int) *object {
	o := &object{schemas: make(map[string][]json.RawMessage), required: make(map[string]bool)}
	if depth == maxDepth {
		return o
	}
	k := read(schema)
	if k.properties != nil {
		_, _ = jsontext.Object(k.properties, func(key, value []byte) error {
			o.add(jsontext.Key(key), value)
			return nil
		})
	}
	for _, name := range jsontext.Texts(k.required) {
		o.required[name] = true
	}
	if k.ref != nil {
		ref := string(k.ref)
		if known[ref] == nil {
			known[ref] = &object{}
			known[ref] = d.object(d.referred(k.ref), known, depth+1)
		}
		o.all(known[ref])
	}
	for _, part := range jsontext.Elements(k.allOf) {
		o.all(d.object(part, known, depth+1))
	}
	for _, alternatives := range [][]byte{k.anyOf, k.oneOf} {
		var parts []*object
		for _, part := range jsontext.Elements(alternatives) {
			if p := d.object(part, known, depth+1); len(p.names) > 0 {
				parts = append(parts, p)
			}
		}
		o.one(parts)
	}
	return o
}

// all adds a part that applies as well.
func (o *object) all(part *object) {
	for _, name := range part.names {
		o.add(name, part.schemas[name]...)
	}
	for name := range part.required {
		o.required[name] = true
	}
}

// one adds alternatives: one of the parts applies.
func (o *object) one(parts []*object) {
	either := object{schemas: make(map[string][]json.RawMessage)}
	required := make(map[string]int)
	for _, p := range parts {
		for _, name := range p.names {
			either.add(name, combine("allOf", p.schemas[name]))
		}
		for name := range p.required {
			required[name]++
		}
	}
	for _, name := range either.names {
		o.add(name, combine("anyOf", either.schemas[name]))
	}
	for name, n := range required {
		if n == len(parts) {
			o.required[name] = true
		}
	}
}

// maxCombined is the maximal size of a combined schema in bytes: nested combinations could double with each definition.
const maxCombined = 1 << 16

// combine returns a schema whose allOf or anyOf is schemas, or the first of them if all would be too large.
func combine(keyword string, schemas []json.RawMessage) json.RawMessage {
	if len(schemas) == 1 {
		return schemas[0]
	}
	combined := []byte(`{"` + keyword + `":[`)
	for i, s := range schemas {
		if i > 0 {
			if len(combined)+len(s) > maxCombined {
				break
			}
			combined = append(combined, ',')
		}
		combined = append(combined, s...)
	}
	return append(combined, "]}"...)
}
