package tap_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/tap"
)

// The first message of a connection waits, too, though it is what says what is spoken.
func TestFirstIsHeld(t *testing.T) {
	for _, f := range forms(t) {
		switch f.Framing {
		case "none", "length", "nul": // which their first bytes do not tell
			continue
		}
		t.Run(f.Framing, func(t *testing.T) {
			w := newWiretap(t, dial.Config{})
			stop, err := w.Intercept(w.tell)
			if err != nil {
				t.Fatal(err)
			}
			w.send(t, f.framed[0])
			w.awaitHeld(t, 1)
			w.mu.Lock()
			if len(w.received) > 0 {
				t.Errorf("%q has passed", w.received)
			}
			w.mu.Unlock()
			stop()
			w.awaitBytes(t, f.framed[0])
		})
	}
}

// What is no RPC passes though messages are intercepted, and so does what comes where the place in it was lost: behind
// what was held.
func TestNothingToHold(t *testing.T) {
	for _, sent := range []string{
		"SSH-2.0-OpenSSH_9.6\r\n", "\x16\x03\x01\x02\x00", "{",
	} {
		w := newWiretap(t, dial.Config{})
		stop, err := w.Intercept(w.tell)
		if err != nil {
			t.Fatal(err)
		}
		w.send(t, []byte(sent))
		w.awaitBytes(t, []byte(sent))
		if err := w.Inject(tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: []byte("{}")}); err == nil ||
			!strings.HasPrefix(err.Error(), "nothing can be sent to the server") {
			t.Errorf("%q: injecting: %v", sent, err)
		}
		stop()
	}
	w := newWiretap(t, dial.Config{Protocol: "bsonrpc", Framing: "bson"})
	stop, err := w.Intercept(w.tell)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	message := framed(t, "bson", encoded(t, "bsonrpc", `{"id":1,"method":"a","params":[]}`))
	w.send(t, message)
	w.awaitHeld(t, 1)
	w.send(t, []byte{1, 0, 0, 0, 0, 1, 2, 3})
	w.awaitBytes(t, append(message, 1, 0, 0, 0, 0, 1, 2, 3))
}

// The end of a side waits for what is held, and comes behind it; a client that has gone loses nothing.
func TestEndWaits(t *testing.T) {
	f := forms(t)[1]
	w := newWiretap(t, f.Config)
	stop, err := w.Intercept(w.tell)
	if err != nil {
		t.Fatal(err)
	}
	w.send(t, f.framed[0])
	w.send(t, []byte(`{"cut`))
	held := w.awaitHeld(t, 1)
	_ = w.client.Close()
	w.mu.Lock()
	if w.done {
		t.Error("the server is told of the end before what is held")
	}
	w.mu.Unlock()
	if err := w.PassOn(held[0].Number); err != nil {
		t.Error(err)
	}
	stop()
	w.await(t, "the end", func() bool { return w.done })
	got := string(w.received)
	if got != string(f.framed[0])+`{"cut` && got != `{"cut`+string(f.framed[0]) {
		t.Errorf("received %q", got)
	}
}

// A tap that ends while a message is held lets go of it, and says that it has not passed.
func TestTapEnds(t *testing.T) {
	f := forms(t)[1]
	client, near := net.Pipe()
	far, server := net.Pipe()
	defer server.Close()
	w := &wiretap{client: client}
	tp := tap.New(tap.Options{
		Protocol: f.Protocol, Framing: f.Framing, Record: func(*rpcrec.Record) {},
		Dial: func(context.Context) (io.ReadWriteCloser, error) { return far, nil },
	}, time.Now())
	said := make(chan string, 10)
	defer tp.Watch(func(n tap.News) {
		if n.Record != nil && n.Record.IsMessage() {
			said <- n.Record.Kind
		}
	})()
	held := make(chan struct{})
	stop, err := tp.Intercept(func(tap.News) { close(held) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- tp.Pass(ctx, near, "") }()
	w.send(t, f.framed[0])
	<-held
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if kind := <-said; kind != rpcrec.Dropped {
		t.Errorf("recorded as %q", kind)
	}
}

// What answers an injected request does not pass; all else does.
func TestAnswers(t *testing.T) {
	for _, f := range forms(t) {
		t.Run(f.Framing, func(t *testing.T) {
			client, near := net.Pipe()
			far, server := net.Pipe()
			tp := tap.New(tap.Options{
				Protocol: f.Protocol, Framing: f.Framing, Record: func(*rpcrec.Record) {},
				Dial: func(context.Context) (io.ReadWriteCloser, error) { return far, nil },
			}, time.Now())
			told, open := make(chan tap.News, 10), make(chan struct{})
			defer tp.Watch(func(n tap.News) {
				switch {
				case n.Record.Event == rpcrec.Open:
					close(open)
				case n.Record.IsMessage():
					told <- n
				}
			})()
			ended := make(chan error)
			go func() { ended <- tp.Pass(t.Context(), near, "") }()
			<-open
			asked := make(chan []byte)
			go func() {
				buf := make([]byte, 4096)
				n, _ := server.Read(buf)
				asked <- buf[:n]
			}()
			request := encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":1073741825,"method":"own","params":[]}`)
			if err := tp.Inject(tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: request, Tag: 5}); err != nil {
				t.Fatal(err)
			}
			if got := <-asked; !bytes.Equal(got, framed(t, f.Framing, request)) {
				t.Errorf("the server has got %q", got)
			}
			ours := framed(t, f.Framing, encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":1073741825,"result":1}`))
			theirs := framed(t, f.Framing, encoded(t, f.Protocol, `{"jsonrpc":"2.0","id":1,"result":2}`))
			got := make(chan []byte)
			go func() {
				all, _ := io.ReadAll(client)
				got <- all
			}()
			all := slices.Concat(theirs, ours, theirs)
			for i := range all {
				if _, err := server.Write(all[i : i+1]); err != nil {
					t.Fatal(err)
				}
			}
			_ = server.Close()
			if got := <-got; !bytes.Equal(got, slices.Concat(theirs, theirs)) {
				t.Errorf("the client has got %q", got)
			}
			_ = client.Close()
			<-ended
			var kinds []string
			for range 4 {
				n := <-told
				kinds = append(kinds, fmt.Sprintf("%s%d", n.Record.Kind, n.Tag))
			}
			if want := "injected5 0 dropped5 0"; strings.Join(kinds, " ") != want {
				t.Errorf("recorded %q, want %q", kinds, want)
			}
		})
	}
}

// Messages of WebSockets are held, edited, dropped, injected and answered, compressed or not: what follows a compressed
// one that did not pass as it came can still be read.
func TestSocketsIntercepted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{
			CompressionMode: websocket.CompressionContextTakeover, CompressionThreshold: 1,
		})
		if err != nil {
			return
		}
		defer c.CloseNow()
		for {
			kind, data, err := c.Read(r.Context())
			if err != nil {
				return
			}
			_ = c.Write(r.Context(), kind, data)
		}
	}))
	defer server.Close()
	for _, mode := range []websocket.CompressionMode{
		websocket.CompressionDisabled, websocket.CompressionContextTakeover,
	} {
		address := strings.TrimPrefix(server.URL, "http://")
		client, near := net.Pipe()
		tp := tap.New(tap.Options{
			Record: func(*rpcrec.Record) {},
			Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
				return transport.Dial(ctx, "tcp", address)
			},
		}, time.Now())
		ended := make(chan error)
		go func() { ended <- tp.Pass(t.Context(), near, "") }()
		held := make(chan *tap.Message, 20)
		var stop func()
		c, _, err := websocket.Dial(t.Context(), "ws://tap/", &websocket.DialOptions{
			CompressionMode: mode, CompressionThreshold: 1,
			HTTPClient: &http.Client{Transport: &http.Transport{
				DialContext: func(context.Context, string, string) (net.Conn, error) { return client, nil },
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		text := func(i int) string {
			return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"%s"}`, i, strings.Repeat("long ", 100))
		}
		send := func(i int) {
			if err := c.Write(t.Context(), websocket.MessageText, []byte(text(i))); err != nil {
				t.Fatal(err)
			}
		}
		comes := func(want string) {
			t.Helper()
			if _, got, err := c.Read(t.Context()); err != nil || string(got) != want {
				t.Fatalf("compression %d: %.300q came, %v; want %.300q", mode, got, err, want)
			}
		}
		send(0)
		comes(text(0))
		if stop, err = tp.Intercept(func(n tap.News) { held <- n.Message }); err != nil {
			t.Fatal(err)
		}
		next := func(want int) *tap.Message {
			t.Helper()
			m := <-held
			if string(m.Data) != text(want) {
				t.Fatalf("compression %d: held %.300q, want message %d", mode, m.Data, want)
			}
			return m
		}
		pass := func(m *tap.Message) {
			if err := tp.PassOn(m.Number); err != nil {
				t.Error(err)
			}
		}
		send(1)
		pass(next(1))
		pass(next(1))
		comes(text(1))
		for i := 2; i <= 5; i++ {
			send(i)
		}
		first, second, third, fourth := next(2), next(3), next(4), next(5)
		pass(second) // overtakes the first
		pass(next(3))
		comes(text(3))
		if err := tp.Replace(third.Number, []byte(text(40))); err != nil {
			t.Error(err)
		}
		pass(next(40))
		comes(text(40))
		if err := tp.Drop(fourth.Number); err != nil {
			t.Error(err)
		}
		pass(first)
		pass(next(2))
		comes(text(2))
		if err := tp.Inject(tap.Injection{Conn: 1, Dir: rpcrec.AToB, Data: []byte(text(7)), Tag: 1}); err != nil {
			t.Error(err)
		}
		pass(next(7))
		comes(text(7))
		if err := tp.Inject(tap.Injection{Conn: 1, Dir: rpcrec.BToA, Data: []byte(text(8)), Tag: 1}); err != nil {
			t.Error(err)
		}
		comes(text(8))
		stop()
		for i := range 20 {
			send(i)
			comes(text(i))
		}
		_ = c.CloseNow()
		<-ended
	}
}

// An answer in the place of a message that waits reaches a client that has said all, though its server ends with that.
func TestInjectedForTheLast(t *testing.T) {
	const request, answer = `{"jsonrpc":"2.0","id":1,"method":"m"}` + "\n", `{"jsonrpc":"2.0","id":1,"result":2}`
	server := &untilEnd{ended: make(chan struct{})}
	w := tap.New(tap.Options{
		Protocol: "jsonrpc", Framing: "line", Record: func(*rpcrec.Record) {},
		Dial: func(context.Context) (io.ReadWriteCloser, error) { return server, nil },
	}, time.Now())
	held := make(chan uint64, 1)
	stop, err := w.Intercept(func(news tap.News) { held <- news.Message.Number })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var got bytes.Buffer // written before Pass returns
	client := struct {
		io.ReadWriter
		io.Closer
	}{struct {
		io.Reader
		io.Writer
	}{strings.NewReader(request), &got}, io.NopCloser(nil)}
	ended := make(chan error, 1)
	go func() { ended <- w.Pass(t.Context(), client, "") }()
	err = w.Inject(tap.Injection{Conn: 1, Dir: rpcrec.BToA, Data: []byte(answer), For: <-held})
	if err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil || got.String() != answer+"\n" {
		t.Errorf("the client got %q (%v), want %s", &got, err, answer)
	}
	if err := w.Inject(tap.Injection{Conn: 1, Data: []byte(answer), For: 1}); err == nil {
		t.Error("it was answered twice")
	}
}

// An untilEnd is a server that says nothing, and ends when nothing more is said to it.
type untilEnd struct {
	once  sync.Once
	ended chan struct{}
}

func (u *untilEnd) Read([]byte) (int, error) {
	<-u.ended
	return 0, io.EOF
}

func (u *untilEnd) Write(b []byte) (int, error) { return len(b), nil }
func (u *untilEnd) CloseWrite() error           { return u.Close() }
func (u *untilEnd) Close() error {
	u.once.Do(func() { close(u.ended) })
	return nil
}
