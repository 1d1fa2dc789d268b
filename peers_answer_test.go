package main

import (
	"strings"
	"testing"

	"rpcsh/shell/exit"
)

// TestAnswersPeers has rpcsh answer what real peers ask of it: by rules, by commands, and by hand.
func TestAnswersPeers(t *testing.T) {
	runPeers(t, []peerTest{
		{"neovim", answersNeovim},
		{"server-everything", answersMCP},
		{"bash-language-server", answersBashLanguageServer},
	})
}

// answersNeovim has Neovim ask twice, the second time while the first is open, and answers in either order. Neovim goes
// on only where the newest is answered first, and has been taken up, before the older one is; of another order it ends
// the connection.
func answersNeovim(t *testing.T, p *peers) {
	nested := func(t *testing.T) (sh *shellRun, second string) {
		sh = connected(t, "--", p.program(t, "nvim", "neovim"), "--clean", "--embed", "--headless")
		sh.do(t, ".set stop off", ".serve '*' --ask", "channel = nvim_get_api_info | .[0]",
			`nvim_exec_lua 'return {"outer", vim.rpcrequest(..., "first", 1)}' [$channel] &`)
		sh.stderr.until(t, `^rpcsh: asks \d+: first 1$`)
		sh.do(t, `nvim_exec_lua 'return {"inner", vim.rpcrequest(..., "second", 2)}' [$channel] &`)
		second = sh.stderr.until(t, `^rpcsh: asks (\d+): second 2$`)[1]
		sh.stdout.until(t, `^\d+$`) // the channel
		return sh, second
	}
	t.Run("newest first", func(t *testing.T) {
		sh, _ := nested(t)
		sh.do(t, ".set order newest", ".reply next two")
		sh.stdout.next(t, `["inner","two"]`)
		sh.do(t, ".reply next one")
		sh.stdout.next(t, `["outer","one"]`)
		sh.do(t, "nvim_eval 6*8")
		sh.stdout.next(t, "48")
		sh.exits(t, exit.Done)
	})
	t.Run("oldest first", func(t *testing.T) {
		sh, second := nested(t)
		sh.do(t, ".reply next one")
		sh.stderr.until(t, `^\d\d:\d\d:\d\d\.\d{3} → #\d+ "one"`)
		sh.stderr.until(t, `^rpcsh: nvim ended: exit status \d+$`)
		sh.stderr.has(t, `^rpcsh: nvim_exec_lua: connection closed: it ended: exit status \d+$`)
		sh.stderr.until(t, `^rpcsh: request \d+, second, is gone: @1 ended`) // only then is the reason known
		sh.do(t, ".reply "+second+" two")
		sh.stderr.until(t, `request \d+ is gone: @1 ended: exit status \d+$`)
		sh.exits(t, exit.Usage)
	})
}

// answersMCP answers a server that wants text of a language model by jq, by a command, by a script, and by hand.
func answersMCP(t *testing.T, p *peers) {
	const call = `tools/call {"name":"trigger-sampling-request",` +
		`"arguments":{"prompt":"a question","maxTokens":10}} | .content[0].text`
	says := func(text string) string {
		return `(?s)^".*` + text + `.*"$`
	}
	sh := connected(t, "-p", "mcp", "--", p.node(t), p.module(t, mcpVersion, mcpFile), "stdio")

	sh.do(t, `.serve sampling/createMessage {role: "assistant", model: "jq", `+
		`content: {type: "text", text: ("by jq: " + .messages[0].content.text)}}`, call)
	sh.stderr.until(t, ` ← #\d+ sampling/createMessage {.*a question`)
	sh.stdout.until(t, says("by jq: .*a question"))

	sh.do(t, `.serve sampling/createMessage --exec 'printf "{\"role\":\"assistant\",\"model\":\"sh\",`+
		`\"content\":{\"type\":\"text\",\"text\":\"by a command: $RPCSH_METHOD %s bytes\"}}" $(wc -c)'`, call)
	sh.stdout.until(t, says(`by a command: sampling/createMessage \d\d\d bytes`))

	sh.do(t, ".unserve sampling/createMessage", ".serve testdata/peers/sampling.star", call)
	sh.stdout.until(t, says("by a script: .*a question"))
	sh.do(t, ".unserve testdata/peers/sampling.star")

	sh.do(t, ".serve sampling/createMessage --ask", "answer = "+call+" &")
	n := sh.stderr.until(t, `^rpcsh: asks (\d+): sampling/createMessage {.*a question`)[1]
	sh.do(t, ".pending")
	sh.stdout.until(t, `^\d+ +@1 +#\d+ +\d+ s +you +sampling/createMessage`)
	sh.do(t, `.reply `+n+` {"role":"assistant","model":"me","content":{"type":"text","text":"by hand"}}`)
	sh.stdout.until(t, says("by hand"))

	sh.do(t, ".set stop off", call+" &", `.fail next -1 "User rejected sampling request"`)
	sh.stdout.until(t, `^{"content":.*User rejected sampling request.*"isError":true}$`)
	sh.exits(t, exit.PeerError)
}

// answersBashLanguageServer answers, as an editor does, how the server is configured, and sees that it is: by how much
// it tells.
func answersBashLanguageServer(t *testing.T, p *peers) {
	const script = "bash-language-server/out/cli.js"
	for level, tells := range map[string]bool{"debug": true, "error": false} {
		server := p.node(t) + " " + p.module(t, "bash-language-server@5.8.1", script) + " start"
		sh := peerShell(t, "-v", "-p", "lsp")
		sh.do(t, `.serve workspace/configuration [.items[] | if .section == "bashIde" `+
			`then {logLevel: "`+level+`"} else null end]`,
			".connect -- "+server, ".open testdata/peers/hello.sh")
		sh.stderr.until(t, ` ← #\d+ workspace/configuration {"items":\[{"section":"bashIde"}\]}$`)
		sh.stderr.until(t, ` → #\d+ \[{"logLevel":"`+level+`"}\] `)
		sh.asksUntil(t, `textDocument/documentSymbol testdata/peers/hello.sh | [.[].name] | join(" ")`,
			`^"(.*)"$`, "hello")
		if got := strings.Contains(sh.stderr.String(), "DEBUG onDocumentSymbol"); got != tells {
			t.Errorf("log level %s: it says what it does: %v", level, got)
		}
		sh.exits(t, exit.Done)
	}
}
