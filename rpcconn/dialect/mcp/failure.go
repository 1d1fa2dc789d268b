package mcp

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// failed reads the result of tools/call: with isError it says that the tool has failed, in its texts (MCP 2025-06-18,
// "Tools", "Error Handling").
func failed(method string, result json.RawMessage) (text string, ok bool) {
	if method != "tools/call" || string(jsontext.Get(result, "isError")) != "true" {
		return "", false
	}
	var r struct {
		Content []struct{ Text string }
	}
	_ = json.Unmarshal(result, &r) // what is no list of contents has no text
	var texts []string
	for _, c := range r.Content {
		if t := strings.TrimSpace(c.Text); t != "" {
			texts = append(texts, t)
		}
	}
	if len(texts) == 0 {
		return "the tool has failed, and does not say why", true
	}
	return strings.Join(texts, "; "), true
}
