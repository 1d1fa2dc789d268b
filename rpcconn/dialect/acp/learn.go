package acp

import (
	"context"
	"encoding/json"
	"fmt"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
)

// Source is the convention of the Agent Client Protocol.
const Source catalog.Source = "acp"

// version is the version of the protocol that we speak; agents may answer with another one.
const version = 1

const (
	methodInitialize = "initialize"
	methodUpdate     = "session/update"
	methodPermission = "session/request_permission"
)

// begin begins a connection (ACP, "Initialization"). We have neither files nor terminals for agents.
func begin(ctx context.Context, p dialect.Peer, self dialect.Self) (json.RawMessage, error) {
	params := fmt.Appendf(nil, `{"protocolVersion":%d,"clientCapabilities":{"fs":{"readTextFile":false,`+
		`"writeTextFile":false},"terminal":false},"clientInfo":%s}`, version, self.ClientInfo())
	handshake, err := p.Call(ctx, methodInitialize, params)
	if err != nil {
		return nil, err
	}
	_, _, err = readAgent(handshake)
	return handshake, err
}

// An agent is what an agent says about itself.
type agent struct {
	ProtocolVersion    json.RawMessage `json:"protocolVersion"`
	AgentCapabilities  json.RawMessage `json:"agentCapabilities"`
	AgentInfo          json.RawMessage `json:"agentInfo"`
	AuthMethods        json.RawMessage `json:"authMethods"`
	ClientCapabilities json.RawMessage `json:"clientCapabilities"` // of what we have sent, which an echo has
}

// readAgent reads the answer to initialize, and the version of ACP that the agent speaks; ErrNotOffered means that it
// is not an answer of ACP.
func readAgent(handshake json.RawMessage) (a agent, version int, err error) {
	_ = json.Unmarshal(handshake, &a) // invalid members are ignored
	isAgents := jsontext.FirstByte(a.AgentCapabilities) == '{' || jsontext.FirstByte(a.AgentInfo) == '{' ||
		jsontext.FirstByte(a.AuthMethods) == '['
	if json.Unmarshal(a.ProtocolVersion, &version) != nil || !isAgents || a.ClientCapabilities != nil {
		return a, 0, dialect.ErrNotOffered
	}
	return a, version, nil
}

// Read reads what an agent answered to initialize: its capabilities say which of the protocol's methods it has.
// handshake that is none of ACP is ErrNotOffered.
func Read(handshake json.RawMessage) (*catalog.Learned, error) {
	a, spoken, err := readAgent(handshake)
	if err != nil {
		return nil, err
	}
	learned := &catalog.Learned{Source: Source}
	var info struct{ Name, Version string }
	_ = json.Unmarshal(a.AgentInfo, &info) // who does not say it has no name
	learned.Peer = catalog.Identity{Name: info.Name, Version: info.Version}
	if spoken != version {
		const text = "it speaks version %d of the protocol, and what is known here is version %d"
		learned.Remarks = append(learned.Remarks, fmt.Sprintf(text, spoken, version))
	}
	for _, c := range methods(a.AuthMethods) {
		if c.has(a.AgentCapabilities) {
			learned.Methods = append(learned.Methods, c.method)
		}
	}
	return learned, nil
}
