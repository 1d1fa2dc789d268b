package main

import (
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

// startRPCWebSockets starts a server on rpc-websockets, and returns its address.
func startRPCWebSockets(t *testing.T, p *peers) string {
	t.Helper()
	script, err := filepath.Abs("testdata/peers/websockets.js")
	if err != nil {
		t.Fatal(err)
	}
	p.module(t, "rpc-websockets@10.0.1", "rpc-websockets/package.json")
	port := p.port(t)
	p.startNode(t, []string{"NODE_PATH=" + p.modules}, script, port).listens(t, "tcp", "127.0.0.1:"+port)
	return "127.0.0.1:" + port
}

func peerRPCWebSockets(t *testing.T, p *peers) {
	address := startRPCWebSockets(t, p)
	detects(t, found{URL: "ws://" + address + "/", Protocol: "jsonrpc"}, address)
	calls(t, "^3$", address, "sum", "1", "2")
	sh := connected(t, address)
	sh.do(t, ".batch sum 1 2 ; sum 3 4", ".discover __listMethods", ".methods sum")
	sh.stdout.next(t, "[3,7]")
	sh.stdout.until(t, "^sum")
	sh.do(t, ".on tick .print $event.value.params.n", "rpc.on tick", "ticks")
	sh.stdout.next(t, `{"tick":"ok"}`)
	for range 2 { // the answer, and what .on prints, whichever is first
		sh.stdout.until(t, "^(null|1)$")
	}
	sh.stdout.has(t, "^null$")
	sh.stdout.has(t, "^1$")
	sh.stderr.has(t, ` ← {"notification":"tick","params":{"n":1}}$`)
	sh.stderr.has(t, `has neither a result nor an error, and counts as null`)
	sh.exits(t, exit.Done)
}
