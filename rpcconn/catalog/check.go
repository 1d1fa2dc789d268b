package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A Problem is what is wrong with the params of a call, or with a result.
type Problem struct {
	Param  string // the param's name; "" where it is none in particular
	Path   string // within the param, such as .position.line or [2]; "" for itself
	Reason string // "is a string, an integer is wanted"
}

// String returns the problem in one line.
func (p Problem) String() string {
	if p.Param == "" {
		return p.Reason
	}
	return p.Param + p.Path + " " + p.Reason
}

// Check validates params, as they are sent but for the method's Via, against what m says of them; none where nothing is wrong or nothing
// is known. What was inferred is not checked, nor is what has a schema that cannot be used.
func (c *Catalog) Check(m Method, params json.RawMessage) []Problem {
	if m.Params == nil || m.guessed() || len(params) > 0 && jsontext.Valid(params) != nil {
		return nil
	}
	values := make([]json.RawMessage, len(m.Params)) // nil: not given
	var problems []Problem
	switch firstByte(params) {
	case '[':
		given := elements(params)
		copy(values, given)
		if len(given) > len(values) && !m.Open {
			problems = append(problems, Problem{Reason: m.tooMany(len(given))})
		}
	case '{':
		_, _ = jsontext.Object(params, func(key, value []byte) error {
			if i := m.param(jsontext.Key(key)); i >= 0 {
				values[i] = value
			} else if !m.Open && len(problems) < maxListed {
				problems = append(problems, Problem{Param: jsontext.Key(key), Reason: m.notParam()})
			}
			return nil
		})
	case 0, 'n': // none, or null
	default:
		return []Problem{{Reason: "params are " + withArticle(typeOf(params)) + ", an array or an object is wanted"}}
	}
	for i, p := range m.Params {
		switch value := values[i]; {
		case value == nil && p.Required:
			problems = append(problems, Problem{Param: p.Name, Reason: "is missing"})
		case value == nil, string(value) == "null" && !p.Required:
		default:
			problems = append(problems, c.validate(p, value)...)
		}
	}
	return problems
}

func (m Method) guessed() bool { return m.Inferred || m.Source.Inferred() }

// CheckResult validates a result.
func (c *Catalog) CheckResult(m Method, result json.RawMessage) []Problem {
	if m.Result == nil || m.guessed() || jsontext.Valid(result) != nil {
		return nil
	}
	return c.validate(Param{Name: "result", Schema: m.Result.Schema}, result)
}

// validate returns what is wrong with a value of p.
func (c *Catalog) validate(p Param, value json.RawMessage) []Problem {
	c.mu.Lock()
	if c.schemas == nil {
		c.schemas = newCompiled(c.definitions)
	}
	schemas := c.schemas
	c.mu.Unlock()
	problems := schemas.validate(p.Schema, value)
	for i := range problems {
		problems[i].Param = p.Name
	}
	slices.SortFunc(problems, func(a, b Problem) int {
		return strings.Compare(a.Path+"\x00"+a.Reason, b.Path+"\x00"+b.Reason)
	})
	return problems[:min(len(problems), maxListed)]
}
