// Package catalog holds what is known about the methods of one peer: their names, params and results, and where they
// were learned. It also stores catalogs between runs. How peers are asked for their methods is in package dialect.
package catalog

import (
	"encoding/json"
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
	sorting sync.Mutex // held while methods are put in order, before mu

	mu          sync.Mutex      // protects what follows
	methods     map[key]*Method // which never change
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
	forgotten   map[string]bool
}

type key struct {
	name string
	ours bool
}

// New returns a Catalog of methods.
func New(methods ...Method) *Catalog {
	c := &Catalog{methods: make(map[key]*Method, len(methods))}
	c.Learn(methods...)
	return c
}

// Learn adds methods and returns how many were unknown. What is known from a better source stays. The elements of
// methods must not change afterwards.
func (c *Catalog) Learn(methods ...Method) (added int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range methods {
		if c.learn(&methods[i]) {
			added++
		}
	}
	return added
}

// learn adds m and reports whether it was not known. c.mu is held.
func (c *Catalog) learn(m *Method) bool {
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

// orGuess returns m with what was inferred earlier, where its source does not tell: all params and the result, or the
// types of those that it only names.
func (m *Method) orGuess(known *Method) *Method {
	if known == nil {
		return m
	}
	if known.Inferred && m.Params == nil && m.Result == nil {
		guessed := *m
		guessed.Params, guessed.Result, guessed.Inferred = known.Params, known.Result, true
		return &guessed
	}
	if m.guessed() || !known.hasSeen() {
		return m
	}
	typed := *m
	if m.Result == nil {
		if seen := known.seen(known.Result); seen != nil {
			typed.Result = &Param{Name: "result", Schema: seen, Seen: true}
		}
	}
	typed.Params = slices.Clone(m.Params)
	for i := range typed.Params {
		if p := &typed.Params[i]; p.Schema == nil {
			p.Schema = known.seen(known.paramLike(p.Name, i))
			p.Seen = p.Schema != nil
		}
	}
	return &typed
}

// paramLike returns the param of a name, or else the one at a position that has no name yet; nil: there is neither.
func (m *Method) paramLike(name string, position int) *Param {
	if at := m.param(name); at >= 0 {
		return &m.Params[at]
	}
	if position < len(m.Params) && m.Params[position].Name == argName(position) {
		return &m.Params[position]
	}
	return nil
}

// hasSeen reports whether some types of m were inferred from values.
func (m *Method) hasSeen() bool {
	return m.guessed() || m.Result != nil && m.Result.Seen ||
		slices.ContainsFunc(m.Params, func(p Param) bool { return p.Seen })
}

// seen returns the schema of a param of m, or of its result, where it was inferred from values; else nil.
func (m *Method) seen(p *Param) json.RawMessage {
	if p == nil || !p.Seen && !m.guessed() {
		return nil
	}
	return p.Schema
}

// Replace learns everything that a convention tells, and forgets what the convention told earlier but no longer does.
// It returns how many methods were unknown. The methods of l must not change afterwards.
func (c *Catalog) Replace(l *Learned) (added int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := make(map[key]*Method)
	for k, m := range c.methods {
		if m.Source == l.Source {
			before[k] = m
			delete(c.methods, k)
		}
	}
	c.version++
	if len(c.methods) == 0 {
		c.methods = make(map[key]*Method, len(l.Methods))
	}
	for i := range l.Methods {
		m := &l.Methods[i]
		if m.Source == "" || m.Source != l.Source && !m.Source.Inferred() { // an exported document marks its guesses
			told := *m
			told.Source = l.Source
			m = &told
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

// Names returns the names of the peer's methods, in no order. It takes far less memory than Methods.
func (c *Catalog) Names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, 0, len(c.methods))
	for k := range c.methods {
		if !k.ours {
			names = append(names, k.name)
		}
	}
	return names
}

// Find returns the peer's method name.
func (c *Catalog) Find(name string) (Method, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.methods[key{name, false}]; ok {
		return *m, true
	}
	return Method{}, false
}

// Has reports whether there is a method for which wanted returns true. wanted must not use c.
func (c *Catalog) Has(wanted func(m *Method) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.methods {
		if wanted(m) {
			return true
		}
	}
	return false
}

// Forget removes the peer's method name, after the peer said that it does not exist.
func (c *Catalog) Forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m, ok := c.methods[key{name, false}]; ok && m.Source.Inferred() {
		delete(c.methods, key{name, false})
		c.version++
		if c.forgotten == nil {
			c.forgotten = make(map[string]bool)
		}
		c.forgotten[name] = true
	}
}

// lacks reports whether m is not known, and never was.
func (c *Catalog) lacks(m Method) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, known := c.methods[key{m.Name, m.Ours}]
	return !known && (m.Ours || !c.forgotten[m.Name])
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
// them. While many are put in order, others can use c.
func (c *Catalog) Methods() []Method {
	c.sorting.Lock()
	defer c.sorting.Unlock()
	c.mu.Lock()
	if c.sorted != nil && c.sortedAt == c.version {
		defer c.mu.Unlock()
		return c.sorted
	}
	all, version := slices.AppendSeq(make([]*Method, 0, len(c.methods)), maps.Values(c.methods)), c.version
	c.mu.Unlock()
	slices.SortFunc(all, func(a, b *Method) int {
		if n := strings.Compare(a.Name, b.Name); n != 0 || a.Ours == b.Ours {
			return n
		}
		if b.Ours {
			return -1
		}
		return 1
	})
	sorted := make([]Method, len(all))
	for i, m := range all {
		sorted[i] = *m
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sorted, c.sortedAt = sorted, version
	return sorted
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
