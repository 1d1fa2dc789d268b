package httprpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const progress = `{"jsonrpc":"2.0","method":"progress"}`

// stream sends text as an event stream, and leaves it open.
func sendEvents(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	_, _ = io.WriteString(w, text)
	_ = http.NewResponseController(w).Flush()
}

func TestEventStreams(t *testing.T) {
	const second = `{"jsonrpc":"2.0","id":2,"result":4}`
	const nameless = `{"jsonrpc":"2.0","result":3}`
	const nearMiss = `{"jsonrpc":"2.0","id":1.0,"result":3}`
	for _, test := range []struct {
		name, send, events string
		got                []string
		err                string
		said               string
		open               bool // the stream stays so
	}{
		{name: "answer", send: request, events: "data: " + result + "\n\n", got: []string{result}},
		{name: "empty data first", send: request, events: "id: 1\nretry: 0\ndata: \n\ndata: " + result + "\n\n",
			got: []string{result}},
		{name: "blank data first", send: request, events: "data:  \n\ndata: \ufeff\n\ndata: " + result + "\n\n",
			got: []string{result}, said: "an event that is no message"},
		{name: "a near miss", send: request, events: "data: " + nearMiss + "\n\n", open: true, got: []string{nearMiss}},
		{name: "a refusal, and more may come", send: request, events: "data: " + refusal + "\n\n", open: true,
			got: []string{refusal}, err: "error -32600: Invalid Request"},
		{name: "words, and no answer", send: request, events: "data: out of order\n\n", open: true,
			err: `an event of the stream is no message: "out of order"`, said: "an event that is no message"},
		{name: "words of an error", send: request, events: "event: error\ndata: no\n\n", open: true,
			err: `an event of the stream is no message: "no"`, said: "an event that is no message"},
		{name: "what keeps it alive", send: request, events: "data: ping\n\ndata: [keep-alive]\n\nevent: tick\n" +
			"data: 7 words\n\n: nothing\n\ndata: " + result + "\n\n", got: []string{result}},
		{name: "an answer without an id", send: request, events: "data: " + nameless + "\n\n", open: true,
			got: []string{nameless}, err: "the HTTP response has no id"},
		{name: "progress first", send: request, events: ": hi\n\nevent: message\ndata: " + progress + "\n\ndata: " +
			result + "\n\n", got: []string{progress, result}},
		{name: "more behind", send: request, events: "data: " + result + "\n\ndata: " + progress + "\n\n",
			got: []string{result, progress}},
		{name: "batch, each alone", send: "[" + request + "," + strings.Replace(request, ":1,", ":2,", 1) + "]",
			events: "data: " + second + "\n\ndata: " + result + "\n\n", got: []string{second, result}},
		{name: "batch, one missing", send: "[" + request + "," + strings.Replace(request, ":1,", ":2,", 1) + "]",
			events: "data: " + second + "\n\n", got: []string{second},
			err: "not answered: the event stream ended with 1 of 2 answers"},
		{name: "for a notification", send: notification, events: "data: " + progress + "\n\n", got: []string{progress}},
		{name: "nothing", send: request, events: "", err: "not answered: the event stream ended"},
		{name: "another's answer", send: request, events: "data: " + second + "\n\n", got: []string{second},
			err: "not answered: the event stream ended"},
		{name: "refusal", send: request, events: "data: " + refusal + "\n\n", got: []string{refusal},
			err: "error -32600: Invalid Request"},
		{name: "no message", send: request, events: "data: hello\n\ndata: {}\n\ndata: " + result + "\n\n",
			got: []string{result}, said: `an event that is no message: "hello"`},
		{name: "over the limit", send: request, events: "data: " + strings.Repeat("x", 200) + "\n\ndata: " + result +
			"\n\n", got: []string{result}, said: "an event: message is over the limit of 100 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if sendEvents(w, test.events); test.open {
					<-r.Context().Done()
				}
			})
			c := dial(t, server.URL, Options{MaxMessage: 100})
			err := c.Send(t.Context(), []byte(test.send))
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("Send returned %v, want %q", err, test.err)
			}
			for _, want := range test.got {
				if got := c.next(t); got != want {
					t.Errorf("received %q, want %q", got, want)
				}
			}
			if test.said != "" {
				if err := <-c.said; !strings.Contains(err.Error(), test.said) {
					t.Errorf("OnError was told %q, want %q", err, test.said)
				}
			}
		})
	}
}

// A peer calls back on the stream of our request, and goes on once it has the answer.
func TestStreamCallsBack(t *testing.T) {
	const theirs, ours = `{"jsonrpc":"2.0","id":0,"method":"ask"}`, `{"jsonrpc":"2.0","id":0,"result":"yes"}`
	answered := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) == ours {
			w.WriteHeader(202)
			close(answered)
			return
		}
		sendEvents(w, "data: "+theirs+"\n\n")
		<-answered
		sendEvents(w, "data: "+result+"\n\n")
	})
	c := dial(t, server.URL, Options{})
	sent := make(chan error, 1)
	go func() { sent <- c.Send(t.Context(), []byte(request)) }()
	if got := c.next(t); got != theirs {
		t.Fatalf("received %q", got)
	}
	if err := c.Send(t.Context(), []byte(ours)); err != nil {
		t.Fatal(err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
	if got := c.next(t); got != result {
		t.Errorf("received %q", got)
	}
}

func TestStreamThatStaysOpen(t *testing.T) {
	begun := make(chan struct{})
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sendEvents(w, "data: "+progress+"\n\n")
		close(begun)
		<-r.Context().Done()
	})
	c := dial(t, server.URL, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() { sent <- c.Send(ctx, []byte(request)) }()
	<-begun
	c.next(t)
	cancel()
	if err := <-sent; !errors.Is(err, context.Canceled) {
		t.Errorf("Send returned %v", err)
	}
	c.Close() // ends the stream, or this hangs
}

func TestStreamIsResumed(t *testing.T) {
	for _, test := range []struct {
		name   string
		resume func(w http.ResponseWriter, r *http.Request)
		err    string
	}{
		{"it goes on", func(w http.ResponseWriter, r *http.Request) {
			sendEvents(w, "id: b\ndata: "+result+"\n\n")
		}, ""},
		{"there is no such thing", say(405, "", ""), "resuming it failed: HTTP 405"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == "POST":
					sendEvents(w, "id: a\nretry: 1\ndata:\n\n")
				case r.Method == "GET" && r.Header.Get("Last-Event-ID") == "a" &&
					r.Header.Get("Accept") == "text/event-stream":
					test.resume(w, r)
				default:
					t.Errorf("%s with %v", r.Method, r.Header)
				}
			})
			c := dial(t, server.URL, Options{})
			err := c.Send(t.Context(), []byte(request))
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("Send returned %v, want %q", err, test.err)
			}
			if err == nil && c.next(t) != result {
				t.Error("the answer did not come")
			}
		})
	}
}

const initialized = `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}`

// An mcp is a server of the streamable form that tells what comes.
type mcp struct {
	id     string
	post   http.HandlerFunc // for what is not the first POST
	listen http.HandlerFunc
	log    chan string // method, session, version
}

func (m *mcp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.log <- fmt.Sprintf("%s %q %q %q", r.Method, r.Header.Get("Mcp-Session-Id"), r.Header.Get("MCP-Protocol-Version"),
		r.Header.Get("Last-Event-ID"))
	switch {
	case r.Method == "GET":
		m.listen(w, r)
	case r.Method == "DELETE":
		w.WriteHeader(200)
	case r.Header.Get("MCP-Protocol-Version") != "":
		m.post(w, r)
	default:
		if m.id != "" {
			w.Header().Set("Mcp-Session-Id", m.id)
		}
		sendEvents(w, "data: "+initialized+"\n\n")
	}
}

func TestSession(t *testing.T) {
	for _, test := range []struct {
		name, id string
		opts     Options
		listen   http.HandlerFunc
		log      []string // after the initialization
		got      []string
	}{
		{
			name: "with a stream", id: "s1",
			listen: func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Last-Event-ID") == "" {
					sendEvents(w, "retry: 1\nid: 7\ndata: "+progress+"\n\n")
					return
				}
				sendEvents(w, "data: "+notification+"\n\n")
				<-r.Context().Done()
			},
			log: []string{`GET "s1" "2025-06-18" ""`, `GET "s1" "2025-06-18" "7"`, `DELETE "s1" "2025-06-18" ""`},
			got: []string{progress, notification},
		},
		{
			name: "without a stream", id: "s1", listen: say(405, "", ""),
			log: []string{`GET "s1" "2025-06-18" ""`, `DELETE "s1" "2025-06-18" ""`},
		},
		{
			name: "without a session", opts: Options{Streamable: true}, listen: say(405, "", ""),
			log: []string{`GET "" "2025-06-18" ""`},
		},
		{name: "another protocol"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &mcp{id: test.id, post: say(202, "", ""), listen: test.listen, log: make(chan string, 100)}
			c := dial(t, serve(t, server.ServeHTTP).URL, test.opts)
			if err := c.Send(t.Context(), []byte(request)); err != nil {
				t.Fatal(err)
			}
			for _, want := range append([]string{initialized}, test.got...) {
				if got := c.next(t); got != want {
					t.Errorf("received %q, want %q", got, want)
				}
			}
			want := append([]string{`POST "" "" ""`}, test.log...)
			var log []string
			for len(log) < len(want) && !strings.HasPrefix(want[len(log)], "DELETE") {
				log = append(log, <-server.log)
			}
			c.Close()
			for len(server.log) > 0 {
				log = append(log, <-server.log)
			}
			if !slices.Equal(log, want) {
				t.Errorf("the server got\n%s\nwant\n%s", strings.Join(log, "\n"), strings.Join(want, "\n"))
			}
			if len(c.said) > 0 {
				t.Errorf("OnError was told %v", <-c.said)
			}
		})
	}
}

func TestSessionEnds(t *testing.T) {
	for _, test := range []struct {
		name         string
		post, listen http.HandlerFunc
	}{
		{"on a POST", say(404, "application/json", refusal), say(405, "", "")},
		{"on a POST without words", say(404, "", ""), say(405, "", "")},
		{"on the GET", say(202, "", ""), say(404, "text/plain", "gone")},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &mcp{id: "s1", post: test.post, listen: test.listen, log: make(chan string, 100)}
			c := dial(t, serve(t, server.ServeHTTP).URL, Options{})
			if err := c.Send(t.Context(), []byte(request)); err != nil {
				t.Fatal(err)
			}
			c.next(t)
			err := c.Send(t.Context(), []byte(request)) // on the GET: which comes first is open
			if c.next(t) != "" {
				t.Fatal("a message was received")
			}
			const want = "the peer has ended the session, connect anew: HTTP 404"
			if !strings.HasPrefix(c.ending.Error(), want) {
				t.Errorf("Recv ends with %q, want %q", c.ending, want)
			}
			if test.name != "on the GET" && (err == nil || err.Error() != c.ending.Error()) {
				t.Errorf("Send returned %v, want what ends Recv", err)
			}
			c.Close()
			for len(server.log) > 0 {
				if strings.HasPrefix(<-server.log, "DELETE") {
					t.Error("a session that has ended is deleted")
				}
			}
		})
	}
}

func TestListeningRefused(t *testing.T) {
	server := &mcp{id: "s1", post: say(202, "", ""), listen: say(409, "text/plain", "only one stream"),
		log: make(chan string, 100)}
	c := dial(t, serve(t, server.ServeHTTP).URL, Options{})
	if err := c.Send(t.Context(), []byte(request)); err != nil {
		t.Fatal(err)
	}
	if err := <-c.said; !strings.Contains(err.Error(), `HTTP 409 Conflict "only one stream"`) {
		t.Errorf("OnError was told %q", err)
	}
	if err := c.Send(t.Context(), []byte(notification)); err != nil {
		t.Errorf("a POST after that: %v", err)
	}
}
