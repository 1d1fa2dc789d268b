package call_test

import (
	"encoding/json"
	"testing"

	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/shell/call"
)

// What asks for progress is taken off again, and nothing else is.
func TestUntracked(t *testing.T) {
	for _, tt := range []struct{ dialect, method, params string }{
		{"mcp", "tools/call", `{"name":"say","arguments":{"word":"a"}}`},
		{"mcp", "tools/call", `{"name":"say","_meta":{"x":{}}}`},
		{"mcp", "tools/call", `{"_meta":{"progressToken":"mine"}}`},
		{"mcp", "tools/call", `{"_meta":5}`},
		{"mcp", "tools/list", `{"cursor":"rpcsh-1"}`},
		{"mcp", "ping", ``},
		{"lsp", "workspace/symbol", `{"query":"rpcsh-1"}`},
		{"lsp", "workspace/symbol", `{"query":"x","workDoneToken":7}`},
		{"ovsdb", "echo", `["rpcsh-1"]`},
		{"", "x", `{"_meta":{"progressToken":"rpcsh-1"}}`},
	} {
		d := dialects.Find(tt.dialect)
		sent := json.RawMessage(tt.params)
		if d != nil && d.Track != nil {
			if tracked := d.Track(tt.method, sent, "rpcsh-7"); tracked != nil {
				sent = tracked
			}
		}
		if got := call.Untracked(d, tt.method, sent); string(got) != tt.params {
			t.Errorf("%s: %s %s is %s, want %s", tt.dialect, tt.method, sent, got, tt.params)
		}
	}
}
