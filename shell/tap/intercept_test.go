package tap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/tap"
)

// A wiretap is a tap between two streams that a test reads and writes, and what is told of it.
type wiretap struct {
	*tap.Tap
	client net.Conn
	ended  chan error

	mu       sync.Mutex // protects what follows
	changed  *sync.Cond
	received []byte // by the server
	done     bool   // nothing more comes
	open     bool   // the connection is there
	records  []string
	held     []*tap.Message
}

func newWiretap(t *testing.T, cfg dial.Config) *wiretap {
	t.Helper()
	client, near := net.Pipe()
	far, server := net.Pipe()
	w := &wiretap{client: client, ended: make(chan error, 1)}
	w.changed = sync.NewCond(&w.mu)
	w.Tap = tap.New(tap.Options{
		Protocol: cfg.Protocol, Framing: cfg.Framing, Record: func(*rpcrec.Record) {},
		Dial: func(context.Context) (io.ReadWriteCloser, error) { return far, nil },
	}, time.Now())
	t.Cleanup(w.Watch(w.tell))
	go func() { w.ended <- w.Pass(t.Context(), near, "") }()
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := server.Read(buf)
			w.mu.Lock()
			w.received = append(w.received, buf[:n]...)
			w.done = err != nil
			w.changed.Broadcast()
			w.mu.Unlock()
			if err != nil {
				_ = server.Close()
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = client.Close()
		<-w.ended
	})
	w.await(t, "the connection", func() bool { return w.open })
	return w
}

func (w *wiretap) tell(news tap.News) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if news.Message != nil {
		w.held = append(w.held, news.Message)
	} else if r := news.Record; r.IsMessage() {
		text := fmt.Sprintf("%s %s %d %s", r.Kind, r.Data, news.Number, r.Original)
		w.records = append(w.records, strings.TrimSpace(text))
	}
	w.open = true
	w.changed.Broadcast()
}

// await waits until something is true of w, whose lock is held.
func (w *wiretap) await(t *testing.T, what string, is func() bool) {
	t.Helper()
	late := time.AfterFunc(patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.done = true
		w.changed.Broadcast()
	})
	defer late.Stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !is() {
		if w.done && !late.Stop() {
			t.Fatalf("waiting in vain for %s: received %q, held %d, records %q", what, w.received, len(w.held),
				w.records)
		}
		w.changed.Wait()
	}
}

func (w *wiretap) send(t *testing.T, data []byte) {
	t.Helper()
	if len(data) == 0 {
		return
	}
	if _, err := w.client.Write(data); err != nil {
		t.Fatal(err)
	}
}

// awaitBytes waits until the server has received exactly these, and fails if it gets others.
func (w *wiretap) awaitBytes(t *testing.T, want []byte) {
	t.Helper()
	w.await(t, fmt.Sprintf("%q", want), func() bool { return len(w.received) >= len(want) })
	w.mu.Lock()
	defer w.mu.Unlock()
	if !bytes.Equal(w.received, want) {
		t.Fatalf("the server has received\n%q, want\n%q", w.received, want)
	}
}

func (w *wiretap) awaitHeld(t *testing.T, n int) []*tap.Message {
	t.Helper()
	w.await(t, fmt.Sprintf("%d held messages", n), func() bool { return len(w.held) >= n })
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.held)
}

func (w *wiretap) recorded() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.records)
}

// A form is a protocol and a framing, with three messages as they are framed.
type form struct {
	dial.Config
	messages []string // without what frames them
	framed   [][]byte
}

func forms(t *testing.T) (all []form) {
	t.Helper()
	for _, cfg := range []dial.Config{
		{Protocol: "jsonrpc", Framing: "none"}, {Protocol: "jsonrpc", Framing: "line"},
		{Protocol: "jsonrpc", Framing: "rfc7464"}, {Protocol: "jsonrpc", Framing: "netstring"},
		{Protocol: "jsonrpc", Framing: "header"}, {Protocol: "jsonrpc", Framing: "length"},
		{Protocol: "jsonrpc", Framing: "nul"}, {Protocol: "bsonrpc", Framing: "bson"},
		{Protocol: "msgpackrpc", Framing: "msgpack"},
	} {
		f := form{Config: cfg}
		for i := 1; i <= 3; i++ {
			data := encoded(t, cfg.Protocol, fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"m%[1]d","params":[1]}`, i))
			f.messages = append(f.messages, string(data))
			f.framed = append(f.framed, framed(t, cfg.Framing, data))
		}
		all = append(all, f)
	}
	return all
}

// encoded returns a message as a protocol has it.
func encoded(t *testing.T, protocol, text string) []byte {
	t.Helper()
	if protocol == "jsonrpc" {
		return []byte(text)
	}
	p, err := dial.FindProtocol(protocol)
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		ID     json.Number
		Method string
		Params json.RawMessage
		Result json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	id, _ := m.ID.Int64()
	message := rpcconn.Message{
		Kind: rpcconn.KindRequest, ID: rpcconn.IntID(id), Method: m.Method, Params: m.Params, Result: m.Result,
	}
	if m.Method == "" {
		message.Kind = rpcconn.KindResponse
	}
	data, err := p.NewCodec().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{message}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func framed(t *testing.T, framing string, data []byte) []byte {
	t.Helper()
	f, err := dial.NewFraming(framing, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	defer b.Close()
	ch := f(a)
	defer ch.Close()
	all, err := ch.AppendFrame(nil, data)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Wherever in a stream intercepting begins, what has begun before passes as it came, each message behind it waits, and
// what passes then is what came, byte for byte.
func TestInterceptAnywhere(t *testing.T) {
	for _, f := range forms(t) {
		t.Run(f.Framing, func(t *testing.T) {
			all := slices.Concat(f.framed...)
			for cut := range len(all) {
				w := newWiretap(t, f.Config)
				w.send(t, all[:cut])
				w.awaitBytes(t, all[:cut])
				stop, err := w.Intercept(w.tell)
				if err != nil {
					t.Fatal(err)
				}
				w.send(t, all[cut:])
				begins, waiting := 0, f.messages
				for len(waiting) > 0 && begins < cut {
					begins += len(f.framed[len(f.messages)-len(waiting)])
					waiting = waiting[1:]
				}
				held := w.awaitHeld(t, len(waiting))
				for i, m := range held {
					if string(m.Data) != waiting[i] {
						t.Fatalf("cut at %d: held %q, want %q", cut, m.Data, waiting[i])
					}
				}
				w.awaitBytes(t, all[:max(cut, begins)])
				if len(waiting) == 3 { // one way to let them pass, and the other
					if err := w.PassOn(held[0].Number); err != nil {
						t.Fatal(err)
					}
					w.awaitBytes(t, all[:max(cut, begins)+len(f.framed[0])])
				}
				stop()
				w.awaitBytes(t, all)
				w.send(t, all) // the gate is open again, at a boundary
				w.awaitBytes(t, slices.Concat(all, all))
				_ = w.client.Close()
				if err := <-w.ended; err != nil {
					t.Fatal(err)
				}
				w.ended <- nil
			}
		})
	}
}

// What becomes of a message is written as its framing has it, and is recorded.
func TestVerdicts(t *testing.T) {
	for _, f := range forms(t) {
		t.Run(f.Framing, func(t *testing.T) {
			w := newWiretap(t, f.Config)
			stop, err := w.Intercept(w.tell)
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			if _, err := w.Intercept(w.tell); err != tap.ErrIntercepted {
				t.Errorf("another one may intercept, too: %v", err)
			}
			all := slices.Concat(f.framed...)
			for i := range all { // a byte at a time
				w.send(t, all[i:i+1])
			}
			held := w.awaitHeld(t, 3)
			other := encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":2,"method":"other","params":[true]}`)
			for _, err := range []error{
				w.PassOn(held[2].Number), w.Replace(held[1].Number, other), w.Drop(held[0].Number),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			if err := w.PassOn(held[0].Number); err == nil || err.Error() != "message 1 is not held any more" {
				t.Errorf("passed on what was dropped: %v", err)
			}
			framedOther := framed(t, f.Framing, other)
			w.awaitBytes(t, slices.Concat(f.framed[2], framedOther))
			added := encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":9,"method":"added","params":[]}`)
			if err := w.Inject(tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: added, Tag: 7}); err != nil {
				t.Error(err)
			}
			w.awaitBytes(t, slices.Concat(f.framed[2], framedOther, framed(t, f.Framing, added)))
			want := []string{
				f.messages[2] + " 3", fmt.Sprintf("edited %s 2 %s", other, f.messages[1]),
				"dropped " + f.messages[0] + " 1", fmt.Sprintf("injected %s 0", added),
			}
			if got := w.recorded(); !slices.Equal(got, want) {
				t.Errorf("recorded\n%q, want\n%q", got, want)
			}
		})
	}
}

// What is injected while a message passes comes behind it, and holds up nothing.
func TestInjectWithin(t *testing.T) {
	for _, f := range forms(t) {
		t.Run(f.Framing, func(t *testing.T) {
			first, second := f.framed[0], f.framed[1]
			for cut := range len(first) + 1 {
				w := newWiretap(t, f.Config)
				w.send(t, first[:cut])
				w.awaitBytes(t, first[:cut])
				added := encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":9,"method":"added","params":[]}`)
				if err := w.Inject(tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: added}); err != nil {
					t.Fatal(err)
				}
				w.send(t, first[cut:])
				w.send(t, second)
				all := framed(t, f.Framing, added)
				switch cut {
				case 0:
					w.awaitBytes(t, slices.Concat(all, first, second))
				default:
					w.awaitBytes(t, slices.Concat(first, all, second))
				}
			}
		})
	}
}
