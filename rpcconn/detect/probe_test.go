package detect

import (
	"slices"
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

// Who hangs up on text may read documents of BSON, whose length the text looks like: such a peer is asked by the third
// connection at the latest, if the first was for JSON in text, and by the second if it is silent.
func TestBSONIsAskedForEarly(t *testing.T) {
	first, left := probes("localhost")[0], probes("localhost")[1:]
	for _, tt := range []struct {
		hungUp, silent bool
		most           int
	}{{true, false, 2}, {false, true, 1}, {true, true, 4}} {
		order := after(tt.hungUp, tt.silent, left)
		at := slices.IndexFunc(order, func(p probe) bool { return p.framing == "bson" })
		if at < 0 || at+1 > tt.most {
			t.Errorf("after %s, hung up %v, silent %v: BSON is number %d", first, tt.hungUp, tt.silent, at+1)
		}
	}
}
