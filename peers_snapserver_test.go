package main

import (
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"

	"rpcsh/shell/exit"
)

func peerSnapserver(t *testing.T, p *peers) {
	snapserver := p.program(t, "snapserver", "snapserver")
	dir := t.TempDir()
	tcp, web, stream := p.port(t), p.port(t), p.port(t)
	template, err := os.ReadFile("testdata/peers/snapserver.conf")
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(dir, "conf")
	values := map[string]string{"DIR": dir, "TCP": tcp, "HTTP": web, "STREAM": stream}
	text := os.Expand(string(template), func(name string) string { return values[name] })
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	g := p.start(t, nil, snapserver, "-c", conf)
	tcp, web, stream = "127.0.0.1:"+tcp, "127.0.0.1:"+web, "127.0.0.1:"+stream
	for _, address := range []string{tcp, web, stream} {
		g.listens(t, "tcp", address)
	}

	const version = `{"major":2,"minor":0,"patch":0}`
	for _, target := range []string{tcp, web, "ws://" + web + "/jsonrpc", "http://" + web + "/jsonrpc"} {
		calls(t, exactly(version), target, "Server.GetRPCVersion")
	}
	replaysAlike(t, []string{"Server.GetRPCVersion"}, nil, tcp)
	detects(t, found{URL: "tcp://" + tcp, Protocol: "jsonrpc", Framing: "line"}, tcp)
	detects(t, found{URL: "ws://" + web + "/jsonrpc", Protocol: "jsonrpc"}, web)
	detects(t, found{URL: "http://" + web + "/jsonrpc", Protocol: "jsonrpc"}, "http://"+web+"/jsonrpc")

	// all at once: what one does, the others are told of
	overTCP, overWebSocket, overHTTP := connected(t, tcp), connected(t, web), connected(t, "http://"+web+"/jsonrpc")
	for _, sh := range []*shellRun{overTCP, overWebSocket, overHTTP} {
		sh.do(t, "Server.GetRPCVersion")
		sh.stdout.next(t, version)
	}
	const player = "02:00:00:00:00:01"
	snapclient(t, stream, player)
	overTCP.stderr.until(t, ` ← Server.OnUpdate {"server":`)
	overWebSocket.stderr.until(t, ` ← Server.OnUpdate {"server":`)

	overHTTP.do(t, `Client.SetVolume {"id":"`+player+`","volume":{"muted":false,"percent":30}}`)
	overHTTP.stdout.next(t, `{"volume":{"muted":false,"percent":30}}`)
	overTCP.stderr.until(t, ` ← Client.OnVolumeChanged {"id":"`+player+`","volume":{"muted":false,"percent":30}}$`)
	overWebSocket.stderr.until(t,
		` ← Client.OnVolumeChanged {"id":"`+player+`","volume":{"muted":false,"percent":30}}$`)

	overTCP.do(t, `.batch Client.SetVolume {"id":"`+player+`","volume":{"muted":true,"percent":31}} ; `+
		`Client.SetLatency {"id":"`+player+`","latency":10}`)
	overTCP.stdout.next(t, `[{"volume":{"muted":true,"percent":31}},{"latency":10}]`)
	overWebSocket.stderr.until(t, ` ← Client.OnVolumeChanged .*"percent":31}}$`) // in a batch of notifications
	overWebSocket.stderr.until(t, ` ← Client.OnLatencyChanged {"id":"`+player+`","latency":10}$`)

	for _, sh := range []*shellRun{overTCP, overWebSocket, overHTTP} {
		sh.do(t, ".set stop off", "No.Such")
		sh.stderr.until(t, `^rpcsh: error -32601: Method not found`)
		sh.exits(t, exit.PeerError)
	}
}

// snapclient connects to snapserver as a player does: its Hello is a header of 26 bytes, the type in front and the size
// at the end, and JSON text with its length before it.
func snapclient(t *testing.T, address, id string) {
	t.Helper()
	nc, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nc.Close() })
	hello := `{"Arch":"x86_64","ClientName":"Snapclient","HostName":"h","ID":"` + id + `","Instance":1,"MAC":"` + id +
		`","OS":"any","SnapStreamProtocolVersion":2,"Version":"0.26.0"}`
	const typeHello = 5
	message := binary.LittleEndian.AppendUint16(nil, typeHello)
	message = append(message, make([]byte, 20)...) // ids and times
	message = binary.LittleEndian.AppendUint32(message, uint32(4+len(hello)))
	message = binary.LittleEndian.AppendUint32(message, uint32(len(hello)))
	if _, err := nc.Write(append(message, hello...)); err != nil {
		t.Fatal(err)
	}
}
