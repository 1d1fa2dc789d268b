package httprpc

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"
)

// A scripted connection reads from r.
type scripted struct {
	net.Conn
	r io.Reader
}

func (s scripted) Read(p []byte) (int, error)  { return s.r.Read(p) }
func (s scripted) Write(p []byte) (int, error) { return len(p), nil }

func TestStrictConn(t *testing.T) {
	const (
		plain   = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
		empty   = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
		none    = "HTTP/1.1 204 No Content\r\n\r\n"
		goOn    = "HTTP/1.1 100 Continue\r\n\r\n"
		chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
		toClose = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
		garbage = "\x15\x03\x01 no HTTP\r\n\r\n and more"
		endless = "HTTP/1.1 200 OK\r\nX: "
	)
	for _, test := range []struct {
		name, in, want string
		broken         bool
	}{
		{"one", plain, plain, false},
		{"two", plain + empty, plain, true},
		{"nothing, twice", empty + empty, empty, true},
		{"no content, twice", none + none, none, true},
		{"anything behind", plain + "x", plain, true},
		{"continue", goOn + plain, goOn + plain, false},
		{"continue, and two", goOn + plain + plain, goOn + plain, true},
		{"chunks are not looked at", chunked + plain, chunked + plain, false},
		{"until close", toClose, toClose, false},
		{"no HTTP", garbage, garbage, false},
		{"a head without end", endless + strings.Repeat("x", 2*maxHead), endless + strings.Repeat("x", 2*maxHead),
			false},
		{"half a body", plain[:len(plain)-1], plain[:len(plain)-1], false},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(test.in),
				"bytes": iotest.OneByteReader(strings.NewReader(test.in))} {
				tr := new(trust)
				c := &strictConn{Conn: scripted{r: r}, trust: tr}
				if _, err := c.Write([]byte("POST")); err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(c)
				if err != nil || string(got) != test.want {
					t.Errorf("%s: read %.200q, %v; want %.200q", name, got, err, test.want)
				}
				if len(c.head) > maxHead {
					t.Errorf("%s: %d bytes of the head are kept", name, len(c.head))
				}
				if _, err := c.Write([]byte("POST")); (err != nil) != test.broken || tr.broken != test.broken {
					t.Errorf("%s: the next write: %v; trust lost: %v", name, err, tr.broken)
				}
			}
		})
	}
}

func FuzzStrictConn(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nx"))
	f.Add([]byte("\r\n\r\n\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var got [2][]byte
		for i, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in))} {
			c := &strictConn{Conn: scripted{r: r}, trust: new(trust)}
			_, _ = c.Write([]byte("POST"))
			var err error
			if got[i], err = io.ReadAll(c); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(got[0], got[1]) || !bytes.HasPrefix(in, got[0]) {
			t.Errorf("read at once %q, byte by byte %q", got[0], got[1])
		}
	})
}

func TestStrictConnKeepsAlive(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	r, w := io.Pipe()
	defer w.Close()
	c := &strictConn{Conn: scripted{r: r}, trust: new(trust)}
	got := make([]byte, len(answer))
	for range 3 {
		if _, err := c.Write([]byte("POST")); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.WriteString(w, answer) }()
		if _, err := io.ReadFull(c, got); err != nil || string(got) != answer {
			t.Fatalf("read %q, %v", got, err)
		}
	}
}

func TestTrust(t *testing.T) {
	tr := new(trust)
	want := func(when string, want bool) {
		t.Helper()
		if got := tr.keeps(); got != want {
			t.Errorf("%s, a connection is kept: %v", when, got)
		}
	}
	want("at first", true)
	want("before the first response", false)
	tr.seen()
	want("just after the first response", false)
	tr.answered = tr.answered.Add(-2 * settleTime)
	want("later", true)
	tr.seen()
	want("after the next response", true)
	tr.lose()
	want("after a response too much", false)
}
