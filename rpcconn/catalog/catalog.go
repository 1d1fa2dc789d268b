// Package catalog holds what is known about the methods of one peer: their names, params and results, and where they
// were learned. It also stores catalogs between runs. How peers are asked for their methods is in package dialect.
package catalog

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"rpcsh/rpcconn/schema"
)

// MaxMethods is how many methods a catalog holds: a peer may call ever new names.
const MaxMethods = 100_000

// A Catalog holds the methods of one peer. Any number of goroutines may use it.
type Catalog struct {
	mu          sync.Mutex // protects what follows
	methods     map[key]Method
	told        map[Source]schema.Definitions
	definitions schema.Definitions // from all sources
	schemas     *schema.Checker    // of definitions; nil: not made yet
	peer        Identity
	asked       map[string]bool // by convention: whether the peer answered it
	observed    map[key]int     // how many calls have been learned from
	inferred    int             // bytes of the inferred schemas
	version     int
	sorted      []Method // the result of Methods
	sortedAt    int      // the version of sorted
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

// Learn adds methods and returns how many were unknown. What is known from a better source stays.
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
	if ok && (known.Source.rank() > m.Source.rank() || known.Source.rank() == m.Source.rank() && m.Source.Inferred()) ||
		!ok && len(c.methods) >= MaxMethods {
		return false
	}
	c.methods[k] = m.orGuess(known)
	c.version++
	return !ok
}

// orGuess returns m with the params and result that were inferred earlier, if its source has none.
func (m Method) orGuess(known Method) Method {
	if known.Inferred && m.Params == nil && m.Result == nil {
		m.Params, m.Result, m.Inferred = known.Params, known.Result, true
	}
	return m
}

// Replace learns everything that a convention tells, and forgets what the convention told earlier but no longer does.
// It returns how many methods were unknown.
func (c *Catalog) Replace(l *Learned) (added int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := make(map[key]Method)
	for k, m := range c.methods {
		if m.Source == l.Source {
			before[k] = m
			delete(c.methods, k)
		}
	}
	c.version++
	for _, m := range l.Methods {
		if m.Source == "" || !m.Source.Inferred() { // an exported document marks its guesses
			m.Source = l.Source
		}
		known, ok := before[key{m.Name, m.Ours}]
		if c.learn(m.orGuess(known)) && !ok {
			added++
		}
	}
	c.define(l.Source, l.Definitions)
	if l.Peer.String() != "" {
		c.peer = l.Peer
	}
	return added
}

// define replaces the definitions of a source. c.mu is held, or nobody else uses c.
func (c *Catalog) define(source Source, told schema.Definitions) {
	if c.told == nil {
		c.told = make(map[Source]schema.Definitions)
	}
	c.told[source] = told
	all := maps.Clone(c.told[""]) // of an earlier run; newer ones replace them
	if all == nil {
		all = make(schema.Definitions)
	}
	for other, d := range c.told {
		if other != source && other != "" {
			maps.Copy(all, d)
		}
	}
	maps.Copy(all, told)
	c.definitions, c.schemas = all, nil
}

// Definitions returns the schemas that the methods' schemas refer to. The caller must not change them.
func (c *Catalog) Definitions() schema.Definitions {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.definitions
}

// Peer returns the peer's own name and version.
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

// Forget removes the peer's method name, after the peer said that it does not exist.
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

// Empty reports whether no methods are known and the peer has answered no convention.
func (c *Catalog) Empty() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.methods) == 0 && len(c.asked) == 0
}

// Version changes with every change of the catalog.
func (c *Catalog) Version() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}

// Methods returns all methods in order of name, the peer's before ours of the same name. The caller must not change
// them.
func (c *Catalog) Methods() []Method {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sorted != nil && c.sortedAt == c.version {
		return c.sorted
	}
	keys := slices.SortedFunc(maps.Keys(c.methods), func(a, b key) int {
		if n := strings.Compare(a.name, b.name); n != 0 || a.ours == b.ours {
			return n
		}
		if b.ours {
			return -1
		}
		return 1
	})
	c.sorted, c.sortedAt = make([]Method, len(keys)), c.version
	for i, k := range keys {
		c.sorted[i] = c.methods[k]
	}
	return c.sorted
}

// Answered remembers whether the peer answered a convention.
func (c *Catalog) Answered(convention string, yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked == nil {
		c.asked = make(map[string]bool)
	}
	c.asked[convention] = yes
}

// Asked returns whether the peer answered a convention, and whether it has been asked at all.
func (c *Catalog) Asked(convention string) (answered, asked bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answered, asked = c.asked[convention]
	return answered, asked
}
