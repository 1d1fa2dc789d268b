package describe

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// errNoDescription says that an answer describes no methods.
var errNoDescription = errors.New("no methods are described in it")

// Read reads a description of methods in whatever form: an array of names or objects, an object by name whose values
// are texts, lists of params, or objects, any of these as the member methods of an object, or a text with a line for
// each method.
func Read(answer json.RawMessage) (*catalog.Learned, error) {
	if err := jsontext.Valid(answer); err != nil {
		return nil, err
	}
	d := description{
		learned:  &catalog.Learned{Source: Source, Definitions: make(schema.Definitions)},
		optional: bytes.Contains(answer, []byte(`"required"`)),
	}
	if !d.read(answer) || len(d.learned.Methods) == 0 {
		return nil, errNoDescription
	}
	if d.unread > 0 {
		d.learned.Remarks = append(d.learned.Remarks, fmt.Sprintf("%d methods could not be read", d.unread))
	}
	return d.learned, nil
}

// A description is being read.
type description struct {
	learned  *catalog.Learned
	optional bool            // params are optional where nothing is said: required ones are marked
	types    map[string]bool // names that schemas may refer to
	ours     bool            // those being read are ours to serve
	unread   int
}

// read reads the methods in raw and reports whether it is a list of such.
func (d *description) read(raw json.RawMessage) bool {
	raw = bytes.TrimSpace(raw)
	switch raw[0] {
	case '[':
		return d.list(raw)
	case '{':
		members := jsontext.Members(raw)
		if d.containers(members) {
			return true
		}
		return d.byName(members)
	case '"':
		methods := readHelp(jsontext.Text(raw))
		for _, m := range methods {
			d.add(m, true)
		}
		return methods != nil
	}
	return false
}

func (d *description) add(m catalog.Method, ok bool) {
	if !ok {
		d.unread++
		return
	}
	m.Source, m.Ours = Source, d.ours
	if d.ours {
		m.Kind = catalog.KindNotification
	}
	d.learned.Methods = append(d.learned.Methods, m)
}

// list reads an array of names, or of objects with their names.
func (d *description) list(raw json.RawMessage) bool {
	known := len(d.learned.Methods)
	for _, value := range jsontext.Elements(raw) {
		d.add(d.method("", value))
	}
	return len(d.learned.Methods) > known
}

// containers reads the members of an object that has its methods in one of them.
func (d *description) containers(members []jsontext.Member) bool {
	found := false
	for _, m := range members {
		if m.Name == "types" && m.Value[0] == '{' {
			d.define(m.Value)
		}
	}
	for _, m := range members {
		switch m.Name {
		case "methods", "procs", "procedures", "functions", "commands":
			found = d.contained(m.Value) || found
		}
	}
	if !found {
		return false
	}
	for _, m := range members {
		switch m.Name {
		case "notifications", "events":
			d.ours = true
			d.contained(m.Value)
			d.ours = false
		case "name", "title":
			d.learned.Peer.Name = jsontext.Text(m.Value)
		case "version":
			d.learned.Peer.Version = jsontext.Text(m.Value)
		}
	}
	if d.learned.Peer.Name == "" {
		d.learned.Peer = catalog.Identity{} // a version alone says nothing
	}
	return true
}

func (d *description) contained(value json.RawMessage) bool {
	switch value[0] {
	case '[':
		return d.list(value)
	case '{':
		return d.byName(jsontext.Members(value))
	}
	return false
}

// byName reads an object that has a member for each method. That is a guess, so one member that can be none is enough
// to say no.
func (d *description) byName(members []jsontext.Member) bool {
	var methods []catalog.Method
	for _, m := range members {
		method, ok := d.method(m.Name, m.Value)
		if !ok || slices.Contains([]string{"version", "error", "status", "message", "ok", "code", "result"}, m.Name) {
			return false
		}
		methods = append(methods, method)
	}
	for _, m := range methods {
		d.add(m, true)
	}
	return methods != nil
}

// A describedMethod is a method with the many names that its parts have.
type describedMethod struct {
	Name, Method                                     json.RawMessage
	Summary, Description, Desc, Doc, Docstring, Help json.RawMessage
	Params, Parameters, Args, Arguments, Signature   json.RawMessage
	Returns, Return, Result, ReturnType              json.RawMessage
	Deprecated                                       json.RawMessage
}

// method reads a method whose name, "" where value has it, is given.
func (d *description) method(name string, value json.RawMessage) (catalog.Method, bool) {
	switch value[0] {
	case '"':
		if name == "" {
			return catalog.Method{Name: jsontext.Text(value)}, catalog.IsMethodName(jsontext.Text(value))
		}
		m := catalog.Method{Name: name}
		m.Summary, m.Description = catalog.SplitDocumentation(jsontext.Text(value))
		return m, catalog.IsMethodName(name)
	case '[':
		m := catalog.Method{Name: name}
		ok := d.readParams(&m, value)
		return m, ok && catalog.IsMethodName(name)
	case '{':
		return d.methodObject(name, value)
	}
	return catalog.Method{}, false
}

func (d *description) methodObject(name string, value json.RawMessage) (catalog.Method, bool) {
	var x describedMethod
	if json.Unmarshal(value, &x) != nil {
		return catalog.Method{}, false
	}
	m := catalog.Method{Name: name, Deprecated: string(x.Deprecated) == "true"}
	if name == "" {
		m.Name = firstText(x.Name, x.Method)
	}
	texts := firstText(x.Summary, x.Description, x.Desc, x.Doc, x.Docstring, x.Help)
	m.Summary, m.Description = catalog.SplitDocumentation(texts)
	if x.Summary != nil && x.Description != nil && m.Description == "" {
		m.Description = strings.TrimSpace(jsontext.Text(x.Description))
	}
	params := firstValue(x.Params, x.Parameters, x.Args, x.Arguments, x.Signature)
	if params != nil {
		d.readParams(&m, params)
	}
	returns := firstValue(x.Returns, x.ReturnType, x.Return, x.Result)
	if schema := d.schema(returns); schema != nil {
		m.Result = &catalog.Param{Name: "result", Schema: schema}
	}
	return m, catalog.IsMethodName(m.Name) &&
		(name == "" || texts != "" || params != nil || returns != nil || len(value) <= len("{ }"))
}

func firstText(values ...json.RawMessage) string {
	for _, v := range values {
		if s := jsontext.Text(v); s != "" {
			return s
		}
	}
	return ""
}

func firstValue(values ...json.RawMessage) json.RawMessage {
	for _, v := range values {
		if len(v) > 0 && string(v) != "null" {
			return v
		}
	}
	return nil
}
