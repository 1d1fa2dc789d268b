package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

func peerAria2(t *testing.T, p *peers) {
	port := p.port(t)
	address := "127.0.0.1:" + port
	g := p.start(t, nil, p.program(t, "aria2c", "aria2"), "--enable-rpc", "--rpc-listen-port="+port, "--no-conf",
		"--disable-ipv6", "--enable-dht=false", "--quiet", "-d", t.TempDir())
	g.listens(t, "tcp", address)

	ws, plain := "ws://"+address+"/jsonrpc", "http://"+address+"/jsonrpc"
	for _, target := range []string{address, ws, plain} {
		calls(t, `^\["aria2.onDownloadStart",.*\]$`, target, "system.listNotifications")
		calls(t, `^\[{"enabledFeatures":.*"version":"\d.*},\["aria2.onDownloadStart",.*\]\]$`, target,
			".batch", "aria2.getVersion", ";", "system.listNotifications")
	}
	detects(t, found{URL: ws, Protocol: "jsonrpc"}, address)
	detects(t, found{URL: plain, Protocol: "jsonrpc"}, plain)

	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	}))
	defer files.Close()
	sh := connected(t, address)
	sh.do(t, `aria2.addUri [["`+files.URL+`/file"]]`)
	gid := sh.stdout.until(t, `^"([0-9a-f]+)"$`)[1]
	sh.stderr.until(t, ` ← aria2.onDownloadStart \[?{"gid":"`+gid+`"}\]?$`)
	sh.stderr.until(t, ` ← aria2.onDownloadComplete \[?{"gid":"`+gid+`"}\]?$`)
	replaysAlike(t, []string{"aria2.getVersion"}, nil, plain)
	sh.do(t, "aria2.nosuch")
	sh.stderr.until(t, `^rpcsh: error 1: No such method: aria2.nosuch$`)
	sh.exits(t, exit.PeerError)
}

func peerNodeInspect(t *testing.T, p *peers) {
	const events = 100
	address := "127.0.0.1:" + p.port(t)
	g := p.start(t, nil, p.node(t), "--inspect="+address, "-e",
		fmt.Sprintf(`for (let i = 0; i < %d; i++) console.log("line", i); console.log("ready"); `+
			`setInterval(() => {}, 1e6)`, events))
	url := g.output.until(t, `^Debugger listening on (ws://\S+)$`)[1]
	g.output.until(t, "^ready$")

	calls(t, `^{"result":{"type":"number","value":2,"description":"2"}}$`, address,
		"Runtime.evaluate", "expression=1+1")
	detects(t, found{URL: url, Protocol: "cdp"}, address)
	detects(t, found{URL: url, Protocol: "cdp"}, url)

	idle := peerShell(t, "-e", ".sleep 1500ms", "-e", "Runtime.evaluate expression=1+1 | .result.value", address)
	idle.stdout.next(t, "2") // it closes a connection on which a ping comes
	idle.exits(t, exit.Done)

	sh := peerShell(t, "--linger", "0", "-e", "Runtime.enable", address)
	sh.stdout.until(t, `"method":"Runtime.executionContextCreated"`)
	for i := range events {
		sh.stdout.says(t, `"method":"Runtime.consoleAPICalled","params":{"type":"log",`+
			`"args":\[{"type":"string","value":"line"},{"type":"number","value":(\d+),`, fmt.Sprint(i))
	}
	sh.stdout.until(t, `"args":\[{"type":"string","value":"ready"}\]`)
	sh.stdout.next(t, "{}") // the answer, after all of them
	g.kill()
	sh.exits(t, exit.Done)
}

func peerAnvil(t *testing.T, p *peers) {
	anvil := p.module(t, "@foundry-rs/anvil-linux-amd64@1.7.1", "@foundry-rs/anvil-linux-amd64/bin/anvil")
	path, port := filepath.Join(t.TempDir(), "s"), p.port(t)
	address := "127.0.0.1:" + port
	g := p.start(t, nil, anvil, "--host", "127.0.0.1", "--port", port, "--block-time", "1", "--ipc", path, "--silent")
	g.listens(t, "tcp", address)
	g.listens(t, "unix", path)

	const chain = `"0x7a69"`
	for _, target := range []string{address, "ws://" + address, "http://" + address, path} {
		calls(t, exactly(chain), target, "eth_chainId")
	}
	detects(t, found{URL: "ws://" + address + "/", Protocol: "jsonrpc"}, address)
	detects(t, found{URL: "http://" + address + "/", Protocol: "jsonrpc"}, "http://"+address)
	detects(t, found{URL: "unix://" + path, Protocol: "jsonrpc", Framing: "line"}, path)

	for _, target := range []string{address, path} {
		sh := connected(t, target)
		sh.do(t, "eth_subscribe newHeads")
		id := sh.stdout.until(t, `^"(0x[0-9a-f]+)"$`)[1]
		for range 2 {
			sh.stderr.until(t, ` ← eth_subscription {"subscription":"`+id+`","result":{"hash":"0x`)
		}
		sh.do(t, `.batch eth_chainId ; eth_unsubscribe "`+id+`"`)
		sh.stdout.next(t, "["+chain+",true]")
		sh.exits(t, exit.Done)
	}
	through, printed := tapped(t, address)
	calls(t, exactly(chain), "ws://"+through, "eth_chainId")
	calls(t, exactly(chain), "http://"+through, "eth_chainId")
	printed.until(t, ` ← (@\d+ )?#1 `+chain)
	anvilIntercepted(t, address)
	for _, target := range []string{"ws://" + address, "http://" + address, path} {
		replaysAlike(t, []string{"eth_chainId", ".batch eth_chainId ; eth_gasPrice"}, []string{"--ignore", "/result"},
			target)
	}
	sh := connected(t, "http://"+address)
	sh.do(t, ".batch eth_chainId ; eth_chainId", "eth_subscribe newHeads") // for which HTTP has no way back
	sh.stdout.next(t, "["+chain+","+chain+"]")
	sh.stderr.until(t, `^rpcsh: error -32601: Method not found$`)
	sh.exits(t, exit.PeerError)
}

// startOpenRPC starts a peer on @open-rpc/server-js, and returns where it is: by HTTP and by WebSocket.
func startOpenRPC(t *testing.T, p *peers) (plain, ws string) {
	t.Helper()
	script, err := filepath.Abs("testdata/peers/openrpc.js")
	if err != nil {
		t.Fatal(err)
	}
	p.module(t, "@open-rpc/server-js@1.10.1", "@open-rpc/server-js/package.json")
	plain, ws = p.port(t), p.port(t)
	g := p.startNode(t, []string{"NODE_PATH=" + p.modules}, script, plain, ws)
	plain, ws = "127.0.0.1:"+plain, "127.0.0.1:"+ws
	g.listens(t, "tcp", plain)
	g.listens(t, "tcp", ws)
	return plain, ws
}

func peerOpenRPC(t *testing.T, p *peers) {
	plain, ws := startOpenRPC(t, p)
	for _, target := range []string{plain, ws, "http://" + plain, "ws://" + ws} {
		calls(t, "^3$", target, "add", "1", "2")
		calls(t, `"title":"sums"`, target, "rpc.discover")
	}
	detects(t, found{URL: "http://" + plain + "/", Protocol: "jsonrpc"}, plain)
	detects(t, found{URL: "ws://" + ws + "/", Protocol: "jsonrpc"}, ws)
	for _, target := range []string{plain, ws} {
		replaysAlike(t, []string{"add a=5 b=6", ".batch add 1 2 ; add 3 4"}, nil, target)
		sh := connected(t, target)
		sh.do(t, ".batch add 1 2 ; add 3 4", "add a=5 b=6", "nosuch")
		sh.stdout.next(t, "[3,7]", "11")
		sh.stderr.until(t, `^rpcsh: error -32601: Method not found`)
		sh.exits(t, exit.PeerError)
	}
}
