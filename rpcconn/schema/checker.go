package schema

import (
	"bytes"
	"encoding/json"
	"regexp"
	"sync"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxValue = 1 << 20 // bytes of a value that is checked
	// maxSteps is how many steps checking a value may take. Schemas whose parts are schemas of parts can double them
	// with each level.
	maxSteps = 1 << 16
)

// A Checker checks values against schemas, which it reads when they are first used. It may be used by any number of
// goroutines.
//
// What a schema says by keywords of draft 2020-12, of the drafts before it, and by nullable of OpenAPI 3.0 holds; what
// cannot be understood says nothing, and formats and contents are not looked at.
type Checker struct {
	definitions Definitions

	mu       sync.Mutex                // protects what follows
	schemas  map[string]any            // decoded, by their text; nil: one that is no JSON
	referred map[string]any            // the definitions, decoded, by their names
	patterns map[string]*regexp.Regexp // by their text; nil: one that Go does not support
}

// NewChecker returns a Checker of schemas that refer to definitions.
func NewChecker(d Definitions) *Checker {
	return &Checker{
		definitions: d,
		schemas:     make(map[string]any), referred: make(map[string]any), patterns: make(map[string]*regexp.Regexp),
	}
}

// Check returns what is wrong with value; nothing if that cannot be determined.
func (c *Checker) Check(schema, value json.RawMessage) []Problem {
	if c := jsontext.FirstByte(schema); c != '{' && c != 'f' || len(value) > maxValue {
		return nil
	}
	decoded, err := decode(value)
	if err != nil || !reasonable(decoded) {
		return nil
	}
	v := validation{checker: c, left: maxSteps}
	mismatches := v.fit(c.schema(schema), part{value: decoded})
	if v.left < 0 {
		return nil
	}
	return problemsOf(mismatches, decoded)
}

// schema returns a schema as it is decoded.
func (c *Checker) schema(text json.RawMessage) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return remember(c.schemas, string(text), func() any { return decodedSchema(text) })
}

// definition returns a definition as it is decoded. A missing one allows any value.
func (c *Checker) definition(name string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return remember(c.referred, name, func() any { return decodedSchema(c.definitions[name]) })
}

// pattern returns a compiled regular expression, nil where Go does not support it.
func (c *Checker) pattern(expression string) *regexp.Regexp {
	c.mu.Lock()
	defer c.mu.Unlock()
	return remember(c.patterns, expression, func() *regexp.Regexp {
		re, _ := regexp.Compile(expression) // what cannot be understood says nothing
		return re
	})
}

// remember returns what made returns for key, which is called once.
func remember[T any](known map[string]T, key string, made func() T) T {
	v, ok := known[key]
	if !ok {
		v = made()
		known[key] = v
	}
	return v
}

// decodedSchema returns a schema as it is decoded; nil, which allows any value, for what is no JSON.
func decodedSchema(text json.RawMessage) any {
	if jsontext.Valid(text) != nil {
		return nil
	}
	s, err := decode(text)
	if err != nil {
		return nil
	}
	return s
}

// decode decodes a JSON text, with its numbers as they are written.
func decode(text json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
