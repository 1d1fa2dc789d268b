package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"rpcsh/shell/exit"
)

// between starts a tap with a name in front of a peer, and returns where clients find it, and its name.
func between(t *testing.T, target string) (address, name string) {
	t.Helper()
	name = fmt.Sprintf("t%d", rand.Uint64())
	sh := peerShell(t, "tap", "--name", name, "-l", "127.0.0.1:0", target)
	return sh.stderr.until(t, `^rpcsh: listening on (\S+), for `)[1], name
}

// attached is a shell at a tap.
func attached(t *testing.T, name string) *shellRun {
	t.Helper()
	sh := peerShell(t, "attach", name)
	sh.do(t, ".print ready")
	sh.stdout.next(t, `"ready"`)
	return sh
}

// An exchange is a call whose fate a test decides.
type exchange struct {
	call, answer string // a line, and what it prints
	method       string // that is held
	edited       string // the params in the place of those of call, and what that prints then
	editedAnswer string
	envelope     string // what stands around the id and the params: JSON with %s and %s
	injected     string // a line of ours, and what it prints
	gets         string
}

// intercepted holds a call, and has it pass; edits it, answers it, drops nothing, and injects one of our own. No call
// of that method has passed before: a tap tells what has passed, and the shell may have come in between.
func intercepted(t *testing.T, x exchange, client, shell *shellRun) {
	t.Helper()
	shell.do(t, ".hold kind:request "+x.method, ".print held")
	shell.stdout.next(t, `"held"`)
	client.do(t, x.call)
	shell.do(t, ".pass next")
	client.stdout.next(t, x.answer)

	client.do(t, x.call)
	shell.stderr.until(t, `→ (?:@server\S* )?#(\S+) `+x.method+` `) // the one that passed
	id := shell.stderr.until(t, `→ (?:@server\S* )?#(\S+) `+x.method+` `)[1]
	shell.do(t, ".edit next "+fmt.Sprintf(x.envelope, id, x.edited))
	client.stdout.next(t, x.editedAnswer)

	client.do(t, x.call)
	shell.do(t, `.reply next "ours"`)
	client.stdout.next(t, `"ours"`)

	client.do(t, x.call)
	shell.do(t, `.fail next -1 'no luck'`)
	client.stderr.until(t, `^rpcsh: error.*no luck`)

	shell.do(t, ".hold off", x.injected)
	shell.stdout.next(t, x.gets)
	client.do(t, x.call)
	client.stdout.next(t, x.answer)
	shell.exits(t, exit.Done)
}

// TestPeersIntercepted holds, edits and answers what passes between rpcsh and py-bson-rpc, and sends messages between.
func TestPeersIntercepted(t *testing.T) {
	remembersNothing(t)
	for _, tt := range []struct{ form, protocol, framing string }{
		{"rfc7464", "jsonrpc", "rfc7464"}, {"netstring", "jsonrpc", "netstring"}, {"none", "jsonrpc", "none"},
		{"bson", "bsonrpc", "bson"},
	} {
		t.Run(tt.form, func(t *testing.T) {
			in := &interop{form: tt.form, python: interopPython(t, tt.form)}
			_, address := in.server(t)
			through, name := between(t, address)
			client := connected(t, "-p", tt.protocol, "-f", tt.framing, through)
			client.do(t, ".set stop off", "same 2")
			client.stdout.next(t, "2")
			intercepted(t, exchange{
				call: "my_add 40 2", answer: "42", method: "my_add", edited: "[50,2]", editedAnswer: "52",
				envelope: `{"jsonrpc":"2.0","id":%s,"method":"my_add","params":%s}`,
				injected: "@server my_add 1 2", gets: "3",
			}, client, attached(t, name))
		})
	}
}

func neovimIntercepted(t *testing.T, address string) {
	through, name := between(t, address)
	client := connected(t, "-p", "nvim", through)
	client.do(t, ".set stop off", "nvim_strwidth ab")
	client.stdout.next(t, "2")
	shell := attached(t, name)
	intercepted(t, exchange{
		call: "nvim_eval 2*21", answer: "42", method: "nvim_eval", edited: `["7*8"]`, editedAnswer: "56",
		envelope: `{"id":%s,"method":"nvim_eval","params":%s}`, injected: "@server nvim_eval 1+2", gets: "3",
	}, client, shell)

	// what the server asks the client is answered in its place, and edited on its way
	shell = attached(t, name)
	shell.do(t, ".serve ask 41", ".print served")
	shell.stdout.next(t, `"served"`)
	client.do(t, "channel = nvim_get_api_info | .[0]",
		`nvim_exec_lua 'return 1 + vim.rpcrequest(..., "ask", 20)' [$channel]`)
	client.stdout.until(t, `^42$`)
	shell.exits(t, exit.Done)
}

func anvilIntercepted(t *testing.T, address string) {
	through, name := between(t, address)
	client := connected(t, "ws://"+through)
	client.do(t, ".set stop off", "eth_chainId")
	client.stdout.next(t, `"0x7a69"`)
	intercepted(t, exchange{
		call: `web3_sha3 "0x00"`, answer: `"0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a"`,
		method: "web3_sha3", edited: `["0x01"]`,
		editedAnswer: `"0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"`,
		envelope:     `{"jsonrpc":"2.0","id":%s,"method":"web3_sha3","params":%s}`,
		injected:     "@server eth_chainId", gets: `"0x7a69"`,
	}, client, attached(t, name))
}

func languageServerIntercepted(t *testing.T, command []string) {
	name := fmt.Sprintf("t%d", rand.Uint64())
	starts := append([]string{"-p", "jsonrpc", "-f", "header", "--", "rpcsh", "tap", "--name", name}, command...)
	client := connected(t, starts...)
	client.do(t, ".set stop off",
		`initialize {"processId":null,"rootUri":null,"capabilities":{}} | .capabilities.hoverProvider`,
		"!initialized {}")
	client.stdout.next(t, "true")
	const hover = `textDocument/documentSymbol {"textDocument":{"uri":"file:///%s.sh"}}`
	intercepted(t, exchange{
		call: fmt.Sprintf(hover, "none"), answer: "[]", method: "textDocument/documentSymbol",
		edited: `{"textDocument":{"uri":"file:///other.sh"}}`, editedAnswer: "[]",
		envelope: `{"jsonrpc":"2.0","id":%s,"method":"textDocument/documentSymbol","params":%s}`,
		injected: "@server " + fmt.Sprintf(hover, "none"), gets: "[]",
	}, client, attached(t, name))
}

func mcpIntercepted(t *testing.T, command []string) {
	name := fmt.Sprintf("t%d", rand.Uint64())
	starts := append([]string{"-p", "jsonrpc", "-f", "line", "--", "rpcsh", "tap", "--name", name}, command...)
	client := connected(t, starts...)
	client.do(t, ".set stop off",
		`initialize {"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"rpcsh","version":"1"}} `+
			`| .serverInfo.name`, "!notifications/initialized")
	client.stdout.next(t, `"mcp-servers/everything"`)
	toolIntercepted(t, client, name)
}

// toolIntercepted does what intercepted does to the calls of a tool of server-everything.
func toolIntercepted(t *testing.T, client *shellRun, name string) {
	t.Helper()
	const echo = `tools/call {"name":"echo","arguments":{"message":"%s"}}`
	const answer = `{"content":[{"type":"text","text":"Echo: %s"}]}`
	intercepted(t, exchange{
		call: fmt.Sprintf(echo, "hi"), answer: fmt.Sprintf(answer, "hi"), method: "tools/call",
		edited:       `{"name":"echo","arguments":{"message":"edited"}}`,
		editedAnswer: fmt.Sprintf(answer, "edited"),
		envelope:     `{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":%s}`,
		injected:     "@server " + fmt.Sprintf(echo, "own"), gets: fmt.Sprintf(answer, "own"),
	}, client, attached(t, name))
}

func mcpOverHTTPIntercepted(t *testing.T, address string) {
	through, name := between(t, "http://"+address)
	client := connected(t, "-p", "mcp", "http://"+through+"/mcp")
	client.do(t, ".set stop off")
	toolIntercepted(t, client, name)
}
