package dial

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/transport"
)

// detectPatience is the limit of detections that find something, however busy the machine is.
const detectPatience = 10 * time.Second

// detected finds out what t speaks and returns that as "scheme protocol/framing", or the error's text.
func detected(t *testing.T, cfg Config, target Target) string {
	t.Helper()
	var steps []string
	found, err := cfg.Detect(t.Context(), target, nil, func(step string) { steps = append(steps, step) })
	if len(steps) == 0 && (err == nil || target.IsStream()) {
		t.Error("nothing was traced")
	}
	if err != nil {
		t.Cleanup(func() {
			if t.Failed() {
				t.Log(strings.Join(steps, "\n"))
			}
		})
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("the error has several lines: %v", err)
		}
		return err.Error()
	}
	if found.Took <= 0 {
		t.Error("it took no time")
	}
	found.Release()
	text := found.Target.Scheme + " " + found.Protocol + "/" + found.Framing
	if found.Of > 1 {
		text += fmt.Sprintf(" of %d", found.Of)
	}
	return text
}

// TestDetectPeers finds out what difficult peers speak.
func TestDetectPeers(t *testing.T) {
	t.Parallel()
	change := func(p picky, f func(*picky)) func(net.Conn) {
		f(&p)
		return p.serve
	}
	hangs := func(p *picky) { p.hangs = true }
	tests := []struct {
		name  string
		serve func(net.Conn)
		want  string // is in it
	}{
		{"ends on garbage", pickyAbout("jsonrpc", "nul").serve, "tcp jsonrpc/nul"},
		{"hangs on garbage", change(pickyAbout("jsonrpc", "header"), hangs), "tcp jsonrpc/header"},
		{"ends on a version", pickyAbout("jsonrpc1", "none").serve, "tcp jsonrpc1/none"},
		{"one client at a time, hangs", one(change(pickyAbout("jsonrpc", "rfc7464"), hangs)), "tcp jsonrpc/rfc7464"},
		{"one client at a time, ends", one(pickyAbout("jsonrpc", "length").serve), "tcp jsonrpc/length"},
		{"others are turned away", busy(change(pickyAbout("jsonrpc", "rfc7464"), hangs)), "tcp jsonrpc/rfc7464"},
		{"greets in words", change(pickyAbout("jsonrpc", "line"), func(p *picky) {
			p.greeting = "Welcome!\r\nThis is {it}.\r\n"
		}), "tcp jsonrpc/line"},
		{"greets in JSON", change(pickyAbout("jsonrpc", "line"), func(p *picky) {
			p.greeting = `{"hello":"world"}` + "\n"
		}), "tcp jsonrpc/line"},
		{"greets in two lines of JSON", change(pickyAbout("jsonrpc1", "none"), func(p *picky) {
			p.greeting = "{\"a\":1}\n{\"b\":2}\n"
		}), "tcp jsonrpc1/none"},
		{"words stand before its header", change(pickyAbout("jsonrpc", "header"), func(p *picky) {
			p.greeting = "INFO up\nINFO handled"
		}), "tcp jsonrpc/header"},
		{"speaks first", change(pickyAbout("jsonrpc", "nul"), func(p *picky) {
			p.greeting = p.answer
		}), "tcp jsonrpc/nul"},
		{"refuses as Neovim 0.7", refusing("", "\x94\x01\x00\x92\x01\xb7Message is not an array\xc0"),
			"tcp nvim/msgpack"},
		{"refuses as Neovim, MessagePack alone",
			refusing("\x94", "\x94\x01\x01\x92\x00\xbcInvalid method: rpc.discover\xc0"), "tcp nvim/msgpack"},
		{"refuses as others do", refusing("\x94", "\x94\x01\x01\xa9not found\xc0"), "tcp msgpackrpc/msgpack"},
		{"is slow", change(pickyAbout("jsonrpc", "line"), func(p *picky) {
			p.slow, p.hangs = 250*time.Millisecond, true
		}), "tcp jsonrpc/line"},
		{"is slow, and speaks HTTP too", speaksHTTPToo(pickyAbout("jsonrpc", "rfc7464")), "tcp jsonrpc/rfc7464"},
		{"is silent", drain, "it stays silent; tried jsonrpc, rfc7464; bsonrpc, bson"},
		{"greets and is silent", func(nc net.Conn) {
			_, _ = io.WriteString(nc, "Welcome!\n")
			drain(nc)
		}, `not known: "Welcome!\n"`},
		{"greets in JSON and is silent", func(nc net.Conn) {
			_, _ = io.WriteString(nc, "{\"hello\":1}\n")
			drain(nc)
		}, `not known: "{\"hello\":1}\n"`},
		{"closes at once", func(net.Conn) {}, "it closed the connection"},
		{"speaks another protocol", func(nc net.Conn) {
			_, _ = io.WriteString(nc, "SSH-2.0-x\r\n")
			_, _ = nc.Read(make([]byte, 9))
		}, `not known: "SSH-2.0-x`},
		{"floods with garbage", func(nc net.Conn) { flood(nc, "garbage and more garbage\n") }, `not known: "garbage`},
		{"floods without lines", func(nc net.Conn) { flood(nc, "\xff\xfe") }, "not known: ff fe"},
		{"floods with events", func(nc net.Conn) {
			flood(nc, `{"jsonrpc":"2.0","method":"tick"}`+"\n")
		}, "tcp jsonrpc/line"},
		{"sends half a message", func(nc net.Conn) {
			_, _ = io.WriteString(nc, `{"jsonrpc":"2.0","id":`)
			drain(nc)
		}, "not known"},
		{"answers half a TLS record", func(nc net.Conn) {
			_, _ = io.WriteString(nc, "\x16\x03")
			drain(nc)
		}, "not known"},
	}
	var all sync.WaitGroup // at once: they wait, most of the time
	for _, test := range tests {
		all.Go(func() {
			t.Run(test.name, func(t *testing.T) {
				if got := detected(t, Config{}, fakePeer(t, test.serve)); !strings.Contains(got, test.want) {
					t.Errorf("found %s, want %s", got, test.want)
				}
			})
		})
	}
	all.Wait()
}

// refusing answers what begins so, and hangs up on all else.
func refusing(begin, answer string) func(net.Conn) {
	return func(nc net.Conn) {
		b := make([]byte, 64)
		if n, _ := nc.Read(b); strings.HasPrefix(string(b[:n]), begin) {
			_, _ = io.WriteString(nc, answer)
			drain(nc)
		}
	}
}

// flood writes until the peer has gone.
func flood(nc net.Conn, text string) {
	piece := []byte(strings.Repeat(text, 100))
	for {
		if _, err := nc.Write(piece); err != nil {
			return
		}
	}
}

func TestDetectNobody(t *testing.T) {
	t.Parallel()
	target := fakePeer(t, drain)
	taken, err := net.Dial("tcp", target.Address) // its own port is one on which no other test can listen meanwhile
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	refusing := Target{Scheme: transport.SchemeTCP, Address: taken.LocalAddr().String()}
	for _, scheme := range []string{transport.SchemeTCP, transport.SchemeTLS, transport.SchemeWS,
		transport.SchemeHTTP} {
		refusing.Scheme, refusing.Path = scheme, ""
		if !refusing.IsStream() {
			refusing.Path = "/"
		}
		found, err := Config{}.Detect(t.Context(), refusing, nil, nil)
		found.Release()
		if err == nil || !strings.Contains(err.Error(), "nothing listens there") ||
			strings.Contains(err.Error(), "tried") {
			t.Errorf("%s: %v, %v", refusing, found, err)
		}
	}
	missing := Target{Scheme: transport.SchemeUnix, Address: t.TempDir() + "/s"}
	if _, err := (Config{}).Detect(t.Context(), missing, nil, nil); err == nil ||
		!strings.Contains(err.Error(), "there is no such socket") {
		t.Errorf("a socket that is not there: %v", err)
	}
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err = Config{}.Detect(ctx, target, nil, func(string) { cancel(stopped) })
	if !errors.Is(err, stopped) {
		t.Errorf("when it is stopped: %v", err)
	}
	if _, err := (Config{Framing: "x"}).Detect(t.Context(), target, nil, nil); err == nil ||
		!strings.Contains(err.Error(), `"x"`) {
		t.Errorf("a framing that is not there: %v", err)
	}
}

func TestDetectEarlier(t *testing.T) {
	t.Parallel()
	slow := pickyAbout("jsonrpc", "length")
	slow.hangs = true
	target := fakePeer(t, slow.serve)
	var steps []string
	trace := func(step string) { steps = append(steps, step) }
	found, err := Config{}.Detect(t.Context(), target, &detect.Finding{Target: target, Protocol: "jsonrpc",
		Framing: "length"}, trace)
	found.Release()
	if err != nil || found.Framing != "length" || len(steps) != 1 {
		t.Errorf("what was found earlier is not asked first: %v, %v, %q", found, err, steps)
	}
	earlier := &detect.Finding{Target: Target{Scheme: transport.SchemeWS, Address: target.Address, Path: "/"},
		Protocol: "jsonrpc"}
	found, err = (Config{}).Detect(t.Context(), target, earlier, trace)
	found.Release()
	if err != nil || found.Framing != "length" {
		t.Errorf("what was found earlier is not forgotten: %v, %v", found, err)
	}
	web := serve(t, Config{Protocol: "jsonrpc"}, mustParse(t, "ws://127.0.0.1:0"))
	steps = nil
	at := Target{Scheme: transport.SchemeTCP, Address: web.Target.Address}
	earlier.Target.Address = web.Target.Address
	found, err = (Config{}).Detect(t.Context(), at, earlier, trace)
	found.Release()
	if err != nil || found.Target.Scheme != transport.SchemeWS || len(steps) != 1 {
		t.Errorf("the URL that was found earlier is not asked first: %v, %v, %q", found, err, steps)
	}
}

// TestDetectWeb finds our own listeners of WebSocket and HTTP by their ports.
func TestDetectWeb(t *testing.T) {
	for _, scheme := range []string{transport.SchemeWS, transport.SchemeHTTP} {
		for _, path := range []string{"/", "/rpc"} {
			l := serve(t, Config{Protocol: "jsonrpc"}, Target{Scheme: scheme, Address: "127.0.0.1:0", Path: path})
			target := Target{Scheme: transport.SchemeTCP, Address: l.Target.Address}
			found, err := Config{}.Detect(t.Context(), target, nil, nil)
			found.Release()
			if err != nil || found.Target.String() != fmt.Sprintf("%s://%s%s", scheme, l.Target.Address, path) ||
				found.Protocol != "jsonrpc" {
				t.Errorf("%s: found %v, %v", l.Target, found, err)
			}
		}
	}
}
