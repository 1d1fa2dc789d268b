package catalog

import (
	"encoding/json"
	"strings"
)

// Schemas of the Model Context Protocol, revision 2025-06-18.
const (
	mcpString       = `{"type":"string"}`
	mcpStrings      = `{"type":"object","additionalProperties":{"type":"string"}}`
	mcpToken        = `{"type":["string","integer"]}`
	mcpNumber       = `{"type":"number"}`
	mcpNothing      = `{"type":"object"}`
	mcpInfo         = `{"title":"Implementation","type":"object","properties":{"name":{"type":"string"},"title":{"type":"string"},"version":{"type":"string"}},"required":["name","version"]}`
	mcpLevel        = `{"type":"string","enum":["debug","info","notice","warning","error","critical","alert","emergency"]}`
	mcpRole         = `{"type":"string","enum":["user","assistant"]}`
	mcpContent      = `{"title":"ContentBlock","type":"object","properties":{"type":{"type":"string","enum":["text","image","audio","resource_link","resource"]},"text":{"type":"string"},"data":{"type":"string"},"mimeType":{"type":"string"},"uri":{"type":"string"},"resource":{"type":"object"}},"required":["type"]}`
	mcpContents     = `{"type":"array","items":` + mcpContent + `}`
	mcpMessage      = `{"title":"SamplingMessage","type":"object","properties":{"role":` + mcpRole + `,"content":` + mcpContent + `},"required":["role","content"]}`
	mcpPromptResult = `{"title":"GetPromptResult","type":"object","properties":{"description":{"type":"string"},"messages":{"type":"array","items":` + mcpMessage + `}},"required":["messages"]}`
	mcpResource     = `{"title":"ReadResourceResult","type":"object","properties":{"contents":{"type":"array","items":{"title":"ResourceContents","type":"object","properties":{"uri":{"type":"string"},"mimeType":{"type":"string"},"text":{"type":"string"},"blob":{"type":"string"}},"required":["uri"]}}},"required":["contents"]}`
	mcpPreferences  = `{"title":"ModelPreferences","type":"object","properties":{"hints":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}},"costPriority":{"type":"number"},"speedPriority":{"type":"number"},"intelligencePriority":{"type":"number"}}}`
	mcpCapabilities = `{"title":"ClientCapabilities","type":"object","properties":{"roots":{"type":"object","properties":{"listChanged":{"type":"boolean"}}},"sampling":{"type":"object"},"elicitation":{"type":"object"},"experimental":{"type":"object"}}}`
	mcpReference    = `{"anyOf":[{"title":"PromptReference","type":"object","properties":{"type":{"const":"ref/prompt"},"name":{"type":"string"}},"required":["type","name"]},{"title":"ResourceTemplateReference","type":"object","properties":{"type":{"const":"ref/resource"},"uri":{"type":"string"}},"required":["type","uri"]}]}`
	mcpArgumentType = `{"title":"Argument","type":"object","properties":{"name":{"type":"string"},"value":{"type":"string"}},"required":["name","value"]}`
	mcpWanted       = `{"title":"Schema","type":"object","properties":{"type":{"const":"object"},"properties":{"type":"object"},"required":{"type":"array","items":{"type":"string"}}},"required":["type","properties"]}`
)

// mcpMethods returns the methods that the Model Context Protocol itself has: those of a server with these capabilities, of whose
// resources uri is the schema of a URI, and those of ours that it may call.
func mcpMethods(capabilities map[string]json.RawMessage, uri json.RawMessage) []Method {
	all := []struct {
		capability string // that a server needs for it; what is behind a dot is a member that is true
		method     Method
	}{
		{"", mcpRequest("initialize", "begins a session", "", "protocolVersion!", mcpString, "capabilities!", mcpCapabilities, "clientInfo!", mcpInfo)},
		{"", mcpRequest("ping", "asks whether the server is there", mcpNothing)},
		{"tools", mcpRequest("tools/list", "lists the tools, a page at a time", mcpPage("tools"), "cursor", mcpString)},
		{"tools", mcpRequest("tools/call", "runs a tool", string(mcpToolResult(nil)), "name!", mcpString, "arguments", mcpNothing)},
		{"prompts", mcpRequest("prompts/list", "lists the prompts, a page at a time", mcpPage("prompts"), "cursor", mcpString)},
		{"prompts", mcpRequest("prompts/get", "gives the messages of a prompt", mcpPromptResult, "name!", mcpString, "arguments", mcpStrings)},
		{"resources", mcpRequest("resources/list", "lists the resources, a page at a time", mcpPage("resources"), "cursor", mcpString)},
		{"resources", mcpRequest("resources/templates/list", "lists the templates of URIs of resources, a page at a time", mcpPage("resourceTemplates"), "cursor", mcpString)},
		{"resources", mcpRequest("resources/read", "reads a resource", mcpResource, "uri!", string(uri))},
		{"resources.subscribe", mcpRequest("resources/subscribe", "asks to be told when a resource changes", mcpNothing, "uri!", string(uri))},
		{"resources.subscribe", mcpRequest("resources/unsubscribe", "ends a subscription", mcpNothing, "uri!", string(uri))},
		{"completions", mcpRequest("completion/complete", "completes an argument of a prompt or of a resource's URI",
			`{"title":"CompleteResult","type":"object","properties":{"completion":{"type":"object","properties":{"values":{"type":"array","items":{"type":"string"}},"total":{"type":"integer"},"hasMore":{"type":"boolean"}},"required":["values"]}},"required":["completion"]}`,
			"ref!", mcpReference, "argument!", mcpArgumentType, "context", mcpNothing)},
		{"logging", mcpRequest("logging/setLevel", "says which log messages are sent", mcpNothing, "level!", mcpLevel)},
		{"", mcpNotification("notifications/initialized", "the session has begun")},
		{"", mcpNotification("notifications/cancelled", "gives up a request", "requestId!", mcpToken, "reason", mcpString)},
		{"", mcpNotification("notifications/progress", "tells how far a request of the server's has come", mcpProgress()...)},
		{"", mcpNotification("notifications/roots/list_changed", "the roots are other ones now")},

		{"", mcpOurs(mcpRequest("ping", "asks whether we are there", mcpNothing))},
		{"", mcpOurs(mcpRequest("roots/list", "asks for the folders that the server is to work in",
			`{"title":"ListRootsResult","type":"object","properties":{"roots":{"type":"array","items":{"title":"Root","type":"object","properties":{"uri":{"type":"string"},"name":{"type":"string"}},"required":["uri"]}}},"required":["roots"]}`))},
		{"", mcpOurs(mcpRequest("sampling/createMessage", "asks a language model through us",
			`{"title":"CreateMessageResult","type":"object","properties":{"role":`+mcpRole+`,"content":`+mcpContent+`,"model":{"type":"string"},"stopReason":{"type":"string"}},"required":["role","content","model"]}`,
			"messages!", `{"type":"array","items":`+mcpMessage+`}`, "maxTokens!", `{"type":"integer"}`, "systemPrompt", mcpString,
			"modelPreferences", mcpPreferences, "includeContext", `{"type":"string","enum":["none","thisServer","allServers"]}`,
			"temperature", mcpNumber, "stopSequences", `{"type":"array","items":{"type":"string"}}`, "metadata", mcpNothing))},
		{"", mcpOurs(mcpRequest("elicitation/create", "asks the person",
			`{"title":"ElicitResult","type":"object","properties":{"action":{"type":"string","enum":["accept","decline","cancel"]},"content":{"type":"object"}},"required":["action"]}`,
			"message!", mcpString, "requestedSchema!", mcpWanted))},
		{"", mcpOurs(mcpNotification("notifications/cancelled", "the server gives up a request of its own", "requestId!", mcpToken, "reason", mcpString))},
		{"", mcpOurs(mcpNotification("notifications/progress", "how far a request has come", mcpProgress()...))},
		{"logging", mcpOurs(mcpNotification("notifications/message", "a log message", "level!", mcpLevel, "logger", mcpString, "data!", `{}`))},
		{"tools", mcpOurs(mcpNotification("notifications/tools/list_changed", "the tools are other ones now"))},
		{"prompts", mcpOurs(mcpNotification("notifications/prompts/list_changed", "the prompts are other ones now"))},
		{"resources", mcpOurs(mcpNotification("notifications/resources/list_changed", "the resources are other ones now"))},
		{"resources.subscribe", mcpOurs(mcpNotification("notifications/resources/updated", "a resource has changed", "uri!", mcpString))},
	}
	var methods []Method
	for _, m := range all {
		if mcpHas(capabilities, m.capability) {
			methods = append(methods, m.method)
		}
	}
	return methods
}

func mcpHas(capabilities map[string]json.RawMessage, capability string) bool {
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

// mcpRequest returns a request of the protocol. params are names, with ! behind those that are required, and schemas by turns. All take
// _meta beside them, and what extensions add.
func mcpRequest(name, summary, result string, params ...string) Method {
	m := Method{Name: name, Kind: KindRequest, Summary: summary, Params: []Param{}, Structure: ByName, Open: true, Tags: []string{"protocol"}}
	for i := 0; i < len(params); i += 2 {
		name, required := strings.CutSuffix(params[i], "!")
		m.Params = append(m.Params, Param{Name: name, Required: required, Schema: json.RawMessage(params[i+1])})
	}
	if result != "" {
		m.Result = &Param{Name: "result", Schema: json.RawMessage(result)}
	}
	return m
}

func mcpNotification(name, summary string, params ...string) Method {
	m := mcpRequest(name, summary, "", params...)
	m.Kind = KindNotification
	return m
}

// mcpOurs returns m as a method that the peer calls on us.
func mcpOurs(m Method) Method {
	m.Ours = true
	return m
}

// mcpPage returns the schema of an answer with a list, of which there may be more pages.
func mcpPage(member string) string {
	return `{"type":"object","properties":{"` + member + `":{"type":"array","items":{"type":"object"}},"nextCursor":{"type":"string"}},"required":["` + member + `"]}`
}

func mcpProgress() []string {
	return []string{"progressToken!", mcpToken, "progress!", mcpNumber, "total", mcpNumber, "message", mcpString}
}
