package mcp

import (
	"encoding/json"
	"slices"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// suggestRoots suggests the folder that we work in.
func suggestRoots(_ json.RawMessage, self dialect.Self) json.RawMessage {
	return append(append(json.RawMessage(`{"roots":`), self.Folders()...), '}')
}

// suggestContent suggests to accept, with content of the schema that the server wants (MCP 2025-06-18, "Elicitation").
func suggestContent(params json.RawMessage, _ dialect.Self) json.RawMessage {
	content := json.RawMessage("{}")
	if wanted := requestedSchema(params); wanted != nil {
		content = schema.Definitions(nil).Sample(wanted)
	}
	return append(append(json.RawMessage(`{"action":"accept","content":`), content...), '}')
}

// requestedSchema returns the schema of the content that an elicitation asks for, nil where it has none.
func requestedSchema(params json.RawMessage) json.RawMessage {
	if wanted := jsontext.Get(params, "requestedSchema"); jsontext.FirstByte(wanted) == '{' {
		return wanted
	}
	return nil
}

// elicitedSchema returns the schema of what answers an elicitation (MCP 2025-06-18, "Elicitation").
func elicitedSchema(params json.RawMessage) json.RawMessage {
	wanted := requestedSchema(params)
	if wanted == nil {
		return nil
	}
	return slices.Concat(
		json.RawMessage(`{"type":"object","properties":{"action":{"enum":["accept","decline","cancel"]},"content":`),
		wanted, json.RawMessage(`},"required":["action"]}`),
	)
}

// suggestMessage suggests a message of the person's own, in the place of a language model's (MCP 2025-06-18,
// "Sampling").
func suggestMessage(json.RawMessage, dialect.Self) json.RawMessage {
	return json.RawMessage(`{"role":"assistant","content":{"type":"text","text":"…"},"model":"person"}`)
}
