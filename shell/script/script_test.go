package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/answer"
	"rpcsh/shell/exit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A caller is a peer whose methods a test has.
type caller struct {
	number int
	// nil: there are none
	answer func(ctx context.Context, method string, params json.RawMessage) (*rpcconn.Response, error)

	mu     sync.Mutex // protects what follows
	heard  []string   // notifications
	closed int
}

func (c *caller) Number() int       { return c.number }
func (c *caller) Name() string      { return fmt.Sprintf("peer%d", c.number) }
func (c *caller) Wire() answer.Wire { return answer.Wire{} }

func (c *caller) Address() string { return fmt.Sprintf("127.0.0.1:%d", c.number) }

func (c *caller) Call(
	ctx context.Context, method string, params json.RawMessage, timeout time.Duration,
) (*rpcconn.Response, error) {
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, timeout, exit.ErrTimeout)
		defer cancel()
	}
	if c.answer == nil {
		err := &rpcconn.Error{Code: rpcconn.CodeMethodNotFound, Message: "Method not found"}
		return &rpcconn.Response{Err: err}, nil
	}
	return c.answer(ctx, method, params)
}

func (c *caller) Notify(_ context.Context, method string, params json.RawMessage) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, strings.TrimSpace(method+" "+string(params)))
	return nil
}

func (c *caller) Batch(
	ctx context.Context, calls []rpcconn.Call, timeout time.Duration,
) ([]*rpcconn.Response, error) {
	var responses []*rpcconn.Response
	for _, call := range calls {
		if call.Notify {
			_ = c.Notify(ctx, call.Method, call.Params)
			continue
		}
		r, err := c.Call(ctx, call.Method, call.Params, timeout)
		if err != nil {
			return nil, err
		}
		responses = append(responses, r)
	}
	return responses, nil
}

func (c *caller) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed++
	return nil
}

// echo answers with method and params, boom with an error; gone is not answered.
func echo(_ context.Context, method string, params json.RawMessage) (*rpcconn.Response, error) {
	switch method {
	case "boom":
		err := &rpcconn.Error{Code: 7, Message: "no luck", Data: json.RawMessage(`{"try":1}`)}
		return &rpcconn.Response{Err: err}, nil
	case "gone":
		return nil, fmt.Errorf("%w: EOF", rpcconn.ErrClosed)
	}
	if params == nil {
		params = json.RawMessage("null")
	}
	return &rpcconn.Response{Result: json.RawMessage(fmt.Sprintf(`[%q,%s]`, method, params))}, nil
}

// A stage is where a test runs a script, and what was seen there.
type stage struct {
	host  Host
	state *State
	peers []answer.Peer

	mu   sync.Mutex // protects what follows
	seen []string
}

func newStage() *stage {
	s := new(stage)
	s.state = NewState(func() []answer.Peer { return s.peers })
	s.host = Host{
		Log:    func(text string) { s.see("log " + text[:min(len(text), 100)]) },
		Failed: func(method string, m *Mistake) { s.see(method + " " + m.Error()) },
	}
	return s
}

func (s *stage) see(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, text)
}

func (s *stage) load(t testing.TB, source string) *Script {
	t.Helper()
	loaded, err := Load(t.Context(), "a.star", []byte(source), s.state, s.host)
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

// call answers a request for a method as a rule would; its answer as text.
func (s *Script) call(ctx context.Context, p answer.Peer, method, params string) string {
	id := rpcconn.NullID()
	return s.handle(
		ctx,
		&answer.Request{Request: &rpcconn.Request{ID: id, Method: method, Params: json.RawMessage(params)}, Peer: p},
	)
}

func (s *Script) handle(ctx context.Context, req *answer.Request) string {
	for _, f := range s.Functions {
		if f.Name != req.Method {
			continue
		}
		result, err := f.Answer(ctx, req)
		if err != nil {
			return err.Error()
		}
		return string(result)
	}
	return "there is no " + req.Method
}

func TestAnswers(t *testing.T) {
	for _, tt := range []struct{ source, params, want string }{
		{`def f(a, b): return a + b`, `[1,2]`, `3`},
		{`def f(a, b): return a - b`, `{"b":1,"a":2}`, `1`},
		{`def f(a, b=5, *c, d=7, **e): return [a, b, c, d, e]`, `[1]`, `[1,5,[],7,{}]`},
		{`def f(a, b=5, *c, d=7, **e): return [a, b, c, d, e]`, `[1,2,3,4]`, `[1,2,[3,4],7,{}]`},
		{
			`def f(a, b=5, *c, d=7, **e): return [a, b, c, d, e]`, `{"a":1,"d":2,"x":[],"g":null}`,
			`[1,5,[],2,{"x":[],"g":null}]`,
		},
		{`def f(): pass`, ``, `null`},
		{`def f(): pass`, `null`, `null`},
		{`f = lambda x: x * 2`, `[21]`, `42`},
		{`def f(v): return v`,
			`[{"z":1,"a":[3.0,1e300,-0.0,18446744073709551616,9007199254740993,true,"é\u0001\"",{}]}]`,
			`{"z":1,"a":[3.0,1e+300,-0.0,18446744073709551616,9007199254740993,true,"é\u0001\"",{}]}`},
		{`def f(v): return v`, `[{"$oid":"5f50c31e1c9d440000a1b2c3"}]`, `{"$oid":"5f50c31e1c9d440000a1b2c3"}`},
		{`def f(): return struct(a=1, b=(2, set([3])))`, ``, `{"a":1,"b":[2,[3]]}`},
		{`def f(rpc): return [rpc.method, rpc.id, rpc.notification, rpc.peer.number, rpc.peer.name] + ` +
			`[rpc.peer.address, str(rpc.peer), str(rpc)]`, ``,
			`["f",null,false,1,"peer1","127.0.0.1:1","@1 127.0.0.1:1","rpc f of @1 127.0.0.1:1"]`},
		{`def f(rpc, a): return rpc.call("g", a, [a], x)` + "\nx = 7", `[1]`, `["g",[1,[1],7]]`},
		{
			`def f(rpc): return [rpc.call("g"), rpc.call("g", [1]), rpc.call("g", a={"b": 1})]`, ``,
			`[["g",null],["g",[[1]]],["g",{"a":{"b":1}}]]`,
		},
		{`def f(rpc): return rpc.try_call("g", 1)`, ``, `{"error":null,"result":["g",[1]]}`},
		{
			`def f(rpc): return rpc.try_call("boom")`, ``,
			`{"error":{"code":7,"data":{"try":1},"message":"no luck"},"result":null}`,
		},
		{`def f(rpc): return rpc.try_call("gone").error.code`, ``, `0`},
		{`def f(rpc): return rpc.batch(["g", ("!n", 1), ("boom", 2), ("h", 3)])`, ``,
			`[["g",null],{"code":7,"data":{"try":1},"message":"no luck"},["h",[3]]]`},
		{`def f(rpc): return [type(r) for r in rpc.batch(["g", "boom"])]`, ``, `["list","error"]`},
		{`def f(rpc): return rpc.batch("g", ("h", 3), ["g"]) == rpc.batch(["g", ("h", 3), "g"])`, ``, `true`},
		{`def f(rpc): return [p.call("g", p.number) for p in rpc.peers()]`, ``, `[["g",[2]]]`},
		{
			`def f(): return [json.decode("[1]"), math.floor(1.5), now() > 1e9, type(time.now())]`, ``,
			`[[1],1,true,"time.time"]`,
		},
		{`def f(): return state.setdefault("n", 3)`, ``, `3`},
		{
			`def f(): return [state == state, state != state, {} == state, state == {}, dict(state) == {}] + ` +
				`[type(state)]`,
			``, `[true,false,false,false,true,"state"]`,
		},
		{
			`def f(rpc): return [a == b for (a, b) in [rpc.batch("boom", "boom"), rpc.batch("boom", "g")]]`, ``,
			`[true,false]`,
		},
		{"x = state\ndef f():\n  x[1] = 2\n  return len(state)", ``, `1`}, // though x is a global
		{`def f(): error(-5, "no", {"a": 1})`, ``, `error -5: no {"a":1}`},
		{`def f(): error(5, message="no")`, ``, `error 5: no`},
	} {
		s := newStage()
		p := &caller{number: 1, answer: echo}
		s.peers = []answer.Peer{p, &caller{number: 2, answer: echo}}
		if got := s.load(t, tt.source).call(t.Context(), p, "f", tt.params); got != tt.want || s.seen != nil {
			t.Errorf("%s\nanswers %s with\n%s\nwant\n%s\nseen: %q", tt.source, tt.params, got, tt.want, s.seen)
		}
	}
}

// What params do not fit is told to the peer, and to nobody else.
func TestWrongParams(t *testing.T) {
	for _, tt := range []struct{ signature, params, want string }{
		{"(a, b)", `[1]`, "missing 1 required positional argument: 'b'"},
		{"(a, b)", ``, "missing 2 required positional arguments: 'a' and 'b'"},
		{"(a, b, c)", `{}`, "missing 3 required positional arguments: 'a', 'b' and 'c'"},
		{"(a, b)", `[1,2,3]`, "takes 2 positional arguments but 3 were given"},
		{"(rpc, a, b=1)", `[1,2,3]`, "takes from 1 to 2 positional arguments but 3 were given"},
		{"()", `[1]`, "takes 0 positional arguments but 1 was given"},
		{"(a)", `[1,2]`, "takes 1 positional argument but 2 were given"},
		{"(a, b=1)", `{"a":1,"c":2}`, "got an unexpected keyword argument 'c'"},
		{"(*, a, b=1)", `{"b":2}`, "missing 1 required keyword-only argument: 'a'"},
		{"(*, a)", `[1]`, "takes 0 positional arguments but 1 was given"},
		{"(rpc, a)", `{"a":1,"rpc":2}`, "got an unexpected keyword argument 'rpc'"},
		{"(rpc, **kwargs)", `{"rpc":2}`, "got multiple values for argument 'rpc'"},
		{"(a)", `[1e999]`, "got 1e999, which is out of the range of a float"},
		{"(a)", `7`, "takes params that are an array or an object"},
	} {
		s := newStage()
		want := fmt.Sprintf("error -32602: Invalid params %q", "f() "+tt.want)
		got := s.load(t, "def f"+tt.signature+": pass").call(t.Context(), new(caller), "f", tt.params)
		if got != want || s.seen != nil {
			t.Errorf("f%s, %s: got\n%s\nwant\n%s\nseen: %q", tt.signature, tt.params, got, want, s.seen)
		}
	}
}

// What goes wrong in a function is told to the peer, and shown with its place.
func TestFailures(t *testing.T) {
	for _, tt := range []struct{ body, data, seen string }{
		{`fail("boom", 1)`, "boom 1", "2:7: boom 1"},
		{`return 1 // 0`, "floored division by zero", "2:12: floored division by zero"},
		{`return g()`, "deep", "4:7: deep"},
		{
			`return f`, "what f returns cannot be sent: JSON has nothing for a function",
			"1:1: what f returns cannot be sent: JSON has nothing for a function",
		},
		{
			`return [float("nan")]`, "what f returns cannot be sent: JSON has no number for nan",
			"1:1: what f returns cannot be sent: JSON has no number for nan",
		},
		{
			`return {1: 2}`, "what f returns cannot be sent: a key is a int; JSON has strings only",
			"1:1: what f returns cannot be sent: a key is a int; JSON has strings only",
		},
		{`return loop()`, "what f returns cannot be sent: it is nested deeper than 1000, or contains itself",
			"1:1: what f returns cannot be sent: it is nested deeper than 1000, or contains itself"},
		{`return again()`, "function again called recursively", "9:14: function again called recursively"},
		{
			`return "x" * (1 << 40)`, "1 × 1099511627776 bytes are too many, 50331648 at most",
			"2:14: 1 × 1099511627776 bytes are too many, 50331648 at most",
		},
		{`return rpc.call("boom")`, `boom: error 7: no luck {"try":1}`, `2:18: boom: error 7: no luck {"try":1}`},
		{`return rpc.call("gone")`, "gone: connection closed: EOF", "2:18: gone: connection closed: EOF"},
		{
			`return rpc.call("g", 1, a=2)`, "g: positional and named arguments do not mix in one call",
			"2:18: g: positional and named arguments do not mix in one call",
		},
		{`return rpc.call(7)`, "a method's name is a string, not a int",
			"2:18: a method's name is a string, not a int"},
		{`return rpc.call()`, "the name of a method belongs here", "2:18: the name of a method belongs here"},
		{
			`return rpc.batch([["g"]])`, `batch: a call is a tuple such as ("add", 1, 2), not a list`,
			`2:19: batch: a call is a tuple such as ("add", 1, 2), not a list`,
		},
		{
			`return rpc.batch(calls=[])`, `batch: got an unexpected keyword argument "calls"`,
			`2:19: batch: got an unexpected keyword argument "calls"`,
		},
		{
			`return rpc.batch([7])`, `batch: a call is a tuple such as ("add", 1, 2), not a int`,
			`2:19: batch: a call is a tuple such as ("add", 1, 2), not a int`,
		},
		{`fail("é" * 6000)`, strings.Repeat("é", maxReason/2) + "…", "2:7: " + strings.Repeat("é", maxReason/2) + "…"},
		{`serve("x", g)`, "serve belongs at the top level of the file",
			"2:8: serve belongs at the top level of the file"},
		{`every(1, g)`, "every belongs at the top level of the file",
			"2:8: every belongs at the top level of the file"},
		{`sleep("x")`, "sleep: \"x\" is not a duration: write 500ms, 2s or 1m",
			"2:8: sleep: \"x\" is not a duration: write 500ms, 2s or 1m"},
		{
			`error([], "x")`, "error: for parameter code: got list, want int",
			"2:8: error: for parameter code: got list, want int",
		},
		{`rpc.x`, "rpc has no .x field or method", "2:6: rpc has no .x field or method"},
	} {
		s := newStage()
		source := "def f(rpc):\n  " + tt.body + "\ndef g():\n  fail(\"deep\")\n" +
			"def loop():\n  l = []\n  l.append(l)\n  return l\ndef again(): again()\n"
		got := s.load(t, source).call(t.Context(), &caller{answer: echo}, "f", "")
		data, _ := json.Marshal(tt.data)
		if want := "error -32000: Server error "; !strings.HasPrefix(got, want) ||
			!equalJSON(got[len(want):], string(data)) {
			t.Errorf("%s: got %s, want the data %s", tt.body, got, data)
		}
		if len(s.seen) != 1 || s.seen[0] != "f a.star:"+tt.seen {
			t.Errorf("%s: seen %q, want %q", tt.body, s.seen, tt.seen)
		}
	}
}

func equalJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil &&
		fmt.Sprint(x) == fmt.Sprint(y)
}

func TestMistakes(t *testing.T) {
	for _, tt := range []struct{ source, want string }{
		{"def f(:\n", "a.star:1:8: got ':', want ')'"},
		{"x = 1\ny = nosuch + other\n", "a.star:2:5: undefined: nosuch (and 1 more)"},
		{"def f(): return 1\nx = 1 // 0\n", "a.star:2:7: floored division by zero"},
		{"def f():\n  fail('no')\nf()\n", "a.star:2:7: no"},
		{`load("b.star", "b")`, "a.star:1:1: cannot load b.star: there is no load: a script is one file"},
		{`serve("[", lambda: 1)`, "a.star:1:6: serve: "},
		{`serve("", lambda: 1)`, "a.star:1:6: serve: a method needs a name"},
		{`serve("a", 1)`, "a.star:1:6: serve: for parameter function: got int, want function"},
		{
			"def on_connect(): pass",
			"a.star:1:1: on_connect(peer) takes 0 positional arguments but 1 was given",
		},
		{
			"def f(): pass\ndef on_close(a, b): pass",
			"a.star:2:1: on_close(peer) missing 1 required positional argument: 'b'",
		},
		{`every(1, 2)`, "a.star:1:6: every: for parameter function: got int, want function"},
		{`every(0, lambda: 1)`, "a.star:1:6: every: it has to be 1ms at least"},
		{`every("soon", lambda: 1)`, `a.star:1:6: every: "soon" is not a duration: write 500ms, 2s or 1m`},
		{
			`every(1, lambda x: x)`,
			"a.star:1:6: every: lambda() is called without arguments: missing 1 required positional argument: 'x'",
		},
		{strings.Repeat("#", MaxSource+1), "a.star: a script has at most 1048576 bytes"},
		{strings.Repeat("(", MaxSource), "a.star:1:"},
	} {
		s := newStage()
		_, err := Load(t.Context(), "a.star", []byte(tt.source), s.state, s.host)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%.40q: got %v, want %s", tt.source, err, tt.want)
		}
	}
}

func TestServedNames(t *testing.T) {
	s := newStage().load(
		t,
		"def b(x, y=1, *, z): pass\ndef _hidden(): pass\na = b\nn = 7\n"+
			"serve('system.ping', lambda rpc, *args, **kw: 'pong')\nfor c in ['x/1', 'x/2']:\n  serve(c, b)\n",
	)
	var got []string
	for _, f := range s.Functions {
		got = append(got, f.Signature())
	}
	want := "a(x, y=1, *, z) b(x, y=1, *, z) system.ping(*args, **kw) x/1(x, y=1, *, z) x/2(x, y=1, *, z)"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}

// What serve says of a function goes before what its name says; a kind is one of messages that the function is for.
func TestServedKinds(t *testing.T) {
	s := newStage().load(t, `
def a(): pass
def b(): pass
serve("a", b, request=True)
serve("b", b, notification=True)
serve("c", b, request=True, notification=True)
serve("d", b)
`)
	var got []string
	for _, f := range s.Functions {
		got = append(got, fmt.Sprintf("%s:%s:%d", f.Name, f.fn.Name(), f.Method().Kind))
	}
	either, request, notification := catalog.KindEither, catalog.KindRequest, catalog.KindNotification
	want := fmt.Sprintf("[a:b:%d b:b:%d c:b:%d d:b:%d]", request, notification, either, either)
	if fmt.Sprint(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// close_after_response and abort take effect once the function has been answered, in requests and in notifications.
func TestClose(t *testing.T) {
	s := newStage()
	loaded := s.load(t, `
def bye(rpc): return rpc.close_after_response() or "bye"
def abort(rpc):
  rpc.abort()
  log("not reached")
def keep(rpc): state["rpc"] = rpc
def late(): state["rpc"].close_after_response()
`)
	p := new(caller)
	if got := loaded.call(t.Context(), p, "bye", ""); got != `"bye"` {
		t.Errorf("bye: %s", got)
	}
	if got := loaded.call(t.Context(), p, "abort", ""); got != rpcconn.ErrNoAnswer.Error() {
		t.Errorf("abort: %s", got)
	}
	loaded.call(t.Context(), p, "keep", "")
	if got := loaded.call(t.Context(), p, "late", ""); !strings.Contains(got, "the request has been answered already") {
		t.Errorf("late: %s", got)
	}
	var rules answer.Rules
	for _, f := range loaded.Functions {
		rules.Set(&answer.Rule{Pattern: f.Name, Answerer: f, Acts: true})
	}
	for i, method := range []string{"bye", "abort"} {
		err := rules.Notify(t.Context(), &answer.Request{Request: &rpcconn.Request{Method: method}, Peer: p})
		if err != nil || p.closed != i+1 {
			t.Errorf("notified %s: %v, closed %d times, want %d", method, err, p.closed, i+1)
		}
	}
}

// A notification is not answered; what goes wrong is shown once.
func TestNotification(t *testing.T) {
	s := newStage()
	loaded := s.load(t, "def f(rpc, x):\n  log('got', x, rpc.notification, rpc.id)\n  fail('no')\n")
	got := loaded.handle(
		t.Context(),
		&answer.Request{Request: &rpcconn.Request{Method: "f", Params: json.RawMessage(`["é"]`)}, Peer: new(caller)},
	)
	if want := "[log got é True None f a.star:3:7: no]"; got != "" || fmt.Sprint(s.seen) != want {
		t.Errorf("answered %q, seen %v, want %s", got, s.seen, want)
	}
}

// Functions that run at the same time lose nothing of what they count together, whether they wait in between or not.
func TestState(t *testing.T) {
	s := newStage()
	source := "def f(rpc):\n  state['n'] = state.get('n', 0) + 1\n  rpc.call('g')\n  sleep(0)\n" +
		"  state['m'] = state.get('m', 0) + 1\n" +
		"def n(): return [state['n'], state['m']]\n"
	loaded := s.load(t, source)
	const callers, calls = 20, 50
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range calls {
				loaded.call(t.Context(), &caller{answer: echo}, "f", "")
			}
		})
	}
	all.Go(func() { // as saving the file does
		for range 20 {
			s.load(t, source)
		}
	})
	all.Wait()
	if got := s.load(t, source).call(t.Context(), new(caller), "n", ""); got != "[1000,1000]" || s.seen != nil {
		t.Errorf("got %s, seen %q", got, s.seen)
	}
}

// patience bounds what only a broken program makes long.
const patience = 20 * time.Second

// limited answers a request for f as a rule with a time limit does.
func limited(t *testing.T, s *Script, p answer.Peer, limit time.Duration) string {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, answer.TimeLimitError{Limit: limit})
	defer cancel()
	return s.call(ctx, p, "f", "")
}

// isTaken reports whether it is somebody's turn.
func isTaken(t *turns) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.taken
}

// An endless loop ends with its limit, and lets others in before that.
func TestEndlessLoop(t *testing.T) {
	s := newStage()
	loaded := s.load(t, "def f():\n  x = 0\n  while True: x += 1\ndef g(): return 1\n")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan string)
	go func() { ended <- loaded.call(ctx, new(caller), "f", "") }()
	for !isTaken(&s.state.turn) {
		time.Sleep(time.Millisecond)
	}
	inTime, stop := context.WithTimeoutCause(t.Context(), patience, answer.TimeLimitError{Limit: patience})
	defer stop()
	if got := loaded.call(inTime, new(caller), "g", ""); got != "1" {
		t.Errorf("meanwhile: %s", got)
	}
	cancel() // as at the end of the connection
	if got := <-ended; got != rpcconn.ErrNoAnswer.Error() || s.seen != nil {
		t.Errorf("got %s, seen %q", got, s.seen)
	}
	const want = "it took longer than 10ms (--limit changes that)"
	if got := limited(t, loaded, new(caller), 10*time.Millisecond); !strings.Contains(got, want) {
		t.Errorf("got %s", got)
	}
	if len(s.seen) != 1 || !strings.HasPrefix(s.seen[0], "f a.star:") || !strings.HasSuffix(s.seen[0], want) {
		t.Errorf("seen %q", s.seen)
	}
}

// What waits ends with its limit too: sleep, a call, and a turn.
func TestWaiting(t *testing.T) {
	for _, body := range []string{
		"sleep(3600)", "sleep(1e300)", "rpc.call('g')", "rpc.try_call('g')", "rpc.batch(['g'])",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStage()
			loaded := s.load(t, "def f(rpc): "+body)
			never := &caller{answer: func(ctx context.Context, _ string, _ json.RawMessage) (*rpcconn.Response, error) {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}}
			if got := limited(t, loaded, never, time.Second); !strings.Contains(got, "it took longer than 1s") {
				t.Errorf("%s: %s", body, got)
			}
			_ = s.state.turn.queue()
			if got := limited(t, loaded, never, time.Second); !strings.Contains(got, "it took longer than 1s") {
				t.Errorf("%s, when it is not its turn: %s", body, got)
			}
		})
	}
}

// A script that calls itself through the peer ends, though each call is a new one.
func TestCallsItself(t *testing.T) {
	s := newStage()
	loaded := s.load(t, "def f(rpc): return rpc.call('f')")
	self := new(caller)
	var asked atomic.Int64
	self.answer = func(_ context.Context, method string, _ json.RawMessage) (*rpcconn.Response, error) {
		if asked.Add(1) > 2*maxUnderWay { // the test ends in any case
			return &rpcconn.Response{Err: rpcconn.NewError(rpcconn.CodeServerError, "asked too often")}, nil
		}
		got := make(chan *rpcconn.Response)
		go func() { // as at the other end, where nobody knows how long the caller waits
			_, err := loaded.Functions[0].Answer(
				t.Context(),
				&answer.Request{Request: &rpcconn.Request{ID: rpcconn.NullID(), Method: method}, Peer: self},
			)
			var refused *rpcconn.Error
			errors.As(err, &refused)
			got <- &rpcconn.Response{Err: refused}
		}()
		return <-got, nil
	}
	const want = "1000 requests of @0 are under way already; does a function call itself through the peer?"
	got := loaded.call(t.Context(), self, "f", "")
	if got != `error -32000: Server error "f: `+want+`"` {
		t.Errorf("got %s", got)
	}
	if len(s.seen) != maxUnderWay+1 || s.seen[0] != "f a.star:1:1: "+want || s.seen[1] != s.seen[maxUnderWay] {
		t.Errorf("seen %d, first %q", len(s.seen), s.seen[0])
	}
	got = s.load(t, "def f(): return 1").call(t.Context(), self, "f", "")
	if got != "1" || len(s.state.underWay) != 0 {
		t.Errorf("after that: %s, %v", got, s.state.underWay)
	}
}

func TestMemory(t *testing.T) {
	s := newStage()
	loaded := s.load(t, "def f():\n  l = []\n  for _ in range(3000): l.append('x' * 1000000)\n")
	got := limited(t, loaded, new(caller), patience)
	if !strings.Contains(got, errMemory.Error()) || len(s.seen) != 1 {
		t.Errorf("got %s, seen %q", got, s.seen)
	}
}

// What is loaded ends with the caller's limit, and with one of its own.
func TestLoadLimit(t *testing.T) {
	ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Millisecond, errors.New("enough"))
	defer cancel()
	s := newStage()
	_, err := Load(ctx, "a.star", []byte("x = 0\nwhile True: x += 1\n"), s.state, s.host)
	if err == nil || !strings.HasPrefix(err.Error(), "a.star:") || !strings.HasSuffix(err.Error(), ": enough") {
		t.Errorf("got %v", err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		start := time.Now()
		_, err := Load(t.Context(), "a.star", []byte("sleep(3600)\n"), s.state, s.host)
		if err == nil || !strings.HasSuffix(err.Error(), "loading it took longer than 5s") ||
			time.Since(start) != loadLimit {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
	})
}

func TestMethod(t *testing.T) {
	s := newStage().load(t,
		"def f(rpc, a, b={}, *, c):\n  \"\"\"Adds.\n\n  Both of them.\n  \"\"\"\ndef g(*args): pass\n")
	f, g := s.Functions[0].Method(), s.Functions[1].Method()
	got := fmt.Sprintf(
		"%s %s %q %q %s %v", f.Signature(), f.Params[1].Schema, f.Summary, f.Description, f.Structure, g.Open,
	)
	if want := `f(a, b?, c) {"default":{}} "Adds." "Both of them." by-name true`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzLoad loads and calls what it can, for a moment.
func FuzzLoad(f *testing.F) {
	for _, source := range []string{
		"def f(a, *b, c=1, **d): return [a, b, c, d]",
		"x = [i for i in range(9)]\nserve('a', lambda: x)",
		"while True: state['x'] = 1",
		"def f(rpc): return rpc.call('f')",
		"def f(:",
		"\"\\ud800\xff",
		"x = '%s' % ((1,),)",
		"def f(rpc):\n  for p in rpc.peers(): p.notify('x')\n  return rpc.batch([])",
		"def on_connect(peer): peer.state[1] = peers()\nevery('1s', lambda: 1)",
	} {
		f.Add([]byte(source), []byte(`[1]`))
	}
	f.Fuzz(func(t *testing.T, source, params []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		s := newStage()
		loaded, err := Load(ctx, "a.star", source, s.state, s.host)
		if err != nil {
			var m *Mistake
			if len(source) <= MaxSource && !errors.As(err, &m) {
				t.Errorf("no mistake: %v", err)
			}
			return
		}
		for _, fn := range loaded.Functions {
			_ = fn.Method()
			got := loaded.call(ctx, &caller{answer: echo}, fn.Name, string(params))
			if !strings.HasPrefix(got, "error ") && got != rpcconn.ErrNoAnswer.Error() && !json.Valid([]byte(got)) {
				t.Errorf("%s answers %q", fn.Name, got)
			}
		}
	})
}
