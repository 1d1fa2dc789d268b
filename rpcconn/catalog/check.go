package catalog

import (
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Missing is the reason of a Problem with a param that was not given.
const Missing = "is missing"

// A MissingError says that a param was not given, and cannot be left out.
type MissingError struct {
	Param  string
	Reason string
}

// Error implements error.
func (e *MissingError) Error() string { return e.Reason }

// Check validates params, before the method's Via is applied, against m. It returns no problems if nothing is wrong, or
// nothing is known. What is inferred, and unusable schemas, is not checked.
func (c *Catalog) Check(m Method, params json.RawMessage) []schema.Problem {
	if m.Params == nil || m.guessed() || len(params) > 0 && jsontext.Valid(params) != nil {
		return nil
	}
	values := make([]json.RawMessage, len(m.Params)) // nil: not given
	var problems []schema.Problem
	switch jsontext.FirstByte(params) {
	case '[':
		given := jsontext.Elements(params)
		copy(values, given)
		if len(given) > len(values) && !m.Open {
			problems = append(problems, schema.Problem{Reason: m.tooMany(len(given))})
		}
	case '{':
		_, _ = jsontext.Object(params, func(key, value []byte) error {
			if i := m.param(jsontext.Key(key)); i >= 0 {
				values[i] = value
			} else if !m.Open && len(problems) < maxListed {
				problems = append(problems, schema.Problem{Param: jsontext.Key(key), Reason: m.notParam()})
			}
			return nil
		})
	case 0, 'n': // none, or null
	default:
		return []schema.Problem{{Reason: "params are " + schema.TypeName(params) + ", an array or an object is wanted"}}
	}
	for i, p := range m.Params {
		switch value := values[i]; {
		case value == nil && p.Required:
			problems = append(problems, schema.Problem{Param: p.Name, Reason: Missing})
		case value == nil, string(value) == "null" && !p.Required:
		default:
			problems = append(problems, c.validate(p, value)...)
		}
	}
	return problems
}

func (m Method) guessed() bool { return m.Inferred || m.Source.Inferred() }

// CheckResult validates a result.
func (c *Catalog) CheckResult(m Method, result json.RawMessage) []schema.Problem {
	if m.Result == nil || m.guessed() || jsontext.Valid(result) != nil {
		return nil
	}
	return c.validate(Param{Name: "result", Schema: m.Result.Schema, Seen: m.Result.Seen}, result)
}

// validate returns what is wrong with a value of p.
func (c *Catalog) validate(p Param, value json.RawMessage) []schema.Problem {
	if p.Seen {
		return nil
	}
	c.mu.Lock()
	if c.schemas == nil {
		c.schemas = schema.NewChecker(c.definitions)
	}
	schemas := c.schemas
	c.mu.Unlock()
	problems := schemas.Check(p.Schema, value)
	for i := range problems {
		problems[i].Param = p.Name
	}
	slices.SortFunc(problems, func(a, b schema.Problem) int {
		return strings.Compare(a.Path+"\x00"+a.Reason, b.Path+"\x00"+b.Reason)
	})
	return problems[:min(len(problems), maxListed)]
}
