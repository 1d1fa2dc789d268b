//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// A lesson is what a person who has connected to a peer with no flags sees and does, to find out what it offers.
type lesson struct {
	banner   string // what the peer is and how many methods were learned
	begin    string // of a method, as far as it is typed; the list then shows
	method   string // the row of the method meant
	param    string // a call as far as it is typed, in the middle of its arguments; then
	choice   string // the row of a param, or of a value, is in the list
	describe string // the method to describe
	told     string // in what is told of it
	call     string // a call
	result   string // its result
}

// learns has a person learn what a peer offers, in a terminal.
func learns(t *testing.T, l lesson, target ...string) {
	t.Helper()
	s := sit(t, target...)
	s.sees(l.banner)
	s.clear()
	s.Press(l.begin)
	s.sees(l.method)
	s.clear()
	if l.param != "" {
		s.Press(l.param)
		s.sees(l.choice)
		s.clear()
	}
	s.enter(l.describe + "?")
	s.sees(l.told)
	s.Press("q") // where it is longer than the screen
	s.clear()
	s.enter(l.call)
	s.sees(l.result)
	s.leaves()
}

// TestLearnsPeers has rpcsh, at a terminal and with no flags, learn what real peers offer, by each convention that they
// have.
func TestLearnsPeers(t *testing.T) {
	runPeers(t, []peerTest{
		{"neovim", learnNeovim},
		{"ovsdb-server", learnOVSDB},
		{"server-everything over stdio", learnMCPOverStdio},
		{"server-everything over HTTP", learnMCPOverHTTP},
		{"bash-language-server", learnBashLanguageServer},
		{"aria2", learnAria2},
		{"node --inspect", learnNodeInspect},
		{"anvil", learnAnvil},
		{"@open-rpc/server-js", learnOpenRPC},
		{"an ACP agent", learnACP},
		{"rpc-websockets", learnRPCWebSockets},
		{"the demo peer", func(t *testing.T, _ *peers) {
			learns(t, lesson{
				banner: `7 methods by rpc\.discover`,
				begin:  "my_pro", method: `^ *my_progress_add `,
				param: "my_add a=1 ", choice: `^ *b= `,
				describe: "my_add", told: `(?s)my_add\(a: number, b: number\).*example`,
				call: "my_add a=40 b=2", result: `^42 `,
			}, "--demo")
		}},
	})
}

func learnNeovim(t *testing.T, p *peers) {
	address := "127.0.0.1:" + p.port(t)
	nvim := p.start(t, nil, p.program(t, "nvim", "neovim"), "--clean", "--headless", "--listen", address)
	nvim.listens(t, "tcp", address)
	learns(t, lesson{
		banner: `Neovim \d+\.\d+\.\d+ · \d\d\d methods by nvim`,
		begin:  "nvim_buf_set_li", method: `^ *nvim_buf_set_lines +\(buffer: Buffer, start: integer`,
		param: "nvim_buf_get_lines buffer=0 ", choice: `^ *start= +integer, required`,
		describe: "nvim_buf_get_lines", told: `(?s)nvim_buf_get_lines\(buffer: Buffer, .*strict_indexing +boolean`,
		call: "nvim_get_current_buf", result: `^{"\$buffer": ?1}`,
	}, address)
}

func learnOVSDB(t *testing.T, p *peers) {
	server, tool := p.program(t, "ovsdb-server", "openvswitch-common"), p.program(t, "ovsdb-tool", "openvswitch-common")
	dir := t.TempDir()
	db, address := filepath.Join(dir, "db"), "127.0.0.1:"+p.port(t)
	if out, err := exec.Command(tool, "create", db, "testdata/peers/things.ovsschema").CombinedOutput(); err != nil {
		t.Fatalf("ovsdb-tool: %v: %s", err, out)
	}
	p.start(t, nil, server, "--no-chdir", "--remote=ptcp:"+address[len("127.0.0.1:"):]+":127.0.0.1",
		"--unixctl="+filepath.Join(dir, "ctl"), "-vconsole:off", db).listens(t, "tcp", address)
	learns(t, lesson{
		banner: `methods by ovsdb`,
		begin:  "trans", method: `^ *transact `,
		param: "get_schema ", choice: `Things`,
		describe: "get_schema", told: `(?s)get_schema\(.*Things`,
		call: "get_schema Things | .name", result: `^"Things"`,
	}, address)
}

func mcpLesson() lesson {
	return lesson{
		banner: `mcp-servers/everything .*· \d+ methods by mcp`,
		begin:  "get-su", method: `^ *get-sum +\(a: number, b: number\)`,
		param: "get-structured-content loc", choice: `^ *location=`,
		describe: "get-sum", told: `(?s)get-sum\(a: number, b: number\).*example`,
		// the server asks for the roots at a time of its own, and then the call goes on in the background
		call: "get-sum a=40 b=2 | .content[0].text", result: `^(\S+ ← #\d+ )?"The sum of 40 and 2 is 42\."`,
	}
}

func learnMCPOverStdio(t *testing.T, p *peers) {
	learns(t, mcpLesson(), "--", p.node(t), p.module(t, mcpVersion, mcpFile), "stdio")
}

func learnMCPOverHTTP(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	server := p.startNode(t, []string{"PORT=" + port}, p.module(t, mcpVersion, mcpFile), "streamableHttp")
	server.listens(t, "tcp", address)
	learns(t, mcpLesson(), address)
}

func learnBashLanguageServer(t *testing.T, p *peers) {
	learns(t, lesson{
		banner: `\d+ methods by lsp`,
		begin:  "docsym", method: `^ *textDocument/documentSymbol `,
		param: "textDocument/hover pos", choice: `^ *position:?= +Position, required`,
		describe: "textDocument/hover",
		told:     `(?s)textDocument/hover\(textDocument: TextDocumentIdentifier.*character +uinteger|integer`,
		call:     "textDocument/documentSymbol testdata/peers/hello.sh | [.[].name]",
		result:   `^\["hello"\]`,
	}, "--", p.node(t), p.module(t, "bash-language-server@5.8.1", "bash-language-server/out/cli.js"), "start")
}

func learnAria2(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	p.start(t, nil, p.program(t, "aria2c", "aria2"), "--enable-rpc", "--rpc-listen-port="+port, "--no-conf",
		"--disable-ipv6", "--enable-dht=false", "--quiet", "-d", t.TempDir()).listens(t, "tcp", address)
	learns(t, lesson{
		banner: `\d+ methods by system\.listMethods`,
		begin:  "aria2.getV", method: `aria2\.getVersion`,
		// it tells the names of its methods and nothing of their params
		describe: "aria2.getVersion", told: `learned by system\.listMethods`,
		call: "system.listNotifications | .[0]", result: `^"aria2\.onDownloadStart"`,
	}, address)
}

func learnNodeInspect(t *testing.T, p *peers) {
	address := "127.0.0.1:" + p.port(t)
	node := p.start(t, nil, p.node(t), "--inspect="+address, "-e", "setInterval(() => {}, 1e6)")
	node.output.until(t, `^Debugger listening on `)
	l := lesson{
		banner: `node\.js v\d+.*· \d+ methods by cdp`,
		begin:  "Runtime.ev", method: `^ *Runtime\.evaluate `,
		param: "Runtime.evaluate exp", choice: `^ *expression= +string, required`,
		describe: "Runtime.evaluate", told: `(?s)Runtime\.evaluate\(expression: string.*params, by name|parameters`,
		call: "Runtime.evaluate expression=40+2 | .result.value", result: `^42 `,
	}
	learns(t, l, address)
	learns(t, l, "-p", "cdp", address)
}

func learnAnvil(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	anvil := p.module(t, "@foundry-rs/anvil-linux-amd64@1.7.1", "@foundry-rs/anvil-linux-amd64/bin/anvil")
	p.start(t, nil, anvil, "--host", "127.0.0.1", "--port", port, "--silent").listens(t, "tcp", address)
	learns(t, lesson{
		banner: `anvil.*· \d+ methods by ethereum`,
		begin:  "eth_getBal", method: `^ *eth_getBalance `,
		param: "eth_getBlockByNumber lat", choice: `^ *latest`,
		describe: "eth_getBlockByNumber", told: `(?s)eth_getBlockByNumber\(block: .*hydratedTransactions +boolean`,
		call: "eth_getBlockByNumber latest false | .number", result: `^"0x0"`,
	}, address)
}

func learnOpenRPC(t *testing.T, p *peers) {
	plain, ws := startOpenRPC(t, p)
	for _, target := range []string{plain, ws} {
		learns(t, lesson{
			banner: `sums 1 · 1 method by rpc\.discover`,
			begin:  "ad", method: `^ *add +\(a\?: number, b\?: number\) → number`,
			param: "add a=1 ", choice: `^ *b= `,
			describe: "add", told: `(?s)add\(a\?: number, .*example`,
			call: "add a=40 b=2", result: `^42 `,
		}, target)
	}
}

func learnACP(t *testing.T, p *peers) {
	learns(t, lesson{
		banner: `6 methods by acp`,
		begin:  "session/pro", method: `^ *session/prompt `,
		param: "session/new cwd=/ mcp", choice: `^ *mcpServers`,
		describe: "session/prompt", told: `(?s)session/prompt\(sessionId: string.*learned by acp`,
		call: "session/new cwd=/ mcpServers:=[]", result: `^{"sessionId": ?"s1"}`,
	}, acpAgent(t, p)...)
}

func learnRPCWebSockets(t *testing.T, p *peers) {
	learns(t, lesson{
		banner: `3 methods by __listMethods`,
		begin:  "su", method: `^ *sum$`,
		describe: "sum", told: `(?s)sum.*learned by __listMethods`,
		call: "sum 40 2", result: `^42 `,
	}, startRPCWebSockets(t, p))
}
