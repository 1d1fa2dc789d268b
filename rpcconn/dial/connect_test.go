package dial

import (
	"testing"

	"rpcsh/rpcconn/detect"
)

// TestConnect finds out what is spoken, or takes what was found earlier.
func TestConnect(t *testing.T) {
	l := serve(t, Config{Framing: "netstring"}, mustParse(t, "127.0.0.1:0"))
	earlier := &detect.Finding{Target: l.Target, Protocol: "jsonrpc", Framing: "netstring"}
	for _, found := range []*detect.Finding{nil, earlier} {
		link, got, err := Config{}.Connect(t.Context(), l.Target, found, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got.Framing != "netstring" || found != nil && got != found {
			t.Errorf("found %v", got)
		}
		talk(t, link)
		_ = link.Close()
	}
	link, got, err := Config{Framing: "netstring"}.Connect(t.Context(), l.Target, nil, nil)
	if err != nil || got != nil {
		t.Fatalf("what was said is found out: %v, %v", got, err)
	}
	_ = link.Close()
	_ = l.Close() // no test runs in parallel to this one, which might listen on that port
	if _, _, err := (Config{}).Connect(t.Context(), l.Target, nil, nil); err == nil {
		t.Error("nobody is connected to")
	}
}
