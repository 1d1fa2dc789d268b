package httprpc

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// An olderServer speaks the older transport of MCP at /sse, and refuses POSTs elsewhere with a status.
type olderServer struct {
	refusal  int
	first    string        // the first event
	events   chan string   // to send on the stream; closing it ends the stream
	gone     chan struct{} // closed when the test is over
	postedTo chan string
}

func (s *olderServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/sse":
		sendEvents(w, s.first)
		for {
			select {
			case event, more := <-s.events:
				if !more {
					return
				}
				sendEvents(w, "event: message\ndata: "+event+"\n\n")
			case <-r.Context().Done():
				return
			case <-s.gone:
				return
			}
		}
	case r.URL.Path != "/messages":
		say(s.refusal, "text/plain", "not here")(w, r)
	default:
		s.postedTo <- r.URL.RequestURI()
		say(202, "text/plain", "Accepted")(w, r)
		if strings.Contains(string(body), `"id":1`) {
			s.events <- result
		}
	}
}

func TestOlderTransport(t *testing.T) {
	const endpoint = "event: endpoint\ndata: /messages?sid=7\n\n"
	for _, test := range []struct {
		name    string
		path    string
		opts    Options
		refusal int
		first   string
		err     string // of Send; "": the request is answered
	}{
		{name: "at its usual path", path: "/sse", refusal: 405, first: endpoint},
		{name: "404", path: "/sse", refusal: 404, first: ": hello\n\n" + endpoint},
		{name: "the stream is elsewhere", path: "/", opts: Options{Streamable: true}, refusal: 400, first: endpoint,
			err: "HTTP 400"},
		{name: "not at another path", path: "/", refusal: 405, first: endpoint, err: "HTTP 405"},
		{name: "not where one has to log in", path: "/sse", refusal: 401, first: endpoint, err: "HTTP 401"},
		{name: "another stream", path: "/sse", refusal: 405, first: "data: " + notification + "\n\n", err: "HTTP 405"},
		{name: "another host", path: "/sse", refusal: 405, first: "event: endpoint\ndata: http://evil.example/\n\n",
			err: "HTTP 405"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := &olderServer{refusal: test.refusal, first: test.first, events: make(chan string, 10),
				gone: make(chan struct{}), postedTo: make(chan string, 10)}
			defer close(server.gone)
			c := dial(t, serve(t, server.ServeHTTP).URL+test.path, test.opts)
			err := c.Send(t.Context(), []byte(request))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("Send: %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := c.next(t); got != result {
				t.Errorf("received %q", got)
			}
			server.events <- progress
			if got := c.next(t); got != progress {
				t.Errorf("received %q", got)
			}
			if err := c.Send(t.Context(), []byte(notification)); err != nil {
				t.Error(err)
			}
			for range 2 {
				if to := <-server.postedTo; to != "/messages?sid=7" {
					t.Errorf("posted to %s", to)
				}
			}
			close(server.events)
			if c.next(t) != "" || c.ending != io.EOF {
				t.Errorf("the end of the stream: %v", c.ending)
			}
			if rule := <-c.deviations; !strings.Contains(rule, "SSE") {
				t.Errorf("told of %q", rule)
			}
		})
	}
}

// A forgetful server ends sessions.
type forgetful struct {
	mu      sync.Mutex // protects what follows
	status  int        // for who is in no session
	words   string
	events  bool // initialize is answered by events
	number  int
	refuses bool // no further session is begun
	log     []string
}

func (s *forgetful) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method != http.MethodPost {
		say(405, "", "")(w, r)
		return
	}
	body, _ := io.ReadAll(r.Body)
	id := r.Header.Get(sessionHeader)
	what := "call"
	switch {
	case strings.Contains(string(body), `"initialize"`):
		what = "initialize"
	case strings.Contains(string(body), "notifications/initialized"):
		what = "initialized"
	}
	s.log = append(s.log, strings.TrimSpace(what+" "+id))
	switch {
	case what == "initialize" && s.refuses:
		say(503, "", "full")(w, r)
	case what == "initialize":
		s.number++
		w.Header().Set(sessionHeader, fmt.Sprint("s", s.number))
		if s.events {
			sendEvents(w, "data: "+progress+"\n\ndata: "+initialized+"\n\n")
			return
		}
		say(200, jsonMIME, initialized)(w, r)
	case id != fmt.Sprint("s", s.number):
		say(s.status, "application/json", s.words)(w, r)
	case what == "initialized":
		say(202, "", "")(w, r)
	default:
		say(200, jsonMIME, strings.Replace(result, `"id":1`, `"id":2`, 1))(w, r)
	}
}

func (s *forgetful) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number += 10
	s.log = nil
}

func TestSessionIsRenewed(t *testing.T) {
	const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`
	const ready = `{"jsonrpc":"2.0","method":"notifications/initialized"}`
	const lost = `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID"}}`
	for _, test := range []struct {
		name   string
		server *forgetful
		log    string
		err    string // of the call; "": it is answered
	}{
		{name: "404", server: &forgetful{status: 404}, log: "call s1, initialize, initialized s12, call s12"},
		{name: "by events", server: &forgetful{status: 404, words: lost, events: true},
			log: "call s1, initialize, initialized s12, call s12"},
		{name: "400 that speaks of sessions", server: &forgetful{status: 400, words: lost},
			log: "call s1, initialize, initialized s12, call s12"},
		{name: "another 400", server: &forgetful{status: 400, words: "{}"}, log: "call s1", err: "HTTP 400"},
		{name: "no other session", server: &forgetful{status: 404, refuses: true}, log: "call s1, initialize",
			err: "the peer has ended the session (HTTP 404 Not Found; try another path), and beginning another " +
				"failed: HTTP 503"},
	} {
		t.Run(test.name, func(t *testing.T) {
			refuses := test.server.refuses
			test.server.refuses = false
			c := dial(t, serve(t, test.server.ServeHTTP).URL, Options{})
			for _, frame := range []string{hello, ready} {
				if err := c.Send(t.Context(), []byte(frame)); err != nil {
					t.Fatal(err)
				}
			}
			for got := ""; got != initialized; {
				got = c.next(t)
			}
			test.server.forget()
			test.server.refuses = refuses
			err := c.Send(t.Context(), []byte(second))
			if (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("Send: %v, want %q", err, test.err)
			}
			test.server.mu.Lock()
			log := strings.Join(test.server.log, ", ")
			test.server.mu.Unlock()
			if log != test.log {
				t.Errorf("the server got %s\nwant %s", log, test.log)
			}
			if test.err != "" {
				return
			}
			if got := c.next(t); !strings.Contains(got, `"id":2`) {
				t.Errorf("received %q", got)
			}
			if said := (<-c.said).Error(); !strings.Contains(said, "another was begun") {
				t.Errorf("OnError was told %q", said)
			}
		})
	}
}

// Calls that find the session ended at a time begin one other together.
func TestSessionIsRenewedOnce(t *testing.T) {
	server := &forgetful{status: 404}
	c := dial(t, serve(t, server.ServeHTTP).URL, Options{})
	if err := c.Send(t.Context(), []byte(`{"jsonrpc":"2.0","id":1,"method":"initialize"}`)); err != nil {
		t.Fatal(err)
	}
	server.forget()
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			if err := c.Send(t.Context(), []byte(second)); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
	server.mu.Lock()
	defer server.mu.Unlock()
	if server.number != 12 {
		t.Errorf("sessions were begun up to number %d, want 12", server.number)
	}
}
