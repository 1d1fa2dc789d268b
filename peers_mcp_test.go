package main

import (
	"testing"

	"rpcsh/shell/exit"
)

const (
	mcpVersion = "@modelcontextprotocol/server-everything@2026.8.31"
	mcpFile    = "@modelcontextprotocol/server-everything/dist/index.js"
)

func peerMCPOverStdio(t *testing.T, p *peers) {
	node, script := p.node(t), p.module(t, mcpVersion, mcpFile)
	command := []string{"--", node, script, "stdio"}
	detects(t, found{URL: "exec:" + node + " " + script + " stdio", Protocol: "jsonrpc", Framing: "line"}, command...)
	sh := connected(t, command...)
	mcpSession(t, sh)
	sh.stderr.has(t, "^│ Starting default .STDIO. server") // its stderr
}

func peerMCPOverHTTP(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	server := p.startNode(t, []string{"PORT=" + port}, p.module(t, mcpVersion, mcpFile), "streamableHttp")
	server.listens(t, "tcp", address)
	initialize := `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"rpcsh","version":"1"}}`
	calls(t, `"serverInfo":{"name":"mcp-servers/everything"`, address, "initialize", initialize)
	calls(t, `"serverInfo":{"name":"mcp-servers/everything"`, "http://"+address+"/mcp", "initialize", initialize)
	detects(t, found{URL: "http://" + address + "/mcp", Protocol: "mcp"}, address)
	mcpSession(t, connected(t, address))
}

// mcpSession begins a session, calls tools, and is called by them.
func mcpSession(t *testing.T, sh *shellRun) {
	sh.do(t, `.serve sampling/createMessage {"role":"assistant",`+
		`"content":{"type":"text","text":"what we say"},"model":"none"}`,
		`.serve roots/list {"roots":[]}`,
		`initialize {"protocolVersion":"2025-06-18","capabilities":{"sampling":{},"roots":{}},`+
			`"clientInfo":{"name":"rpcsh","version":"1"}} | .serverInfo.name`,
		"!notifications/initialized")
	sh.stdout.next(t, `"mcp-servers/everything"`)

	sh.do(t,
		`tools/list | [.tools[].name] | contains(["echo","trigger-sampling-request","trigger-long-running-operation"])`)
	sh.stdout.next(t, "true")

	sh.do(t, `tools/call {"name":"trigger-sampling-request","arguments":{"prompt":"a question","maxTokens":10}} `+
		`| .content[0].text | contains("what we say")`)
	sh.stderr.has(t, ` ← #\d+ sampling/createMessage {.*a question`)
	sh.stderr.has(t, ` → #\d+ {"role":"assistant",.*"what we say"`)
	sh.stdout.next(t, "true")

	sh.do(t, `tools/call {"name":"trigger-long-running-operation","arguments":{"duration":0.3,"steps":3},`+
		`"_meta":{"progressToken":"p1"}} | .content[0].text`)
	sh.stdout.until(t, "^\"Long running operation completed")
	for _, step := range []string{"1", "2", "3"} {
		sh.stderr.until(t, ` ← notifications/progress {"progress":`+step+`,"total":3,"progressToken":"p1"}$`)
	}
	sh.exits(t, exit.Done)
}
