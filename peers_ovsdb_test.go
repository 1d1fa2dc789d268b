package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

// ovsdbEchos is how many times to wait until ovsdb-server, after a second of silence each, asks whether we are there.
// If it is not answered it closes the connection instead of asking once more.
const ovsdbEchos = 4

// ovsdbListens has a database say where its server listens, and that it asks after a second, the shortest that it
// knows, instead of five.
func ovsdbListens(t *testing.T, tool, db, address string) {
	t.Helper()
	remote := `["Things",{"op":"insert","table":"Remote","uuid-name":"r",` +
		`"row":{"target":"ptcp:` + address + `","inactivity_probe":1000}},` +
		`{"op":"insert","table":"Server","row":{"remotes":["named-uuid","r"]}}]`
	if out, err := exec.Command(tool, "transact", db, remote).CombinedOutput(); err != nil {
		t.Fatalf("ovsdb-tool: %v: %s", err, out)
	}
}

func peerOVSDB(t *testing.T, p *peers) {
	server, tool := p.program(t, "ovsdb-server", "openvswitch-common"), p.program(t, "ovsdb-tool", "openvswitch-common")
	dir := t.TempDir()
	db, path, port := filepath.Join(dir, "db"), filepath.Join(dir, "s"), p.port(t)
	address := "127.0.0.1:" + port
	if out, err := exec.Command(tool, "create", db, "testdata/peers/things.ovsschema").CombinedOutput(); err != nil {
		t.Fatalf("ovsdb-tool: %v: %s", err, out)
	}
	ovsdbListens(t, tool, db, port+":127.0.0.1")
	g := p.start(t, nil, server, "--no-chdir", "--remote=punix:"+path, "--remote=db:Things,Server,remotes",
		"--unixctl="+filepath.Join(dir, "ctl"), "-vconsole:off", db)
	g.listens(t, "tcp", address)
	g.listens(t, "unix", path)

	const databases = `["Things","_Server"]`
	calls(t, exactly(databases), address, "list_dbs")
	calls(t, exactly(databases), path, "list_dbs")
	detects(t, found{URL: "tcp://" + address, Protocol: "jsonrpc1", Framing: "none"}, address)
	detects(t, found{URL: "unix://" + path, Protocol: "jsonrpc1", Framing: "none"}, path)

	replaysAlike(t, []string{"list_dbs", `transact Things {"op":"select","table":"Thing","where":[]}`}, nil, address)
	var monitors []*shellRun
	for _, target := range []string{address, path} {
		sh := connected(t, target)
		sh.do(t, ".serve echo .", "list_dbs", `monitor Things mine {"Thing":{"columns":["name","size"]}}`)
		sh.stdout.next(t, databases, "{}")
		monitors = append(monitors, sh)
	}
	calls(t, `^\[{"uuid":`, address, "transact", "Things",
		`{"op":"insert","table":"Thing","row":{"name":"a","size":1}}`)
	for _, sh := range monitors {
		sh.stderr.until(t, ` ← update "mine" {"Thing":{"[-0-9a-f]+":{"new":{"name":"a","size":1}}}}$`)
	}
	for range ovsdbEchos { // over TCP alone
		monitors[0].stderr.until(t, ` ← #"echo" echo \[\]$`)
		monitors[0].stderr.until(t, ` → #"echo" \[\]  `)
	}
	for _, sh := range monitors {
		sh.do(t, ".set stop off", "no_such_method", "list_dbs")
		sh.stderr.until(t, `^rpcsh: error: unknown method`)
		sh.stdout.next(t, databases)
		sh.exits(t, exit.PeerError)
	}
}
