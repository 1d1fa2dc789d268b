package profile

import (
	"encoding/json"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
)

// neovim is Neovim's API.
func neovim() Profile {
	return Profile{Name: "nvim", Title: "Neovim", Convention: byNeovim, Never: []string{"rpc.*", "system.*"}}
}

// cdp is the Chrome DevTools Protocol.
func cdp() Profile {
	return Profile{
		Name: "cdp", Title: "CDP", Convention: byCDP,
		Never: []string{"rpc.*", "system.*", "Browser.close", "Browser.crash", "Target.closeTarget", "Page.close", "Page.crash", "Runtime.terminateExecution"},
	}
}

// ethereum is the JSON-RPC API of Ethereum's nodes.
func ethereum() Profile {
	return Profile{Name: "ethereum", Title: "Ethereum", Convention: byEthereum, Never: []string{"eth_send*", "eth_sign*", "admin_*", "personal_*"}}
}

// ovsdb is the Open vSwitch Database Management Protocol (RFC 7047).
func ovsdb() Profile {
	return Profile{
		Name: "ovsdb", Title: "OVSDB", Convention: byOVSDB,
		Cancel: func(id rpcconn.ID) (string, json.RawMessage) { // RFC 7047 section 4.1.4
			return "cancel", append(id.Append([]byte("[")), ']')
		},
		Answers: []Answer{{"echo", "its params: we are there", func(params json.RawMessage, _ catalog.Self) (json.RawMessage, error) {
			if len(params) == 0 {
				return json.RawMessage("[]"), nil
			}
			return params, nil
		}}},
		Never: []string{"rpc.*", "system.*", "transact", "lock", "steal", "unlock"},
	}
}
