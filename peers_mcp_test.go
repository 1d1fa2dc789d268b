package main

import (
	"slices"
	"strings"
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
	mcpSession(t, connected(t, tappedCommand(command)...))
	mcpIntercepted(t, command)
	replaysAlike(t, []string{"get-sum a=1 b=2"}, nil, append([]string{"-p", "mcp"}, command...)...)

	// Where the profile is why a call failed, it is named, though a protocol was; in all forms.
	plain := []string{"-p", "jsonrpc", "-f", "line", "-e", "get-sum a=1 b=2"}
	_, _, stderr := runs(t, append(slices.Clone(plain), command...)...)
	if !strings.Contains(stderr, "-32601: Method not found; if its session has to be begun first, -p mcp or") {
		t.Errorf("without a profile: %s", stderr)
	}
	plain[5] = "@all " + plain[5]
	_, stdout, _ := runs(t, append(append([]string{"-o", "json"}, plain...), command...)...)
	if !strings.Contains(stdout, `"hint":"if its session has to be begun first, -p mcp or`) {
		t.Errorf("without a profile, -o json: %s", stdout)
	}
}

func peerMCPOverHTTP(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	server := p.startNode(t, []string{"PORT=" + port}, p.module(t, mcpVersion, mcpFile), "streamableHttp")
	server.listens(t, "tcp", address)
	initialize := `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"rpcsh","version":"1"}}`
	for _, target := range []string{address, "http://" + address + "/mcp"} {
		calls(t, `"serverInfo":{"name":"mcp-servers/everything"`, target, "initialize", initialize)
	}
	detects(t, found{URL: "http://" + address + "/mcp", Protocol: "mcp"}, address)
	mcpSession(t, connected(t, address))
	through, printed := tapped(t, "http://"+address)
	mcpSession(t, connected(t, "http://"+through+"/mcp"))
	printed.until(t, ` ← (@\d+ )?#\d+ sampling/createMessage {.*a question`)
	mcpOverHTTPIntercepted(t, address)
	// what the server sends before its stream is open is lost
	replaysAlike(t, []string{"get-sum a=1 b=2"}, []string{"--only", "initialize notifications/initialized tools/*"},
		"-p", "mcp", "http://"+address+"/mcp")
}

func peerMCPOverSSE(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	p.startNode(t, []string{"PORT=" + port}, p.module(t, mcpVersion, mcpFile), "sse").listens(t, "tcp", address)
	detects(t, found{URL: "http://" + address + "/sse", Protocol: "mcp"}, address)
	mcpSession(t, connected(t, "http://"+address+"/sse"))
}

// A server that starts again knows no session, which is begun anew.
func peerMCPStartsAgain(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	start := func() *peerProgram {
		server := p.startNode(t, []string{"PORT=" + port}, p.module(t, mcpVersion, mcpFile), "streamableHttp")
		server.listens(t, "tcp", address)
		return server
	}
	server := start()
	sh := connected(t, "-p", "mcp", "http://"+address+"/mcp")
	echo := func(message string) { // the server says that its tools change, which may find it gone
		sh.do(t, `tools/call {"name":"echo","arguments":{"message":"`+message+`"}} | .content[0].text`)
	}
	echo("before")
	sh.stdout.next(t, `"Echo: before"`)
	server.kill()
	start()
	echo("after")
	sh.stdout.until(t, `^"Echo: after"`)
	sh.stderr.has(t, "the peer has ended the session .HTTP 400.: another was begun")
	sh.exits(t, exit.Done)
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
