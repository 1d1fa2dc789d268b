package tap_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/tap"
)

// httpTap starts a tap before an HTTP server, and returns a client of it, what is held, and what is recorded.
func httpTap(
	t *testing.T, handle http.HandlerFunc,
) (tp *tap.Tap, client *http.Client, held chan *tap.Message, said chan string) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	tp = tap.New(tap.Options{
		Record: func(*rpcrec.Record) {},
		Dial:   func(ctx context.Context) (io.ReadWriteCloser, error) { return transport.Dial(ctx, "tcp", address) },
	}, time.Now())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- tp.Serve(ctx, l) }()
	client = &http.Client{Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return net.Dial("tcp", l.Addr().String())
		},
	}}
	held, said = make(chan *tap.Message, 20), make(chan string, 100)
	t.Cleanup(tp.Watch(func(n tap.News) {
		if n.Record.IsMessage() {
			said <- fmt.Sprintf("%s %s %d %s", n.Record.Dir, n.Record.Kind, n.Tag, n.Record.Data)
		}
	}))
	t.Cleanup(func() {
		client.CloseIdleConnections()
		cancel()
		<-served
	})
	return tp, client, held, said
}

func post(client *http.Client, body string) <-chan string {
	answer := make(chan string, 1)
	go func() {
		resp, err := client.Post("http://tap/rpc", "application/json", strings.NewReader(body))
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		all, _ := io.ReadAll(resp.Body)
		answer <- resp.Status[:3] + " " + string(all)
	}()
	return answer
}

// Requests and answers over HTTP are held, edited and dropped; one that was dropped is answered in the place of the
// server; and ours go over a connection of their own.
func TestHTTPIntercepted(t *testing.T) {
	tp, client, held, said := httpTap(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) == 0 {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		fmt.Fprintf(w, `{"got":%s,"length":%d,"path":%q}`, body, r.ContentLength, r.URL.Path)
	})
	stop, err := tp.Intercept(func(n tap.News) { held <- n.Message })
	if err != nil {
		t.Fatal(err)
	}
	pass := func(m *tap.Message) {
		t.Helper()
		if err := tp.PassOn(m.Number); err != nil {
			t.Error(err)
		}
	}
	gets := func(answer <-chan string, want string) {
		t.Helper()
		if got := <-answer; got != want {
			t.Errorf("the client gets %s, want %s", got, want)
		}
	}
	gets(post(client, ""), "202 ") // which is no message
	answer := post(client, `{"id":1}`)
	m := <-held
	if string(m.Data) != `{"id":1}` || m.Dir != rpcrec.AToB {
		t.Errorf("held %s %s", m.Dir, m.Data)
	}
	pass(m)
	pass(<-held)
	gets(answer, `200 {"got":{"id":1},"length":8,"path":"/rpc"}`)

	answer = post(client, `{"id":2}`)
	if err := tp.Replace((<-held).Number, []byte(`{"id":2,"edited":true}`)); err != nil {
		t.Error(err)
	}
	m = <-held
	if err := tp.Replace(m.Number, []byte(`{"so":"it is"}`)); err != nil {
		t.Error(err)
	}
	gets(answer, `200 {"so":"it is"}`)
	if want := `{"got":{"id":2,"edited":true},"length":22,"path":"/rpc"}`; string(m.Data) != want {
		t.Errorf("the server has answered %s", m.Data)
	}

	answer = post(client, `{"id":3}`)
	m = <-held
	if err := tp.Inject(tap.Injection{Conn: m.Conn, Dir: rpcrec.BToA, Data: []byte(`{}`)}); err == nil {
		t.Error("something was sent that nobody has asked for")
	}
	if err := tp.Drop(m.Number); err != nil {
		t.Error(err)
	}
	if err := tp.Inject(tap.Injection{Conn: m.Conn, Dir: rpcrec.BToA, Data: []byte(`{"ours":3}`)}); err != nil {
		t.Error(err)
	}
	gets(answer, `200 {"ours":3}`)
	for len(said) > 0 {
		<-said
	}
	if err := tp.Inject(tap.Injection{Conn: m.Conn, Dir: rpcrec.AToB, Data: []byte(`{"own":1}`), Tag: 4}); err != nil {
		t.Error(err)
	}
	if got := <-said; got != `a>b injected 4 {"own":1}` {
		t.Errorf("told %s", got)
	}
	if got := <-said; got != `b>a dropped 4 {"got":{"own":1},"length":9,"path":"/rpc"}` {
		t.Errorf("told %s", got)
	}
	answer = post(client, `{"id":4}`)
	<-held
	stop()
	gets(answer, `200 {"got":{"id":4},"length":8,"path":"/rpc"}`)
	gets(post(client, `{"id":5}`), `200 {"got":{"id":5},"length":8,"path":"/rpc"}`)
}

// Events of a stream are held, edited and dropped one by one, where each is a chunk.
func TestEventsIntercepted(t *testing.T) {
	more := make(chan string)
	tp, client, held, said := httpTap(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path != "/events" {
			_, _ = io.WriteString(w, `{"ok":1}`)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		for text := range more {
			_, _ = io.WriteString(w, text)
			w.(http.Flusher).Flush()
		}
	})
	resp := make(chan *http.Response, 1)
	go func() {
		r, err := client.Get("http://tap/events")
		if err != nil {
			t.Error(err)
		}
		resp <- r
	}()
	more <- "event: message\nid: 1\ndata: {\"n\":1}\n\n"
	r := <-resp
	defer r.Body.Close()
	in := bufio.NewReader(r.Body)
	comes := func(want string) {
		t.Helper()
		buf := make([]byte, len(want))
		if _, err := io.ReadFull(in, buf); err != nil || string(buf) != want {
			t.Fatalf("%q comes, %v; want %q", buf, err, want)
		}
	}
	comes("event: message\nid: 1\ndata: {\"n\":1}\n\n")
	stop, err := tp.Intercept(func(n tap.News) { held <- n.Message })
	if err != nil {
		t.Fatal(err)
	}
	for n := 2; n <= 4; n++ {
		more <- fmt.Sprintf("event: message\nid: %d\ndata: {\"n\":%[1]d}\n\n", n)
	}
	second, third, fourth := <-held, <-held, <-held
	if err := tp.Drop(second.Number); err != nil {
		t.Error(err)
	}
	if err := tp.Replace(third.Number, []byte(`{"edited":3}`)); err != nil {
		t.Error(err)
	}
	if err := tp.PassOn(fourth.Number); err != nil {
		t.Error(err)
	}
	comes("event: message\nid: 3\ndata: {\"edited\":3}\n\n")
	comes("event: message\nid: 4\ndata: {\"n\":4}\n\n")
	more <- ": nothing\n\n" // which is no message
	comes(": nothing\n\n")
	more <- "data: half"
	comes("data: half")
	more <- " of it\n\n"
	comes(" of it\n\n")
	more <- "data: last\n\n"
	last := <-held
	close(more)
	ended := make(chan string)
	go func() {
		rest, err := io.ReadAll(in)
		ended <- fmt.Sprintf("%q %v", rest, err)
	}()
	if err := tp.PassOn(last.Number); err != nil {
		t.Error(err)
	}
	if got, want := <-ended, `"data: last\n\n" <nil>`; got != want {
		t.Errorf("in the end %s comes, want %s", got, want)
	}
	stop()
	_ = r.Body.Close()
	if got, want := <-post(client, `{"id":9}`), `200 {"ok":1}`; got != want { // over the same connection
		t.Errorf("the client gets %s, want %s", got, want)
	}
	for late := time.After(patience); ; {
		select {
		case got := <-said:
			if got == `b>a  0 {"ok":1}` {
				return
			}
		case <-late:
			t.Fatal("what comes behind a stream is not seen")
		}
	}
}
