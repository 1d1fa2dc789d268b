package mcp

import (
	"encoding/json"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
)

// Schemas of the Model Context Protocol, revision 2025-06-18.
const (
	stringSchema         = `{"type":"string"}`
	stringsSchema        = `{"type":"object","additionalProperties":{"type":"string"}}`
	tokenSchema          = `{"type":["string","integer"]}`
	numberSchema         = `{"type":"number"}`
	objectSchema         = `{"type":"object"}`
	implementationSchema = `{"title":"Implementation","type":"object","properties":{"name":{"type":"string"},` +
		`"title":{"type":"string"},"version":{"type":"string"}},"required":["name","version"]}`
	levelSchema = `{"type":"string","enum":["debug","info","notice","warning","error","critical","alert",` +
		`"emergency"]}`
	roleSchema    = `{"type":"string","enum":["user","assistant"]}`
	contentSchema = `{"title":"ContentBlock","type":"object","properties":{"type":{"type":"string",` +
		`"enum":["text","image","audio","resource_link","resource"]},"text":{"type":"string"},` +
		`"data":{"type":"string"},"mimeType":{"type":"string"},"uri":{"type":"string"},` +
		`"resource":{"type":"object"}},"required":["type"]}`
	contentsSchema = `{"type":"array","items":` + contentSchema + `}`
	messageSchema  = `{"title":"SamplingMessage","type":"object","properties":{"role":` + roleSchema + `,` +
		`"content":` + contentSchema + `},"required":["role","content"]}`
	promptResultSchema = `{"title":"GetPromptResult","type":"object",` +
		`"properties":{"description":{"type":"string"},"messages":{"type":"array","items":` + messageSchema + `}},` +
		`"required":["messages"]}`
	resourceSchema = `{"title":"ReadResourceResult","type":"object",` +
		`"properties":{"contents":{"type":"array","items":{"title":"ResourceContents","type":"object",` +
		`"properties":{"uri":{"type":"string"},"mimeType":{"type":"string"},"text":{"type":"string"},` +
		`"blob":{"type":"string"}},"required":["uri"]}}},"required":["contents"]}`
	preferencesSchema = `{"title":"ModelPreferences","type":"object","properties":{"hints":{"type":"array",` +
		`"items":{"type":"object","properties":{"name":{"type":"string"}}}},"costPriority":{"type":"number"},` +
		`"speedPriority":{"type":"number"},"intelligencePriority":{"type":"number"}}}`
	capabilitiesSchema = `{"title":"ClientCapabilities","type":"object","properties":{"roots":{"type":"object",` +
		`"properties":{"listChanged":{"type":"boolean"}}},"sampling":{"type":"object"},` +
		`"elicitation":{"type":"object"},"experimental":{"type":"object"}}}`
	referenceSchema = `{"anyOf":[{"title":"PromptReference","type":"object",` +
		`"properties":{"type":{"const":"ref/prompt"},"name":{"type":"string"}},"required":["type","name"]},` +
		`{"title":"ResourceTemplateReference","type":"object","properties":{"type":{"const":"ref/resource"},` +
		`"uri":{"type":"string"}},"required":["type","uri"]}]}`
	argumentSchema = `{"title":"Argument","type":"object","properties":{"name":{"type":"string"},` +
		`"value":{"type":"string"}},"required":["name","value"]}`
	wantedSchema = `{"title":"Schema","type":"object","properties":{"type":{"const":"object"},` +
		`"properties":{"type":"object"},"required":{"type":"array","items":{"type":"string"}}},"required":["type",` +
		`"properties"]}`
)

// A conditional method is one that only some servers have, or call.
type conditional struct {
	capability string // that a server needs for it; what is after a dot is a member that is true
	method     catalog.Method
}

// protocolMethods returns the methods that the Model Context Protocol itself has: those of a server with these
// capabilities, and those of ours that it may call. uri is the schema of its resources' URIs.
func protocolMethods(capabilities map[string]json.RawMessage, uri json.RawMessage) (methods []catalog.Method) {
	for _, m := range append(serverMethods(uri), clientMethods()...) {
		if has(capabilities, m.capability) {
			methods = append(methods, m.method)
		}
	}
	return methods
}

// isProtocols reports whether a method is one of the protocol itself, and none that a server lists.
func isProtocols(method string) bool {
	return slices.ContainsFunc(serverMethods(nil), func(c conditional) bool { return c.method.Name == method })
}

// isServers reports whether a method is one that servers call on us.
func isServers(method string) bool {
	return slices.ContainsFunc(clientMethods(), func(c conditional) bool { return c.method.Name == method })
}

// serverMethods returns the methods that servers have.
func serverMethods(uri json.RawMessage) []conditional {
	return []conditional{
		{"", request("initialize", "begins a session",
			"", "protocolVersion!", stringSchema, "capabilities!", capabilitiesSchema,
			"clientInfo!", implementationSchema)},
		{"", request("ping", "asks whether the server is there", objectSchema)},
		{"tools", request("tools/list", "lists the tools, a page at a time",
			pageSchema("tools"), "cursor", stringSchema)},
		{"tools", request("tools/call", "runs a tool",
			string(toolResult(nil)), "name!", stringSchema, "arguments", objectSchema)},
		{"prompts", request("prompts/list", "lists the prompts, a page at a time",
			pageSchema("prompts"), "cursor", stringSchema)},
		{"prompts", request("prompts/get", "gives the messages of a prompt",
			promptResultSchema, "name!", stringSchema, "arguments", stringsSchema)},
		{"resources", request("resources/list", "lists the resources, a page at a time",
			pageSchema("resources"), "cursor", stringSchema)},
		{"resources", request("resources/templates/list", "lists the templates of URIs of resources, a page at a time",
			pageSchema("resourceTemplates"), "cursor", stringSchema)},
		{"resources", request("resources/read", "reads a resource", resourceSchema, "uri!", string(uri))},
		{"resources.subscribe", request("resources/subscribe", "asks to be told when a resource changes",
			objectSchema, "uri!", string(uri))},
		{"resources.subscribe", request("resources/unsubscribe", "ends a subscription",
			objectSchema, "uri!", string(uri))},
		{"completions", request("completion/complete", "completes an argument of a prompt or of a resource's URI",
			`{"title":"CompleteResult","type":"object","properties":{"completion":{"type":"object",`+
				`"properties":{"values":{"type":"array","items":{"type":"string"}},"total":{"type":"integer"},`+
				`"hasMore":{"type":"boolean"}},"required":["values"]}},"required":["completion"]}`,
			"ref!", referenceSchema, "argument!", argumentSchema, "context", objectSchema)},
		{"logging", request("logging/setLevel", "says which log messages are sent",
			objectSchema, "level!", levelSchema)},
		{"", notification("notifications/initialized", "the session has begun")},
		{"", notification("notifications/cancelled", "gives up a request",
			"requestId!", tokenSchema, "reason", stringSchema)},
		{"", notification("notifications/progress", "tells how far a request of the server's has come",
			progressParams()...)},
		{"", notification("notifications/roots/list_changed", "the roots are other ones now")},
	}
}

// clientMethods returns the methods that servers call on us.
func clientMethods() []conditional {
	return []conditional{
		{"", ours(request("ping", "asks whether we are there", objectSchema))},
		{"", ours(request("roots/list", "asks for the folders that the server is to work in",
			`{"title":"ListRootsResult","type":"object","properties":{"roots":{"type":"array",`+
				`"items":{"title":"Root","type":"object","properties":{"uri":{"type":"string"},`+
				`"name":{"type":"string"}},"required":["uri"]}}},"required":["roots"]}`))},
		{"", ours(request("sampling/createMessage", "asks a language model through us",
			`{"title":"CreateMessageResult","type":"object","properties":{"role":`+roleSchema+`,`+
				`"content":`+contentSchema+`,"model":{"type":"string"},"stopReason":{"type":"string"}},`+
				`"required":["role","content","model"]}`,
			"messages!", `{"type":"array","items":`+messageSchema+`}`, "maxTokens!", `{"type":"integer"}`,
			"systemPrompt", stringSchema,
			"modelPreferences", preferencesSchema,
			"includeContext", `{"type":"string","enum":["none","thisServer","allServers"]}`,
			"temperature", numberSchema, "stopSequences", `{"type":"array","items":{"type":"string"}}`,
			"metadata", objectSchema))},
		{"", ours(request("elicitation/create", "asks the person",
			`{"title":"ElicitResult","type":"object","properties":{"action":{"type":"string","enum":["accept",`+
				`"decline","cancel"]},"content":{"type":"object"}},"required":["action"]}`,
			"message!", stringSchema, "requestedSchema!", wantedSchema))},
		{"", ours(notification("notifications/cancelled", "the server gives up a request of its own",
			"requestId!", tokenSchema, "reason", stringSchema))},
		{"", ours(notification("notifications/progress", "how far a request has come", progressParams()...))},
		{"logging", ours(notification("notifications/message", "a log message",
			"level!", levelSchema, "logger", stringSchema, "data!", `{}`))},
		{"tools", ours(notification("notifications/tools/list_changed", "the tools are other ones now"))},
		{"prompts", ours(notification("notifications/prompts/list_changed", "the prompts are other ones now"))},
		{"resources", ours(notification("notifications/resources/list_changed", "the resources are other ones now"))},
		{"resources.subscribe", ours(notification("notifications/resources/updated", "a resource has changed",
			"uri!", stringSchema))},
	}
}

func has(capabilities map[string]json.RawMessage, capability string) bool {
	if capability == "" {
		return true
	}
	name, member, part := strings.Cut(capability, ".")
	value, ok := capabilities[name]
	if !part {
		return ok
	}
	var members map[string]json.RawMessage
	return json.Unmarshal(value, &members) == nil && string(members[member]) == "true"
}

// request returns a request of the protocol. params alternate between names, with ! after those that are required, and
// schemas. All take _meta beside them, and what extensions add.
func request(name, summary, result string, params ...string) catalog.Method {
	m := catalog.Method{
		Name: name, Kind: catalog.KindRequest, Summary: summary, Params: []catalog.Param{},
		Structure: catalog.ByName, Open: true, Tags: []string{"protocol"},
	}
	for i := 0; i < len(params); i += 2 {
		name, required := strings.CutSuffix(params[i], "!")
		m.Params = append(m.Params, catalog.Param{Name: name, Required: required, Schema: json.RawMessage(params[i+1])})
	}
	if result != "" {
		m.Result = &catalog.Param{Name: "result", Schema: json.RawMessage(result)}
	}
	return m
}

func notification(name, summary string, params ...string) catalog.Method {
	m := request(name, summary, "", params...)
	m.Kind = catalog.KindNotification
	return m
}

// ours returns m as a method that the peer calls on us.
func ours(m catalog.Method) catalog.Method {
	m.Ours = true
	return m
}

// pageSchema returns the schema of an answer that is one page of a list.
func pageSchema(member string) string {
	return `{"type":"object","properties":{"` + member + `":{"type":"array","items":{"type":"object"}},` +
		`"nextCursor":{"type":"string"}},"required":["` + member + `"]}`
}

func progressParams() []string {
	return []string{
		"progressToken!", tokenSchema, "progress!", numberSchema, "total", numberSchema, "message", stringSchema,
	}
}
