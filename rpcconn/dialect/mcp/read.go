package mcp

import (
	"encoding/json"
	"fmt"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// An entry is a tool, prompt, resource or resource template: they share their members.
type entry struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	URI          string          `json:"uri"`
	URITemplate  string          `json:"uriTemplate"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Arguments    []argument      `json:"arguments"`
	Annotations  struct {
		Title       string `json:"title"`
		ReadOnly    bool   `json:"readOnlyHint"`
		Destructive bool   `json:"destructiveHint"`
		Idempotent  bool   `json:"idempotentHint"`
		OpenWorld   bool   `json:"openWorldHint"`
	} `json:"annotations"`
}

// An argument is an argument of a prompt.
type argument struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// readEntry reads what can be read.
func readEntry(raw json.RawMessage) entry {
	var e entry
	_ = json.Unmarshal(raw, &e) // members of the wrong type are left out
	return e
}

// Read reads what a server answered to initialize and to each method of the Model Context Protocol that lists
// something. A tool is a method of its own name, a prompt one named prompts/NAME; what is taken already, by the
// protocol or another, gets tools/ or prompts/ before it. handshake that is none of MCP is ErrNotOffered.
func Read(handshake json.RawMessage, lists map[string][]json.RawMessage) (*catalog.Learned, error) {
	server, err := readServer(handshake)
	if err != nil {
		return nil, err
	}
	r := reader{
		learned: &catalog.Learned{
			Source: Source, Definitions: make(schema.Definitions),
			Peer: catalog.Identity{Name: server.ServerInfo.Name, Version: server.ServerInfo.Version},
		},
		taken: make(map[string]bool),
	}
	uri := uriSchema(lists["resources/list"], lists["resources/templates/list"])
	for _, m := range protocolMethods(server.Capabilities, uri) {
		r.add("", m)
	}
	r.addAll("tools/", "tools/list", lists, r.tool)
	r.addAll("prompts/", "prompts/list", lists, r.prompt)
	return r.learned, nil
}

type reader struct {
	learned *catalog.Learned
	taken   map[string]bool // names of the peer's methods
}

// addAll adds the entries of a list, each once.
func (r *reader) addAll(prefix, list string, lists map[string][]json.RawMessage, method func(entry) catalog.Method) {
	seen := make(map[string]bool)
	unread := 0
	for _, raw := range lists[list] {
		e := readEntry(raw)
		if e.Name == "" || seen[e.Name] {
			unread++
			continue
		}
		seen[e.Name] = true
		r.add(prefix, method(e))
	}
	if unread > 0 {
		r.learned.Remarks = append(
			r.learned.Remarks, fmt.Sprintf("%s: entries without a name of their own: %d", list, unread),
		)
	}
}

// add adds a method, with prefix before its name as often as that is taken.
func (r *reader) add(prefix string, m catalog.Method) {
	if !m.Ours {
		for r.taken[m.Name] {
			m.Name = prefix + m.Name
		}
		r.taken[m.Name] = true
	}
	m.Source = Source
	r.learned.Methods = append(r.learned.Methods, m)
}

func (r *reader) tool(e entry) catalog.Method {
	m := catalog.Method{
		Name:      e.Name,
		Kind:      catalog.KindRequest,
		Structure: catalog.ByName,
		Params:    []catalog.Param{},
		Tags:      []string{"tool"},
		Result:    &catalog.Param{Name: "result", Schema: toolResult(r.bundle(e.OutputSchema, e.Name+".result"))},
		Via:       via("tools/call", e.Name),
	}
	m.Summary, m.Description = catalog.SplitDocumentation(firstOf(e.Description, e.Title, e.Annotations.Title))
	for _, hint := range []struct {
		given bool
		tag   string
	}{
		{e.Annotations.ReadOnly, "read-only"}, {e.Annotations.Destructive, "destructive"},
		{e.Annotations.Idempotent, "idempotent"}, {e.Annotations.OpenWorld, "open-world"},
	} {
		if hint.given {
			m.Tags = append(m.Tags, hint.tag)
		}
	}
	schema := r.bundle(e.InputSchema, e.Name)
	m.Params = append(m.Params, r.learned.Definitions.Properties(schema)...)
	m.Open = takesMore(schema)
	return m
}

// bundle returns a schema whose definitions are among those that are learned; nil if there is none.
func (r *reader) bundle(raw json.RawMessage, prefix string) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	bundled, remarks := schema.BundleRefs(raw, prefix, r.learned.Definitions)
	r.learned.Remarks = append(r.learned.Remarks, remarks...)
	return bundled
}

// takesMore reports whether an object schema says that there may be members beside its properties. One that does not
// say so is taken to list them all, unless it lists none: JSON Schema allows any where it is silent, and nobody writes
// what is the default.
func takesMore(schema json.RawMessage) bool {
	var s map[string]json.RawMessage
	if json.Unmarshal(schema, &s) != nil {
		return true
	}
	if more, ok := s["additionalProperties"]; ok {
		return string(more) != "false"
	}
	for _, lists := range []string{"properties", "$ref", "allOf", "anyOf", "oneOf"} {
		if _, ok := s[lists]; ok {
			return s["patternProperties"] != nil
		}
	}
	return true
}

// toolResult returns the schema of what tools/call answers, where its structured content has a schema of its own or,
// nil, none.
func toolResult(structured json.RawMessage) json.RawMessage {
	if structured == nil {
		structured = json.RawMessage(`{"type":"object"}`)
	}
	return fmt.Appendf(
		nil,
		`{"title":"CallToolResult","type":"object","properties":{"content":%s,"structuredContent":%s,`+
			`"isError":{"type":"boolean"}},"required":["content"]}`,
		contentsSchema,
		structured,
	)
}

func (r *reader) prompt(e entry) catalog.Method {
	m := catalog.Method{
		Name:      "prompts/" + e.Name,
		Kind:      catalog.KindRequest,
		Structure: catalog.ByName,
		Params:    []catalog.Param{},
		Tags:      []string{"prompt"},
		Result:    &catalog.Param{Name: "result", Schema: json.RawMessage(promptResultSchema)},
		Via:       via("prompts/get", e.Name),
	}
	m.Summary, m.Description = catalog.SplitDocumentation(firstOf(e.Description, e.Title))
	for _, a := range e.Arguments {
		if a.Name != "" {
			m.Params = append(m.Params, catalog.Param{
				Name:     a.Name,
				Summary:  schema.FirstLine(a.Description, a.Title),
				Required: a.Required,
				Schema:   json.RawMessage(`{"type":"string"}`),
			})
		}
	}
	return m
}

// via says that name is called by another method, under the member arguments.
func via(method, name string) *catalog.Via {
	fixed, _ := json.Marshal(map[string]string{"name": name})
	return &catalog.Via{Method: method, Fixed: fixed, Member: "arguments"}
}

// uriSchema returns the schema of the URI of a resource: one of those that are listed, or, where there are templates,
// any.
func uriSchema(resources, templates []json.RawMessage) json.RawMessage {
	uris := []string{}
	for _, raw := range resources {
		if e := readEntry(raw); e.URI != "" {
			uris = append(uris, e.URI)
		}
	}
	var patterns []string
	for _, raw := range templates {
		if e := readEntry(raw); e.URITemplate != "" {
			patterns = append(patterns, e.URITemplate)
		}
	}
	listed, _ := json.Marshal(uris)
	switch {
	case len(uris) > 0 && patterns == nil:
		return fmt.Appendf(nil, `{"type":"string","enum":%s}`, listed)
	case len(uris) == 0 && patterns == nil:
		return json.RawMessage(`{"type":"string"}`)
	}
	description, _ := json.Marshal("or one that fits " + strings.Join(patterns, ", "))
	if len(uris) == 0 {
		return fmt.Appendf(nil, `{"type":"string","description":%s}`, description)
	}
	return fmt.Appendf(
		nil, `{"anyOf":[{"type":"string","enum":%s},{"type":"string"}],"description":%s}`, listed, description,
	)
}

// firstOf returns the first text that is not blank.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}
