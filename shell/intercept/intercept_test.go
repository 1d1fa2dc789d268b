package intercept_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/demo"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
	"rpcsh/shell/intercept"
	"rpcsh/shell/session"
	"rpcsh/shell/tap"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

// A scene is a client and the demo peer with a tap between, and the session of a shell that is attached to it.
type scene struct {
	*testing.T
	client  *dial.Link
	server  *demo.Peer
	session *session.Session
	tap     *intercept.Tap
	passed  chan *rpcrec.Record // messages, as far as there is room for them
	events  *event.Subscription
	seen    []string
}

func newScene(t *testing.T, cfg dial.Config) *scene {
	t.Helper()
	peer, err := demo.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(peer.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	passed := make(chan *rpcrec.Record, 100)
	tp := tap.New(tap.Options{
		Target: "the server", Record: func(r *rpcrec.Record) {
			if r.IsMessage() && len(passed) < cap(passed) {
				passed <- &rpcrec.Record{Dir: r.Dir, Kind: r.Kind, Data: bytes.Clone(r.Data)}
			}
		},
		Dial: func(ctx context.Context) (io.ReadWriteCloser, error) {
			return transport.Dial(ctx, "tcp", peer.Target().Address)
		},
	}, time.Now())
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- tp.Serve(ctx, l) }()
	s := &scene{T: t, server: peer, session: session.New(session.Options{Attended: true}), passed: passed}
	s.events = s.session.Events().Subscribe(event.Options{})
	near, far := net.Pipe()
	left := make(chan struct{})
	go func() {
		tp.Controlled(far)
		close(left)
	}()
	if s.tap, err = intercept.Attach(t.Context(), s.session, near); err != nil {
		t.Fatal(err)
	}
	target, _ := transport.ParseTarget("tcp://" + l.Addr().String())
	s.client, err = cfg.Dial(t.Context(), target, &rpcconn.Options{
		Handler: func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			return req.Params, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.tap.Close()
		<-left
		s.session.Close()
		s.events.Close()
		_ = s.client.Close()
		s.client.Wait()
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return s
}

// await waits for an event whose text begins with the first of these parts, and has the others.
func (s *scene) await(parts ...string) *event.Event {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	for {
		e, err := s.events.Next(ctx)
		if err != nil {
			s.Fatalf("waiting in vain for %q; seen:\n%s", parts, strings.Join(s.seen, "\n"))
		}
		arrow := "<"
		if e.Out {
			arrow = ">"
		}
		line := fmt.Sprintf("%s %s %s %s %s%s%s", e.Kind, arrow, e.Peer.At(), e.Method, e.Params, e.Result, e.Text)
		if e.Err != nil {
			line += e.Err.Message
		}
		s.seen = append(s.seen, line)
		is := strings.HasPrefix(line, parts[0])
		for _, part := range parts {
			is = is && strings.Contains(line, part)
		}
		if is {
			return e
		}
	}
}

// call begins a call of the client's.
func (s *scene) call(method, params string) <-chan string {
	answered := make(chan string, 1)
	go func() {
		r, err := s.client.Call(s.Context(), method, json.RawMessage(params))
		switch {
		case err != nil:
			answered <- err.Error()
		case r.Err != nil:
			text, _, _ := strings.Cut(r.Err.Message, ": fail") // MessagePack-RPC has one text for all of an error
			text, _, _ = strings.Cut(text, " (")
			answered <- "error " + text
		default:
			answered <- string(r.Result)
		}
	}()
	return answered
}

// gets waits for an answer.
func (s *scene) gets(answered <-chan string, want string) {
	s.Helper()
	select {
	case got := <-answered:
		if got != want {
			s.Errorf("the client got %s, want %s", got, want)
		}
	case <-time.After(patience):
		s.Fatalf("the client gets no %s; seen:\n%s", want, strings.Join(s.seen, "\n"))
	}
}

func (s *scene) do(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func eachForm(t *testing.T, f func(s *scene)) {
	for _, cfg := range []dial.Config{
		{Protocol: "jsonrpc", Framing: "rfc7464"}, {Protocol: "jsonrpc", Framing: "none"},
		{Protocol: "jsonrpc", Framing: "line"}, {Protocol: "jsonrpc", Framing: "netstring"},
		{Protocol: "bsonrpc"}, {Protocol: "msgpackrpc"},
	} {
		t.Run(cfg.Protocol+" "+cfg.Framing, func(t *testing.T) { f(newScene(t, cfg)) })
	}
}

func filter(t *testing.T, text string) event.Filter {
	f, err := event.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A held message passes, is edited, answered, refused or dropped, and the answers to those that pass are held as well.
func TestHold(t *testing.T) {
	eachForm(t, func(s *scene) {
		s.gets(s.call("my_add", "[1,2]"), "3")
		s.do(s.tap.Hold(s.Context(), filter(s.T, "my_add dir:out")))
		pending := s.session.PendingRequests()
		next := func() uint64 { return s.await("parked").Pending }

		answered := s.call("my_add", "[40,2]")
		n := next()
		if w := pending.Find(n); w == nil || !w.Held || w.Peer.Name() != "client" {
			s.Errorf("it waits as %+v", w)
		}
		s.gets(s.call("echo", "[1]"), "[1]") // what is not held passes by
		s.passes(s.tap.Pass(s.Context(), n))
		s.gets(answered, "42")

		answered = s.call("my_add", "[40,2]")
		n = next()
		text, err := s.tap.Message(n)
		s.do(err)
		edited := strings.NewReplacer("40", "30").Replace(string(text))
		s.passes(s.tap.Edit(s.Context(), n, json.RawMessage(edited)))
		s.await("request > @server my_add", "edited")
		s.gets(answered, "32")

		answered = s.call("my_add", "[1,1]")
		s.do(pending.Reply(next(), json.RawMessage("7")))
		s.await("response < @server", "7", "injected")
		s.gets(answered, "7")

		answered = s.call("my_add", "[1,1]")
		s.do(pending.Fail(next(), &rpcconn.Error{Code: -5, Message: "no luck"}))
		s.gets(answered, "error no luck")

		s.call("my_add", "[1,1]") // is never answered
		s.do(pending.Drop(next()))

		s.do(s.tap.Hold(s.Context(), filter(s.T, "dir:in")))
		answered = s.call("my_add", "[5,5]")
		n = next()
		if err := pending.Reply(n, json.RawMessage("1")); err == nil {
			s.Error("an answer was answered")
		}
		text, err = s.tap.Message(n)
		s.do(err)
		edited = strings.NewReplacer("10", "11").Replace(string(text))
		s.passes(s.tap.Edit(s.Context(), n, json.RawMessage(edited)))
		if e := s.await("response < @server", "11", "edited"); e.Match != event.Matched || e.Method != "my_add" {
			s.Errorf("an answer that was edited is %+v", e)
		}
		s.gets(answered, "11")
		answered = s.call("my_add", "[5,5]")
		next()
		passed, gone, err := s.tap.Release(s.Context())
		if passed != 1 || err != nil {
			s.Errorf("%d passed, %v", passed, err)
		}
		s.passes(gone, err)
		s.gets(answered, "10")
		s.gets(s.call("my_add", "[6,6]"), "12")
	})
}

// passes fails the test if a message did not pass, or to a side that has gone.
func (s *scene) passes(gone []string, err error) {
	s.Helper()
	if err != nil || gone != nil {
		s.Errorf("a message passed to those who have gone: %q, %v", gone, err)
	}
}

// What passes to a side that has closed the connection may be in vain, which is told.
func TestPassInVain(t *testing.T) {
	s := newScene(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.gets(s.call("my_add", "[1,2]"), "3")
	s.do(s.tap.Hold(s.Context(), filter(t, "my_add dir:out")))
	answered := s.call("my_add", "[40,2]")
	n := s.await("parked").Pending
	s.call("my_add", "[40,3]")
	s.await("parked")
	s.server.Close()
	<-s.client.Done() // the tap has seen it
	if gone, err := s.tap.Pass(s.Context(), n); err != nil || !slices.Equal(gone, []string{"the server"}) {
		t.Errorf("passed to those who have gone: %q, %v", gone, err)
	}
	if passed, gone := s.tap.PassAll(s.Context()); passed != 1 || !slices.Equal(gone, []string{"the server"}) {
		t.Errorf("%d passed to those who have gone: %q", passed, gone)
	}
	if passed, gone := s.tap.PassAll(s.Context()); passed != 0 || gone != nil {
		t.Errorf("nothing is held, and %d passed to those who have gone: %q", passed, gone)
	}
	<-answered
}

// A batch is held as one message, and wants no answer.
func TestHoldBatch(t *testing.T) {
	s := newScene(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.gets(s.call("my_add", "[1,2]"), "3")
	s.do(s.tap.Hold(s.Context(), filter(t, "my_add dir:out")))
	answered := make(chan string, 1)
	go func() {
		all, err := s.client.Batch(s.Context(), []rpcconn.Call{
			{Method: "echo", Params: json.RawMessage("[1]")}, {Method: "my_add", Params: json.RawMessage("[40,2]")},
		})
		if err != nil || len(all) != 2 {
			answered <- fmt.Sprint(all, err)
			return
		}
		answered <- string(all[0].Result) + string(all[1].Result)
	}()
	e := s.await("parked", "a batch of 2 messages")
	if err := s.session.PendingRequests().Reply(e.Pending, json.RawMessage("1")); err == nil {
		t.Error("a batch was answered by one value")
	}
	s.passes(s.tap.Pass(s.Context(), e.Pending))
	s.gets(answered, "[1]42")
}

// What is sent to one side is injected: its answer comes here, and the other side hears nothing of it.
func TestCallSides(t *testing.T) {
	eachForm(t, func(s *scene) {
		s.gets(s.call("my_add", "[1,2]"), "3")
		s.await("response < @server")
		for name, want := range map[string]string{"server": "[42]", "client": `"[40,2]"`} {
			p, err := s.session.Peers().Find(name)
			s.do(err)
			r, err := p.Call(s.Context(), "my_add", json.RawMessage("[40,2]"), patience)
			if err != nil || fmt.Sprintf("[%s]", r.Result) != want && fmt.Sprintf("%q", r.Result) != want {
				s.Errorf("@%s answered %+v, %v; want %s", name, r, err, want)
			}
		}
		s.gets(s.call("my_add", "[2,2]"), "4")
	})
}

// Rules answer in the place of the side that is asked, or pass what it says, and what they are not for passes.
func TestRules(t *testing.T) {
	eachForm(t, func(s *scene) {
		s.gets(s.call("my_add", "[1,2]"), "3")
		condition, err := answer.NewCondition(".[0] == 5")
		s.do(err)
		s.session.Rules().Set(&answer.Rule{Pattern: "my_add", Answerer: fixed("100"), If: condition})
		s.do(s.tap.Settle(s.Context()))
		s.gets(s.call("my_add", "[5,2]"), "100")
		s.gets(s.call("my_add", "[6,2]"), "8")
		s.session.Rules().Set(&answer.Rule{
			Pattern: "*", Answerer: intercept.Pass{Tap: s.tap}, Limit: answer.DefaultLimit,
		})
		s.gets(s.call("echo", "[4]"), "[4]")
		s.gets(s.call("fail", `[3,"no"]`), "error no")
		s.session.Rules().Remove("my_add")
		s.session.Rules().Remove("*")
		s.do(s.tap.Settle(s.Context()))
		s.gets(s.call("my_add", "[5,2]"), "7")
	})
}

// What withdraws a request that a rule is answering reaches the rule, and not the other side, which has not seen that
// request; what withdraws any other one passes.
func TestWithdrawn(t *testing.T) {
	s := newScene(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.gets(s.call("my_add", "[1,2]"), "3") // #1
	begun := make(chan struct{})
	s.session.Rules().Set(&answer.Rule{Pattern: "my_add", Answerer: forever(begun)})
	s.do(s.tap.Settle(s.Context()))
	answered := s.call("my_add", "[5,2]") // #2
	<-begun
	for _, id := range []string{"1", "2"} {
		s.do(s.client.Notify(s.Context(), "$/cancelRequest", json.RawMessage(`{"id":`+id+`}`)))
	}
	s.gets(answered, "error Request cancelled")
	kinds := make(map[string]string)
	for kinds["1"] == "" || kinds["2"] == "" {
		r := <-s.passed
		for _, id := range []string{"1", "2"} {
			if bytes.Contains(r.Data, []byte(`"params":{"id":`+id+`}`)) {
				kinds[id] = "it is " + r.Kind
			}
		}
	}
	if want := map[string]string{"1": "it is ", "2": "it is " + rpcrec.Dropped}; !maps.Equal(kinds, want) {
		t.Errorf("the notifications: %v, want %v", kinds, want)
	}
}

// forever answers when the request is given up, and is closed when it begins.
type forever chan struct{}

func (f forever) Answer(ctx context.Context, _ *answer.Request) (json.RawMessage, error) {
	close(f)
	<-ctx.Done()
	return nil, ctx.Err()
}

type fixed string

func (f fixed) Answer(context.Context, *answer.Request) (json.RawMessage, error) {
	return json.RawMessage(f), nil
}

// A shell that leaves lets all pass; a client that has gone is told, and what it said before can still pass.
func TestLeave(t *testing.T) {
	eachForm(t, func(s *scene) {
		s.gets(s.call("my_add", "[1,2]"), "3")
		s.do(s.tap.Hold(s.Context(), filter(s.T, "my_add")))
		answered := s.call("my_add", "[40,2]")
		s.await("parked")
		s.tap.Close()
		s.gets(answered, "42")
	})
	eachForm(t, func(s *scene) {
		s.gets(s.call("my_add", "[1,2]"), "3")
		s.do(s.tap.Hold(s.Context(), filter(s.T, "my_add dir:out")))
		s.call("my_add", "[40,2]")
		n := s.await("parked").Pending
		_ = s.client.Close()
		s.passes(s.tap.Pass(s.Context(), n))
		s.await("close ")
	})
}

// A connection that ends while its message is held takes it along, which is told.
func TestGone(t *testing.T) {
	s := newScene(t, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	s.gets(s.call("my_add", "[1,2]"), "3")
	s.do(s.tap.Hold(s.Context(), filter(s.T, "my_add dir:out")))
	s.call("my_add", "[40,2]")
	n := s.await("parked").Pending
	p, err := s.session.Peers().Find("client")
	s.do(err)
	_ = p.Close() // which ends the connection between the two
	s.await("unparked", "cannot pass any more")
	if _, err := s.tap.Pass(s.Context(), n); err == nil {
		t.Error("it has passed")
	}
}

// TestAttachAmidNews has a tap tell news before it answers what is asked on attaching.
func TestAttachAmidNews(t *testing.T) {
	near, far := net.Pipe()
	news := json.RawMessage(`{"record":{"t":0.1,"c":1,"e":"open","x":{"target":"the server"}}}`)
	told := func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		if req.Method == "about" {
			return json.RawMessage(`{"target":"the server","start":"2026-01-01T00:00:00Z"}`), nil
		}
		return json.RawMessage(`null`), c.Notify(ctx, "news", news)
	}
	framing, err := dial.NewFraming("line", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	fake := rpcconn.New(framing(far), jsonrpc.New(), &rpcconn.Options{Handler: told})
	s := session.New(session.Options{Attended: true})
	s.Rules().Set(&answer.Rule{Pattern: "m", Answerer: fixed("1")}) // so that messages are intercepted at once
	attached, err := intercept.Attach(t.Context(), s, near)
	if err != nil {
		t.Fatal(err)
	}
	attached.Close()
	s.Close()
	fake.Wait()
}
