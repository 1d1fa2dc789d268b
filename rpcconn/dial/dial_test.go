package dial

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
)

// allWires are all that there is to speak, as a Config.
func allWires() []Config {
	var all []Config
	for _, p := range Protocols() {
		if p.OwnOnly {
			all = append(all, Config{Protocol: p.Name})
			continue
		}
		for _, framing := range FramingNames()[1:] {
			all = append(all, Config{Protocol: p.Name, Framing: framing})
		}
	}
	return all
}

func TestWire(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cfg    Config
		target string
		want   string
	}{
		{Config{}, "tcp://h:1", "JSON-RPC 2.0, rfc7464"},
		{Config{Protocol: Auto, Framing: Auto}, "unix:///s", "JSON-RPC 2.0, rfc7464"},
		{Config{Framing: "line"}, "tls://h:1", "JSON-RPC 2.0, line"},
		{Config{Protocol: "jsonrpc1"}, "tcp://h:1", "JSON-RPC 1.0, none"},
		{Config{Protocol: "lsp"}, "tcp://h:1", "LSP, header"},
		{Config{Protocol: "mcp"}, "http://h/mcp", "MCP"},
		{Config{Protocol: "jsonrpc", Framing: "none"}, "ws://h", "JSON-RPC 2.0"},
		{Config{Protocol: "bsonrpc", MaxMessage: 1 << 20}, "tcp://h:1", "BSON-RPC 2.0"},
		{Config{Protocol: "nvim"}, "unix:///s", "Neovim"},
	}
	for _, test := range tests {
		if w, err := test.cfg.Wire(mustParse(t, test.target)); err != nil || w.String() != test.want {
			t.Errorf("%+v with %s is %v, %v, want %s", test.cfg, test.target, w, err, test.want)
		}
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		cfg   Config
		wants []string
	}{
		{Config{Protocol: "soap"}, []string{`"soap"`, "auto, jsonrpc, jsonrpc1, bsonrpc"}},
		{Config{Framing: "xml"}, []string{`"xml"`, "rfc7464", "none", "line", "netstring"}},
		{Config{Fallback: "xml"}, []string{`"xml"`}},
		{Config{Protocol: "bsonrpc", Framing: "line"}, []string{"BSON-RPC 2.0", "takes no line"}},
		{Config{MaxMessage: -1}, []string{"-1"}},
	}
	for _, test := range tests {
		err := test.cfg.Check()
		if err == nil {
			t.Errorf("%+v is taken", test.cfg)
			continue
		}
		for _, want := range test.wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %v; want %q in it", test.cfg, err, want)
			}
		}
		if _, err := test.cfg.Dial(t.Context(), mustParse(t, "h:1"), nil); err == nil {
			t.Errorf("%+v is dialled with", test.cfg)
		}
		if _, err := test.cfg.Listen(t.Context(), mustParse(t, "127.0.0.1:0")); err == nil {
			t.Errorf("%+v is listened with", test.cfg)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if got := ProtocolNames(); !slices.Equal(got[:3], []string{Auto, "jsonrpc", "jsonrpc1"}) {
		t.Errorf("protocols are %q", got)
	}
	if got := FramingNames(); got[0] != Auto || !slices.Contains(got, "rfc7464") || slices.Contains(got, "bson") {
		t.Errorf("framings are %q", got)
	}
}

// talk has the peer at the other end echo.
func talk(t *testing.T, l *Link) {
	t.Helper()
	r, err := l.Call(t.Context(), "echo", json.RawMessage(`["é",{"a":[1,2.5,null,true]}]`))
	if err != nil || r.Err != nil || !bytes.Equal(r.Result, []byte(`["é",{"a":[1,2.5,null,true]}]`)) {
		t.Errorf("echo gave %v, %v", r, err)
	}
}

// TestDialAndListen has both ends call each other over every transport in every framing and protocol.
func TestDialAndListen(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	files := certificates(t)
	for _, cfg := range allWires() {
		for _, address := range []string{"127.0.0.1:0", "tls://localhost:0", filepath.Join(folder, "s"),
			"ws://127.0.0.1:0/x", "wss://localhost:0"} {
			t.Run(cfg.Protocol+","+cfg.Framing+"/"+address, func(t *testing.T) {
				requested := mustParse(t, address)
				cfg.TLS = files.server
				l, err := cfg.Listen(t.Context(), requested)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				if !reflect.DeepEqual(l.Requested, requested) || strings.Contains(l.Target.String(), ":0") ||
					l.Target.Scheme != requested.Scheme {
					t.Errorf("the listener says %v, %v", l.Requested, l.Target)
				}
				links := make(chan *Link, 1)
				go func() {
					defer close(links)
					link, err := l.Accept(echoOptions)
					if err != nil {
						t.Errorf("accepting: %v", err)
						return
					}
					links <- link
				}()
				cfg.TLS = files.client
				dialled, err := cfg.Dial(t.Context(), l.Target, echoOptions())
				if err != nil {
					t.Fatal(err)
				}
				accepted := <-links
				if accepted == nil {
					t.FailNow()
				}
				remote := strings.Replace(l.Target.Address, "localhost", "127.0.0.1", 1)
				if dialled.Remote != remote || dialled.Target.String() != l.Target.String() ||
					accepted.Remote == "" {
					t.Errorf("dialled %s, the link says %s; accepted from %s", l.Target, dialled.Remote,
						accepted.Remote)
				}
				here, known := dialled.Wire()
				there, accepts := accepted.Wire()
				if !known || !accepts || here.String() != there.String() {
					t.Errorf("one speaks %v, the other %v", here, there)
				}
				talk(t, dialled)
				talk(t, accepted)
				_ = dialled.Close()
				<-accepted.Done()
				if err := accepted.Err(); !errors.Is(err, io.EOF) {
					t.Errorf("the end is %v", err)
				}
				dialled.Wait()
				accepted.Wait()
			})
		}
	}
}

func TestDialAndListenOverHTTP(t *testing.T) {
	t.Parallel()
	files := certificates(t)
	for _, protocol := range []string{"jsonrpc", "jsonrpc1"} {
		for _, address := range []string{"http://127.0.0.1:0/rpc", "https://localhost:0"} {
			l := serve(t, Config{Protocol: protocol, TLS: files.server}, mustParse(t, address))
			link, err := Config{Protocol: protocol, TLS: files.client}.Dial(t.Context(), l.Target, nil)
			if err != nil {
				t.Errorf("%s, %s: %v", protocol, address, err)
				continue
			}
			talk(t, link)
			_ = link.Close()
			link.Wait()
		}
	}
}

func TestDialWithoutHost(t *testing.T) {
	t.Parallel()
	l := serve(t, Config{Framing: "line"}, mustParse(t, "localhost:0"))
	_, port, _ := net.SplitHostPort(l.Target.Address)
	dialled, err := Config{Framing: "line"}.Dial(t.Context(), mustParse(t, ":"+port), nil)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, dialled)
	_ = dialled.Close()
}

func TestDialAndListenFail(t *testing.T) {
	cfg := Config{Protocol: "jsonrpc"}
	missing := Target{Scheme: transport.SchemeUnix, Address: filepath.Join(t.TempDir(), "none")}
	if _, err := cfg.Dial(t.Context(), missing, nil); err == nil || !strings.Contains(err.Error(), missing.Address) {
		t.Errorf("dialling nobody: %v", err)
	}
	l, err := cfg.Listen(t.Context(), mustParse(t, "127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Listen(t.Context(), l.Target); err == nil || !strings.Contains(err.Error(), l.Target.Address) {
		t.Errorf("listening where somebody does: %v", err)
	}
	if _, err := cfg.Listen(t.Context(), transport.CommandTarget([]string{"x"})); err == nil ||
		!strings.Contains(err.Error(), "command") {
		t.Errorf("listening on a command: %v", err)
	}
	if _, err := cfg.Listen(t.Context(), mustParse(t, "tls://127.0.0.1:0")); err == nil ||
		!strings.Contains(err.Error(), "needs a certificate") {
		t.Errorf("listening on TLS without certificate: %v", err)
	}
	_ = l.Close() // no test runs in parallel to this one, which might listen on that port
	if err := l.Close(); err != nil {
		t.Errorf("closing once more: %v", err)
	}
	if link, err := l.Accept(echoOptions); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a closed listener accepted %v, %v", link, err)
	}
	if _, err := cfg.Dial(t.Context(), l.Target, nil); err == nil ||
		!strings.Contains(err.Error(), "nothing listens there") {
		t.Errorf("dialling a closed listener: %v", err)
	}
}

// What package detect may guess is in the table of protocols.
func TestGuessesAreKnown(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"jsonrpc", "jsonrpc1", "cdp", "bsonrpc", "msgpackrpc", "nvim", "mcp"} {
		if w, err := (Config{}).guessed(detect.Guess{Protocol: protocol, Framing: "line"}); err != nil ||
			w.Protocol.Name != protocol {
			t.Errorf("%s is taken for %v, %v", protocol, w, err)
		}
	}
}
