package dial

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
)

const (
	request  = `{"jsonrpc":"2.0","id":1,"method":"my_double","params":[21]}`
	answered = `{"jsonrpc":"2.0","id":1,"result":3}`
)

// A passive detection sends nothing, whatever the peer says, and goes on with the connection.
func TestDetectPassive(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ says, want string }{
		"rfc7464":          {framedText("rfc7464", request), "tcp jsonrpc/rfc7464"},
		"netstring":        {framedText("netstring", request), "tcp jsonrpc/netstring"},
		"none":             {request, "tcp jsonrpc/none"},
		"line":             {request + "\n", "tcp jsonrpc/line"},
		"a notification":   {`{"method":"update","id":null,"params":[]}` + "\n", "tcp jsonrpc1/line"},
		"a mark before it": {"\xef\xbb\xbf" + request + "\n", "tcp jsonrpc/line"},
		"after words":      {"Welcome!\n" + request + "\n", "tcp jsonrpc/line"},
		"after JSON":       {`{"hello":1}` + "\n" + request + "\n", "tcp jsonrpc/line"},
		"HTTP":             {"HTTP/1.1 408 Request Timeout\r\n\r\n", "speaks HTTP, in which the peer never says"},
		"words":            {"SSH-2.0-x\r\n", "does not tell by itself what it speaks: it answered what is not known"},
		"nothing":          {"", "does not tell by itself what it speaks: it closed the connection"},
		"QMP":              {`{"QMP": {"version": {}, "capabilities": []}}` + "\r\n", "speaks QMP, which is not"},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 1)
			target := fakePeer(t, func(nc net.Conn) {
				_, _ = io.WriteString(nc, tt.says)
				if !strings.HasPrefix(tt.want, "tcp ") {
					_ = nc.(*net.TCPConn).CloseWrite()
				}
				got, _ := io.ReadAll(nc)
				heard <- string(got)
			})
			if got := detected(t, Config{Passive: true}, target); !strings.Contains(got, tt.want) {
				t.Errorf("found %s, want %s", got, tt.want)
			}
			if got := <-heard; got != "" {
				t.Errorf("the peer was sent %q", got)
			}
		})
	}
}

// The connection on which a peer has said something by itself is the one that is worked on, and what it has said is
// heard.
func TestPassiveConnection(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 1)
	target := fakePeer(t, func(nc net.Conn) {
		_, _ = io.WriteString(nc, framedText("netstring", request))
		b := make([]byte, 1<<10)
		n, _ := nc.Read(b)
		asked <- string(b[:n])
		drain(nc)
	})
	link, found, err := Config{Passive: true}.Connect(t.Context(), target, nil, echoOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got := <-asked; !strings.Contains(got, `"result":[21]`) {
		t.Errorf("the peer's request is answered by %q", got)
	}
	if found.Opened != 1 || len(found.Sent) != 0 {
		t.Errorf("%d connections, of which %q was sent", found.Opened, found.Sent)
	}
	_ = link.Close()
	link.Wait()
}

// A peer that says by itself what it speaks while it settles is not asked.
func TestSettlingPeerIsHeard(t *testing.T) {
	t.Parallel()
	heard := make(chan string, 1)
	target := fakePeer(t, func(nc net.Conn) {
		_, _ = io.WriteString(nc, framedText("netstring", request))
		got, _ := io.ReadAll(nc)
		heard <- string(got)
	})
	found, err := Config{Settle: patience}.Detect(t.Context(), target, nil, nil)
	if err != nil || found.Framing != "netstring" || found.Opened != 1 || len(found.Sent) > 0 {
		t.Errorf("found %+v, %v", found, err)
	}
	found.Release()
	if got := <-heard; got != "" {
		t.Errorf("the peer was sent %q", got)
	}
}

// The framings of py-bson-rpc's peers have Settle before the first bytes, others are not waited for.
func TestSettle(t *testing.T) {
	t.Parallel()
	for framing, waits := range map[string]bool{
		"rfc7464": true, "netstring": true, "none": true, "line": false, "header": false, "nul": false, "length": false,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		accepted := make(chan struct{})
		target := fakePeer(t, func(nc net.Conn) {
			close(accepted)
			drain(nc)
		})
		if waits { // or it would go on for long
			go func() {
				<-accepted
				cancel()
			}()
		}
		link, err := Config{Protocol: "jsonrpc", Framing: framing, Settle: 2 * patience}.Dial(ctx, target, nil)
		cancel()
		if waits != errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", framing, err)
		}
		if err == nil {
			_ = link.Close()
			link.Wait()
		}
	}
}

// QMP and its like are named, with what they say.
func TestDetectOther(t *testing.T) {
	t.Parallel()
	target := fakePeer(t, func(nc net.Conn) {
		b := make([]byte, 1<<10)
		_, _ = nc.Read(b)
		_, _ = io.WriteString(nc, `{"error": {"class": "GenericError", "desc": "QMP input is not a command"}}`+"\r\n")
		drain(nc)
	})
	const want = `speaks a protocol like QMP, which is not JSON-RPC; it says: "QMP input is not a command"`
	if got := detected(t, Config{}, target); !strings.HasSuffix(got, want) {
		t.Errorf("found %s, want %s", got, want)
	}
}

// A peer in 1.0 is told from one that leaves the version out by the members of its answers.
func TestDetectVersions(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"id":1,"result":null,"error":{"code":1,"message":"no"}}`: "tcp jsonrpc1/line",
		`{"id":1,"error":"unknown method"}`:                        "tcp jsonrpc1/line",
		`{"id":1,"error":{"code":1,"message":"no"}}`:               "tcp cdp/line",
		`{"id":1,"result":{}}`:                                     "tcp cdp/line",
		answered:                                                   "tcp jsonrpc/line",
	} {
		target := fakePeer(t, func(nc net.Conn) {
			b := make([]byte, 1<<10)
			_, _ = nc.Read(b)
			_, _ = io.WriteString(nc, answer+"\n")
			drain(nc)
		})
		if got := detected(t, Config{}, target); got != want {
			t.Errorf("%s: found %s, want %s", answer, got, want)
		}
	}
}

// What was found counts what it has cost.
func TestDetectCost(t *testing.T) {
	t.Parallel()
	l := serve(t, Config{Protocol: "bsonrpc"}, mustParse(t, "tcp://127.0.0.1:0"))
	found, err := Config{}.Detect(t.Context(), l.Target, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	found.Release()
	if found.Opened < 1 || len(found.Sent) != found.Opened || found.Sent[0] != "jsonrpc, rfc7464" {
		t.Errorf("%d connections, %q was sent", found.Opened, found.Sent)
	}
}
