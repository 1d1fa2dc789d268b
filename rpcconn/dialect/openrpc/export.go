package openrpc

import (
	"bytes"
	"encoding/json"
	"strconv"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// version is the version of the specification that exported documents follow.
const version = "1.3.2"

// Export returns what is known about a peer's methods as an OpenRPC document, however it was learned. Read reads it
// back: what OpenRPC cannot express is in members that begin with x-rpcsh-, as are the methods that the peer calls.
// title is the peer's title if it has none of its own.
func Export(c *catalog.Catalog, title string) json.RawMessage {
	w := writer{from: c.Definitions(), schemas: make(schema.Definitions)}
	peer := c.Peer()
	if peer.Name != "" {
		title = peer.Name
	}
	doc := documentObject{
		OpenRPC: version,
		Info:    infoObject{title, peer.Version, peer.Modules},
		Methods: []json.RawMessage{},
	}
	for _, m := range c.Methods() {
		if m.Ours {
			doc.Ours = append(doc.Ours, w.method(m))
		} else {
			doc.Methods = append(doc.Methods, w.method(m))
		}
	}
	if w.follow(); len(w.schemas) > 0 {
		doc.Components = &componentsObject{Schemas: w.schemas}
	}
	var indented bytes.Buffer
	if json.Indent(&indented, jsontext.Encode(doc), "", "  ") != nil {
		return nil
	}
	return indented.Bytes()
}

// A writer writes methods, and remembers which definitions they need.
type writer struct {
	from    schema.Definitions
	schemas schema.Definitions // those that are needed
	waiting []string           // names of those whose own references have not been looked at
}

// method returns the method as a method object.
func (w *writer) method(m catalog.Method) json.RawMessage {
	o := methodObject{
		Name:        m.Name,
		Summary:     m.Summary,
		Description: m.Description,
		Deprecated:  m.Deprecated,
		Structure:   string(m.Structure),
		Kind:        m.Kind,
		Open:        m.Open,
		Unknown:     m.Params == nil,
		Inferred:    m.Inferred,
		Via:         m.Via,
	}
	if m.Source.Inferred() {
		o.Source = m.Source
	}
	params := []json.RawMessage{}
	for _, p := range m.Params {
		params = append(params, w.param(p))
	}
	o.Params = jsontext.Encode(params)
	if m.Result != nil {
		o.Result = w.param(*m.Result)
	}
	for _, tag := range m.Tags {
		o.Tags = append(o.Tags, jsontext.Encode(tagObject{tag}))
	}
	for _, e := range m.Errors {
		e.Data = valid(e.Data)
		o.Errors = append(o.Errors, jsontext.Encode(e))
	}
	for i, e := range m.Examples {
		o.Examples = append(o.Examples, jsontext.Encode(example(m, e, i)))
	}
	if o.Via != nil {
		via := *o.Via
		via.Fixed = valid(via.Fixed)
		o.Via = &via
	}
	return jsontext.Encode(o)
}

// valid returns raw, nil if it is not JSON.
func valid(raw json.RawMessage) json.RawMessage {
	if jsontext.Valid(raw) != nil {
		return nil
	}
	return raw
}

// param returns p as a content descriptor.
func (w *writer) param(p catalog.Param) json.RawMessage {
	d := contentDescriptor{
		Name:       p.Name,
		Summary:    p.Summary,
		Required:   p.Required,
		Deprecated: p.Deprecated,
		Schema:     valid(p.Schema),
		Seen:       p.Seen,
	}
	w.need(d.Schema)
	if d.Schema == nil {
		d.Schema = json.RawMessage("true") // there must be one
	}
	return jsontext.Encode(d)
}

// need remembers the definitions to which a schema refers.
func (w *writer) need(text []byte) {
	for _, name := range schema.References(text) {
		definition, known := w.from[name]
		if _, done := w.schemas[name]; known && !done && valid(definition) != nil {
			w.schemas[name] = definition
			w.waiting = append(w.waiting, name)
		}
	}
}

// follow goes on to the definitions that definitions need.
func (w *writer) follow() {
	for len(w.waiting) > 0 {
		name := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.need(w.schemas[name])
	}
}

// example returns e, the i-th one of m, as an example pairing.
func example(m catalog.Method, e catalog.Example, i int) examplePairing {
	o := examplePairing{Name: e.Name, Params: []json.RawMessage{}}
	if o.Name == "" {
		o.Name = "example " + strconv.Itoa(i+1) // there must be one
	}
	if result := valid(e.Result); result != nil {
		o.Result = jsontext.Encode(exampleObject{"result", result})
	}
	switch params := valid(e.Params); jsontext.FirstByte(params) {
	case '[':
		for i, value := range jsontext.Elements(params) {
			name := "arg" + strconv.Itoa(i+1)
			if i < len(m.Params) {
				name = m.Params[i].Name
			}
			o.Params = append(o.Params, jsontext.Encode(exampleObject{name, value}))
		}
		if m.Structure == catalog.ByName || len(o.Params) == 0 {
			o.Sent = params
		}
	case '{':
		_, _ = jsontext.Object(params, func(key, value []byte) error {
			o.Params = append(o.Params, jsontext.Encode(exampleObject{jsontext.Key(key), value}))
			return nil
		})
		if m.Structure != catalog.ByName || len(o.Params) == 0 {
			o.Sent = params
		}
	}
	return o
}
