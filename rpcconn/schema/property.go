package schema

import "encoding/json"

// A Property is a value that has a name and a schema: a member of an object, a parameter of a method, or its result.
type Property struct {
	Name       string `json:"name"`
	Summary    string `json:"summary,omitempty"`
	Required   bool   `json:"required,omitempty"`
	Deprecated bool   `json:"deprecated,omitempty"`
	// JSON Schema; what it refers to is in the Definitions that come with it
	Schema json.RawMessage `json:"schema,omitempty"`
	Seen   bool            `json:"seen,omitempty"` // Schema is inferred from values that were seen
}

// Type returns the type of p in short, "" where its schema says none.
func (p Property) Type() string { return TypeText(p.Schema) }
