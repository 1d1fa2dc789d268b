package dial

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// allWires are all that there is to speak.
func allWires(t *testing.T) []*Wire {
	t.Helper()
	var wires []*Wire
	for _, p := range Protocols() {
		framings := p.Framings
		if len(framings) == 0 {
			framings = []string{""}
		}
		for _, framing := range framings {
			w, err := Config{Protocol: p.Name, Framing: framing}.Wire()
			if err != nil {
				t.Fatal(err)
			}
			wires = append(wires, w)
		}
	}
	return wires
}

func TestWire(t *testing.T) {
	tests := map[Config]string{
		{}:                                     "JSON-RPC 2.0, rfc7464",
		{Framing: "line"}:                      "JSON-RPC 2.0, line",
		{Protocol: "jsonrpc"}:                  "JSON-RPC 2.0, rfc7464",
		{Protocol: "jsonrpc", Framing: "none"}: "JSON-RPC 2.0, none",
		{Protocol: "bsonrpc"}:                  "BSON-RPC 2.0",
		{Protocol: "bsonrpc", MaxMessage: 1 << 20}: "BSON-RPC 2.0",
	}
	for cfg, want := range tests {
		if w, err := cfg.Wire(); err != nil || w.String() != want {
			t.Errorf("%+v is %v, %v, want %s", cfg, w, err, want)
		}
	}
	if got := len(allWires(t)); got != 5 {
		t.Errorf("there are %d wires, want 5", got)
	}
}

func TestWireSaysWhatIsWrong(t *testing.T) {
	tests := map[Config][]string{
		{Protocol: "soap"}:                     {`"soap"`, "jsonrpc, bsonrpc"},
		{Framing: "length"}:                    {`"length"`, "rfc7464", "none", "line", "netstring"},
		{Framing: "bson"}:                      {`"bson"`, "rfc7464"},
		{Protocol: "bsonrpc", Framing: "line"}: {"BSON-RPC 2.0", "leave out -f line"},
		{MaxMessage: -1}:                       {"-1"},
	}
	for cfg, wants := range tests {
		w, err := cfg.Wire()
		if err == nil {
			t.Errorf("%+v is %v", cfg, w)
			continue
		}
		for _, want := range wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v; want %q in it", cfg, err, want)
			}
		}
	}
}

func TestProtocolNames(t *testing.T) {
	if got := ProtocolNames(); !slices.Equal(got, []string{"jsonrpc", "bsonrpc"}) {
		t.Errorf("protocols are %q", got)
	}
}

// talk has both ends call each other and closes them.
func talk(t *testing.T, dialled, accepted *Link) {
	t.Helper()
	for _, l := range []*Link{dialled, accepted} {
		r, err := l.Call(t.Context(), "echo", json.RawMessage(`["é",{"a":[1,2.5,null,true]}]`))
		if err != nil || r.Err != nil || !bytes.Equal(r.Result, []byte(`["é",{"a":[1,2.5,null,true]}]`)) {
			t.Errorf("echo gave %v, %v", r, err)
		}
	}
	_ = dialled.Close()
	<-accepted.Done()
	if err := accepted.Err(); err != io.EOF {
		t.Errorf("the end is %v", err)
	}
	dialled.Wait()
	accepted.Wait()
}

func echo() *rpcconn.Options {
	return &rpcconn.Options{Handler: func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		return req.Params, nil
	}}
}

func TestDialAndListen(t *testing.T) {
	folder := t.TempDir()
	for _, w := range allWires(t) {
		for _, address := range []string{"127.0.0.1:0", "tcp://localhost:0", filepath.Join(folder, "s")} {
			t.Run(w.String()+"/"+filepath.Base(address), func(t *testing.T) {
				requested, err := ParseTarget(address)
				if err != nil {
					t.Fatal(err)
				}
				l, err := w.Listen(t.Context(), requested)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				if l.Requested != requested || l.Wire != w || strings.HasSuffix(l.Target.Address, ":0") {
					t.Errorf("the listener says %v, %v, %v", l.Requested, l.Target, l.Wire)
				}
				links := make(chan *Link, 1)
				go func() {
					link, err := l.Accept(echo)
					if err != nil {
						t.Errorf("accepting: %v", err)
					}
					links <- link
				}()
				dialled, err := w.Dial(t.Context(), l.Target, echo())
				if err != nil {
					t.Fatal(err)
				}
				accepted := <-links
				if accepted == nil {
					t.FailNow()
				}
				if dialled.Remote != l.Target.Address {
					t.Errorf("dialled %s, the link says %s", l.Target.Address, dialled.Remote)
				}
				if l.Target.Network == "unix" && accepted.Remote != l.Target.Address ||
					l.Target.Network == "tcp" && (accepted.Remote == l.Target.Address || !strings.Contains(accepted.Remote, ":")) {
					t.Errorf("accepted from %q at %q", accepted.Remote, l.Target.Address)
				}
				talk(t, dialled, accepted)
			})
		}
	}
}

func TestDialWithoutHost(t *testing.T) {
	w, err := Config{}.Wire()
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Listen(t.Context(), Target{Network: "tcp", Address: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	links := make(chan *Link, 1)
	go func() {
		link, _ := l.Accept(echo)
		links <- link
	}()
	port := l.Target.Address[strings.LastIndex(l.Target.Address, ":"):]
	target, err := ParseTarget(port)
	if err != nil {
		t.Fatal(err)
	}
	dialled, err := w.Dial(t.Context(), target, echo())
	if err != nil {
		t.Fatal(err)
	}
	talk(t, dialled, <-links)
}

func TestDialAndListenFail(t *testing.T) {
	w, err := Config{}.Wire()
	if err != nil {
		t.Fatal(err)
	}
	missing := Target{Network: "unix", Address: filepath.Join(t.TempDir(), "none")}
	if _, err := w.Dial(t.Context(), missing, nil); err == nil || !strings.Contains(err.Error(), missing.Address) {
		t.Errorf("dialling nobody: %v", err)
	}
	l, err := w.Listen(t.Context(), Target{Network: "tcp", Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Listen(t.Context(), l.Target); err == nil || !strings.Contains(err.Error(), l.Target.Address) {
		t.Errorf("listening where somebody does: %v", err)
	}
	_ = l.Close()
	if link, err := l.Accept(echo); err == nil {
		t.Errorf("a closed listener accepted %v", link)
	}
	if _, err := w.Dial(t.Context(), l.Target, nil); err == nil || !strings.Contains(err.Error(), "nothing listens there") {
		t.Errorf("dialling a closed listener: %v", err)
	}
}
