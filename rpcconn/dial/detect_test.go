package dial

import (
	"slices"
	"testing"

	"rpcsh/rpcconn/transport"
)

// TestDetect finds out what servers of every kind speak.
func TestDetect(t *testing.T) {
	t.Parallel()
	for _, p := range Protocols() {
		framings := []string{p.Framing}
		if !p.OwnOnly {
			framings = FramingNames()[1:]
		}
		for _, f := range framings {
			if slices.Contains([]string{"lsp", "mcp", "acp", "nvim", "ethereum", "ovsdb"}, p.Name) {
				continue
			}
			t.Run(p.Name+"/"+f, func(t *testing.T) {
				cfg := Config{Protocol: p.Name, Framing: f}
				l := serve(t, cfg, Target{Scheme: transport.SchemeTCP, Address: "127.0.0.1:0"})
				found, err := Config{}.Detect(t.Context(), l.Target, nil, func(s string) { t.Log(s) })
				found.Release()
				if err != nil {
					t.Fatal(err)
				}
				t.Log(found.Protocol, found.Framing, found.Took)
				if found.Protocol != p.Name || found.Framing != f {
					t.Errorf("found %s, %s", found.Protocol, found.Framing)
				}
			})
		}
	}
}
