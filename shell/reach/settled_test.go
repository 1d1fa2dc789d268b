package reach

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// listener listens on a port of its own.
func listener(t *testing.T) (net.Listener, transport.Target) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, transport.Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
}

// The first message of a target says whether it needs time, and that is remembered for what it speaks: then nothing is
// waited for.
func TestSettledIsRemembered(t *testing.T) {
	for name, tt := range map[string]struct {
		message string
		settled bool
	}{
		"with blanks":                {`{"jsonrpc": "2.0", "method": "tick"}`, true},
		"members in another order":   {`{"method":"tick","jsonrpc":"2.0"}`, true},
		"as the ones that need time": {`{"jsonrpc":"2.0","method":"tick"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			l, target := listener(t)
			go func() {
				for {
					nc, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						defer nc.Close()
						for err == nil { // so that whoever watches sees one
							_, err = fmt.Fprint(nc, "\x1e"+tt.message+"\n")
						}
					}()
				}
			}()
			d := Dialler{
				Findings: dial.Findings(filepath.Join(t.TempDir(), "found.json")),
				Remark: func(err error) {
					if err != nil {
						t.Error(err)
					}
				},
			}
			cfg := dial.Config{Protocol: "jsonrpc", Framing: "rfc7464"}
			link, err := cfg.Dial(t.Context(), target, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer link.Wait()
			defer link.Close()
			cfg.Settle = time.Hour
			d.LearnSettled(link, cfg)
			other := cfg
			other.Framing = "netstring"
			if d.isSettled(target, cfg) != tt.settled || d.isSettled(target, other) {
				t.Errorf("settled: %v; in another framing: %v", d.isSettled(target, cfg), d.isSettled(target, other))
			}
			if !tt.settled {
				return
			}
			got, err := d.Dial(t.Context(), Contact{Target: target, Config: cfg}) // or it takes an hour
			if err != nil {
				t.Fatal(err)
			}
			_ = got.Link.Close()
			got.Link.Wait()
		})
	}
}
