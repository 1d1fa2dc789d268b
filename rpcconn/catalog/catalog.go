// Package catalog is what is known of the methods a peer exposes: their names, parameters and where they were learned. It holds the
// model and a file for each convention that lists methods; who asks a peer, and when, is for its users.
package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Source says where a method was learned. Of two sources the greater one knows better.
type Source uint8

// The sources.
const (
	SourceTraffic Source = iota // the peer called it on us
	SourceUsed                  // it was called here, and the peer did not say that there is none
	SourceOpenRPC               // rpc.discover
)

// sourceNames returns the names of the sources, in their order; files have them too.
func sourceNames() []string { return []string{"traffic", "used", "rpc.discover"} }

func (s Source) String() string {
	if names := sourceNames(); int(s) < len(names) {
		return names[s]
	}
	return "unknown"
}

// MarshalText implements encoding.TextMarshaler.
func (s Source) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Source) UnmarshalText(text []byte) error {
	i := slices.Index(sourceNames(), string(text))
	if i < 0 {
		return fmt.Errorf("%q is no source of methods", text)
	}
	*s = Source(i)
	return nil
}

// A Method is what is known of one method.
type Method struct {
	Name    string  `json:"name"`
	Summary string  `json:"summary,omitempty"`
	Params  []Param `json:"params,omitempty"`
	Source  Source  `json:"source"`
	Ours    bool    `json:"ours,omitempty"` // the peer calls it, we are to serve it
}

// A Param is a parameter of a method.
type Param struct {
	Name     string          `json:"name"`
	Summary  string          `json:"summary,omitempty"`
	Required bool            `json:"required,omitempty"`
	Schema   json.RawMessage `json:"schema,omitempty"` // JSON Schema
}

// Type returns the type that the schema of p names, "" where it names none.
func (p Param) Type() string {
	var schema struct{ Type string }
	_ = json.Unmarshal(p.Schema, &schema) // a schema may be anything; one without a type is no mistake
	return schema.Type
}

// Signature returns the method as one would write it: add(a: integer, b?: integer).
func (m Method) Signature() string {
	var params []string
	for _, p := range m.Params {
		s := p.Name
		if !p.Required {
			s += "?"
		}
		if t := p.Type(); t != "" {
			s += ": " + t
		}
		params = append(params, s)
	}
	if len(params) == 0 && m.Source != SourceOpenRPC {
		return m.Name
	}
	return m.Name + "(" + strings.Join(params, ", ") + ")"
}

// maxMethods bounds what a peer that calls ever new names can make us remember.
const maxMethods = 100_000

// A Catalog is the methods of one peer. It may be used by any number of goroutines.
type Catalog struct {
	mu      sync.Mutex // protects what follows
	methods map[key]Method
	version int
}

type key struct {
	name string
	ours bool
}

// New returns a Catalog of methods.
func New(methods ...Method) *Catalog {
	c := &Catalog{methods: make(map[key]Method)}
	c.Learn(methods...)
	return c
}

// Learn adds methods and returns how many were not known; what is known from a better source stays.
func (c *Catalog) Learn(methods ...Method) (added int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range methods {
		k := key{m.Name, m.Ours}
		known, ok := c.methods[k]
		if ok && known.Source >= m.Source && m.Source != SourceOpenRPC || !ok && len(c.methods) >= maxMethods {
			continue
		}
		if !ok {
			added++
		}
		c.methods[k] = m
		c.version++
	}
	return added
}

// Knows reports whether the peer's method name is known.
func (c *Catalog) Knows(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.methods[key{name, false}]
	return ok
}

// Find returns the peer's method name.
func (c *Catalog) Find(name string) (Method, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, ok := c.methods[key{name, false}]
	return m, ok
}

// Forget removes the peer's method name: the peer says that there is none.
func (c *Catalog) Forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.methods[key{name, false}]; ok && m.Source != SourceOpenRPC {
		delete(c.methods, key{name, false})
		c.version++
	}
}

// Len returns how many methods are known.
func (c *Catalog) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.methods)
}

// Version changes with every change of the catalog.
func (c *Catalog) Version() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}

// Methods returns all methods in order of name, the peer's before ours of the same name.
func (c *Catalog) Methods() []Method {
	c.mu.Lock()
	all := make([]Method, 0, len(c.methods))
	for _, m := range c.methods {
		all = append(all, m)
	}
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b Method) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 || a.Ours == b.Ours {
			return n
		}
		if b.Ours {
			return -1
		}
		return 1
	})
	return all
}
