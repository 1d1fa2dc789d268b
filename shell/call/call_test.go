package call

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// A calling is a Caller under test, the peer at its other end, and what it has published.
type calling struct {
	*Caller
	*rpctest.Peer
	dialect *dialect.Dialect

	mu     sync.Mutex // protects what follows
	events []string
}

func (c *calling) publish(e *event.Event) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	dir := "←"
	if e.Out {
		dir = "→"
	}
	text := strings.Join(slices.DeleteFunc([]string{
		dir, string(e.Kind), e.ID.String(), e.Method, string(e.Params), string(e.Result), e.Text,
	}, func(s string) bool { return s == "" }), " ")
	if e.Awaited {
		text += " awaited"
	}
	c.events = append(c.events, text)
	return uint64(len(c.events))
}

// seen returns what has been published since it was called last.
func (c *calling) seen() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := strings.Join(c.events, "; ")
	c.events = nil
	return text
}

func newCalling(t *testing.T, methods ...catalog.Method) *calling {
	c := new(calling)
	opts := &rpcconn.Options{}
	conn, peer := rpctest.NewPeer(t, jsonrpc.New(), opts)
	c.Peer = peer
	c.Caller = New(Host{
		Peer:    func() event.Peer { return event.Peer{Number: 1, Title: "the peer"} },
		Publish: c.publish,
		Dialect: func() *dialect.Dialect { return c.dialect },
	}, catalog.New(methods...))
	reported := make(chan struct{})
	close(reported)
	c.Connected(Connection{Conn: conn, Reported: reported, Status: func() string { return "" }})
	return c
}

// prepare prepares one call, which has to be possible.
func (c *calling) prepare(t *testing.T, method, params string) []*Prepared {
	t.Helper()
	p, err := c.Prepare(Request{Method: method, Params: json.RawMessage(params)}, CheckParams)
	if err != nil {
		t.Fatal(err)
	}
	return []*Prepared{p}
}

// start sends a call in the background, and returns once it was sent.
func (c *calling) start(t *testing.T, ctx context.Context, opts Options, method string) (outcome chan *Outcome) {
	outcome = make(chan *Outcome, 1)
	calls := c.prepare(t, method, "[1]")
	go func() { outcome <- c.Do(ctx, calls, opts) }()
	return outcome
}

func TestCall(t *testing.T) {
	c := newCalling(t)
	outcome := c.start(t, t.Context(), Options{Origin: event.FromLine, Awaited: true}, "add")
	c.Expect(`{"jsonrpc":"2.0","id":1,"method":"add","params":[1]}`)
	if pending := c.Pending(); len(pending) != 1 || pending[0].Method != "add" {
		t.Errorf("pending: %v", pending)
	}
	c.Send(`{"jsonrpc":"2.0","id":1,"result":42}`)
	o := <-outcome
	if string(o.Result) != "42" || o.Err != nil || !o.Answered || o.Event != 2 || o.ID != rpcconn.IntID(1) {
		t.Errorf("%+v", o)
	}
	if got := c.seen(); got != "→ request 1 add [1]; ← response 1 add 42 awaited" {
		t.Errorf("published: %s", got)
	}
	if m, ok := c.known.Find("add"); !ok || m.Source != catalog.SourceUsed {
		t.Error("the method is not learned")
	}
	if len(c.Pending()) > 0 {
		t.Error("it is pending still")
	}
}

func TestErrorIsAnOutcome(t *testing.T) {
	c := newCalling(t, catalog.Method{Name: "add", Source: catalog.SourceUsed})
	outcome := c.start(t, t.Context(), Options{}, "add")
	c.Recv()
	c.Send(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`)
	var e *rpcconn.Error
	if o := <-outcome; !errors.As(o.Err, &e) || e.Code != rpcconn.CodeMethodNotFound || o.Result != nil {
		t.Errorf("%+v", o)
	}
	if c.known.Knows("add") {
		t.Error("a method that there is none of is known still")
	}
}

func TestBatch(t *testing.T) {
	c := newCalling(t)
	var calls []*Prepared
	for _, r := range []Request{{Method: "a"}, {Method: "n", Notify: true}, {Method: "b"}, {Method: "c"}} {
		calls = append(calls, Plain(r))
	}
	outcome := make(chan *Outcome, 1)
	go func() { outcome <- c.Do(t.Context(), calls, Options{Batch: true, Awaited: true}) }()
	c.Recv()
	c.Send(`[{"jsonrpc":"2.0","id":3,"result":3},{"jsonrpc":"2.0","id":1,"result":1},` +
		`{"jsonrpc":"2.0","id":2,"error":{"code":7,"message":"no"}}]`)
	o := <-outcome
	if got := string(o.Result); got != `[1,{"error":{"code":7,"message":"no"}},3]` || o.Err != nil {
		t.Errorf("%s, %v", got, o.Err)
	}
	if got := c.seen(); strings.Count(got, "awaited") != 1 || !strings.HasSuffix(got, "awaited") ||
		!strings.Contains(got, "→ notification n") {
		t.Errorf("published: %s", got)
	}
}

func TestTimeLimit(t *testing.T) {
	c := newCalling(t)
	o := <-c.start(t, t.Context(), Options{Timeout: 10 * time.Millisecond}, "add")
	if want := "timed out: no answer within 10ms"; !errors.Is(o.Err, exit.ErrTimeout) || o.Err.Error() != want {
		t.Errorf("%q, want %q", o.Err, want)
	}
}

// Progress is told to whoever waits, as long as the call does, and the time limit begins anew.
func TestProgress(t *testing.T) {
	c := newCalling(t, catalog.Method{Name: "add", Params: []catalog.Param{{Name: "a"}}, Source: catalog.SourceSchema})
	c.dialect = &dialect.Dialect{
		Track: func(_ string, params json.RawMessage, token string) json.RawMessage {
			return json.RawMessage(fmt.Sprintf(`[1,%q]`, token))
		},
		Progress: func(_ string, params json.RawMessage) (dialect.Progress, bool) {
			return dialect.Progress{Token: string(params), Text: "half"}, true
		},
	}
	told := ""
	progress := func(p dialect.Progress) { told = p.Text }
	outcome := c.start(t, t.Context(), Options{Timeout: time.Hour, Progress: progress}, "add")
	c.Expect(`{"jsonrpc":"2.0","id":1,"method":"add","params":[1,"rpcsh-1"]}`)
	extended := make(chan struct{})
	c.progress["rpcsh-1"].limit.timer = time.AfterFunc(time.Hour, func() { close(extended) })
	c.progress["rpcsh-1"].limit.after = 0
	if !c.OnNotification(&rpcconn.Request{Method: "progress", Params: []byte(`"rpcsh-1"`)}) || told != "half" {
		t.Error("progress is not told")
	}
	<-extended
	if c.OnNotification(&rpcconn.Request{Method: "progress", Params: []byte(`"rpcsh-2"`)}) {
		t.Error("progress of another call is told")
	}
	c.Send(`{"jsonrpc":"2.0","id":1,"result":42}`)
	<-outcome
	if c.OnNotification(&rpcconn.Request{Method: "progress", Params: []byte(`"rpcsh-1"`)}) {
		t.Error("progress is told of a call that is over")
	}
}

// A call that is given up is told to the peer by its protocol's own means, and what it still answers is late.
func TestGivenUp(t *testing.T) {
	c := newCalling(t)
	c.dialect = &dialect.Dialect{Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
		return "cancel", append(id.Append([]byte("[")), ']')
	}}
	ctx, cancel := context.WithCancelCause(t.Context())
	outcome := c.start(t, ctx, Options{}, "slow")
	c.Recv()
	cancel(exit.ErrInterrupted)
	c.Expect(`{"jsonrpc":"2.0","method":"cancel","params":[1]}`)
	if o := <-outcome; !errors.Is(o.Err, exit.ErrInterrupted) {
		t.Error(o.Err)
	}
	if got := c.seen(); got != "→ request 1 slow [1]; → notification cancel [1]; ← note the peer was told: cancel [1]" {
		t.Errorf("published: %s", got)
	}
	if method := c.Late(rpcconn.IntID(1)); method != "slow" {
		t.Errorf("the late answer is to %q", method)
	}
	if c.Late(rpcconn.IntID(1)) != "" {
		t.Error("a second answer is late, too")
	}
}

func TestCancelOne(t *testing.T) {
	c := newCalling(t)
	outcome := c.start(t, t.Context(), Options{}, "slow")
	c.Recv()
	c.Pending()[0].Cancel(exit.ErrCancelled)
	if o := <-outcome; !errors.Is(o.Err, exit.ErrCancelled) {
		t.Error(o.Err)
	}
}

// What the session asks for itself is not listed, not learned, and not cancelled at the peer.
func TestDiscoveryIsQuiet(t *testing.T) {
	c := newCalling(t)
	c.dialect = &dialect.Dialect{Cancel: func(rpcconn.ID) (string, json.RawMessage) { return "cancel", nil }}
	outcome := make(chan *Outcome, 1)
	opts := Options{Origin: event.FromDiscovery, Timeout: 10 * time.Millisecond}
	go func() { outcome <- c.Do(t.Context(), []*Prepared{Plain(Request{Method: "rpc.discover"})}, opts) }()
	c.Recv()
	if len(c.Pending()) > 0 {
		t.Error("it is listed")
	}
	<-outcome
	if got := c.seen(); got != "→ request 1 rpc.discover" {
		t.Errorf("published: %s", got)
	}
	if c.known.Knows("rpc.discover") {
		t.Error("it is learned")
	}
}

func TestGivenUpCallsAreBounded(t *testing.T) {
	c := newCalling(t)
	for n := range int64(maxGivenUp + 10) {
		p := &Pending{ID: rpcconn.IntID(n), Method: "m"}
		c.add(p)
		c.giveUp(p)
	}
	if len(c.givenUp) != maxGivenUp || len(c.order) != maxGivenUp {
		t.Errorf("%d calls are remembered, in an order of %d", len(c.givenUp), len(c.order))
	}
	if c.Late(rpcconn.IntID(9)) != "" || c.Late(rpcconn.IntID(10)) == "" {
		t.Error("it is not the oldest that are forgotten")
	}
}

// A response that no call waits for is late where the call was given up, also while Do has not taken note of that; a
// second response to a call is not, nor is one of another connection.
func TestLate(t *testing.T) {
	p := &Pending{ID: rpcconn.IntID(1), Method: "m"}
	for _, tt := range []struct {
		name string
		do   func(c *calling)
		want string
	}{
		{"given up", func(c *calling) { c.giveUp(p) }, "m"},
		{"about to be given up", func(*calling) {}, "m"},
		{"late already", func(c *calling) {
			_ = c.Late(p.ID)
			c.giveUp(p)
		}, ""},
		{"answered", func(c *calling) { c.remove(p) }, ""},
		{"of an earlier connection", func(c *calling) {
			c.Connected(Connection{})
			c.giveUp(p)
		}, ""},
		{"given up before reconnecting", func(c *calling) {
			c.giveUp(p)
			c.Connected(Connection{})
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newCalling(t)
			c.add(p)
			tt.do(c)
			if got := c.Late(p.ID); got != tt.want {
				t.Errorf("it is late for %q, want %q", got, tt.want)
			}
		})
	}
}

// All requests of a batch that is given up are cancelled at the peer, and none that it has answered.
func TestBatchIsGivenUp(t *testing.T) {
	c := newCalling(t)
	c.dialect = &dialect.Dialect{Cancel: func(id rpcconn.ID) (string, json.RawMessage) {
		return "cancel", append(id.Append([]byte("[")), ']')
	}}
	calls := []*Prepared{Plain(Request{Method: "a"}), Plain(Request{Method: "b"}), Plain(Request{Method: "c"})}
	ctx, cancel := context.WithCancelCause(t.Context())
	outcome := make(chan *Outcome, 1)
	go func() { outcome <- c.Do(ctx, calls, Options{Batch: true, Awaited: true}) }()
	c.Recv()
	c.Send(`{"jsonrpc":"2.0","id":2,"result":2}`)
	for len(c.Pending()) > 2 {
		runtime.Gosched()
	}
	cancel(exit.ErrInterrupted)
	c.Expect(`{"jsonrpc":"2.0","method":"cancel","params":[1]}`)
	c.Expect(`{"jsonrpc":"2.0","method":"cancel","params":[3]}`)
	o := <-outcome
	const want = `[{"error":{"code":0,"message":"no answer"}},2,{"error":{"code":0,"message":"no answer"}}]`
	if string(o.Result) != want || !errors.Is(o.Err, exit.ErrInterrupted) || o.Answered {
		t.Errorf("%s, %v", o.Result, o.Err)
	}
	if got := c.seen(); strings.Contains(got, "awaited") {
		t.Errorf("a place is kept for a result that does not come: %s", got)
	}
}

func TestPrepare(t *testing.T) {
	number := json.RawMessage(`{"type":"integer"}`)
	add := catalog.Method{
		Name: "add", Source: catalog.SourceSchema, Structure: catalog.ByPosition,
		Params: []catalog.Param{{Name: "a", Required: true, Schema: number}, {Name: "b", Schema: number}},
	}
	tool := catalog.Method{
		Name: "weather", Source: "mcp", Structure: catalog.ByName,
		Params: []catalog.Param{{Name: "city", Schema: json.RawMessage(`{"type":"string"}`)}},
		Via:    &catalog.Via{Method: "tools/call", Fixed: json.RawMessage(`{"name":"weather"}`), Member: "arguments"},
	}
	tick := catalog.Method{Name: "tick", Kind: catalog.KindNotification, Source: catalog.SourceSchema}
	send := catalog.Method{
		Name: "send", Source: catalog.SourceSchema, Structure: catalog.ByPosition,
		Params: []catalog.Param{{Name: "message", Schema: json.RawMessage(`{"type":"object"}`)}, {Name: "to"}},
	}
	c := newCalling(t, add, tool, tick, send)
	for _, tt := range []struct {
		request Request
		want    string // method and params, or the error
	}{
		{Request{Method: "add", Params: []byte(`{"b":2,"a":1}`)}, `add [1,2]`},
		{Request{Method: "add", Params: []byte(`[1,2]`)}, `add [1,2]`},
		{Request{Method: "other", Params: []byte(`{"b":2,"a":1}`)}, `other {"b":2,"a":1}`},
		{Request{Method: "send", Raw: true, Params: []byte(`{"text":"x"}`)}, `send [{"text":"x"}]`},
		{Request{Method: "send", Raw: true, Params: []byte(`{"message":{},"to":1}`)}, `send {"message":{},"to":1}`},
		{Request{Method: "send", Raw: true, Spelt: true, Params: []byte(`{"text":"x"}`)}, `*call.Refusal text -1`},
		{Request{Method: "add", Raw: true, Params: []byte(`{"x":1}`)}, `*call.Refusal`},
		{Request{Method: "add", Params: []byte(`["x"]`)}, `*call.Refusal a 0 a is a string, an integer is wanted`},
		{Request{Method: "weather", Params: []byte(`{"city":"Oslo"}`)},
			`tools/call {"name":"weather","arguments":{"city":"Oslo"}}`},
		{Request{Method: "weather", Notify: true},
			`*call.ArgumentError  -1 weather is called by tools/call, and cannot be notified`},
		{Request{Method: "tick"}, "*call.Refusal  -1 tick is a notification, which has no answer: !tick sends it"},
		{Request{Method: "tick", Spelt: true}, "tick "},
		{Request{Method: "tick", Notify: true}, "tick "},
	} {
		p, err := c.Prepare(tt.request, CheckParams)
		var got string
		var refusal *Refusal
		var wrong *ArgumentError
		switch {
		case errors.As(err, &refusal):
			got = fmt.Sprintf("%T %s %d %s", err, refusal.Param, refusal.Index, refusal.Reason)
		case errors.As(err, &wrong):
			got = fmt.Sprintf("%T %s %d %s", err, wrong.Param, wrong.Index, wrong.Reason)
		case err == nil:
			got = p.Method + " " + string(p.Params)
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s %s: got %s (%v), want %s", tt.request.Method, tt.request.Params, got, err, tt.want)
		}
	}
	p, err := c.Prepare(Request{Method: "add", Params: []byte(`["x"]`)}, CheckNothing)
	if err != nil || string(p.Params) != `["x"]` {
		t.Errorf("unchecked: %v", err)
	}
}
