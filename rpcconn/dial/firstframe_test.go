package dial

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// WebSocket clients of every protocol may come to one port, that of streams or one of WebSocket alone.
func TestWebSocketClientsOfEveryProtocol(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{transport.SchemeTCP, transport.SchemeWS} {
		for _, p := range Protocols() {
			t.Run(scheme+"/"+p.Name, func(t *testing.T) {
				l, err := Config{}.Listen(t.Context(), Target{Scheme: scheme, Address: "127.0.0.1:0", Path: "/"})
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
				at := Target{Scheme: transport.SchemeWS, Address: l.Target.Address, Path: "/"}
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
