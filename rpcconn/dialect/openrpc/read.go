package openrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Source is the convention of rpc.discover.
const Source catalog.Source = "rpc.discover"

// MethodDiscover is the method by which OpenRPC services list their methods (OpenRPC specification, "Service Discovery
// Method").
const MethodDiscover = "rpc.discover"

// maxReferences is how long a chain of references may be.
const maxReferences = 32

// The types below are objects of an OpenRPC document, named as its specification (1.3) names them; what it has no word
// for is in members that begin with x-rpcsh-. What may be of any shape, in a document that is not as it should be, is
// raw.
type (
	documentObject struct {
		OpenRPC    string            `json:"openrpc"`
		Info       infoObject        `json:"info"`
		Methods    []json.RawMessage `json:"methods"`
		Ours       []json.RawMessage `json:"x-rpcsh-ours,omitempty"` // methods that the peer calls
		Components *componentsObject `json:"components,omitempty"`
	}
	infoObject struct {
		Title   string   `json:"title"`
		Version string   `json:"version"`
		Modules []string `json:"x-rpcsh-modules,omitempty"`
	}
	componentsObject struct {
		Schemas schema.Definitions `json:"schemas,omitempty"`
	}
	methodObject struct {
		Name        string            `json:"name"`
		Tags        []json.RawMessage `json:"tags,omitempty"`
		Summary     string            `json:"summary,omitempty"`
		Description string            `json:"description,omitempty"`
		Params      json.RawMessage   `json:"params"`
		Result      json.RawMessage   `json:"result,omitempty"`
		Deprecated  bool              `json:"deprecated,omitempty"`
		Errors      []json.RawMessage `json:"errors,omitempty"`
		Structure   string            `json:"paramStructure,omitempty"`
		Examples    []json.RawMessage `json:"examples,omitempty"`
		Kind        catalog.Kind      `json:"x-rpcsh-kind,omitempty"`
		Open        bool              `json:"x-rpcsh-open,omitempty"`
		Unknown     bool              `json:"x-rpcsh-params-unknown,omitempty"` // then params are empty
		Source      catalog.Source    `json:"x-rpcsh-source,omitempty"`         // where it is inferred
		Inferred    bool              `json:"x-rpcsh-inferred,omitempty"`
		Via         *catalog.Via      `json:"x-rpcsh-via,omitempty"`
	}
	contentDescriptor struct {
		Name        string          `json:"name"`
		Summary     string          `json:"summary,omitempty"`
		Description string          `json:"description,omitempty"`
		Required    bool            `json:"required,omitempty"`
		Schema      json.RawMessage `json:"schema"`
		Seen        bool            `json:"x-rpcsh-seen,omitempty"` // the schema is inferred
		Deprecated  bool            `json:"deprecated,omitempty"`
	}
	tagObject struct {
		Name string `json:"name"`
	}
	examplePairing struct {
		Name   string            `json:"name"`
		Params []json.RawMessage `json:"params"`
		Result json.RawMessage   `json:"result,omitempty"`
		// where params do not say whether an array or an object is sent
		Sent json.RawMessage `json:"x-rpcsh-params,omitempty"`
	}
	exampleObject struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"`
	}
)

// Read reads an OpenRPC document. References point to the definitions afterwards; other documents are not fetched.
// Invalid parts are left out and mentioned in Remarks. An error means that it is not an OpenRPC document at all.
func Read(document json.RawMessage) (*catalog.Learned, error) {
	if !utf8.Valid(document) {
		// of a file in another encoding, the texts alone suffer
		document = bytes.ToValidUTF8(document, []byte("\ufffd"))
	}
	document = bytes.TrimPrefix(document, []byte("\ufeff")) // of files
	if err := jsontext.Valid(document); err != nil {
		return nil, fmt.Errorf("reading the OpenRPC document: it is not JSON: %w", err)
	}
	if bytes.IndexByte(document, '\n') >= 0 {
		document, _ = jsontext.AppendCompact(nil, document) // values are shown as they are here
	}
	var info infoObject
	members := jsontext.Index(document)
	if members["openrpc"] == nil && members["methods"] == nil {
		return nil, errors.New("reading the OpenRPC document: it has neither openrpc nor methods")
	}
	if m := members["methods"]; m != nil && jsontext.FirstByte(m) != '[' {
		return nil, errors.New("reading the OpenRPC document: its methods are no array")
	}
	if v := members["openrpc"]; v != nil && jsontext.FirstByte(v) != '"' && members["methods"] == nil {
		return nil, errors.New("reading the OpenRPC document: its openrpc is no version")
	}
	r := reader{
		bundler: schema.NewBundler(document, make(schema.Definitions)),
		learned: &catalog.Learned{Source: Source},
	}
	unmarshal(members["info"], &info)
	r.learned.Peer = catalog.Identity{Name: info.Title, Version: info.Version, Modules: info.Modules}
	r.methods(members["methods"], false)
	r.methods(members["x-rpcsh-ours"], true)
	others := func(m catalog.Method) bool { return m.Name != MethodDiscover }
	if members["openrpc"] == nil && !slices.ContainsFunc(r.learned.Methods, others) {
		return nil, errors.New("reading the OpenRPC document: it has no openrpc, and none of its methods can be read")
	}
	r.bundler.Finish()
	if len(r.bundler.Definitions) > 0 {
		r.learned.Definitions = r.bundler.Definitions
	}
	r.learned.Remarks = r.bundler.Remarks.Lines()
	return r.learned, nil
}

// unmarshal reads text, which is valid, into v. Members of other types than v has are left as they are.
func unmarshal(text []byte, v any) { _ = json.Unmarshal(text, v) }

// A reader reads one document.
type reader struct {
	bundler *schema.Bundler
	learned *catalog.Learned
}

func (r *reader) remark(format string, args ...any) { r.bundler.Remarks.Add(format, args...) }

// methods reads an array of methods, of which there may be many: their number is found first, and no list is made.
func (r *reader) methods(array []byte, ours bool) {
	number := 0
	_, _ = jsontext.Array(array, func([]byte) error { number++; return nil })
	r.learned.Methods = slices.Grow(r.learned.Methods, min(number, catalog.MaxMethods))
	i := 0
	_, _ = jsontext.Array(array, func(raw []byte) error {
		i++
		if len(r.learned.Methods) == catalog.MaxMethods {
			r.remark("of %v methods, only the first are read", number)
			return errEnough
		}
		if m, ok := r.method(raw); ok {
			m.Ours = ours
			r.learned.Methods = append(r.learned.Methods, m)
		} else {
			r.remark("method %v has no name", i)
		}
		return nil
	})
}

var errEnough = errors.New("there are enough of them")

// deref returns what an object that may be a reference to one refers to, nil if that is not there or no object.
func (r *reader) deref(raw json.RawMessage) json.RawMessage {
	for range maxReferences {
		if jsontext.FirstByte(raw) != '{' {
			return nil
		}
		ref := jsontext.Get(raw, "$ref")
		if ref == nil {
			return raw
		}
		pointer, ok := strings.CutPrefix(jsontext.Text(ref), "#")
		if !ok {
			r.remark("what is elsewhere is not fetched, such as %v", jsontext.Text(ref))
			return nil
		}
		if raw = r.bundler.Find(pointer); raw == nil {
			r.remark("nothing is at %v, which is referred to", jsontext.Text(ref))
			return nil
		}
	}
	return nil
}

func (r *reader) method(raw json.RawMessage) (catalog.Method, bool) {
	if raw = r.deref(raw); raw == nil {
		return catalog.Method{}, false
	}
	o := readMethod(raw)
	if o.Name == "" {
		return catalog.Method{}, false
	}
	m := catalog.Method{
		Name:       o.Name,
		Kind:       o.Kind,
		Open:       o.Open,
		Deprecated: o.Deprecated,
		Source:     Source,
		Inferred:   o.Inferred,
		Via:        o.Via,
	}
	if o.Source != "" && o.Source.Inferred() {
		m.Source = o.Source
	}
	if s := catalog.Structure(o.Structure); s == catalog.ByName || s == catalog.ByPosition {
		m.Structure = s
	}
	m.Summary, m.Description = catalog.Summarize(o.Summary, o.Description)
	r.params(&m, &o)
	if result, ok := r.param(o.Result, o.Name); ok {
		if result.Name == "" {
			result.Name = "result"
		}
		m.Result = &result
	}
	for _, raw := range o.Tags {
		tag := tagObject{jsontext.Text(raw)}
		unmarshal(r.deref(raw), &tag)
		if tag.Name != "" {
			m.Tags = append(m.Tags, tag.Name)
		}
	}
	for _, raw := range o.Errors {
		var e struct {
			Code    json.Number     `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data"`
		}
		unmarshal(r.deref(raw), &e)
		if code, err := e.Code.Int64(); err == nil {
			m.Errors = append(m.Errors, catalog.MethodError{Code: code, Message: e.Message, Data: e.Data})
		}
	}
	for _, raw := range o.Examples {
		if e, ok := r.example(raw, &m); ok {
			m.Examples = append(m.Examples, e)
		}
	}
	return m, true
}

// params reads the params of o into m. One that cannot be read leaves its place, so that those after it keep theirs.
func (r *reader) params(m *catalog.Method, o *methodObject) {
	if o.Unknown || o.Params != nil && jsontext.FirstByte(o.Params) != '[' {
		if !o.Unknown {
			r.remark("the params of %v are no array", o.Name)
		}
		return
	}
	m.Params = []catalog.Param{}
	for i, raw := range jsontext.Elements(o.Params) {
		p, ok := r.param(raw, o.Name)
		if !ok || p.Name == "" {
			r.remark("a param of %v has no name", o.Name)
			m.Open = true
			if m.Structure == catalog.ByName {
				continue
			}
			p.Name = "arg" + strconv.Itoa(i+1)
		}
		m.Params = append(m.Params, p)
	}
}

// param reads a content descriptor of method.
func (r *reader) param(raw json.RawMessage, method string) (catalog.Param, bool) {
	if raw = r.deref(raw); raw == nil {
		return catalog.Param{}, false
	}
	d := readContentDescriptor(raw)
	p := catalog.Param{
		Name:       d.Name,
		Summary:    schema.FirstLine(d.Summary, d.Description),
		Required:   d.Required,
		Deprecated: d.Deprecated,
		Seen:       d.Seen,
	}
	if c := jsontext.FirstByte(d.Schema); c == '{' || string(d.Schema) == "false" {
		p.Schema = r.bundler.Bundle(d.Schema, method)
	}
	return p, true
}

// example reads an example pairing, whose params are examples too.
func (r *reader) example(raw json.RawMessage, m *catalog.Method) (catalog.Example, bool) {
	var o examplePairing
	if raw = r.deref(raw); raw == nil {
		return catalog.Example{}, false
	}
	unmarshal(raw, &o)
	e := catalog.Example{Name: o.Name, Params: o.Sent}
	if result, ok := r.exampleValue(o.Result); ok {
		e.Result = result.Value
	}
	if e.Params != nil || len(o.Params) == 0 {
		return e, true
	}
	opening, closing := byte('['), byte(']')
	if m.Structure == catalog.ByName {
		opening, closing = '{', '}'
	}
	e.Params = append(e.Params, opening)
	for i, raw := range o.Params {
		p, ok := r.exampleValue(raw)
		if !ok {
			r.remark("an example of %v has no value", m.Name)
			return catalog.Example{}, false
		}
		if i > 0 {
			e.Params = append(e.Params, ',')
		}
		if m.Structure == catalog.ByName {
			if p.Name == "" && i < len(m.Params) {
				p.Name = m.Params[i].Name
			}
			e.Params = append(jsontext.AppendQuote(e.Params, p.Name), ':')
		}
		e.Params = append(e.Params, p.Value...)
	}
	e.Params = append(e.Params, closing)
	return e, true
}

func (r *reader) exampleValue(raw json.RawMessage) (e exampleObject, ok bool) {
	unmarshal(r.deref(raw), &e)
	return e, e.Value != nil
}
