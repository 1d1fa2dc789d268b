// Package catalog is what is known of the methods a peer exposes: their names, parameters and where they were learned. It holds the
// model and a file for each convention that lists methods; who asks a peer, and when, is for its users.
package catalog

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// maxMethods bounds what a peer that calls ever new names can make us remember.
const maxMethods = 100_000

// A Catalog is the methods of one peer. It may be used by any number of goroutines.
type Catalog struct {
	mu          sync.Mutex // protects what follows
	methods     map[key]Method
	definitions Definitions
	schemas     *compiled // of definitions; nil: not made yet
	peer        Identity
	version     int
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
		if c.learn(m) {
			added++
		}
	}
	return added
}

// learn adds m and reports whether it was not known. c.mu is held.
func (c *Catalog) learn(m Method) bool {
	k := key{m.Name, m.Ours}
	known, ok := c.methods[k]
	if ok && (known.Source.rank() > m.Source.rank() || known.Source.rank() == m.Source.rank() && m.Source.Inferred()) || !ok && len(c.methods) >= maxMethods {
		return false
	}
	c.methods[k] = m
	c.version++
	return !ok
}

// Replace learns all that a convention tells now: what it told earlier and does not any more is forgotten. It returns how many methods
// were not known.
func (c *Catalog) Replace(l *Learned) (added int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := make(map[key]bool)
	for k, m := range c.methods {
		if m.Source == l.Source {
			before[k] = true
			delete(c.methods, k)
		}
	}
	c.version++
	for _, m := range l.Methods {
		if m.Source == "" || !m.Source.Inferred() { // an exported document says what was a guess
			m.Source = l.Source
		}
		if k := (key{m.Name, m.Ours}); c.learn(m) && !before[k] {
			added++
		}
	}
	if c.definitions == nil {
		c.definitions = make(Definitions)
	} else {
		c.definitions = maps.Clone(c.definitions) // those who were given it keep what they have
	}
	maps.Copy(c.definitions, l.Definitions)
	c.schemas = nil
	if l.Peer.String() != "" {
		c.peer = l.Peer
	}
	return added
}

// Definitions returns the schemas that those of methods refer to. They are not to be changed.
func (c *Catalog) Definitions() Definitions {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.definitions
}

// Peer returns who the peer says that it is.
func (c *Catalog) Peer() Identity {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peer
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
	if m, ok := c.methods[key{name, false}]; ok && m.Source.Inferred() {
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
