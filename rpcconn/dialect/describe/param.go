package describe

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// readParams reads the params of m: an array of names or objects, an object by name, a JSON Schema, or a text such as
// "a, b: int = 1". It reports whether value is one of these.
func (d *description) readParams(m *catalog.Method, value json.RawMessage) bool {
	m.Params = []catalog.Param{}
	switch value[0] {
	case '[':
		for _, element := range jsontext.Elements(value) {
			d.param(m, "", element)
		}
	case '{':
		d.paramsByName(m, value)
	case '"':
		signature := jsontext.Text(value)
		before, inner, found := strings.Cut(signature, "(")
		if found && catalog.IsMethodName("m"+strings.TrimSpace(before)) {
			signature = inner[:max(strings.LastIndexByte(inner, ')'), 0)]
		}
		for _, part := range catalog.SplitArguments(signature) {
			m.AddParam(part)
		}
	default:
		m.Params = nil
		return false
	}
	return true
}

// paramsByName reads a JSON Schema of an object, or its properties alone.
func (d *description) paramsByName(m *catalog.Method, value json.RawMessage) {
	var s struct {
		Properties json.RawMessage
		Required   json.RawMessage
	}
	m.Structure = catalog.ByName
	if json.Unmarshal(value, &s) != nil || len(s.Properties) == 0 || s.Properties[0] != '{' {
		for _, p := range jsontext.Members(value) {
			d.param(m, p.Name, p.Value)
		}
		return
	}
	var required []string
	_ = json.Unmarshal(s.Required, &required) // none are, where it is not a list
	for _, p := range jsontext.Members(s.Properties) {
		d.param(m, p.Name, p.Value)
		m.Params[len(m.Params)-1].Required = slices.Contains(required, p.Name)
	}
}

// A describedParam is a param with the names that its parts have.
type describedParam struct {
	Name, Schema              json.RawMessage
	Required, Optional        json.RawMessage
	Default                   json.RawMessage
	Summary, Description, Doc json.RawMessage
	Varargs, Kwargs           json.RawMessage
}

// param adds the param that value describes: a name, a type where the name is given, or an object.
func (d *description) param(m *catalog.Method, name string, value json.RawMessage) {
	if value[0] == '"' && name == "" {
		m.AddParam(jsontext.Text(value))
		return
	}
	p := catalog.Param{Name: name, Required: !d.optional, Schema: d.schema(value)}
	var x describedParam
	if value[0] == '{' && json.Unmarshal(value, &x) == nil {
		if saysYes(x.Varargs) || saysYes(x.Kwargs) {
			m.Open = true
			return
		}
		if name == "" {
			p.Name = jsontext.Text(x.Name)
		}
		if x.Schema != nil {
			p.Schema = d.schema(x.Schema)
		}
		p.Summary = schema.FirstLine(firstText(x.Summary, x.Description, x.Doc))
		switch {
		case x.Required != nil:
			p.Required = saysYes(x.Required)
		case x.Optional != nil:
			p.Required = !saysYes(x.Optional)
		case x.Default != nil:
			p.Required = false
		}
	}
	if p.Name == "" {
		p.Name = fmt.Sprintf("arg%d", len(m.Params)+1)
	}
	m.Params = append(m.Params, p)
}

// saysYes reports whether a value is true.
func saysYes(value json.RawMessage) bool { return string(value) == "true" }
