package dial

import (
	"context"
	"encoding/json"
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
				defer l.Close()
				accepted := make(chan *Link, 1)
				go func() {
					link, err := l.Accept(func() *rpcconn.Options { return &rpcconn.Options{Handler: echo} })
					if err == nil {
						accepted <- link
					}
				}()
				at := Target{Scheme: transport.SchemeWS, Address: l.Target.Address, Path: "/"}
				client, err := Config{Protocol: p.Name}.Dial(t.Context(), at, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = client.Close(); client.Wait() }()
				ctx, cancel := context.WithTimeout(t.Context(), patience) // nobody answers if another one was accepted
				defer cancel()
				r, err := client.Call(ctx, "echo", json.RawMessage(`[1,"é"]`))
				if err != nil || string(r.Result) != `[1,"é"]` {
					t.Fatalf("echo: %v, %v", r, err)
				}
				link := <-accepted
				defer func() { _ = link.Close(); link.Wait() }()
				w, ok := link.Wire()
				if !ok || w.Protocol.NewCodec == nil || w.Protocol.Binary != p.Binary || w.Framing != noFraming {
					t.Errorf("found %s, %v", w, ok)
				}
			})
		}
	}
}
