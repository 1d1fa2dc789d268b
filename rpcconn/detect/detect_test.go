package detect

import (
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

func TestFindingJSON(t *testing.T) {
	found := &Finding{Target: transport.Target{Scheme: transport.SchemeTCP, Address: "localhost:1"},
		Protocol: "jsonrpc", Framing: "line", Took: 12340 * time.Microsecond,
		Opened: 2, Sent: []string{"jsonrpc, rfc7464"}}
	const want = `{"url":"tcp://localhost:1","protocol":"jsonrpc","framing":"line","ms":12.3,"connections":2,` +
		`"sent":["jsonrpc, rfc7464"]}`
	if got := found.JSON(); got != want {
		t.Error(got)
	}
}
