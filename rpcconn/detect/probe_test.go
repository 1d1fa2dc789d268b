package detect

import (
	"testing"
)

// TestProbesAreRequests decodes every probe by the codec that it is for.
func TestProbesAreRequests(t *testing.T) {
	for _, p := range probes("h:1") {
		g, _ := Sniff([]byte(p.bytes))
		if g.Other != "" {
			g.Protocol, g.Framing = g.Other, p.bytes[:len(p.framing)] // the method
		}
		if g.Protocol != p.protocol || g.Framing != p.framing {
			t.Errorf("the probe in %s, %s looks like %s, %s", p.protocol, p.framing, g.Protocol, g.Framing)
		}
	}
}
