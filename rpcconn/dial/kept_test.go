package dial

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// A peer that takes one client and no other, ever, is found out and spoken to on that one connection, where it speaks
// what is asked first.
func TestPeerThatTakesOneClientEver(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w, err := wireOf("jsonrpc", "rfc7464")
	if err != nil {
		t.Fatal(err)
	}
	framing, err := w.channel(0)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan *rpcconn.Conn, 1)
	go func() {
		nc, err := ln.Accept()
		_ = ln.Close()
		if err == nil {
			served <- rpcconn.New(framing(nc), w.Protocol.NewCodec(), &rpcconn.Options{Handler: echo})
		}
	}()
	target := Target{Scheme: transport.SchemeTCP, Address: ln.Addr().String()}
	var strays []string
	link, found, err := Config{}.Connect(t.Context(), target, nil, &rpcconn.Options{OnStray: func(r *rpcconn.Response) {
		strays = append(strays, r.ID.String())
	}})
	if err != nil {
		t.Fatal(err)
	}
	peer := <-served
	for _, want := range []string{`[1]`, `[2]`} {
		r, err := link.Call(t.Context(), "echo", json.RawMessage(want))
		if err != nil || string(r.Result) != want {
			t.Errorf("echo %s: %v, %v", want, r, err)
		}
	}
	if err := link.SendRaw(t.Context(), nil, 0); err != nil {
		t.Errorf("on the connection that was kept, SendRaw returned %v", err)
	}
	_ = link.Close()
	_ = peer.Close()
	link.Wait()
	peer.Wait()
	if len(strays) > 0 {
		t.Errorf("the probe's answer was shown: %q", strays)
	}
	if found.Protocol != "jsonrpc" || found.Framing != "rfc7464" || link.Remote != target.Address {
		t.Errorf("found %v at %s", found, link.Remote)
	}
}

// What a peer asks as soon as somebody connects, before it has answered the probe, is not lost.
func TestPeerThatCallsAtOnce(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	const early = "\x1e" + `{"jsonrpc":"2.0","id":1,"method":"hello"}` + "\n\x1e" +
		`{"jsonrpc":"2.0","method":"news","params":[1]}` + "\n"
	const refusal = "\x1e" + `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}` + "\n"
	received := make(chan string, 1)
	go func() {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		defer nc.Close()
		lines := bufio.NewReader(nc)
		_, _ = lines.ReadString('\n') // the probe
		_, _ = io.WriteString(nc, early+refusal)
		answer, _ := lines.ReadString('\n')
		received <- answer
	}()
	var seen []string
	target := Target{Scheme: transport.SchemeTCP, Address: ln.Addr().String()}
	link, _, err := Config{}.Connect(t.Context(), target, nil, &rpcconn.Options{
		Handler:   echo,
		OnRequest: func(r *rpcconn.Request) { seen = append(seen, r.Method) },
		OnStray:   func(r *rpcconn.Response) { seen = append(seen, "stray "+r.ID.String()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := <-received; !strings.Contains(got, `"id":1`) {
		t.Errorf("hello is answered with %q", got)
	}
	<-link.Done()
	_ = link.Close()
	link.Wait()
	if got := strings.Join(seen, ", "); got != "hello, news" {
		t.Errorf("seen: %s", got)
	}
}

// A connection that is kept and not taken over ends with Release.
func TestKeptConnectionIsReleased(t *testing.T) {
	t.Parallel()
	l, err := Config{Protocol: "jsonrpc"}.Listen(t.Context(),
		Target{Scheme: transport.SchemeTCP, Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	links := make(chan *Link, 1)
	go func() {
		link, err := l.Accept(func() *rpcconn.Options { return nil })
		if err == nil {
			links <- link
		}
	}()
	found, err := Config{}.Detect(t.Context(), l.Target, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	peer := <-links
	select {
	case <-peer.Done():
		t.Error("the connection was not kept")
	default:
	}
	found.Release()
	found.Release()
	<-peer.Done()
	peer.Wait()
}
