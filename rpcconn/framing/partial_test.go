package framing

import (
	"io"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// A stalling stream says something, and then nothing.
type stalling struct {
	io.Reader
	stalls chan struct{} // closed when it does
	end    chan struct{}
}

func (s *stalling) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if n > 0 || err != io.EOF {
		return n, nil
	}
	close(s.stalls)
	<-s.end
	return 0, io.EOF
}

// TestPartial checks what is told of a message of which a part has come, in each framing: how much of it, what the
// framing has announced, and whether that can be right.
func TestPartial(t *testing.T) {
	const limit = 100
	long := `{"a":"` + strings.Repeat("x", 700)
	const (
		shown   = ` have come: "{\"id\":1}"`
		length  = shown + "; they are a whole JSON text, so the length before it does not match it"
		endless = ` have come, and not its end: "{\"id\":1}"; they are a whole JSON text, so what ends a message ` +
			`is missing`
		incoming  = ` have come: "{\"id\":"`
		unlimited = " of a message over the limit have come"
	)
	for _, test := range []struct{ framing, in, want string }{
		{"header", "Content-Length: 60\r\n\r\n{\"id\":1}", "8 of 60 bytes of a message" + length},
		{"header", "Content-Length: 60\r\n\r\n{\"id\":", "6 of 60 bytes of a message" + incoming},
		{"header", "Content-Length: 60\r\n\r\n", "0 of 60 bytes of a message have come"},
		{"header", "Content-Length: 60\r\n",
			`20 bytes of a message have come, and not its end: "Content-Length: 60\r\n"`},
		{"header", "Content-Length: 600\r\n\r\n{\"id\":",
			`6 of 600 bytes of a message over the limit have come: "{\"id\":"`},
		{"header", "Content-Length: 9999\r\n\r\n" + long, "706 of 9999 bytes" + unlimited},
		{"header", "Content-Length: 2\r\n\r\n{}\r\n", ""},
		{"netstring", `60:{"id":1}`, "8 of 60 bytes of a message" + length},
		{"netstring", `8:{"id":1}`, `all 8 bytes of a message have come, and not its end: "{\"id\":1}"`},
		{"netstring", "9999:" + long, "706 of 9999 bytes" + unlimited},
		{"netstring", "2:{},", ""},
		{"length", "\x00\x00\x00\x3c" + `{"id":1}`, "8 of 60 bytes of a message" + length},
		{"length", "\x00\x01\x00\x00" + long, "706 of 65536 bytes" + unlimited},
		{"line", `{"id":1}`, "8 bytes of a message" + endless},
		{"line", long, "706 bytes of a message over the limit have come, and not its end"},
		{"line", "{}\n \r", ""},
		{"nul", `{"id":1}`, "8 bytes of a message" + endless},
		{"rfc7464", "\x1e" + `{"id":1}`, "8 bytes of a message" + endless},
		{"none", `{"id":`, `6 bytes of a message have come, and not its end: "{\"id\":"`},
		{"none", long, "706 bytes of a message over the limit have come, and not its end"},
		{"bson", "\x3c\x00\x00\x00\x10id\x00", `8 of 60 bytes of a message have come: "<\x00\x00\x00\x10id\x00"`},
		{"bson", "\x00\x10\x00\x00\x02" + long, "711 of 4096 bytes" + unlimited},
		{"bson", "\x05\x00\x00\x00\x00", ""},
		{"msgpack", "\x94\x01\x01\xc0", "4 bytes of a message have come, and not its end: 94 01 01 c0"},
		{"msgpack", "\x92\xdb\x00\x00\x10\x00" + long,
			"712 bytes of a message over the limit have come, and not its end"},
	} {
		s := &stalling{strings.NewReader(test.in), make(chan struct{}), make(chan struct{})}
		rd := newReader(s, framingNamed(t, test.framing).Split(limit), limit, new(ending))
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				if _, err := rd.Recv(); err != nil && rd.err != nil {
					return
				}
			}
		}()
		select {
		case <-s.stalls:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s %q: nobody waits for more", test.framing, test.in)
		}
		got := ""
		if part := rd.Partial(); part != nil {
			got = part.String()
		}
		if got != test.want {
			t.Errorf("%s %.40q:\n got  %s\n want %s", test.framing, test.in, got, test.want)
		}
		close(s.end)
		<-done
		if part := rd.Partial(); part != nil {
			t.Errorf("%s %.40q: after the end, %s", test.framing, test.in, part)
		}
	}
}

// The channel over a stream is a rpcconn.Holder.
var _ rpcconn.Holder = (*stream)(nil)
