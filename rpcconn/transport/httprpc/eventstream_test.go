package httprpc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"rpcsh/rpcconn"
)

// events returns what next returns until the end, errors as "! " and their reason, and the reader.
func events(r io.Reader, max int) ([]string, *eventReader) {
	e := newEventReader(r, max)
	var all []string
	for {
		data, err := e.next()
		var bad *rpcconn.FrameError
		switch {
		case errors.As(err, &bad):
			all = append(all, "! "+bad.Reason)
		case err == io.EOF:
			return all, e
		case err != nil:
			return append(all, "! "+err.Error()), e
		default:
			all = append(all, string(data))
		}
	}
}

func TestEvents(t *testing.T) {
	const tooBig = "! message is over the limit of 20 bytes"
	for _, test := range []struct {
		name, in string
		want     []string
		lastID   string
		retry    time.Duration
	}{
		{name: "nothing"},
		{name: "one", in: "data: 1\n\n", want: []string{"1"}},
		{name: "CR LF", in: "data: 1\r\n\r\ndata: 2\r\n\r\n", want: []string{"1", "2"}},
		{name: "CR", in: "data: 1\r\rdata: 2\r\r", want: []string{"1", "2"}},
		{name: "all ends", in: "data: 1\r\n\ndata: 2\n\r\ndata: 3\r\n\r\n", want: []string{"1", "2", "3"}},
		{name: "several lines", in: "data: {\ndata:   1}\ndata\n\n", want: []string{"{\n  1}\n"}},
		{name: "no blank", in: "data:1\n\n", want: []string{"1"}},
		{name: "byte order mark", in: "\ufeffdata: 1\n\ndata: \ufeff\n\n", want: []string{"1", "\ufeff"}},
		{name: "comments", in: ": keep-alive\n\n:\ndata: 1\n: x\n\n", want: []string{"1"}},
		{name: "empty data", in: "id: 7\ndata: \n\nid: 8\ndata:\n\ndata: 1\n\n", want: []string{"1"}, lastID: "8"},
		{name: "event types", in: "event: message\ndata: 1\n\nevent: other\ndata: 2\n\n", want: []string{"1", "2"}},
		{name: "unknown fields", in: "Data: 0\nx: y\nz\ndata: 1\n\n", want: []string{"1"}},
		{name: "not ended", in: "id: 1\ndata: 1\n\nid: 2\ndata: 2\n", want: []string{"1"}, lastID: "1"},
		{name: "id", in: "id: 1\ndata: 1\n\ndata: 2\n\n", want: []string{"1", "2"}, lastID: "1"},
		{name: "no id any more", in: "id: 1\ndata: 1\n\nid\ndata: 2\n\n", want: []string{"1", "2"}},
		{name: "bad id", in: "id: 1\x00\ndata: 1\n\n", want: []string{"1"}},
		{name: "retry", in: "retry: 1500\n\nretry: 5s\n\nretry: -1\n\n", retry: 1500 * time.Millisecond},
		{name: "long retry", in: "retry: 4000000000\n\n", retry: maxRetry},
		{name: "limit", in: "data: 12345678901234567890\n\n", want: []string{"12345678901234567890"}},
		{name: "over the limit", in: "data: 123456789012345678901\n\ndata: 1\n\n", want: []string{tooBig, "1"}},
		{name: "far over the limit", in: "data: " + strings.Repeat("x", 50_000) + "\ndata: 2\n\ndata: 1\n\n",
			want: []string{tooBig, "1"}},
		{name: "over the limit in lines", in: "data: 12345678901\ndata: 12345678901\ndata: 3\n\ndata: 1\n\n",
			want: []string{tooBig, "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, r := range map[string]io.Reader{
				"whole": strings.NewReader(test.in), "bytes": iotest.OneByteReader(strings.NewReader(test.in)),
				"end": iotest.DataErrReader(strings.NewReader(test.in)),
			} {
				got, e := events(r, 20)
				if !slices.Equal(got, test.want) {
					t.Errorf("%s: got %q, want %q", name, got, test.want)
				}
				if e.lastID != test.lastID || e.retry != test.retry {
					t.Errorf("%s: last id %q, retry %v; want %q, %v", name, e.lastID, e.retry, test.lastID, test.retry)
				}
			}
		})
	}
}

func TestEventsBreakOff(t *testing.T) {
	broken := errors.New("broken")
	got, _ := events(io.MultiReader(strings.NewReader("data: 1\n\ndata: 2\n"), iotest.ErrReader(broken)), 20)
	if want := []string{"1", "! broken"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An event must be there once its blank line is, whether or not more comes.
func TestEventsAreNotHeldBack(t *testing.T) {
	for _, end := range []string{"\n\n", "\r\r", "\r\n\r\n"} {
		r, w := io.Pipe()
		e := newEventReader(r, 20)
		for i := range 3 {
			want := fmt.Sprint(i)
			go func() { _, _ = io.WriteString(w, "data: "+want+end) }()
			if data, err := e.next(); err != nil || string(data) != want {
				t.Errorf("lines that end with %q: got %q, %v", end, data, err)
			}
		}
		r.Close()
	}
}

func FuzzEvents(f *testing.F) {
	for _, seed := range []string{
		"data: {\"id\":1}\n\n", "\ufeff: x\r\nid: 1\rdata\n\r\n", "retry: 10\ndata: a\ndata: b\n\n", "data: " +
			strings.Repeat("x", 40) + "\n\n", "\r\r\n\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit = 30
		whole, a := events(bytes.NewReader(in), limit)
		bytewise, b := events(iotest.OneByteReader(bytes.NewReader(in)), limit)
		if !slices.Equal(whole, bytewise) || a.lastID != b.lastID || a.retry != b.retry {
			t.Errorf("read at once %q, byte by byte %q", whole, bytewise)
		}
		for _, data := range whole {
			if !strings.HasPrefix(data, "! ") && (len(data) > limit || data == "") {
				t.Errorf("an event has %d bytes", len(data))
			}
		}
		if a.retry < 0 || a.retry > maxRetry || !isEventID([]byte(a.lastID)) {
			t.Errorf("retry %v, id %q", a.retry, a.lastID)
		}
	})
}

func BenchmarkEvents(b *testing.B) {
	in := bytes.Repeat([]byte("event: message\nid: 12_34\ndata: "+
		`{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}]}}`+"\n\n"), 1000)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		e := newEventReader(bytes.NewReader(in), 1<<20)
		for range 1000 {
			if _, err := e.next(); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func TestEventIDsAreBounded(t *testing.T) {
	if id := bytes.Repeat([]byte("x"), maxEventID+1); !isEventID(id[1:]) || isEventID(id) {
		t.Errorf("an id may have %d bytes, and no more", maxEventID)
	}
}
