package python

import (
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// pythonParameters are the parameters of a function that a caller may give.
type pythonParameters struct {
	params      []catalog.Param
	positional  int  // how many may be given by position, the first ones
	onlyByPlace int  // how many may be given by nothing else
	open        bool // *args or **kwargs
}

// readPythonParameters reads NAME [: TYPE] [= DEFAULT], /, *, *NAME and **NAME.
func readPythonParameters(parts [][]pythonToken) (p pythonParameters) {
	named := false // those after * and *args
	for _, t := range parts {
		if len(t) == 0 {
			continue
		}
		switch t[0].text {
		case "/":
			p.onlyByPlace = len(p.params)
			continue
		case "*":
			named = true
			p.open = p.open || len(t) > 1
			continue
		case "**":
			p.open = true
			continue
		}
		if t[0].kind != pythonName {
			continue
		}
		p.params = append(p.params, readPythonParameter(t))
		if !named {
			p.positional++
		}
	}
	return p
}

func readPythonParameter(t []pythonToken) catalog.Param {
	param := catalog.Param{Name: t[0].text, Required: true}
	t = t[1:]
	var value json.RawMessage
	if i := atDepthZero(t, "="); i >= 0 {
		param.Required = false
		value = pythonLiteral(t[i+1:], maxDepth)
		t = t[:i]
	}
	var typ pyType
	if len(t) > 1 && t[0].text == ":" {
		typ = pythonType(t[1:], maxDepth)
	}
	param.Schema = schema.WithDefault(typ.schema(), value)
	return param
}

// atDepthZero returns where t has the token text outside of brackets, -1 where it has not.
func atDepthZero(t []pythonToken, text string) int {
	depth := 0
	for i, token := range t {
		if depth == 0 && token.text == text {
			return i
		}
		depth += nesting(token)
	}
	return -1
}

// first returns the name of the first parameter, "" if there is none.
func (p *pythonParameters) first() string {
	if len(p.params) == 0 {
		return ""
	}
	return p.params[0].Name
}

// drop removes the first n, which the library fills in.
func (p *pythonParameters) drop(n int) {
	n = min(n, p.positional)
	p.params = slices.Delete(p.params, 0, n)
	p.positional -= n
	p.onlyByPlace = max(0, p.onlyByPlace-n)
}

// describe makes them the params of m. The library takes an array and an object alike; what may be given how is
// Python's own rule.
func (p *pythonParameters) describe(m *catalog.Method) {
	m.Params, m.Open = append([]catalog.Param{}, p.params...), p.open
	behind := p.params[p.positional:]
	switch {
	case p.onlyByPlace > 0:
		m.Structure = catalog.ByPosition
	case slices.ContainsFunc(behind, func(p catalog.Param) bool { return p.Required }):
		m.Structure = catalog.ByName
	}
}
