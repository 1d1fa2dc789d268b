package dial

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"rpcsh/rpcconn/detect"
)

// That a peer needs no time is found out with what it speaks, and then it is given none: neither when it is detected
// again nor when it is dialled.
func TestSettledPeersAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer  string
		settled bool
	}{
		"with blanks":                {`{"jsonrpc": "2.0", "id": 1, "result": 1}`, true},
		"as the ones that need time": {`{"id":1,"jsonrpc":"2.0","result":1}`, false},
	} {
		target := fakePeer(t, func(nc net.Conn) {
			if _, err := bufio.NewReader(nc).ReadString('\n'); err == nil {
				_, _ = io.WriteString(nc, framedText("rfc7464", tt.answer))
			}
			drain(nc)
		})
		found, err := Config{}.Detect(t.Context(), target, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		found.Release()
		if found.Settled != tt.settled {
			t.Errorf("%s: settled: %v", name, found.Settled)
		}
		if !tt.settled {
			continue
		}
		likely := &detect.Finding{Target: target, Protocol: found.Protocol, Framing: found.Framing, Settled: true}
		patient := Config{Settle: time.Hour}
		again, err := patient.Detect(t.Context(), target, likely, nil)
		if err != nil {
			t.Fatal(err)
		}
		again.Release()
		link, _, err := patient.Connect(t.Context(), target, likely, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = link.Close()
		link.Wait()
	}
}
