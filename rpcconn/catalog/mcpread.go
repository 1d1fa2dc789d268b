package catalog

import (
	"encoding/json"
	"fmt"
	"rpcsh/rpcconn/schema"
	"strings"
)

// An mcpEntry is a tool, prompt, resource or resource template: they share their members.
type mcpEntry struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	URI          string          `json:"uri"`
	URITemplate  string          `json:"uriTemplate"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Arguments    []mcpArgument   `json:"arguments"`
	Annotations  struct {
		Title       string `json:"title"`
		ReadOnly    bool   `json:"readOnlyHint"`
		Destructive bool   `json:"destructiveHint"`
		Idempotent  bool   `json:"idempotentHint"`
		OpenWorld   bool   `json:"openWorldHint"`
	} `json:"annotations"`
}

// An mcpArgument is an argument of a prompt.
type mcpArgument struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
}

// readMCPEntry reads what can be read.
func readMCPEntry(raw json.RawMessage) mcpEntry {
	var e mcpEntry
	_ = json.Unmarshal(raw, &e) // members of the wrong type are left out
	return e
}

// FromMCP reads what a server answered to initialize and to each method of the Model Context Protocol that lists something. A tool is a
// method of its own name, a prompt one named prompts/NAME; what is taken already, by the protocol or another, gets tools/ or prompts/
// before it. hello that is none of MCP is ErrNotOffered.
func FromMCP(hello json.RawMessage, lists map[string][]json.RawMessage) (*Learned, error) {
	server, err := readMCPServer(hello)
	if err != nil {
		return nil, err
	}
	r := mcpReader{
		learned: &Learned{
			Source: SourceMCP, Definitions: make(schema.Definitions),
			Peer: Identity{Name: server.ServerInfo.Name, Version: server.ServerInfo.Version},
		},
		taken: make(map[string]bool),
	}
	uri := mcpURI(lists["resources/list"], lists["resources/templates/list"])
	for _, m := range mcpMethods(server.Capabilities, uri) {
		r.add("", m)
	}
	r.addAll("tools/", "tools/list", lists, r.tool)
	r.addAll("prompts/", "prompts/list", lists, r.prompt)
	return r.learned, nil
}

type mcpReader struct {
	learned *Learned
	taken   map[string]bool // names of the peer's methods
}

// addAll adds the entries of a list, each once.
func (r *mcpReader) addAll(prefix, list string, lists map[string][]json.RawMessage, method func(mcpEntry) Method) {
	seen := make(map[string]bool)
	unread := 0
	for _, raw := range lists[list] {
		e := readMCPEntry(raw)
		if e.Name == "" || seen[e.Name] {
			unread++
			continue
		}
		seen[e.Name] = true
		r.add(prefix, method(e))
	}
	if unread > 0 {
		r.learned.Remarks = append(r.learned.Remarks, fmt.Sprintf("%s: entries without a name of their own: %d", list, unread))
	}
}

// add adds a method, with prefix before its name as often as that is taken.
func (r *mcpReader) add(prefix string, m Method) {
	if !m.Ours {
		for r.taken[m.Name] {
			m.Name = prefix + m.Name
		}
		r.taken[m.Name] = true
	}
	m.Source = SourceMCP
	r.learned.Methods = append(r.learned.Methods, m)
}

func (r *mcpReader) tool(e mcpEntry) Method {
	m := Method{
		Name: e.Name, Kind: KindRequest, Structure: ByName, Params: []Param{}, Tags: []string{"tool"},
		Result: &Param{Name: "result", Schema: mcpToolResult(r.bundle(e.OutputSchema, e.Name+".result"))},
		Via:    mcpVia("tools/call", e.Name),
	}
	m.Summary, m.Description = splitDocumentation(firstOf(e.Description, e.Title, e.Annotations.Title))
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

// bundle returns a schema of which the definitions are among those that are learned; nil where there is none.
func (r *mcpReader) bundle(raw json.RawMessage, prefix string) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	bundled, remarks := schema.BundleRefs(raw, prefix, r.learned.Definitions)
	r.learned.Remarks = append(r.learned.Remarks, remarks...)
	return bundled
}

// takesMore reports whether an object schema says that there may be members beside its properties. One that does not say so is taken to
// list them all, unless it lists none: JSON Schema allows any where it is silent, and nobody writes what is the default.
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

// mcpToolResult returns the schema of what tools/call answers, where its structured content has a schema of its own or, nil, none.
func mcpToolResult(structured json.RawMessage) json.RawMessage {
	if structured == nil {
		structured = json.RawMessage(`{"type":"object"}`)
	}
	return fmt.Appendf(nil, `{"title":"CallToolResult","type":"object","properties":{"content":%s,"structuredContent":%s,"isError":{"type":"boolean"}},"required":["content"]}`,
		mcpContents, structured)
}

func (r *mcpReader) prompt(e mcpEntry) Method {
	m := Method{
		Name: "prompts/" + e.Name, Kind: KindRequest, Structure: ByName, Params: []Param{}, Tags: []string{"prompt"},
		Result: &Param{Name: "result", Schema: json.RawMessage(mcpPromptResult)},
		Via:    mcpVia("prompts/get", e.Name),
	}
	m.Summary, m.Description = splitDocumentation(firstOf(e.Description, e.Title))
	for _, a := range e.Arguments {
		if a.Name != "" {
			m.Params = append(m.Params, Param{
				Name: a.Name, Summary: schema.FirstLine(a.Description, a.Title), Required: a.Required, Schema: json.RawMessage(`{"type":"string"}`),
			})
		}
	}
	return m
}

// mcpVia says that name is called by another method, under the member arguments.
func mcpVia(method, name string) *Via {
	fixed, _ := json.Marshal(map[string]string{"name": name})
	return &Via{Method: method, Fixed: fixed, Member: "arguments"}
}

// mcpURI returns the schema of the URI of a resource: one of those that are listed, or, where there are templates, any.
func mcpURI(resources, templates []json.RawMessage) json.RawMessage {
	uris := []string{}
	for _, raw := range resources {
		if e := readMCPEntry(raw); e.URI != "" {
			uris = append(uris, e.URI)
		}
	}
	var patterns []string
	for _, raw := range templates {
		if e := readMCPEntry(raw); e.URITemplate != "" {
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
	return fmt.Appendf(nil, `{"anyOf":[{"type":"string","enum":%s},{"type":"string"}],"description":%s}`, listed, description)
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
