// Package variables is the values that lines of the shell use by name: those that lines set, results by number, and the
// environment.
package variables

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"rpcsh/rpcconn/jsontext"
)

// Variables are values by name, as lines and the expressions of rules use them. Its methods may be called by any number
// of goroutines.
type Variables struct {
	results Results

	mu     sync.Mutex // protects what follows
	values map[string]json.RawMessage
}

// Results returns what the calls of typed lines have brought.
func (v *Variables) Results() *Results { return &v.results }

// Get returns the value of a variable, and whether there is one of this name.
func (v *Variables) Get(name string) (json.RawMessage, bool) {
	if name == Environment {
		return environment(), true
	}
	if value, ok := v.results.get(name); ok {
		return value, true
	}
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
	all := v.Named()
	all[Environment] = environment()
	for _, r := range v.results.List() {
		all[resultName(r.Number)] = r.Value
	}
	return all
}

// Named returns those variables that lines have set, in a map of the caller's own.
func (v *Variables) Named() map[string]json.RawMessage {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := maps.Clone(v.values)
	if all == nil {
		all = make(map[string]json.RawMessage)
	}
	return all
}

// Last is the variable that holds the last result for which the person waited.
const Last = "_"

// Environment is the variable that holds the environment of the program, as an object. It is none of those that lines
// set, and rules do not see it.
const Environment = "env"

func environment() json.RawMessage {
	all := os.Environ()
	slices.Sort(all)
	b := []byte{'{'}
	for _, text := range all {
		name, value, _ := strings.Cut(text, "=")
		if name == "" {
			continue // folders of drives, on Windows
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = jsontext.AppendQuote(append(jsontext.AppendQuote(b, name), ':'), value)
	}
	return append(b, '}')
}

// Object returns those variables that lines have set as an object.
func (v *Variables) Object() json.RawMessage {
	all := v.Named()
	b := []byte{'{'}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(jsontext.AppendQuote(b, name), ':'), all[name]...)
	}
	return append(b, '}')
}
