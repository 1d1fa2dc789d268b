package call

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
)

// A Check says what is compared with what the peer says of its methods.
type Check uint8

// The checks.
const (
	CheckNothing Check = iota
	CheckParams        // before they are sent
	CheckResults       // and results, too
)

// A Prepared call is one as it is sent to a certain peer, once, which is not always as it was wanted: named arguments
// are put in order where the peer wants positions, a tool of MCP is called by tools/call, and so on.
type Prepared struct {
	Request                // as it is sent
	wanted  Request        // as it was given to Prepare
	method  catalog.Method // what is known of it
	known   bool
	check   Check
	files   []string // documents that the peer has to have open
}

// Plain returns a call that is sent as it is, whatever is known of its method.
func Plain(r Request) *Prepared { return &Prepared{Request: r, wanted: r} }

// An ArgumentError says what is wrong with a call, before anything is sent.
type ArgumentError struct {
	Param  string // the parameter that is wrong; "": all of them
	Index  int    // its place among the method's parameters; -1: not known
	Call   bool   // it is the call itself that is wrong, and no argument
	Reason string
}

// Error implements error.
func (e *ArgumentError) Error() string { return e.Reason }

// A Refusal says that params are not as the peer describes them. They can be sent all the same: prepared with
// CheckNothing.
type Refusal struct{ ArgumentError }

// maxProblems is how many problems of one call are told.
const maxProblems = 3

// Prepare makes a call fit for the peer. The error is an *ArgumentError or a *Refusal.
func (c *Caller) Prepare(r Request, check Check) (*Prepared, error) {
	p := &Prepared{Request: r, wanted: r, check: check}
	if p.method, p.known = c.known.Find(r.Method); !p.known {
		return p, nil
	}
	if err := c.fit(p); err != nil {
		return nil, err
	}
	return p, nil
}

// fit makes the params of p such as its method takes them.
func (c *Caller) fit(p *Prepared) error {
	m := p.method
	var err error
	if d := c.host.Dialect(); d != nil && d.Prepare != nil && !p.Raw {
		if p.Params, p.files, err = d.Prepare(m, p.Params, c.host.ReadFile); err != nil {
			return p.wrong("", err.Error())
		}
	}
	if p.Raw && m.Structure == catalog.ByPosition && isWrapper(p.Params) {
		p.Params, p.Raw = slices.Concat([]byte("["), p.Params, []byte("]")), false
	}
	if !p.Raw {
		if p.Params, err = catalog.ReorderParams(m, p.Params); err != nil {
			return p.wrong("", err.Error())
		}
	}
	if err := c.checkParams(p); err != nil {
		return err
	}
	if m.Via == nil {
		return nil
	}
	if p.Notify {
		reason := fmt.Sprintf("%s is called by %s, and cannot be notified", m.Name, m.Via.Method)
		return &ArgumentError{Index: -1, Call: true, Reason: reason}
	}
	if p.Method, p.Params, err = m.Call(p.Params); err != nil {
		return p.wrong("", err.Error())
	}
	return nil
}

// wrong returns what is wrong with a parameter, or with all of them.
func (p *Prepared) wrong(param, reason string) *ArgumentError {
	index := slices.IndexFunc(p.method.Params, func(q catalog.Param) bool { return q.Name == param })
	return &ArgumentError{Param: param, Index: index, Reason: reason}
}

// isWrapper reports whether an object stands for a value that JSON has no type for, as {"$buffer":1} and {"$oid":"…"}
// do. Such an object is an argument, and never all params.
func isWrapper(object json.RawMessage) bool {
	wrapper, n := false, 0
	_, _ = jsontext.Object(object, func(key, _ []byte) error { // what is no object has no members
		wrapper = strings.HasPrefix(jsontext.Key(key), "$")
		n++
		return nil
	})
	return wrapper && n == 1
}

// checkParams refuses params that the schema does not allow.
func (c *Caller) checkParams(p *Prepared) error {
	if p.check == CheckNothing {
		return nil
	}
	problems := c.known.Check(p.method, p.Params)
	if len(problems) == 0 {
		return nil
	}
	var texts []string
	for _, problem := range problems[:min(len(problems), maxProblems)] {
		texts = append(texts, problem.String())
	}
	if n := len(problems) - maxProblems; n > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", n))
	}
	if p.Raw && p.method.Structure == catalog.ByPosition && p.Params[0] == '{' {
		texts = append(texts, "an object alone is all params; as the first of them it is written [{…}]")
	}
	return &Refusal{*p.wrong(problems[0].Param, strings.Join(texts, "; "))}
}

// remarkResult says what in a result is not as the schema says.
func (c *Caller) remarkResult(p *Prepared, result json.RawMessage) (remarks []string) {
	if p.check != CheckResults || !p.known {
		return nil
	}
	problems := c.known.CheckResult(p.method, result)
	for _, problem := range problems[:min(len(problems), maxProblems)] {
		remarks = append(remarks, "the result is not as described: "+problem.String())
	}
	return remarks
}
