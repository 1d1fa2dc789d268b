package main

import (
	"net"
	"testing"

	"go.uber.org/goleak"
)

// TestPeersPyBSONRPC has rpcsh find out which of its four forms py-bson-rpc speaks.
func TestPeersPyBSONRPC(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, ignore) })
	remembersNothing(t)
	for _, tt := range []struct{ form, protocol, framing string }{
		{"rfc7464", "jsonrpc", "rfc7464"},
		{"netstring", "jsonrpc", "netstring"},
		{"none", "jsonrpc", "none"},
		{"bson", "bsonrpc", "bson"},
	} {
		t.Run(tt.form, func(t *testing.T) {
			t.Parallel()
			in := &interop{form: tt.form, python: interopPython(t, tt.form)}
			_, address := in.server(t)
			calls(t, "^42$", address, "my_add", "40", "2")
			detects(t, found{URL: "tcp://" + address, Protocol: tt.protocol, Framing: tt.framing}, address)
			replaysAlike(t, []string{".serve my_double .[0]*2", "my_progress_add 2 2"}, nil, address)
			sh := connected(t, address)
			sh.do(t, ".serve my_double .[0]*2", "my_progress_add 2 2")
			sh.stderr.until(t, `← report_progress "hi"$`)
			sh.stderr.until(t, `→ #1 6  `)
			sh.stdout.next(t, "4")

			through, printed := tapped(t, address)
			sh = connected(t, "-p", tt.protocol, "-f", tt.framing, through)
			sh.do(t, ".serve my_double .[0]*2", "my_progress_add 2 2")
			sh.stderr.until(t, `→ #1 6  `)
			sh.stdout.next(t, "4")
			for _, passed := range []string{
				` → #1 my_progress_add 2 2$`, ` ← report_progress "hi"$`, ` ← #1 my_double 3$`, ` → #1 6  `,
				` ← #1 4  `,
			} {
				printed.until(t, passed)
			}

			_, port, err := net.SplitHostPort(through)
			if err != nil {
				t.Fatal(err)
			}
			client := in.client(t, port)
			client.do(t, "request my_progress_add [2,3]")
			client.stdout.until(t, `^notified report_progress \["hi"\]$`)
			client.stdout.until(t, `^result 5$`)
			printed.until(t, ` ← (@\d+ )?#1 5  `)
		})
	}
}
