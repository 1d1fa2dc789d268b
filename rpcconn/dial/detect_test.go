package dial

import (
	"testing"
)

// TestProbesAreRequests decodes every probe by the codec that it is for.
func TestProbesAreRequests(t *testing.T) {
	for _, p := range probes() {
		g, _ := sniff([]byte(p.bytes))
		if p.framing == "" {
			g.protocol = g.other
		}
		if g.protocol != p.protocol || g.framing != p.framing {
			t.Errorf("the probe in %s, %s looks like %s, %s", p.protocol, p.framing, g.protocol, g.framing)
		}
	}
}

// TestDetect finds out what servers of every kind speak.
func TestDetect(t *testing.T) {
	for _, p := range Protocols() {
		framings := []string{p.Framing}
		if !p.OwnOnly {
			framings = FramingNames()[1:]
		}
		for _, f := range framings {
			if p.Name == "lsp" || p.Name == "mcp" || p.Name == "nvim" || p.Name == "ethereum" || p.Name == "ovsdb" {
				continue
			}
			t.Run(p.Name+"/"+f, func(t *testing.T) {
				cfg := Config{Protocol: p.Name, Framing: f}
				l := serve(t, cfg, Target{Scheme: schemeTCP, Address: "127.0.0.1:0"})
				found, err := Config{}.Detect(t.Context(), l.Target, nil, func(s string) { t.Log(s) })
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
