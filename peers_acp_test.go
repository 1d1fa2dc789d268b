package main

import (
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

// acpAgent returns the command of an agent on the library of the Agent Client Protocol.
func acpAgent(t *testing.T, p *peers) []string {
	t.Helper()
	const version, file = "@zed-industries/agent-client-protocol@0.4.5",
		"@zed-industries/agent-client-protocol/dist/acp.js"
	script, err := filepath.Abs("testdata/peers/agent.mjs")
	if err != nil {
		t.Fatal(err)
	}
	return []string{"--", p.node(t), script, p.module(t, version, file)}
}

func peerACP(t *testing.T, p *peers) {
	command := acpAgent(t, p)
	detects(t, found{
		URL: "exec:" + command[1] + " " + command[2] + " " + command[3], Protocol: "jsonrpc", Framing: "line",
	}, command...)
	sh := connected(t, append([]string{"-p", "acp"}, command...)...)
	const says = `session/prompt sessionId=$s.sessionId prompt=[{"type":"text","text":"hello"}] | .stopReason`
	sh.do(t, "s = session/new cwd=/ mcpServers=[]", says)
	sh.stdout.next(t, `{"sessionId":"s1"}`, `"end_turn"`)
	sh.stderr.until(t, ` ← session/update {.*it was answered refuse`)
	sh.do(t, `.serve session/request_permission {outcome: {outcome: "selected", optionId: .options[0].optionId}}`, says)
	sh.stdout.next(t, `"end_turn"`)
	sh.stderr.until(t, ` ← session/update {.*it was answered allow`)
	sh.exits(t, exit.Done)
}
