package acp

import (
	"encoding/json"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
)

// Schemas of the Agent Client Protocol, version 1.
const (
	textSchema   = `{"type":"string"}`
	objectSchema = `{"type":"object"}`
	pathSchema   = `{"type":"string","title":"absolute path"}`
	promptSchema = `{"type":"array","items":{"title":"ContentBlock","type":"object","properties":{"type":` +
		`{"type":"string","enum":["text","image","audio","resource_link","resource"]},"text":{"type":"string"}},` +
		`"required":["type"]},"examples":[[{"type":"text","text":"…"}]]}`
	serversSchema = `{"type":"array","items":{"title":"McpServer","type":"object","properties":{"name":` +
		`{"type":"string"},"command":{"type":"string"},"args":{"type":"array","items":{"type":"string"}}}}}`
	sessionSchema = `{"type":"object","properties":{"sessionId":{"type":"string"}},"required":["sessionId"]}`
	stopSchema    = `{"type":"object","properties":{"stopReason":{"type":"string","enum":["end_turn","max_tokens",` +
		`"max_turn_requests","refusal","cancelled"]}},"required":["stopReason"]}`
	outcomeSchema = `{"type":"object","properties":{"outcome":{"type":"object","properties":{"outcome":` +
		`{"type":"string","enum":["selected","cancelled"]},"optionId":{"type":"string"}},"required":["outcome"]}},` +
		`"required":["outcome"]}`
	optionsSchema = `{"type":"array","items":{"title":"PermissionOption","type":"object","properties":{"optionId":` +
		`{"type":"string"},"name":{"type":"string"},"kind":{"type":"string","enum":["allow_once","allow_always",` +
		`"reject_once","reject_always"]}},"required":["optionId","name","kind"]}}`
)

// A conditional method is one that only some agents have.
type conditional struct {
	capability []string // the path of what an agent has that has the method; none: all have it
	method     catalog.Method
}

// has reports whether an agent with these capabilities has c.
func (c conditional) has(capabilities json.RawMessage) bool {
	for _, name := range c.capability {
		capabilities = jsontext.Get(capabilities, name)
	}
	switch string(capabilities) {
	case "", "null", "false":
		return len(c.capability) == 0
	}
	return true
}

// methods returns the methods of the protocol: those of agents, and those of ours that they call. ways are the methods
// of authentication that the agent has.
func methods(ways json.RawMessage) []conditional {
	list := []string{"sessionCapabilities", "list"}
	return []conditional{
		{nil, request("initialize", "begins the connection", objectSchema, "protocolVersion!", `{"type":"integer"}`,
			"clientCapabilities", objectSchema, "clientInfo", objectSchema)},
		{nil, request("authenticate", "logs in, by one of the ways that the agent offers", objectSchema,
			"methodId!", waysSchema(ways))},
		{nil, request("session/new", "begins a conversation", sessionSchema,
			"cwd!", pathSchema, "mcpServers!", serversSchema)},
		{[]string{"loadSession"}, request("session/load", "goes on with an earlier conversation", objectSchema,
			"sessionId!", textSchema, "cwd!", pathSchema, "mcpServers!", serversSchema)},
		{list, request("session/list", "lists the conversations, a page at a time", objectSchema,
			"cwd", pathSchema, "cursor", textSchema)},
		{nil, request("session/prompt", "says something, and ends when the agent's turn does", stopSchema,
			"sessionId!", textSchema, "prompt!", promptSchema)},
		{nil, request("session/set_mode", "changes how the agent works", objectSchema,
			"sessionId!", textSchema, "modeId!", textSchema)},
		{nil, notification("session/cancel", "ends the agent's turn", "sessionId!", textSchema)},
		{nil, ours(notification(methodUpdate, "what the agent does and says", "sessionId!", textSchema,
			"update!", objectSchema))},
		{nil, ours(request(methodPermission, "asks the person whether the agent may do something", outcomeSchema,
			"sessionId!", textSchema, "toolCall!", objectSchema, "options!", optionsSchema))},
	}
}

// waysSchema returns the schema of the id of one of the ways to authenticate.
func waysSchema(ways json.RawMessage) string {
	var all []struct{ ID string }
	_ = json.Unmarshal(ways, &all) // there are none then
	var ids []string
	for _, w := range all {
		if w.ID != "" {
			ids = append(ids, w.ID)
		}
	}
	if len(ids) == 0 {
		return textSchema
	}
	return `{"type":"string","enum":` + jsontext.QuoteList(ids) + `}`
}

// request returns a request of the protocol. params alternate between names, with ! after those that are required, and
// schemas. All take _meta beside them, and what extensions add.
func request(name, summary, result string, params ...string) catalog.Method {
	m := notification(name, summary, params...)
	m.Kind, m.Result = catalog.KindRequest, &catalog.Param{Name: "result", Schema: json.RawMessage(result)}
	return m
}

func notification(name, summary string, params ...string) catalog.Method {
	m := catalog.Method{
		Name: name, Kind: catalog.KindNotification, Summary: summary, Params: []catalog.Param{},
		Structure: catalog.ByName, Open: true, Source: Source,
	}
	for i := 0; i < len(params); i += 2 {
		name, required := params[i], false
		if last := len(name) - 1; name[last] == '!' {
			name, required = name[:last], true
		}
		m.Params = append(m.Params, catalog.Param{Name: name, Required: required, Schema: json.RawMessage(params[i+1])})
	}
	return m
}

// ours returns m as a method that the agent calls on us.
func ours(m catalog.Method) catalog.Method {
	m.Ours = true
	return m
}
