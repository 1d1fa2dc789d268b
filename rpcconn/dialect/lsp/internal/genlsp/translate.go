package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/schema"
)

// capability returns the server capability that a method needs: what the model says, corrected where that is too
// little.
func capability(m method) string {
	switch m.Method {
	case "textDocument/didChange":
		return "textDocumentSync.change"
	case "textDocument/semanticTokens/full":
		return "semanticTokensProvider.full"
	case "typeHierarchy/supertypes", "typeHierarchy/subtypes":
		return "typeHierarchyProvider"
	case "notebookDocument/didOpen", "notebookDocument/didChange", "notebookDocument/didClose":
		return "notebookDocumentSync"
	case "notebookDocument/didSave":
		return "notebookDocumentSync.save"
	}
	return m.ServerCapability
}

// direction returns who sends a method: the specification has $/logTrace as the server's, unlike the model.
func direction(m method) string {
	if m.Method == "$/logTrace" {
		return "serverToClient"
	}
	return m.MessageDirection
}

// A translator makes JSON Schemas of a model's types. What it meets on its way waits to be defined.
type translator struct {
	model       index
	definitions schema.Definitions
	waiting     []string
	err         error // the first
}

func (t *translator) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

func (t *translator) method(m method, kind catalog.Kind) lsp.ModelMethod {
	out := lsp.ModelMethod{Capability: capability(m), Registration: m.RegistrationMethod, Both: direction(m) == "both"}
	out.Method = catalog.Method{
		Name:      m.Method,
		Kind:      kind,
		Ours:      direction(m) == "serverToClient",
		Structure: catalog.ByName,
		Params:    []catalog.Param{},
		Source:    lsp.Source,
	}
	if m.Params != nil {
		if s, ok := t.model.structures[m.Params.Name]; ok {
			for _, p := range t.flat(s) {
				out.Method.Params = append(out.Method.Params, catalog.Param{
					Name: p.Name, Required: !p.Optional, Deprecated: p.Deprecated != "", Schema: t.schema(p.Type),
				})
			}
		} else { // telemetry/event: anything
			out.Method.Params, out.Method.Structure, out.Method.Open = nil, catalog.Either, true
		}
	}
	if m.Result != nil {
		out.Method.Result = &catalog.Param{Name: "result", Schema: t.schema(*m.Result)}
	}
	return out
}

// flat returns the properties of s, after those of what it extends and before what it mixes in, each once.
func (t *translator) flat(s structure) []property {
	var all []property
	add := func(more []property) {
		for _, p := range more {
			if i := slices.IndexFunc(all, func(q property) bool { return q.Name == p.Name }); i >= 0 {
				all[i] = p // the later one narrows it
			} else {
				all = append(all, p)
			}
		}
	}
	for _, e := range s.Extends {
		add(t.flat(t.model.structures[e.Name]))
	}
	add(s.Properties)
	for _, m := range s.Mixins {
		add(t.flat(t.model.structures[m.Name]))
	}
	return all
}

// define defines what waits, and what that refers to.
func (t *translator) define() {
	for len(t.waiting) > 0 {
		name := t.waiting[0]
		t.waiting = t.waiting[1:]
		if _, ok := t.definitions[name]; ok {
			continue
		}
		t.definitions[name] = t.definition(name)
	}
}

func (t *translator) definition(name string) json.RawMessage {
	if s, ok := t.model.structures[name]; ok {
		return t.object(t.flat(s))
	}
	if e, ok := t.model.enumerations[name]; ok {
		return t.enum(e)
	}
	if name == "LSPAny" { // the model lists all that JSON has
		return json.RawMessage(`{}`)
	}
	if a, ok := t.model.aliases[name]; ok {
		return t.schema(a.Type)
	}
	t.fail("there is no type %s", name)
	return nil
}

func (t *translator) enum(e enumeration) json.RawMessage {
	var values []json.RawMessage
	var names []string
	for _, v := range e.Values {
		values = append(values, v.Value)
		names = append(names, fmt.Sprintf("%s %s", v.Value, v.Name))
	}
	s := typeSchema{Enum: values}
	if e.Type.Name != "string" { // a string says by itself what it means
		s.Description = strings.Join(names, ", ")
	}
	base := t.schema(e.Type)
	if e.SupportsCustomValues {
		return typeSchema{
			Description: s.Description,
			AnyOf:       []json.RawMessage{typeSchema{Enum: values}.text(), base},
		}.text()
	}
	s.Type = baseType(e.Type.Name)
	return s.text()
}

func (t *translator) object(properties []property) json.RawMessage {
	s := typeSchema{Type: "object"}
	var b []byte
	for _, p := range properties {
		name, _ := json.Marshal(p.Name)
		b = append(append(append(append(b, ','), name...), ':'), t.property(p)...)
		if !p.Optional {
			s.Required = append(s.Required, p.Name)
		}
	}
	if b != nil {
		b[0] = '{'
		s.Properties = append(b, '}')
	}
	return s.text()
}

func (t *translator) property(p property) json.RawMessage {
	text := t.schema(p.Type)
	if p.Deprecated == "" {
		return text
	}
	return append(text[:len(text)-1], `,"deprecated":true}`...) // no type is the empty schema
}

// schema returns the JSON Schema of a type.
func (t *translator) schema(y typ) json.RawMessage {
	var s typeSchema
	switch y.Kind {
	case "base":
		s.Type = baseType(y.Name)
		switch y.Name {
		case "URI", "DocumentUri":
			s.Format = "uri"
		case "uinteger":
			s.Minimum = new(int)
		}
		if s.Type == nil {
			t.fail("there is no base type %s", y.Name)
		}
	case "reference":
		s.Ref = "#/components/schemas/" + y.Name
		t.waiting = append(t.waiting, y.Name)
	case "array":
		s.Type, s.Items = "array", t.schema(*y.Element)
	case "map":
		var value typ
		t.decode(y.Value, &value)
		s.Type, s.AdditionalProperties = "object", t.schema(value)
	case "and":
		s.AllOf = t.schemas(y.Items)
	case "or":
		s = t.or(y.Items)
	case "tuple":
		n := len(y.Items)
		s.Type, s.PrefixItems, s.MinItems, s.MaxItems = "array", t.schemas(y.Items), n, n
	case "literal":
		var value structure
		t.decode(y.Value, &value)
		return t.object(value.Properties)
	case "stringLiteral", "integerLiteral", "booleanLiteral":
		s.Const = y.Value
	default:
		t.fail("there is no kind of type %s", y.Kind)
	}
	return s.text()
}

// or returns a union: of base types it is a list of them.
func (t *translator) or(items []typ) typeSchema {
	var types []any
	for _, y := range items {
		if y.Kind == "base" && y.Name != "uinteger" && y.Name != "URI" && y.Name != "DocumentUri" {
			types = append(types, baseType(y.Name))
		}
	}
	if len(types) == len(items) {
		return typeSchema{Type: types}
	}
	return typeSchema{AnyOf: t.schemas(items)}
}

func (t *translator) schemas(all []typ) (schemas []json.RawMessage) {
	for _, y := range all {
		schemas = append(schemas, t.schema(y))
	}
	return schemas
}

func (t *translator) decode(text json.RawMessage, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		t.fail("reading %s: %w", text, err)
	}
}

// baseType returns the JSON type of a base type, nil if there is none of that name.
func baseType(name string) any {
	switch name {
	case "URI", "DocumentUri", "RegExp", "string":
		return "string"
	case "integer", "uinteger":
		return "integer"
	case "decimal":
		return "number"
	case "boolean", "null":
		return name
	}
	return nil
}

// A typeSchema is a JSON Schema.
type typeSchema struct {
	Ref                  string            `json:"$ref,omitempty"`
	Type                 any               `json:"type,omitempty"`
	Format               string            `json:"format,omitempty"`
	Minimum              *int              `json:"minimum,omitempty"`
	Const                json.RawMessage   `json:"const,omitempty"`
	Enum                 []json.RawMessage `json:"enum,omitempty"`
	Description          string            `json:"description,omitempty"`
	Items                json.RawMessage   `json:"items,omitempty"`
	PrefixItems          []json.RawMessage `json:"prefixItems,omitempty"`
	MinItems             int               `json:"minItems,omitempty"`
	MaxItems             int               `json:"maxItems,omitempty"`
	Properties           json.RawMessage   `json:"properties,omitempty"`
	Required             []string          `json:"required,omitempty"`
	AdditionalProperties json.RawMessage   `json:"additionalProperties,omitempty"`
	AllOf                []json.RawMessage `json:"allOf,omitempty"`
	AnyOf                []json.RawMessage `json:"anyOf,omitempty"`
}

func (s typeSchema) text() json.RawMessage {
	text, _ := json.Marshal(s) // all raw members are JSON
	return text
}
