package detect

import (
	"rpcsh/rpcconn/transport"
	"testing"
	"time"
)

func TestFindingJSON(t *testing.T) {
	found := &Finding{Target: transport.Target{Scheme: transport.SchemeTCP, Address: "localhost:1"},
		Protocol: "jsonrpc", Framing: "line", Took: 12340 * time.Microsecond}
	if got := found.JSON(); got != `{"url":"tcp://localhost:1","protocol":"jsonrpc","framing":"line","ms":12.3}` {
		t.Error(got)
	}
}
