package session

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"rpcsh/rpcconn/jsontext"
)

// Variables are values by name, as lines and the expressions of rules use them. Its methods may be called by any number
// of goroutines.
type Variables struct {
	mu     sync.Mutex // protects what follows
	values map[string]json.RawMessage
}

// Variables returns the session's variables.
func (s *Session) Variables() *Variables { return &s.variables }

// Get returns the value of a variable, and whether there is one of this name.
func (v *Variables) Get(name string) (json.RawMessage, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	value, ok := v.values[name]
	return value, ok
}

// Set gives a variable a value, which is not to be changed any more.
func (v *Variables) Set(name string, value json.RawMessage) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.values == nil {
		v.values = make(map[string]json.RawMessage)
	}
	v.values[name] = value
}

// All returns all variables, in a map of the caller's own.
func (v *Variables) All() map[string]json.RawMessage {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := maps.Clone(v.values)
	if all == nil {
		all = make(map[string]json.RawMessage)
	}
	return all
}

// object returns all variables as an object.
func (v *Variables) object() json.RawMessage {
	all := v.All()
	b := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(jsontext.AppendQuote(b, name), ':'), all[name]...)
	}
	return append(b, '}')
}
