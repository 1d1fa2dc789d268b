package main

import (
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

func peerJayson(t *testing.T, p *peers) {
	p.module(t, "jayson@5.0.0", "jayson/package.json")
	script, err := filepath.Abs("testdata/peers/jayson.js")
	if err != nil {
		t.Fatal(err)
	}
	http, tcp := p.port(t), p.port(t)
	g := p.startNode(t, []string{"NODE_PATH=" + p.modules}, script, http, tcp)
	http, tcp = "127.0.0.1:"+http, "127.0.0.1:"+tcp
	g.listens(t, "tcp", http)
	g.listens(t, "tcp", tcp)
	detects(t, found{URL: "http://" + http + "/", Protocol: "jsonrpc"}, http)
	detects(t, found{URL: "tcp://" + tcp, Protocol: "jsonrpc", Framing: "line"}, tcp)
	for _, target := range []string{http, tcp} {
		replaysAlike(t, []string{"add 1 2", ".batch add 1 2 ; add 5 6"}, nil, target)
		sh := connected(t, target)
		sh.do(t, "add 1 2", ".batch add 1 2 ; !add 3 4 ; add 5 6", "fail")
		sh.stdout.next(t, "3", "[3,11]")
		sh.stderr.until(t, `^rpcsh: error -32000: failed as asked$`)
		sh.exits(t, exit.PeerError)
	}
}

// peerTransmission is refused until it sends what the server has handed out. What version 3 of the server answers is no
// JSON-RPC, but near.
func peerTransmission(t *testing.T, p *peers) {
	port, peerPort := p.port(t), p.port(t)
	p.start(t, nil, p.program(t, "transmission-daemon", "transmission-daemon"), "--foreground", "--config-dir",
		t.TempDir(), "--port", port, "--rpc-bind-address", "127.0.0.1", "--peerport", peerPort, "--no-portmap",
		"--no-dht", "--no-lpd", "--no-utp").listens(t, "tcp", "127.0.0.1:"+port)
	url := "http://127.0.0.1:" + port + "/transmission/rpc"
	sh := peerShell(t, url, "session-get")
	sh.stderr.until(t, `HTTP 409 Conflict .*; it hands out a header to be sent along: X-Transmission-Session-Id: \S+; `+
		`--session-header X-Transmission-Session-Id does that$`)
	sh.exits(t, exit.Connection)
	calls(t, `^"success"$`, "-p", "jsonrpc", "--session-header", "X-Transmission-Session-Id", "--ids", "lenient", url,
		"session-get")
}
