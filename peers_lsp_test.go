package main

import (
	"testing"

	"rpcsh/shell/exit"
)

func peerBashLanguageServer(t *testing.T, p *peers) {
	node, script := p.node(t), p.module(t, "bash-language-server@5.8.1", "bash-language-server/out/cli.js")
	command := []string{"--", node, script, "start"}
	detects(t, found{URL: "exec:" + node + " " + script + " start", Protocol: "jsonrpc", Framing: "header"}, command...)

	languageServerSession(t, command)
	languageServerSession(t, tappedCommand(command))
	languageServerIntercepted(t, command)
	replaysAlike(t, []string{"textDocument/documentSymbol testdata/peers/hello.sh"},
		[]string{
			"--optional", "window/logMessage", "--ignore", "/params/registrations/*/id",
			"--ignore", "/result/0", // it answers from an empty analysis, now and then, as long as it is not ready
		},
		append([]string{"-p", "lsp"}, command...)...)
}

// languageServerSession tells bash-language-server of a document, and asks about it.
func languageServerSession(t *testing.T, command []string) {
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
	sh.asksUntil(t, `textDocument/hover {"textDocument":{`+uri+`},"position":{"line":2,"character":1}} `+
		`| (.contents.value // "") | contains("says hello")`, `^(true|false)$`, "true")
	sh.do(t, `textDocument/documentSymbol {"textDocument":{`+uri+`}} | [.[].name]`, "shutdown", "!exit")
	sh.stdout.next(t, `["hello"]`, "null")
	sh.stderr.until(t, `ended: exit status 0$`)
	sh.exits(t, exit.Done)
}

// peerTypeScriptLanguageServer is not told to answer anything: the server answers nothing itself until it has been told
// its configuration, by an object.
func peerTypeScriptLanguageServer(t *testing.T, p *peers) {
	const version = "typescript-language-server@5.3.0 typescript@5.9.3"
	p.module(t, version, "typescript/lib/tsserver.js")
	node, script := p.node(t), p.module(t, version, "typescript-language-server/lib/cli.mjs")
	detects(t, found{URL: "exec:" + node + " " + script + " --stdio", Protocol: "jsonrpc", Framing: "header"},
		"--", node, script, "--stdio")
	sh := peerShell(t, "-v", "-p", "lsp", "--", node, script, "--stdio")
	sh.do(t, `textDocument/hover testdata/peers/sums.ts:1:10 | .contents.value | contains("function add(a: number")`,
		"textDocument/documentSymbol testdata/peers/sums.ts | [.[].name]")
	sh.stdout.next(t, "true", `["add","sum"]`)
	sh.stderr.has(t, ` ← #\d+ workspace/configuration {"items":`)
	sh.do(t, `.batch shutdown ; shutdown`)
	sh.stderr.until(t, `language servers take no batches`)
	sh.exits(t, exit.Usage)
}
