package lsp

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
)

// clientCapabilities are what we can do for a server: show what it sends, answer what it asks, and call whatever it
// has. Methods are not registered later where the server can name them at once.
//
//go:embed capabilities.json
var clientCapabilities []byte

// begin begins a session (LSP 3.18, "Initialize Request").
func begin(ctx context.Context, p dialect.Peer, self dialect.Self) (json.RawMessage, error) {
	root := json.RawMessage("null")
	if self.Root != "" {
		root, _ = json.Marshal(self.RootURI())
	}
	// Servers end when there is no process of the processId that they are given. We may be on another machine than they
	// are, and those that are our children end with their stdin.
	params, err := json.Marshal(struct {
		ProcessID    *int            `json:"processId"`
		ClientInfo   json.RawMessage `json:"clientInfo"`
		RootURI      json.RawMessage `json:"rootUri"`
		Folders      json.RawMessage `json:"workspaceFolders"`
		Capabilities json.RawMessage `json:"capabilities"`
	}{nil, self.ClientInfo(), root, self.Folders(), clientCapabilities})
	if err != nil {
		return nil, err
	}
	handshake, err := p.Call(ctx, "initialize", params)
	if err != nil {
		return nil, err
	}
	if _, err := readServer(handshake); err != nil {
		return nil, err
	}
	return handshake, p.Notify(ctx, "initialized", json.RawMessage("{}"))
}

// A server is what a server says about itself.
type server struct {
	Capabilities    map[string]json.RawMessage `json:"capabilities"`
	ProtocolVersion json.RawMessage            `json:"protocolVersion"` // of MCP and others, which LSP has not
	ClientInfo      json.RawMessage            `json:"clientInfo"`      // of what we have sent, which an echo has
	ServerInfo      struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	} `json:"serverInfo"`
}

// readServer reads the answer to initialize; ErrNotOffered means that it is not an answer of LSP.
func readServer(handshake json.RawMessage) (server, error) {
	var s server
	_ = json.Unmarshal(handshake, &s) // invalid members are ignored
	if s.Capabilities == nil || s.ProtocolVersion != nil || s.ClientInfo != nil {
		return s, dialect.ErrNotOffered
	}
	return s, nil
}

// Read reads what a server answered to initialize: its capabilities say which of the protocol's methods it has. All
// that it may call on us is ours. handshake that is none of LSP is ErrNotOffered. The Definitions are those of the
// whole protocol, as methods may be registered later, and not to be changed.
func Read(handshake json.RawMessage) (*catalog.Learned, error) {
	server, err := readServer(handshake)
	if err != nil {
		return nil, err
	}
	learned := &catalog.Learned{
		Source: Source, Definitions: model().Definitions,
		Peer: catalog.Identity{Name: server.ServerInfo.Name, Version: server.ServerInfo.Version},
	}
	capabilities := longSync(server.Capabilities)
	for _, m := range model().Methods {
		if m.Method.Ours || m.Both {
			ours := m.Method
			ours.Ours = true
			learned.Methods = append(learned.Methods, ours)
		}
		if !m.Method.Ours && (m.Capability == "" || has(capabilities, m.Capability)) {
			learned.Methods = append(learned.Methods, withCommands(m.Method, capabilities))
		}
	}
	return learned, nil
}

// registered returns the methods that a server registers by the params of client/registerCapability; none if they are
// wrong. What the methods refer to is among the Definitions of Read.
func registered(params json.RawMessage) []catalog.Method {
	var p struct {
		Registrations []struct {
			Method  string          `json:"method"`
			Options json.RawMessage `json:"registerOptions"`
		} `json:"registrations"`
	}
	_ = json.Unmarshal(params, &p) // invalid members are ignored
	var methods []catalog.Method
	for _, r := range p.Registrations {
		for _, m := range registration(r.Method, r.Options) {
			if !slices.ContainsFunc(methods, func(n catalog.Method) bool { return n.Name == m.Name }) {
				methods = append(methods, m)
			}
		}
	}
	return methods
}

// registration returns the methods of one registration: the options stand where the server's capabilities would have
// them, so that they say what else there is, such as completionItem/resolve.
func registration(registered string, options json.RawMessage) (methods []catalog.Method) {
	path := ""
	for _, m := range model().Methods {
		switch {
		case m.Method.Ours || registered == "" || registered != m.Method.Name && registered != m.Registration:
			continue
		case m.Capability == "":
			return []catalog.Method{m.Method}
		case registered == m.Method.Name:
			path = m.Capability
		default:
			path, _, _ = strings.Cut(m.Capability, ".")
		}
		break
	}
	if path == "" {
		return nil
	}
	if len(options) == 0 || string(options) == "null" {
		options = json.RawMessage("true")
	}
	parts := strings.Split(path, ".")
	for _, part := range slices.Backward(parts[1:]) {
		options, _ = json.Marshal(map[string]json.RawMessage{part: options})
	}
	capabilities := map[string]json.RawMessage{parts[0]: options}
	for _, m := range model().Methods {
		if !m.Method.Ours && m.Capability != "" && has(capabilities, m.Capability) {
			methods = append(methods, withCommands(m.Method, capabilities))
		}
	}
	return methods
}

// FindMethod returns the method called name of the Language Server Protocol.
func FindMethod(name string) (catalog.Method, bool) {
	for _, m := range model().Methods {
		if m.Method.Name == name {
			return m.Method, true
		}
	}
	return catalog.Method{}, false
}

// isServers reports whether a method is one that servers alone send.
func isServers(method string) bool {
	return slices.ContainsFunc(model().Methods, func(m ModelMethod) bool {
		return m.Method.Name == method && m.Method.Ours && !m.Both
	})
}

// longSync returns capabilities with textDocumentSync in its long form: a number stands for opening, closing, saving,
// and changing in that way; 0 for nothing.
func longSync(capabilities map[string]json.RawMessage) map[string]json.RawMessage {
	var kind int
	if json.Unmarshal(capabilities["textDocumentSync"], &kind) == nil && kind > 0 {
		capabilities["textDocumentSync"] = fmt.Appendf(nil, `{"openClose":true,"change":%d,"save":true}`, kind)
	}
	return capabilities
}

// has reports whether capabilities have something other than false, null and 0 at a path.
func has(capabilities map[string]json.RawMessage, path string) bool {
	name, rest, deeper := strings.Cut(path, ".")
	value := capabilities[name]
	if deeper {
		var members map[string]json.RawMessage
		return json.Unmarshal(value, &members) == nil && has(members, rest)
	}
	switch string(value) {
	case "", "null", "false", "0":
		return false
	}
	return true
}

// withCommands returns m with the commands that the server has as the values of workspace/executeCommand's param.
func withCommands(m catalog.Method, capabilities map[string]json.RawMessage) catalog.Method {
	var options struct {
		Commands []string `json:"commands"`
	}
	if m.Name != "workspace/executeCommand" ||
		json.Unmarshal(capabilities["executeCommandProvider"], &options) != nil ||
		len(options.Commands) == 0 {
		return m
	}
	m.Params = slices.Clone(m.Params)
	for i := range m.Params {
		if m.Params[i].Name == "command" {
			m.Params[i].Schema, _ = json.Marshal(map[string]any{"type": "string", "enum": options.Commands})
		}
	}
	return m
}
