package detect

import (
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

func TestSettleTime(t *testing.T) {
	for _, test := range []struct {
		stat string
		want time.Duration
	}{
		{"", 50 * time.Millisecond},
		{"0 0 0", 50 * time.Millisecond},
		{"17000000 0 9", 50 * time.Millisecond},
		{"17000000 17000000 9", 150 * time.Millisecond},
		{"17000000 900000000 9", 400 * time.Millisecond},
	} {
		if got := settleTime(50*time.Millisecond, []byte(test.stat)); got != test.want {
			t.Errorf("with %q: %s, want %s", test.stat, got, test.want)
		}
	}
}

// A peer that has hung up has longer the next time, a child process needs no time, nor does who has shown that; the
// limit bounds it all.
func TestSettleFor(t *testing.T) {
	p := probe{protocol: "jsonrpc", framing: "line"}
	d := &detection{Detector: Detector{Settle: time.Minute, Limit: 10 * time.Second}}
	if got := d.settleFor(p, true); got != time.Minute {
		t.Errorf("what was said is not kept: %s", got)
	}
	d.Limit = 0
	if once, twice := d.settleFor(p, false), d.settleFor(p, true); once < time.Minute || twice <= once {
		t.Errorf("%s, and %s after it has hung up", once, twice)
	}
	d.settled = &Finding{Protocol: "jsonrpc", Framing: "line"}
	if got := d.settleFor(p, false); got != 0 {
		t.Errorf("a peer that needs none has %s", got)
	}
	d.target, d.settled = transport.Target{Scheme: transport.SchemeExec}, nil
	if got := d.settleFor(p, false); got != 0 {
		t.Errorf("a child has %s", got)
	}
}
