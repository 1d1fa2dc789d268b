package describe

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// define makes definitions of the types in an object by name.
func (d *description) define(types json.RawMessage) {
	members := jsontext.Members(types)
	d.types = make(map[string]bool, len(members))
	for _, m := range members {
		d.types[m.Name] = true
	}
	for _, m := range members {
		if schema := d.schema(m.Value); schema != nil {
			d.learned.Definitions[m.Name] = schema
		}
	}
}

// schema returns the JSON Schema that raw is: a word for a type, or a schema, which may be of draft 3, as that of Kodi
// is. It is nil if nothing is said.
func (d *description) schema(raw json.RawMessage) json.RawMessage {
	if raw == nil {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	schema := d.modern(value)
	if o, ok := schema.(map[string]any); !ok || len(o) == 0 {
		return nil
	}
	text, err := json.Marshal(schema)
	if err != nil {
		return nil
	}
	return text
}

// modern returns what a decoded schema is in draft 2020-12; true if it says nothing.
func (d *description) modern(value any) any {
	switch v := value.(type) {
	case string:
		return d.named(v)
	case []any: // alternatives
		return map[string]any{"anyOf": d.each(v)}
	case map[string]any:
		return d.object(v)
	}
	return true
}

// named returns the schema of a type that is called by its name.
func (d *description) named(name string) any {
	if d.types[name] {
		return map[string]any{"$ref": schema.Pointer(name)}
	}
	named := make(map[string]any)
	if json.Unmarshal(schema.TypeWord(name), &named) != nil { // there is no such word
		return true
	}
	return named
}

func (d *description) each(list []any) []any {
	schemas := make([]any, len(list))
	for i, v := range list {
		schemas[i] = d.modern(v)
	}
	return schemas
}

// object returns a schema with those of its keywords that have a meaning now.
func (d *description) object(old map[string]any) any {
	out := make(map[string]any, len(old))
	for keyword, value := range old {
		switch keyword {
		case "$ref":
			if name, ok := value.(string); ok && d.types[strings.TrimPrefix(name, schema.PointerPrefix)] {
				out["$ref"] = schema.Pointer(strings.TrimPrefix(name, schema.PointerPrefix))
			}
		case "type":
			d.setType(out, value)
		case "extends":
			if list, ok := value.([]any); ok {
				out["allOf"] = d.each(list)
			} else {
				out["allOf"] = []any{d.modern(value)}
			}
		case "properties":
			d.setProperties(out, value)
		case "items", "additionalProperties":
			if b, ok := value.(bool); ok {
				out[keyword] = b
			} else {
				out[keyword] = d.modern(value)
			}
		case "anyOf", "oneOf", "allOf":
			if list, ok := value.([]any); ok && len(list) > 0 {
				out[keyword] = d.each(list)
			}
		case "enum", "enums": // the latter is Kodi's
			if list, ok := value.([]any); ok && len(list) > 0 {
				out["enum"] = list
			}
		case "divisibleBy":
			if _, ok := value.(json.Number); ok {
				out["multipleOf"] = value
			}
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "minLength",
			"maxLength", "multipleOf":
			if _, ok := value.(json.Number); ok {
				out[keyword] = value
			}
		case "description", "title", "pattern", "format":
			if _, ok := value.(string); ok {
				out[keyword] = value
			}
		case "default", "const":
			out[keyword] = value
		}
	}
	if list, ok := old["required"].([]any); ok && len(list) > 0 {
		out["required"] = list
	}
	return out
}

// setType sets the type, which may be a word, or alternatives each of which is a word or a schema.
func (d *description) setType(out map[string]any, value any) {
	switch v := value.(type) {
	case []any:
		if len(v) > 0 {
			out["anyOf"] = d.each(v)
		}
	case string:
		if schema, ok := d.named(v).(map[string]any); ok {
			maps.Copy(out, schema)
		}
	case map[string]any:
		out["allOf"] = []any{d.modern(v)}
	}
}

// setProperties sets the properties; that one is required was said in it before draft 4.
func (d *description) setProperties(out map[string]any, value any) {
	properties, ok := value.(map[string]any)
	if !ok {
		return
	}
	schemas := make(map[string]any, len(properties))
	var required []any
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		schemas[name] = d.modern(properties[name])
		if p, ok := properties[name].(map[string]any); ok && p["required"] == true {
			required = append(required, name)
		}
	}
	out["properties"] = schemas
	if required != nil {
		out["required"] = required
	}
}
