package catalog

import (
	"encoding/json"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// An Expectation is what is known of a method that a peer calls here, and of what answers a request for it. The zero
// Expectation knows nothing.
type Expectation struct {
	Method      Method // whose Result is nil where that is not known
	Definitions schema.Definitions
	known       *Catalog
}

// Expect returns what is known of a method that the peer calls here. result is the schema of what answers it where more
// is known of that than the method says; nil: nothing more is.
func (c *Catalog) Expect(method string, result json.RawMessage) Expectation {
	m := Method{Name: method, Ours: true}
	c.mu.Lock()
	if known := c.methods[key{method, true}]; known != nil {
		m = *known
	}
	c.mu.Unlock()
	if result != nil {
		m.Result = &Param{Name: "result", Schema: result}
	}
	return Expectation{m, c.Definitions(), c}
}

// A Given is a param of a request, and what is known of it.
type Given struct {
	Param
	Value json.RawMessage // nil: it was left out
}

// Params returns the params of a request, in the order in which the method has them, and further ones behind these; nil
// where no source has told of them.
func (x Expectation) Params(params json.RawMessage) (all []Given) {
	if len(x.Method.Params) == 0 || x.Method.guessed() {
		return nil
	}
	values := jsontext.Elements(params)
	for i, p := range x.Method.Params {
		g := Given{Param: p}
		if i < len(values) {
			g.Value = values[i]
		} else {
			g.Value = jsontext.Get(params, p.Name)
		}
		all = append(all, g)
	}
	for _, v := range values[min(len(values), len(all)):] {
		all = append(all, Given{Param{Name: "…"}, v})
	}
	for _, member := range jsontext.Members(params) {
		if x.Method.param(member.Name) < 0 {
			all = append(all, Given{Param{Name: member.Name}, member.Value})
		}
	}
	return all
}

// Result returns the schema of what answers the request; nil: it is not known.
func (x Expectation) Result() json.RawMessage {
	if x.Method.Result == nil {
		return nil
	}
	return x.Method.Result.Schema
}

// Check returns what is wrong with an answer. There is nothing where nothing is known.
func (x Expectation) Check(result json.RawMessage) []schema.Problem {
	if x.known == nil {
		return nil
	}
	return x.known.CheckResult(x.Method, result)
}
