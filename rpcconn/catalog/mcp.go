package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
)

// SourceMCP is the convention of the Model Context Protocol.
const SourceMCP Source = "mcp"

// mcpVersion is the revision of the Model Context Protocol that we speak; servers may choose an earlier one.
const mcpVersion = "2025-06-18"

// maxPages bounds how often a server that always names a next page is asked.
const maxPages = 200

// An mcpList is one of the lists that a server has.
type mcpList struct {
	method     string
	capability string // of servers that have it
	member     string // of the result
}

func mcpLists() []mcpList {
	return []mcpList{
		{"tools/list", "tools", "tools"},
		{"prompts/list", "prompts", "prompts"},
		{"resources/list", "resources", "resources"},
		{"resources/templates/list", "resources", "resourceTemplates"},
	}
}

func mcpConvention() Convention {
	asks := []string{"initialize", "notifications/initialized"}
	for _, l := range mcpLists() {
		asks = append(asks, l.method)
	}
	return Convention{
		Name: string(SourceMCP), Summary: "the Model Context Protocol's lists of tools, prompts and resources", Asks: asks,
		Hello: helloMCP, Learn: learnMCP,
	}
}

// helloMCP begins a session (MCP 2025-06-18, "Lifecycle").
func helloMCP(ctx context.Context, p Peer, self Self) (json.RawMessage, error) {
	params := fmt.Appendf(nil, `{"protocolVersion":"%s","capabilities":{"roots":{"listChanged":true},"sampling":{},"elicitation":{}},"clientInfo":%s}`,
		mcpVersion, self.info())
	hello, err := p.Call(ctx, "initialize", params)
	if err != nil {
		return nil, err
	}
	if _, err := readMCPServer(hello); err != nil {
		return nil, err
	}
	return hello, p.Notify(ctx, "notifications/initialized", nil)
}

// An mcpServer is what a server says of itself.
type mcpServer struct {
	ProtocolVersion string                     `json:"protocolVersion"`
	Capabilities    map[string]json.RawMessage `json:"capabilities"`
	ServerInfo      struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"serverInfo"`
}

// readMCPServer reads the answer to initialize; ErrNotOffered says that it is none of MCP.
func readMCPServer(hello json.RawMessage) (mcpServer, error) {
	var s mcpServer
	_ = json.Unmarshal(hello, &s) // what is not as it should be is not known
	if s.ProtocolVersion == "" {
		return s, ErrNotOffered
	}
	return s, nil
}

// learnMCP asks for all lists that the server has. A list that cannot be read is a remark: the others are worth knowing.
func learnMCP(ctx context.Context, p Peer, hello json.RawMessage) (*Learned, error) {
	server, err := readMCPServer(hello)
	if err != nil {
		return nil, err
	}
	lists := make(map[string][]json.RawMessage)
	var remarks []string
	for _, l := range mcpLists() {
		if _, ok := server.Capabilities[l.capability]; !ok {
			continue
		}
		entries, err := l.ask(ctx, p)
		lists[l.method] = entries
		var refused *rpcconn.Error
		switch {
		case err == nil:
		case errors.As(err, &refused) && refused.Code == rpcconn.CodeMethodNotFound: // servers with resources need not have templates
		default:
			remarks = append(remarks, fmt.Sprintf("%s: %v", l.method, err))
		}
		if ctx.Err() != nil || errors.Is(err, rpcconn.ErrClosed) {
			break // the others would say the same
		}
	}
	learned, err := FromMCP(hello, lists)
	if err != nil {
		return nil, err
	}
	learned.Remarks = append(remarks, learned.Remarks...)
	return learned, nil
}

// ask returns the entries of all pages of l; those that came before an error come with it.
func (l mcpList) ask(ctx context.Context, p Peer) (entries []json.RawMessage, err error) {
	seen := make(map[string]bool) // cursors
	var params json.RawMessage
	for range maxPages {
		result, err := p.Call(ctx, l.method, params)
		if err != nil {
			return entries, err
		}
		var page map[string]json.RawMessage
		var more []json.RawMessage
		if json.Unmarshal(result, &page) != nil || json.Unmarshal(page[l.member], &more) != nil {
			return entries, fmt.Errorf("the answer has no list of %s", l.member)
		}
		entries = append(entries, more...)
		var cursor string
		_ = json.Unmarshal(page["nextCursor"], &cursor) // without one this is the last page
		if cursor == "" {
			return entries, nil
		}
		if seen[cursor] || len(entries) > maxMethods {
			return entries, fmt.Errorf("it does not end after %d entries", len(entries))
		}
		seen[cursor] = true
		params, _ = json.Marshal(map[string]string{"cursor": cursor})
	}
	return entries, fmt.Errorf("it has more than %d pages", maxPages)
}
