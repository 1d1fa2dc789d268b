package main

import (
	"testing"
	"time"

	"rpcsh/shell/exit"
)

func peerBashLanguageServer(t *testing.T, p *peers) {
	node, script := p.node(t), p.module(t, "bash-language-server@5.8.1", "bash-language-server/out/cli.js")
	command := []string{"--", node, script, "start"}
	detects(t, found{URL: "exec:" + node + " " + script + " start", Protocol: "jsonrpc", Framing: "header"}, command...)

	sh := connected(t, command...)
	sh.do(t, ".serve client/registerCapability null", ".serve workspace/configuration [null]",
		`initialize {"processId":null,"rootUri":null,"capabilities":{"workspace":{"configuration":true,`+
			`"didChangeConfiguration":{"dynamicRegistration":true}}}} | .capabilities.hoverProvider`,
		"!initialized {}")
	sh.stdout.next(t, "true")
	sh.stderr.has(t, ` ← #0 client/registerCapability {`)
	sh.stderr.has(t, ` ← #1 workspace/configuration {"items":\[{"section":"bashIde"}\]}$`)
	sh.stderr.has(t, ` → #1 \[null\]  `) // without which it answers no hover

	const uri = `"uri":"file:///hello.sh"`
	sh.do(t, `!textDocument/didOpen {"textDocument":{`+uri+`,"languageId":"shellscript","version":1,`+
		`"text":"# says hello\nhello() { echo hi; }\nhello\n"}}`)
	// The server reads a document in its own time, and knows nothing of it before.
	deadline := time.Now().Add(interopPatience)
	for known := "false"; known != "true"; {
		if time.Now().After(deadline) {
			t.Fatal("hover never knew what hello is")
		}
		sh.do(t, `textDocument/hover {"textDocument":{`+uri+`},"position":{"line":2,"character":1}} `+
			`| (.contents.value // "") | contains("says hello")`)
		known = sh.stdout.until(t, `^(true|false)$`)[1]
	}
	sh.do(t, `textDocument/documentSymbol {"textDocument":{`+uri+`}} | [.[].name]`, "shutdown", "!exit")
	sh.stdout.next(t, `["hello"]`, "null")
	sh.stderr.until(t, `ended: exit status 0$`)
	sh.exits(t, exit.Done)
}
