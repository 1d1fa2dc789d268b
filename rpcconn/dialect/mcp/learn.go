package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// Source is the convention of the Model Context Protocol.
const Source catalog.Source = "mcp"

// version is the revision of the Model Context Protocol that we speak; servers may choose an earlier one.
const version = "2025-06-18"

// maxPages is how many pages of a list are asked for: a server may always name a next page.
const maxPages = 200

// A listError says what is wrong with a list that a server has answered with.
type listError string

func (e listError) Error() string { return string(e) }

// A pagedList is one of the lists that a server has.
type pagedList struct {
	method     string
	capability string // of servers that have it
	member     string // of the result
}

func pagedLists() []pagedList {
	return []pagedList{
		{"tools/list", "tools", "tools"},
		{"prompts/list", "prompts", "prompts"},
		{"resources/list", "resources", "resources"},
		{"resources/templates/list", "resources", "resourceTemplates"},
	}
}

// begin begins a session (MCP 2025-06-18, "Lifecycle").
func begin(ctx context.Context, p dialect.Peer, self dialect.Self) (json.RawMessage, error) {
	params := fmt.Appendf(
		nil,
		`{"protocolVersion":"%s","capabilities":{"roots":{"listChanged":true},"sampling":{},"elicitation":{}},`+
			`"clientInfo":%s}`,
		version,
		self.ClientInfo(),
	)
	handshake, err := p.Call(ctx, "initialize", params)
	if err != nil {
		return nil, err
	}
	if _, err := readServer(handshake); err != nil {
		return nil, err
	}
	return handshake, p.Notify(ctx, "notifications/initialized", nil)
}

// A server is what a server says about itself.
type server struct {
	ProtocolVersion string                     `json:"protocolVersion"`
	Capabilities    map[string]json.RawMessage `json:"capabilities"`
	ClientInfo      json.RawMessage            `json:"clientInfo"` // of what we have sent, which an echo has
	ServerInfo      struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"serverInfo"`
}

// readServer reads the answer to initialize; ErrNotOffered means that it is not an answer of MCP.
func readServer(handshake json.RawMessage) (server, error) {
	var s server
	_ = json.Unmarshal(handshake, &s) // invalid members are ignored
	if s.ProtocolVersion == "" || s.ClientInfo != nil {
		return s, dialect.ErrNotOffered
	}
	return s, nil
}

// learn asks for all lists that the server has. A list that cannot be read is a remark: the others are worth knowing.
func learn(ctx context.Context, p dialect.Peer, handshake json.RawMessage) (*catalog.Learned, error) {
	server, err := readServer(handshake)
	if err != nil {
		return nil, err
	}
	lists := make(map[string][]json.RawMessage)
	var remarks []string
	for _, l := range pagedLists() {
		if _, ok := server.Capabilities[l.capability]; !ok {
			continue
		}
		entries, err := l.ask(ctx, p)
		lists[l.method] = entries
		var refused *rpcconn.Error
		switch {
		case err == nil:
		// servers with resources need not have templates
		case errors.As(err, &refused) && refused.Code == rpcconn.CodeMethodNotFound:
		default:
			remarks = append(remarks, fmt.Sprintf("%s: %v", l.method, err))
		}
		if wrong := listError(""); err != nil && refused == nil && !errors.As(err, &wrong) {
			break // the others would have no answer, either
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	learned, err := Read(handshake, lists)
	if err != nil {
		return nil, err
	}
	learned.Remarks = append(remarks, learned.Remarks...)
	return learned, nil
}

// ask returns the entries of all pages of l; those that came before an error come with it.
func (l pagedList) ask(ctx context.Context, p dialect.Peer) (entries []json.RawMessage, err error) {
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
			return entries, listError("the answer has no list of " + l.member)
		}
		entries = append(entries, more...)
		var cursor string
		_ = json.Unmarshal(page["nextCursor"], &cursor) // without one this is the last page
		if cursor == "" {
			return entries, nil
		}
		if seen[cursor] || len(entries) > catalog.MaxMethods {
			return entries, listError(fmt.Sprintf("it does not end after %d entries", len(entries)))
		}
		seen[cursor] = true
		params, _ = json.Marshal(map[string]string{"cursor": cursor})
	}
	return entries, listError(fmt.Sprintf("it has more than %d pages", maxPages))
}
