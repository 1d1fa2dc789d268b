package framing

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// sockets returns the two ends of a unix socket, which know deadlines and writev.
func sockets(t testing.TB) (a, b net.Conn) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, _ := l.Accept()
		accepted <- conn
	}()
	if a, err = net.Dial("unix", address); err != nil {
		t.Fatal(err)
	}
	if b = <-accepted; b == nil {
		t.Fatal("Accept failed")
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func pipe(t testing.TB) (a, b net.Conn) {
	a, b = net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// links are the streams that are written to in either way.
var links = map[string]func(testing.TB) (a, b net.Conn){"unix": sockets, "pipe": pipe}

// framings returns all that there are.
func framings() []Framing { return append(All(), Binary...) }

func framingNamed(t testing.TB, name string) Framing {
	t.Helper()
	all := framings()
	i := slices.IndexFunc(all, func(f Framing) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no framing %q", name)
	}
	return all[i]
}

func channel(t testing.TB, name string, rwc io.ReadWriteCloser) rpcconn.Channel {
	t.Helper()
	f, err := framingNamed(t, name).New(0)
	if err != nil {
		t.Fatal(err)
	}
	ch := f(rwc)
	t.Cleanup(func() { ch.Close() })
	return ch
}

// message returns a frame of about size bytes that every framing can carry: JSON, or for "bson" a document,
// for "msgpack" an array.
func message(framing, text string, size int) []byte {
	text += strings.Repeat("x", max(0, size-len(text)))
	switch framing {
	case "bson":
		b := binary.LittleEndian.AppendUint32(nil, uint32(len(text)+6))
		return append(append(append(b, 2), text...), 0)
	case "msgpack":
		return append(binary.BigEndian.AppendUint32([]byte{0x91, 0xdb}, uint32(len(text))), text...)
	}
	return []byte(`{"m":"` + text + `"}`)
}

func TestRoundTrip(t *testing.T) {
	sizes := []int{0, 1, 100, minBuffer, rpcconn.OwnSize - 20, rpcconn.OwnSize, 64 << 10, 7, keepBuffer - 100, 3 << 20,
		1 << 10, 5000, 5001}
	for link, dial := range links {
		for _, f := range framings() {
			t.Run(link+"/"+f.Name, func(t *testing.T) {
				a, b := dial(t)
				from, to := channel(t, f.Name, a), channel(t, f.Name, b)
				sent := make(chan error, 1)
				go func() {
					for i, size := range sizes {
						if err := from.Send(t.Context(), message(f.Name, strconv.Itoa(i), size)); err != nil {
							sent <- err
							return
						}
					}
					sent <- from.Close()
				}()
				var kept [][]byte
				for i, size := range sizes {
					got, err := to.Recv()
					want := message(f.Name, strconv.Itoa(i), size)
					if err != nil || !bytes.Equal(got, want) {
						t.Fatalf("message %d: got %d bytes %s, %v; want %d", i, len(got), rpcconn.Excerpt(got), err,
							len(want))
					}
					if len(got) < rpcconn.OwnSize {
						got = bytes.Clone(got)
					}
					kept = append(kept, got)
				}
				if got, err := to.Recv(); err != io.EOF {
					t.Errorf("at the end Recv returned %d bytes, %v", len(got), err)
				}
				if err := <-sent; err != nil {
					t.Error(err)
				}
				for i, size := range sizes {
					if !bytes.Equal(kept[i], message(f.Name, strconv.Itoa(i), size)) {
						t.Errorf("message %d was changed after Recv returned it", i)
					}
				}
			})
		}
	}
}

// A peer that has closed the connection may have said why.
func TestLastWordsAreHeard(t *testing.T) {
	a, b := sockets(t)
	from := channel(t, "line", a)
	if _, err := b.Write([]byte("{\"bye\":1}\n")); err != nil {
		t.Fatal(err)
	}
	_ = b.Close()
	var err error
	for err == nil {
		err = from.Send(t.Context(), []byte("{}"))
	}
	if got, err := from.Recv(); err != nil || string(got) != `{"bye":1}` {
		t.Errorf("Recv returned %q, %v", got, err)
	}
	if _, err := from.Recv(); err != io.EOF {
		t.Errorf("at the end Recv returned %v", err)
	}
}

func TestCloseSendsWhatIsQueued(t *testing.T) {
	for link, dial := range links {
		t.Run(link, func(t *testing.T) {
			a, b := dial(t)
			from, to := channel(t, "line", a), channel(t, "line", b)
			got := make(chan int, 1)
			go func() {
				n := 0
				for {
					if _, err := to.Recv(); err != nil {
						got <- n
						return
					}
					n++
				}
			}()
			for range 100 {
				if err := from.Send(t.Context(), []byte("{}")); err != nil {
					t.Fatal(err)
				}
			}
			if err := from.Close(); err != nil {
				t.Error(err)
			}
			if n := <-got; n != 100 {
				t.Errorf("%d of 100 messages came", n)
			}
		})
	}
}

func TestFind(t *testing.T) {
	if got := strings.Join(Names(), " "); got != "none line rfc7464 netstring header length nul" {
		t.Errorf("Names() = %s", got)
	}
	var unknown *UnknownError
	if _, err := Find("nosuch"); !errors.As(err, &unknown) || unknown.Name != "nosuch" ||
		!slices.Equal(unknown.Known, Names()) {
		t.Errorf("an unknown framing: %v", err)
	}
	if _, err := framingNamed(t, "line").New(-1); err == nil {
		t.Error("a negative limit is taken")
	}
}

func TestWrittenBytes(t *testing.T) {
	for framing, want := range map[string]string{
		"none": `{}[]`, "line": "{}\n[]\n", "rfc7464": "\x1e{}\n\x1e[]\n", "netstring": "2:{},2:[],", "bson": "{}[]",
		"header": "Content-Length: 2\r\n\r\n{}Content-Length: 2\r\n\r\n[]",
		"length": "\x00\x00\x00\x02{}\x00\x00\x00\x02[]",
		"nul":    "{}\x00[]\x00", "msgpack": "{}[]",
	} {
		a, b := sockets(t)
		ch := channel(t, framing, a)
		for _, frame := range []string{"{}", "[]"} {
			if err := ch.Send(t.Context(), []byte(frame)); err != nil {
				t.Fatal(err)
			}
		}
		if err := ch.Close(); err != nil {
			t.Error(err)
		}
		_ = b.SetReadDeadline(time.Now().Add(time.Minute))
		if got, err := io.ReadAll(b); err != nil || string(got) != want {
			t.Errorf("%s: written %q, want %q (%v)", framing, got, want, err)
		}
	}
}
