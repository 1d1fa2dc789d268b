package dial

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// WebSocket and HTTP clients of every protocol may come to one address, that of streams or one of their own.
func TestWebClientsOfEveryProtocol(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, schemes := range []struct{ listens, dials string }{
		{transport.SchemeTCP, transport.SchemeWS}, {transport.SchemeWS, transport.SchemeWS},
		{transport.SchemeTCP, transport.SchemeHTTP}, {transport.SchemeHTTP, transport.SchemeHTTP},
		{transport.SchemeUnix, transport.SchemeWSUnix}, {transport.SchemeWSUnix, transport.SchemeWSUnix},
		{transport.SchemeUnix, transport.SchemeHTTPUnix}, {transport.SchemeHTTPUnix, transport.SchemeHTTPUnix},
	} {
		for _, p := range Protocols() {
			t.Run(schemes.listens+" "+schemes.dials+" "+p.Name, func(t *testing.T) {
				target := Target{Scheme: schemes.listens, Address: "127.0.0.1:0", Path: "/"}
				if strings.HasSuffix(schemes.dials, "unix") {
					target.Address = filepath.Join(folder, "s")
				}
				l, err := Config{}.Listen(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				accepted := make(chan *Link, 10)
				var accepting sync.WaitGroup
				accepting.Go(func() {
					for {
						link, err := l.Accept(func() *rpcconn.Options { return &rpcconn.Options{Handler: echo} })
						if errors.Is(err, net.ErrClosed) {
							return
						}
						if err == nil { // a client whose request comes late is one that is silent, until then
							accepted <- link
						}
					}
				})
				defer func() { _ = l.Close(); accepting.Wait() }()
				at := Target{Scheme: schemes.dials, Address: l.Target.Address, Path: "/"}
				client, err := Config{Protocol: p.Name}.Dial(t.Context(), at, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = client.Close(); client.Wait() }()
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				r, err := client.Call(ctx, "echo", json.RawMessage(`[1,"é"]`))
				if err != nil || string(r.Result) != `[1,"é"]` {
					t.Fatalf("echo: %v, %v", r, err)
				}
				for found := false; !found; {
					select {
					case link := <-accepted:
						defer func() { _ = link.Close(); link.Wait() }()
						w, ok := link.Wire()
						found = ok && w.Protocol.NewCodec != nil && w.Protocol.Binary == p.Binary &&
							w.Framing == noFraming
						t.Logf("accepted %s, %v", w, ok)
					case <-ctx.Done():
						t.Fatal("no client of this protocol was accepted")
					}
				}
			})
		}
	}
}
