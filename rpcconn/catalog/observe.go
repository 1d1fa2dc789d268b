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
	maxObserved     = 50       // calls of a method from which is learned; it has shown its shape by then
	maxObservedSize = 64 << 10 // bytes of params, or of a result
	maxAllInferred  = 16 << 20 // bytes of all that is inferred of a peer
)

// Observe learns from a call that was seen: the shapes of its params and of its result, nil if that was not seen, are
// merged into what was inferred before. Where a better source says anything of them, that stays alone. It is cheap to
// call for each message: what is large, or has been seen often enough, is passed over.
func (c *Catalog) Observe(name string, ours bool, params, result json.RawMessage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := key{name, ours}
	if c.observed[k] >= maxObserved {
		return
	}
	m, known := c.methods[k]
	switch {
	case known && !m.Inferred && (m.Params != nil || m.Result != nil):
		return
	case !known && len(c.methods) >= MaxMethods:
		return
	case !known:
		m = Method{Name: name, Ours: ours, Source: SourceUsed}
		if ours {
			m.Source = SourceTraffic
		}
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
		c.methods[k] = m
		c.version++
	} else if !known {
		return
	}
	if c.observed == nil {
		c.observed = make(map[key]int)
	}
	c.observed[k]++
}

// size returns about how many bytes what is inferred of m takes.
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

// observeParams merges the params of a call. Those that are given by name are known by that from then on.
func (m *Method) observeParams(params json.RawMessage) {
	byName := jsontext.FirstByte(params) == '{'
	if !byName && jsontext.FirstByte(params) != '[' {
		return
	}
	first := m.Params == nil
	named := len(m.Params) > 0 && m.Params[0].Name != argName(0)
	switch {
	case named && !byName:
		return // which name is at which position is not known
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

// argName returns the name of the param at a position, counted from 0, where it has no other.
func argName(i int) string { return "arg" + strconv.Itoa(i+1) }
