package call

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
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
	told    *catalog.Catalog // where method is from
	check   Check
	files   []string // documents that the peer has to have open
	remarks []string // on what is sent otherwise than it was given
}

// Plain returns a call that is sent as it is, whatever is known of its method.
func Plain(r Request) *Prepared { return &Prepared{Request: r, wanted: r} }

// An ArgumentError says what is wrong with a call, before anything is sent.
type ArgumentError struct {
	Param  string // the parameter that is wrong; "": all of them
	Index  int    // its place among the method's parameters; -1: not known
	Call   bool   // it is the call itself that is wrong, and no argument
	Lacks  bool   // Param was not given
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
	p := &Prepared{Request: r, wanted: r, check: check, told: c.known}
	if p.method, p.known = c.known.Find(r.Method); !p.known {
		if recalled := c.recalled(*p); recalled != nil {
			return recalled, nil
		}
	}
	if err := c.inOrder(p); err != nil {
		return nil, err
	}
	if !p.known {
		return p, nil
	}
	if err := c.fit(p); err != nil {
		return nil, err
	}
	return p, nil
}

// recalled returns p as it is remembered to be meant, nil where nothing is, or p does not fit it: what is remembered
// may have changed, and refuses nothing.
func (c *Caller) recalled(p Prepared) *Prepared {
	if c.host.Recall == nil || p.check == CheckNothing {
		return nil
	}
	if p.told = c.host.Recall(p.Method); p.told == nil {
		return nil
	}
	p.method, p.known = p.told.Find(p.Method)
	if !p.known || p.method.Source.Inferred() || p.method.Via != nil {
		return nil
	}
	if c.inOrder(&p) != nil || c.fit(&p) != nil {
		return nil
	}
	p.method, p.known = catalog.Method{}, false // of which the peer has still to tell
	return &p
}

// TakesBatches returns nil, or a *Refusal that says why the peer takes no batches.
func (c *Caller) TakesBatches(check Check) error {
	reason := ""
	if d := c.host.Dialect(); d != nil {
		reason = d.NoBatch
	} else if c.host.NoBatch != nil {
		reason = c.host.NoBatch()
	}
	if reason == "" || check == CheckNothing {
		return nil
	}
	return &Refusal{ArgumentError{Index: -1, Call: true, Reason: reason}}
}

// inOrder puts named arguments in order where what is spoken has none, and the names are known. An object alone is the
// one argument then, if it does not have those names.
func (c *Caller) inOrder(p *Prepared) error {
	if c.host.NoNames == nil || jsontext.FirstByte(p.Params) != '{' {
		return nil
	}
	title := c.host.NoNames()
	if title == "" {
		return nil
	}
	p.method.Structure = catalog.ByPosition
	if p.known && p.method.Params != nil && !p.Raw {
		return nil // fit does it
	}
	if !p.Raw {
		const text = `%s has no named arguments, and nothing is known of %s by which to put them in order: ` +
			`give the values alone, or one object, as in %[2]s {"NAME":VALUE}`
		return &ArgumentError{Index: -1, Reason: fmt.Sprintf(text, title, p.Method)}
	}
	if p.check == CheckNothing {
		return nil
	}
	params, err := catalog.ReorderParams(p.method, p.Params)
	if err != nil || jsontext.FirstByte(params) != '[' {
		params = slices.Concat([]byte("["), p.Params, []byte("]"))
	} else if err := p.hold(catalog.Placeholders(p.method, p.Params)); err != nil {
		return err
	}
	p.Params, p.Raw = params, false
	return nil
}

// fit makes the params of p such as its method takes them.
func (c *Caller) fit(p *Prepared) error {
	m := p.method
	if m.Kind == catalog.KindNotification && !p.Notify && !p.Spelt && p.check != CheckNothing {
		reason := fmt.Sprintf("%s is a notification, which has no answer: !%[1]s sends it, .call %[1]s asks", m.Name)
		return &Refusal{ArgumentError{Index: -1, Call: true, Reason: reason}}
	}
	var err error
	if d := c.host.Dialect(); d != nil && d.Prepare != nil && !p.Raw {
		if p.Params, p.files, err = d.Prepare(m, p.Params, c.host.ReadFile); err != nil {
			var wrong *dialect.ParamError
			if errors.As(err, &wrong) {
				return p.wrong(wrong.Param, err.Error())
			}
			return p.wrong("", err.Error())
		}
	}
	if c.isFirst(p) {
		p.Params, p.Raw = slices.Concat([]byte("["), p.Params, []byte("]")), false
	}
	if !p.Raw {
		placeholders := catalog.Placeholders(m, p.Params)
		if p.Params, err = catalog.ReorderParams(m, p.Params); err != nil {
			wrong := p.wrong("", err.Error())
			var missing *catalog.MissingError
			if wrong.Lacks = errors.As(err, &missing); wrong.Lacks {
				wrong.Param = missing.Param
			}
			return wrong
		}
		if err := p.hold(placeholders); err != nil {
			return err
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

// isFirst reports whether the params of p, an object, are the first of them: its method takes its params by position.
// Where it is not plain that they cannot be all params, it is said how they are sent.
func (c *Caller) isFirst(p *Prepared) bool {
	m := p.method
	switch {
	case !p.Raw || m.Structure != catalog.ByPosition || jsontext.FirstByte(p.Params) != '{':
		return false
	case isWrapper(p.Params):
		return true
	case len(m.Params) == 0 || p.Spelt || hasNamesOf(m, p.Params):
		return false
	}
	types := p.told.Definitions().Types(m.Params[0].Schema)
	if len(types) > 0 && !slices.Contains(types, "object") {
		return false
	}
	p.remarks = append(p.remarks, fmt.Sprintf("sent as [{…}]: %s takes its params by position", m.Name))
	return true
}

// hasNamesOf reports whether a member of object is called as a param of m is.
func hasNamesOf(m catalog.Method, object json.RawMessage) bool {
	return slices.ContainsFunc(jsontext.Members(object), func(member jsontext.Member) bool {
		return slices.ContainsFunc(m.Params, func(q catalog.Param) bool { return q.Name == member.Name })
	})
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

// hold takes note of what is sent for params that were not given. A null that nobody has asked for is sent only if
// somebody insists.
func (p *Prepared) hold(placeholders []catalog.Placeholder) error {
	for _, h := range placeholders {
		if !h.IsDefault && p.check != CheckNothing {
			const text = "%s is missing: %s takes its params by position, and null would stand for it before %s"
			reason := fmt.Sprintf(text, h.Param, p.method.Name, h.Before)
			return &Refusal{ArgumentError{Param: h.Param, Index: -1, Lacks: true, Reason: reason}}
		}
		remark := fmt.Sprintf("%s was not given: %s is sent for it, before %s", h.Param, h.Value, h.Before)
		p.remarks = append(p.remarks, remark)
	}
	return nil
}

// checkParams refuses params that the schema does not allow.
func (c *Caller) checkParams(p *Prepared) error {
	if p.check == CheckNothing || p.told != c.known {
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
	named := jsontext.FirstByte(p.wanted.Params) == '[' && jsontext.FirstByte(p.Params) == '{'
	if named && problems[0].Reason == catalog.Missing {
		texts[0] += ", as a value behind the others"
	}
	if p.Raw && p.method.Structure == catalog.ByPosition && p.Params[0] == '{' {
		texts = append(texts, "an object alone is all params; as the first of them it is written [{…}]")
	}
	refusal := &Refusal{*p.wrong(problems[0].Param, strings.Join(texts, "; "))}
	refusal.Lacks = problems[0].Path == "" && problems[0].Reason == catalog.Missing
	return refusal
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
