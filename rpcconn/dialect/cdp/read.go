package cdp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Source is the convention of the Chrome DevTools Protocol.
const Source catalog.Source = "cdp"

// What a debugger serves over HTTP besides its WebSocket (Chrome DevTools Protocol, "HTTP Endpoints").
const (
	protocolPath = "/json/protocol"
	versionPath  = "/json/version"
)

const methodGetDomains = "Schema.getDomains"

func learn(ctx context.Context, p dialect.Peer) (*catalog.Learned, error) {
	if p.Get == nil {
		return domainNames(ctx, p, fmt.Errorf("%s is not reached over HTTP", protocolPath))
	}
	document, err := p.Get(ctx, protocolPath)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return domainNames(ctx, p, err)
	}
	learned, err := Read(document)
	if err != nil {
		return domainNames(ctx, p, err)
	}
	if version, err := p.Get(ctx, versionPath); err == nil { // the version is optional
		learned.Peer = identity(version)
	}
	return learned, nil
}

// domainNames asks for the names of the domains, which is all that a debugger tells over its connection. why is the
// reason why no more is known.
func domainNames(ctx context.Context, p dialect.Peer, why error) (*catalog.Learned, error) {
	result, err := p.Call(ctx, methodGetDomains, nil)
	if err != nil {
		return nil, err
	}
	var answer struct {
		Domains []struct {
			Name string `json:"name"`
		} `json:"domains"`
	}
	if json.Unmarshal(result, &answer) != nil || answer.Domains == nil {
		return nil, dialect.ErrNotOffered
	}
	learned := &catalog.Learned{
		Source:  Source,
		Remarks: []string{"only the names of domains are known: " + why.Error()},
	}
	learned.Methods = []catalog.Method{
		{
			Name:      methodGetDomains,
			Kind:      catalog.KindRequest,
			Params:    []catalog.Param{},
			Structure: catalog.ByName,
			Source:    Source,
		},
	}
	for _, d := range answer.Domains {
		learned.Peer.Modules = append(learned.Peer.Modules, d.Name)
	}
	return learned, nil
}

// identity reads /json/version.
func identity(version []byte) catalog.Identity {
	var v struct {
		Browser  string `json:"Browser"`
		Protocol string `json:"Protocol-Version"`
	}
	_ = json.Unmarshal(version, &v) // what is not there is not known
	identity := catalog.Identity{Name: v.Browser}
	if i := strings.LastIndex(v.Browser, "/"); i >= 0 {
		identity.Name, identity.Version = v.Browser[:i], v.Browser[i+1:]
	}
	if v.Protocol != "" {
		identity.Modules = []string{"protocol " + v.Protocol}
	}
	return identity
}

// An item is a domain, command, event, type or property of a protocol description: they share their members.
type item struct {
	Domain       string          `json:"domain"`
	ID           string          `json:"id"`
	Name         string          `json:"name"`
	Description  string          `json:"description"`
	Experimental bool            `json:"experimental"`
	Deprecated   bool            `json:"deprecated"`
	Optional     bool            `json:"optional"`
	Type         string          `json:"type"`
	Ref          string          `json:"$ref"`
	Enum         json.RawMessage `json:"enum"`
	Items        *item           `json:"items"`
	Types        []item          `json:"types"`
	Commands     []item          `json:"commands"`
	Events       []item          `json:"events"`
	Parameters   []item          `json:"parameters"`
	Properties   []item          `json:"properties"`
	Returns      []item          `json:"returns"`
}

// Read reads a protocol description, as /json/protocol gives it. Commands are methods NAME of a domain: Domain.NAME;
// events are notifications for us; types are definitions, Domain.ID.
func Read(document []byte) (*catalog.Learned, error) {
	if err := jsontext.Valid(document); err != nil { // it bounds how deep types are nested
		return nil, fmt.Errorf("reading the protocol description: %w", err)
	}
	var doc struct {
		Domains []json.RawMessage `json:"domains"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("reading the protocol description: %w", err)
	}
	if doc.Domains == nil {
		return nil, errors.New("reading the protocol description: it has no domains")
	}
	learned := &catalog.Learned{Source: Source, Definitions: make(schema.Definitions)}
	unread := 0
	for _, raw := range doc.Domains {
		var domain item
		if err := json.Unmarshal(raw, &domain); err != nil {
			unread++ // the readable part is used
		}
		if domain.Domain != "" {
			domain.learn(learned)
		}
	}
	if unread > 0 {
		learned.Remarks = append(learned.Remarks, fmt.Sprintf("domains that could not be read as a whole: %d", unread))
	}
	return learned, nil
}

// learn adds the contents of a domain to l.
func (d *item) learn(l *catalog.Learned) {
	for _, t := range d.Types {
		if t.ID != "" {
			l.Definitions[d.Domain+"."+t.ID] = t.schema(d.Domain)
		}
	}
	for _, c := range d.Commands {
		if c.Name != "" {
			m := c.method(d)
			m.Kind = catalog.KindRequest
			if len(c.Returns) > 0 { // else it is an empty object, which says nothing
				m.Result = &catalog.Param{Name: "result", Schema: objectSchema(c.Returns, d.Domain)}
			}
			l.Methods = append(l.Methods, m)
		}
	}
	for _, e := range d.Events {
		if e.Name != "" {
			m := e.method(d)
			m.Kind, m.Ours = catalog.KindNotification, true
			l.Methods = append(l.Methods, m)
		}
	}
}

// method returns a command or event as a method.
func (c *item) method(d *item) catalog.Method {
	m := catalog.Method{
		Name: d.Domain + "." + c.Name, Params: []catalog.Param{}, Structure: catalog.ByName, Source: Source,
		Deprecated: c.Deprecated || d.Deprecated,
	}
	m.Summary, m.Description, _ = strings.Cut(oneLine(c.Description), ". ")
	if c.Experimental || d.Experimental {
		m.Tags = []string{"experimental"}
	}
	for _, p := range c.Parameters {
		if p.Name != "" {
			m.Params = append(m.Params, catalog.Param{
				Name:       p.Name,
				Summary:    oneLine(p.Description),
				Required:   !p.Optional,
				Deprecated: p.Deprecated,
				Schema:     p.schema(d.Domain),
			})
		}
	}
	return m
}

// oneLine returns a description in one line: its line breaks come from the source files of the protocol.
func oneLine(description string) string { return strings.Join(strings.Fields(description), " ") }

// schema returns the JSON Schema of a type or property of a domain.
func (c *item) schema(domain string) json.RawMessage {
	var s struct {
		Ref         string          `json:"$ref,omitempty"`
		Type        string          `json:"type,omitempty"`
		Enum        json.RawMessage `json:"enum,omitempty"`
		Items       json.RawMessage `json:"items,omitempty"`
		Properties  json.RawMessage `json:"properties,omitempty"`
		Required    []string        `json:"required,omitempty"`
		Description string          `json:"description,omitempty"`
		Deprecated  bool            `json:"deprecated,omitempty"`
	}
	s.Description, s.Deprecated, s.Enum = oneLine(c.Description), c.Deprecated, c.Enum
	switch {
	case c.Ref != "" && strings.Contains(c.Ref, "."):
		s.Ref = schema.PointerPrefix + c.Ref
	case c.Ref != "":
		s.Ref = schema.PointerPrefix + domain + "." + c.Ref
	case c.Type == "binary": // base64
		s.Type = "string"
	case c.Type != "any":
		s.Type = c.Type
	}
	if c.Items != nil {
		s.Items = c.Items.schema(domain)
	}
	s.Properties, s.Required = propertySchemas(c.Properties, domain)
	text, _ := json.Marshal(s) // all of it was JSON
	return text
}

// objectSchema returns the schema of an object with these properties.
func objectSchema(properties []item, domain string) json.RawMessage {
	object := item{Type: "object", Properties: properties}
	return object.schema(domain)
}

// propertySchemas returns the properties of an object in order, and the names of those that it must have.
func propertySchemas(all []item, domain string) (properties json.RawMessage, required []string) {
	for _, p := range all {
		if p.Name == "" {
			continue
		}
		properties = append(properties, ',')
		properties = jsontext.AppendQuote(properties, p.Name)
		properties = append(properties, ':')
		properties = append(properties, p.schema(domain)...)
		if !p.Optional {
			required = append(required, p.Name)
		}
	}
	if properties == nil {
		return nil, nil
	}
	properties[0] = '{'
	return append(properties, '}'), required
}
