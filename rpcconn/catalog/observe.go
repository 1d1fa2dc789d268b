package catalog

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

const (
	maxObserved     = 50       // calls of a method that are learned from; later ones rarely add anything
	maxObservedSize = 64 << 10 // bytes of params, or of a result
	maxAllInferred  = 16 << 20 // bytes of all inferred schemas of a peer
)

// Observe learns from a call: it merges the shapes of its params and its result, nil if there is none, into what was
// inferred before. It leaves params and results from a better source alone. It is cheap enough to be called for each
// message: it skips large values, and methods that have been seen often enough.
func (c *Catalog) Observe(name string, ours bool, params, result json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{name, ours}
	if c.observed[k] >= maxObserved {
		return
	}
	m := Method{Name: name, Ours: ours, Source: SourceUsed}
	if ours {
		m.Source = SourceTraffic
	}
	found, known := c.methods[k]
	if known {
		m = *found
	}
	switch {
	case known && !m.Inferred && (m.Params != nil || m.Result != nil):
		return
	case !known && len(c.methods) >= MaxMethods:
		return
	}
	before := m
	if observable(params) {
		m.observeParams(params)
	}
	if observable(result) {
		r := Param{Name: "result"}
		if m.Result != nil {
			r = *m.Result
		}
		r.Schema = schema.Infer(r.Schema, result)
		m.Result = &r
	}
	m.Inferred = m.Params != nil || m.Result != nil
	more := m.size() - before.size()
	if fits := c.inferred+more <= maxAllInferred; fits && (!known || !reflect.DeepEqual(m, before)) {
		c.inferred += more
		c.methods[k] = &m
		c.version++
	} else if !known {
		return
	}
	if c.observed == nil {
		c.observed = make(map[key]int)
	}
	c.observed[k]++
}

// size returns the approximate size of what is inferred for m, in bytes.
func (m *Method) size() int {
	n := 0
	for _, p := range m.Params {
		n += len(p.Name) + len(p.Schema)
	}
	if m.Result != nil {
		n += len(m.Result.Schema)
	}
	return n
}

func observable(value json.RawMessage) bool {
	return len(value) > 0 && len(value) <= maxObservedSize && jsontext.Valid(value) == nil
}

// observeParams merges the params of a call. Params given by name have that name from then on.
func (m *Method) observeParams(params json.RawMessage) {
	byName := jsontext.FirstByte(params) == '{'
	if !byName && jsontext.FirstByte(params) != '[' {
		return
	}
	first := m.Params == nil
	named := len(m.Params) > 0 && m.Params[0].Name != argName(0)
	switch {
	case named && !byName:
		return // the positions of the names are not known
	case !named && byName && !first:
		m.Params, first = nil, len(m.Params) > 0
	}
	o := schema.NewObservation(slices.Clone(m.Params), first)
	if byName {
		_, _ = jsontext.Object(params, func(key, value []byte) error {
			o.Add(jsontext.Key(key), value)
			return nil
		})
	} else {
		for i, value := range jsontext.Elements(params) {
			o.Add(argName(i), value)
		}
	}
	if m.Params = o.Members(); m.Params == nil {
		m.Params = []Param{}
	}
}

// argName returns the name of an unnamed param at a position, counted from 0.
func argName(i int) string { return "arg" + strconv.Itoa(i+1) }
