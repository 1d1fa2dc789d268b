package catalog

import "encoding/json"

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

// Check validates params, as they are sent, against what m says of them; none where nothing is wrong or nothing is known.
func (c *Catalog) Check(m Method, params json.RawMessage) []Problem { return nil }

// CheckResult validates a result.
func (c *Catalog) CheckResult(m Method, result json.RawMessage) []Problem { return nil }
