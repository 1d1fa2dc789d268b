package dial

import (
	"bufio"
	"errors"
	"io"
	"testing"

	"rpcsh/rpcconn/transport"
)

// Bytes that are no frame can be sent to a peer on a stream, whatever is known of it; and what comes can be watched.
func TestRaw(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]Config{
		"known":     {Protocol: "jsonrpc", Framing: "line"},
		"not known": {Fallback: "line"}, // and silent
	} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, cfg)
			nc, link := accept(t, l)
			framed, err := link.AppendFrame(nil, []byte("framed"))
			if err != nil {
				t.Fatal(err)
			}
			if err := link.SendRaw(t.Context(), append([]byte("raw\n"), framed...), 0); err != nil {
				t.Fatal(err)
			}
			if err := link.SendFrame(t.Context(), []byte("frame")); err != nil {
				t.Fatal(err)
			}
			r := bufio.NewReader(nc)
			for _, want := range []string{"raw\n", "framed\n", "frame\n"} {
				if got, err := r.ReadString('\n'); err != nil || got != want {
					t.Errorf("came %q, %v; want %q", got, err, want)
				}
			}
			seen := make(chan string, 1)
			stop := link.Watch(func(frame []byte, out bool, _ string) {
				if !out {
					seen <- string(frame)
				}
			})
			if _, err := io.WriteString(nc, "{}\n"); err != nil {
				t.Fatal(err)
			}
			if got := <-seen; got != "{}" {
				t.Errorf("seen %q", got)
			}
			stop()
		})
	}
}

// Over a transport that carries messages, there are no other bytes.
func TestRawIsForStreams(t *testing.T) {
	t.Parallel()
	l := listen(t, Config{})
	dialled, err := Config{Protocol: "jsonrpc"}.Dial(t.Context(),
		Target{Scheme: transport.SchemeWS, Address: l.Target.Address}, nil)
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept(echoOptions)
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []*Link{dialled, accepted} {
		if err := link.SendRaw(t.Context(), nil, 0); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("SendRaw returned %v", err)
		}
	}
	_ = dialled.Close()
	_ = accepted.Close()
	accepted.Wait()
}
