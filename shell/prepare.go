package shell

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
)

// A prepared call is one as it is sent to a certain peer, which is not always as it was typed: named arguments are put in order where the
// peer wants positions, a tool of MCP is called by tools/call, and so on.
type prepared struct {
	lang.Call                // as it is sent
	typed     lang.Call      // as it was typed
	method    catalog.Method // what is known of it
	known     bool
	files     []string // documents that the peer has to have open
	token     string   // by which the peer is asked to tell progress; "": it is not
}

// readyFor makes the calls of j ready for p; a mistake is found before anything is sent.
func (s *Shell) readyFor(p *peer, j *job) ([]prepared, error) {
	calls := make([]prepared, 0, len(j.Calls))
	for _, c := range j.Calls {
		ready := prepared{Call: c, typed: c}
		ready.method, ready.known = p.known.Find(c.Method)
		if ready.known {
			if err := s.fit(p, j, &ready); err != nil {
				return nil, err
			}
		}
		calls = append(calls, ready)
	}
	return calls, nil
}

// fit makes the params of c such as its method takes them.
func (s *Shell) fit(p *peer, j *job, c *prepared) error {
	m := c.method
	var err error
	if d := p.dialect.Load(); d != nil && d.Prepare != nil && !c.Raw {
		if c.Params, c.files, err = d.Prepare(m, c.Params, readFile); err != nil {
			return &lang.Error{Column: c.column(""), Reason: err.Error()}
		}
	}
	if c.Raw && m.Structure == catalog.ByPosition && isWrapper(c.Params) {
		c.Params, c.Raw = slices.Concat([]byte("["), c.Params, []byte("]")), false
	}
	if !c.Raw {
		if c.Params, err = catalog.ReorderParams(m, c.Params); err != nil {
			return &lang.Error{Column: c.column(""), Reason: err.Error()}
		}
	}
	if err := s.check(p, j, c); err != nil {
		return err
	}
	if m.Via == nil {
		return nil
	}
	if c.Notify {
		return &lang.Error{Column: c.Column, Reason: fmt.Sprintf("%s is called by %s, and cannot be notified", m.Name, m.Via.Method)}
	}
	if c.Method, c.Params, err = m.Call(c.Params); err != nil {
		return &lang.Error{Column: c.column(""), Reason: err.Error()}
	}
	return nil
}

// isWrapper reports whether an object stands for a value that JSON has no type for, as {"$buffer":1} and {"$oid":"…"} do. Such a one is an
// argument: it never is all params.
func isWrapper(object json.RawMessage) bool {
	wrapper, n := false, 0
	_, _ = jsontext.Object(object, func(key, _ []byte) error { // what is no object has no members
		wrapper = strings.HasPrefix(jsontext.Key(key), "$")
		n++
		return nil
	})
	return wrapper && n == 1
}

// column returns where the argument for a param is, or all arguments, or the method.
func (c *prepared) column(param string) int {
	args := c.typed.Args
	if len(args) == 0 {
		return c.typed.Column
	}
	for i, a := range args {
		if a.Name != "" && a.Name == param || a.Name == "" && i < len(c.method.Params) && c.method.Params[i].Name == param && !c.Raw {
			return a.Column
		}
	}
	return args[0].Column
}

// check tells of params that the schema does not allow, unless the person insists.
func (s *Shell) check(p *peer, j *job, c *prepared) error {
	if j.validate == validateOff {
		return nil
	}
	problems := p.known.Check(c.method, c.Params)
	if len(problems) == 0 || j.insists {
		return nil
	}
	var texts []string
	for _, problem := range problems[:min(len(problems), maxProblems)] {
		texts = append(texts, problem.String())
	}
	if n := len(problems) - maxProblems; n > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", n))
	}
	if c.Raw && c.method.Structure == catalog.ByPosition && c.Params[0] == '{' {
		texts = append(texts, "an object alone is all params; as the first of them it is written [{…}]")
	}
	hint := ".set validate off sends it anyway"
	if s.interactive() {
		hint = "Enter sends it anyway"
	}
	return &refusal{&lang.Error{Column: c.column(problems[0].Param), Reason: strings.Join(texts, "; ") + " (" + hint + ")"}}
}

// maxProblems is how many problems of one call are told.
const maxProblems = 3

// A refusal is a mistake in a line that is sent all the same if the person enters it once more.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// insists reports whether the line that is run was refused just before.
func (s *Shell) insists() bool { return s.interactive() && s.line != "" && s.line == s.refused }

// remarkResult says what in a result is not as the schema says.
func (p *peer) remarkResult(j *job, c *prepared, result json.RawMessage) (remarks []string) {
	if j.validate != validateResults || !c.known {
		return nil
	}
	problems := p.known.CheckResult(c.method, result)
	for _, problem := range problems[:min(len(problems), maxProblems)] {
		remarks = append(remarks, "the result is not as described: "+problem.String())
	}
	return remarks
}
