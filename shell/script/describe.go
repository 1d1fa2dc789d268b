package script

import (
	"bytes"
	"context"
	"encoding/json"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/dialect/python"
)

// Signature returns the function's name and parameters as they are written, without rpc.
func (f *Function) Signature() string { return f.Name + f.sig.String() }

// Method returns what peers are told of the function: its parameters and its docstring.
func (f *Function) Method() catalog.Method {
	m := catalog.Method{
		Name: f.Name, Kind: f.Kind, Params: []catalog.Param{}, Open: f.sig.args != "" || f.sig.kwargs != "",
		Source: openrpc.Source,
	}
	m.Summary, m.Description = python.Docstring(f.fn.Doc())
	for _, p := range f.sig.positional {
		m.Params = append(m.Params, p.described())
	}
	for _, p := range f.sig.named {
		m.Params = append(m.Params, p.described())
		if p.value == nil {
			m.Structure = catalog.ByName
		}
	}
	return m
}

// Describe returns what scripts serve, as an OpenRPC document under a title; nil: they serve nothing.
func Describe(title string, scripts ...*Script) json.RawMessage {
	var methods []catalog.Method
	for _, s := range scripts {
		for _, f := range s.Functions {
			methods = append(methods, f.Method())
		}
	}
	var document bytes.Buffer
	if len(methods) == 0 || json.Compact(&document, openrpc.Export(catalog.New(methods...), title)) != nil {
		return nil
	}
	return document.Bytes()
}

// described returns the parameter with its default, if that has a form in JSON.
func (p parameter) described() catalog.Param {
	d := catalog.Param{Name: p.name, Required: p.value == nil}
	if p.value == nil || defaultText(p.value) == "…" {
		return d
	}
	if value, err := encode(context.Background(), p.value); err == nil {
		d.Schema, _ = json.Marshal(map[string]json.RawMessage{"default": value}) // value is JSON
	}
	return d
}
