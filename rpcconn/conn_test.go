package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A log keeps what the hooks of a connection were told, in order.
type log struct {
	mu    sync.Mutex // protects what follows
	lines []string
	more  chan struct{} // closed and renewed with each line
}

func newLog() *log { return &log{more: make(chan struct{})} }

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
	close(l.more)
	l.more = make(chan struct{})
}

// options returns hooks that write to l.
func (l *log) options(h rpcconn.Handler) *rpcconn.Options {
	return &rpcconn.Options{
		Handler:   h,
		OnRequest: func(r *rpcconn.Request) { l.add("%s %s %s", r.ID, r.Method, r.Params) },
		OnStray: func(r *rpcconn.Response) {
			if r.Err != nil {
				l.add("stray %s %v", r.ID, r.Err)
			} else {
				l.add("stray %s %s", r.ID, r.Result)
			}
		},
		OnError: func(err error) { l.add("error %v", err) },
	}
}

// wait waits for n lines and returns them.
func (l *log) wait(t *testing.T, n int) []string {
	t.Helper()
	for {
		l.mu.Lock()
		lines, more := l.lines, l.more
		l.mu.Unlock()
		if len(lines) >= n {
			return lines
		}
		await(t, more, fmt.Sprintf("line %d after %q", n, lines))
	}
}

func (l *log) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := strings.Join(l.wait(t, len(want)), "\n"); got != strings.Join(want, "\n") {
		t.Fatalf("the hooks saw\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// await waits for done, at most as long as only a broken program takes.
func await[T any](t *testing.T, done <-chan T, what string) (v T) {
	t.Helper()
	select {
	case v = <-done:
	case <-time.After(30 * time.Second):
		t.Fatalf("waited in vain for %s", what)
	}
	return v
}

// An outcome is what a call returned.
type outcome struct {
	*rpcconn.Response
	err error
}

// start calls method in a goroutine of its own.
func start(ctx context.Context, c *rpcconn.Conn, method, params string) <-chan outcome {
	result := make(chan outcome, 1)
	go func() {
		r, err := c.Call(ctx, method, json.RawMessage(params))
		result <- outcome{r, err}
	}()
	return result
}

func peer(t *testing.T, opts *rpcconn.Options) (*rpcconn.Conn, *rpctest.Peer) {
	return rpctest.NewPeer(t, jsonrpc.New(), opts)
}

// pair returns two connections, the one to the other, in memory.
func pair(t *testing.T, a, b *rpcconn.Options) (*rpcconn.Conn, *rpcconn.Conn) {
	near, far := rpctest.Pipe()
	x, y := rpcconn.New(near, jsonrpc.New(), a), rpcconn.New(far, jsonrpc.New(), b)
	t.Cleanup(func() {
		_, _ = x.Close(), y.Close()
		x.Wait()
		y.Wait()
	})
	return x, y
}

func TestCall(t *testing.T) {
	c, p := peer(t, nil)
	for i, answer := range []string{`"result":3`, `"result":null`, `"error":{"code":-5,"message":"no","data":[1]}`} {
		got := start(t.Context(), c, "my_add", `[1,2]`)
		p.Expect(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"my_add","params":[1,2]}`, i+1))
		p.Send(fmt.Sprintf(`{"jsonrpc":"2.0",%s,"id":%d}`, answer, i+1))
		r := await(t, got, "the answer")
		if r.err != nil {
			t.Fatal(r.err)
		}
		switch text := string(r.Result); {
		case r.ID != rpcconn.IntID(int64(i+1)):
			t.Errorf("the answer has the id %s, want %d", r.ID, i+1)
		case i == 0 && text != "3", i == 1 && text != "null":
			t.Errorf("%s gave %s", answer, text)
		case i == 2 && (r.Err == nil || r.Err.Error() != "error -5: no [1]" || r.Result != nil):
			t.Errorf("%s gave %v, %s", answer, r.Err, text)
		}
	}
}

func TestNotify(t *testing.T) {
	c, p := peer(t, nil)
	if err := c.Notify(t.Context(), "tick", nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Notify(t.Context(), "tick", json.RawMessage(`{"n":1}`)); err != nil {
		t.Fatal(err)
	}
	p.Expect(`{"jsonrpc":"2.0","method":"tick"}`, `{"jsonrpc":"2.0","method":"tick","params":{"n":1}}`)
}

func TestOnIDIsBeforeTheRequestAndOnResponseBeforeItsCaller(t *testing.T) {
	c, p := peer(t, nil)
	l := newLog()
	done := make(chan error, 1)
	go func() {
		_, err := c.Do(t.Context(), &rpcconn.Call{
			Method: "m", OnID: func(id rpcconn.ID) { l.add("id %s", id) },
			OnResponse: func(r *rpcconn.Response) { l.add("response %s", r.Result) },
		})
		l.add("returned")
		done <- err
	}()
	p.Recv()
	l.expect(t, "id 1")
	p.Send(`{"jsonrpc":"2.0","id":1,"result":5}`)
	if err := await(t, done, "the answer"); err != nil {
		t.Fatal(err)
	}
	l.expect(t, "id 1", "response 5", "returned")
}

func TestAnswersInAnyOrder(t *testing.T) {
	c, p := peer(t, nil)
	var calls []<-chan outcome
	for i := range 5 {
		calls = append(calls, start(t.Context(), c, "m", ""))
		p.Recv()
		if got := c.Stats().Calling; got != i+1 {
			t.Errorf("%d calls are counted, want %d", got, i+1)
		}
	}
	for _, id := range []int{3, 5, 1, 2, 4} {
		p.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":%d}`, id, id*10))
		if r := await(t, calls[id-1], "the answer"); r.err != nil || string(r.Result) != fmt.Sprint(id*10) {
			t.Errorf("call %d got %s, %v", id, r.Result, r.err)
		}
	}
	if got := c.Stats(); got.Calling != 0 || got.In != 5 || got.Out != 5 {
		t.Errorf("stats are %+v", got)
	}
}

func TestBothDirectionsNumberFromOne(t *testing.T) {
	l := newLog()
	c, p := peer(t, l.options(func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
		return json.RawMessage(`"ours"`), nil
	}))
	got := start(t.Context(), c, "theirs", "")
	p.Expect(`{"jsonrpc":"2.0","id":1,"method":"theirs"}`)
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"ours"}`)
	p.Expect(`{"jsonrpc":"2.0","id":1,"result":"ours"}`)
	p.Send(`{"jsonrpc":"2.0","id":1,"result":"theirs"}`)
	if r := await(t, got, "the answer"); r.err != nil || string(r.Result) != `"theirs"` {
		t.Fatalf("got %s, %v", r.Result, r.err)
	}
	l.expect(t, "1 ours ")
}

// down calls the peer's down with one less, until there is nothing left.
func down(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	var n [1]int
	if err := json.Unmarshal(req.Params, &n); err != nil {
		return nil, err
	}
	if n[0] == 0 {
		return json.RawMessage("0"), nil
	}
	r, err := c.Call(ctx, "down", fmt.Appendf(nil, "[%d]", n[0]-1))
	if err != nil {
		return nil, err
	}
	var depth int
	if err := json.Unmarshal(r.Result, &depth); err != nil {
		return nil, err
	}
	return fmt.Append(nil, depth+1), nil
}

func TestNestedCallsInBothDirections(t *testing.T) {
	const depth, at = 50, 8
	check := func(t *testing.T, a, b *rpcconn.Conn) {
		var calls []<-chan outcome
		for range at {
			calls = append(calls, start(t.Context(), a, "down", fmt.Sprintf("[%d]", depth)),
				start(t.Context(), b, "down", fmt.Sprintf("[%d]", depth)))
		}
		for _, call := range calls {
			if r := await(t, call, "a nested call"); r.err != nil || string(r.Result) != fmt.Sprint(depth) {
				t.Errorf("got %s, %v, want %d", r.Result, r.err, depth)
			}
		}
	}
	opts := &rpcconn.Options{Handler: down}
	t.Run("memory", func(t *testing.T) {
		a, b := pair(t, opts, opts)
		check(t, a, b)
	})
	for _, w := range wires() {
		t.Run(w.framing, func(t *testing.T) {
			a, b := w.pair(t, opts, opts)
			check(t, a, b)
		})
	}
}

func TestHooksAreInOrderOfArrival(t *testing.T) {
	l := newLog()
	c, p := peer(t, l.options(nil))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = c.Do(t.Context(), &rpcconn.Call{Method: "m", OnResponse: func(r *rpcconn.Response) {
			l.add("response %s", r.ID)
		}})
	}()
	p.Recv()
	var want []string
	for i := range 50 {
		p.Send(
			fmt.Sprintf(`{"jsonrpc":"2.0","method":"note","params":[%d]}`, i),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"req"}`, i),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"result":0}`, 100+i),
			`[{"jsonrpc":"2.0","method":"in"},{"jsonrpc":"2.0","id":"x","result":1},`+
				`{"jsonrpc":"2.0","method":"batch"}]`,
			`{"jsonrpc":"2.0","no":"message"}`,
		)
		want = append(want, fmt.Sprintf(" note [%d]", i), fmt.Sprintf("%d req ", i), fmt.Sprintf("stray %d 0", 100+i),
			" in ", `stray "x" 1`, " batch ",
			`error not a message: neither method nor result nor error: "{\"jsonrpc\":\"2.0\",\"no\":\"message\"}"`)
		if i == 25 {
			p.Send(`{"jsonrpc":"2.0","id":1,"result":0}`)
			want = append(want, "response 1")
		}
	}
	l.expect(t, want...)
	await(t, done, "the answer")
}

func TestManyCallersWithShuffledAnswers(t *testing.T) {
	const rounds = 20
	c, p := peer(t, &rpcconn.Options{OnStray: func(r *rpcconn.Response) { t.Errorf("stray %s", r.ID) }})
	var wg sync.WaitGroup
	for caller := range 64 {
		wg.Go(func() {
			for i := range rounds {
				params := fmt.Sprintf("[%d,%d]", caller, i)
				r, err := c.Call(t.Context(), "m", json.RawMessage(params))
				if err != nil || string(r.Result) != params {
					t.Errorf("got %v, %v, want %s", r, err, params)
				}
			}
		})
	}
	for range rounds {
		answers := make(map[string]string) // the order of a map is the shuffle
		for range 64 {
			id, params := request(t, p.Recv())
			answers[id] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, params)
		}
		for _, answer := range answers {
			p.Send(answer)
		}
	}
	wg.Wait()
}

// request returns the id and params of a request.
func request(t *testing.T, frame string) (id, params string) {
	t.Helper()
	var m struct{ ID, Params json.RawMessage }
	if err := json.Unmarshal([]byte(frame), &m); err != nil {
		t.Fatalf("%q: %v", frame, err)
	}
	return string(m.ID), string(m.Params)
}

// Both ends call with more than a socket holds, and both answer.
func TestFullSockets(t *testing.T) {
	big := json.RawMessage(`["` + strings.Repeat("x", 200<<10) + `"]`)
	for _, w := range wires() {
		t.Run(w.framing, func(t *testing.T) {
			opts := &rpcconn.Options{Handler: echoParams}
			a, b := w.pair(t, opts, opts)
			var wg sync.WaitGroup
			for i := range 32 {
				wg.Go(func() {
					r, err := []*rpcconn.Conn{a, b}[i%2].Call(t.Context(), "echo", big)
					if err != nil || string(r.Result) != string(big) {
						t.Errorf("echo: %v", err)
					}
				})
			}
			wg.Wait()
		})
	}
}

func TestErrSaysWhy(t *testing.T) {
	broken := errors.New("the cable broke")
	tests := []struct {
		name string
		end  func(c *rpcconn.Conn, p *rpctest.Peer, ch *channel)
		err  error
		text string // of calls
	}{
		{"close", func(c *rpcconn.Conn, _ *rpctest.Peer, _ *channel) {
			_ = c.Close()
		}, rpcconn.ErrClosed, "connection closed"},
		{"peer", func(_ *rpcconn.Conn, p *rpctest.Peer, _ *channel) {
			p.Close()
		}, io.EOF, "connection closed by the peer"},
		{"failure", func(_ *rpcconn.Conn, _ *rpctest.Peer, ch *channel) {
			ch.failure <- broken
		}, broken, "connection closed: the cable broke"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			near, far := rpctest.Pipe()
			ch := newChannel(near)
			c := rpcconn.New(ch, jsonrpc.New(), nil)
			defer c.Close()
			p := rpctest.PeerOf(t, far)
			waiting := start(t.Context(), c, "m", "")
			p.Recv()
			if err := c.Err(); err != nil {
				t.Fatalf("a live connection says %v", err)
			}
			test.end(c, p, ch)
			await(t, c.Done(), "the end")
			if err := c.Err(); err != test.err {
				t.Errorf("Err is %v, want %v", err, test.err)
			}
			_, callErr := c.Call(t.Context(), "m", nil)
			_, batchErr := c.Batch(t.Context(), []rpcconn.Call{{Method: "m"}, {Method: "m"}})
			for what, err := range map[string]error{
				"the waiting call": await(t, waiting, "the call").err, "call": callErr, "batch": batchErr,
				"notify": c.Notify(t.Context(), "m", nil),
			} {
				if !errors.Is(err, rpcconn.ErrClosed) || err.Error() != test.text {
					t.Errorf("%s: %v, want %s", what, err, test.text)
				}
			}
			if got := c.Stats().Calling; got != 0 {
				t.Errorf("%d calls still wait", got)
			}
		})
	}
}

// A channel is another one whose Recv the test can make fail.
type channel struct {
	rpcconn.Channel
	frames  chan []byte
	ended   chan error
	failure chan error
}

func newChannel(ch rpcconn.Channel) *channel {
	c := &channel{Channel: ch, frames: make(chan []byte), ended: make(chan error, 1), failure: make(chan error, 1)}
	go func() {
		for {
			frame, err := ch.Recv()
			if err != nil {
				c.ended <- err
				return
			}
			c.frames <- frame
		}
	}()
	return c
}

func (c *channel) Recv() ([]byte, error) {
	select {
	case frame := <-c.frames:
		return frame, nil
	case err := <-c.ended:
		return nil, err
	case err := <-c.failure:
		return nil, err
	}
}

func TestCloseInTheMiddle(t *testing.T) {
	tests := map[string]func(c *rpcconn.Conn, p *rpctest.Peer){
		"by us":   func(c *rpcconn.Conn, _ *rpctest.Peer) { _ = c.Close() },
		"twice":   func(c *rpcconn.Conn, _ *rpctest.Peer) { go c.Close(); _, _ = c.Close(), c.Close() },
		"by peer": func(_ *rpcconn.Conn, p *rpctest.Peer) { p.Close() },
		"by both": func(c *rpcconn.Conn, p *rpctest.Peer) { go p.Close(); _ = c.Close() },
		"handler": func(_ *rpcconn.Conn, p *rpctest.Peer) { p.Send(`{"jsonrpc":"2.0","id":7,"method":"close"}`) },
		"after":   func(_ *rpcconn.Conn, p *rpctest.Peer) { p.Send(`{"jsonrpc":"2.0","id":7,"method":"after"}`) },
		"handlers": func(_ *rpcconn.Conn, p *rpctest.Peer) {
			p.Send("[" + strings.Repeat(`,{"jsonrpc":"2.0","id":7,"method":"close"}`, 20)[1:] + "]")
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			c, p := peer(t, &rpcconn.Options{
				Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
					switch req.Method {
					case "close":
						_ = c.Close()
					case "after":
						req.After(func() { _ = c.Close() })
					default:
						<-ctx.Done()
					}
					return nil, nil
				},
				OnError: func(err error) { t.Errorf("an end is no error: %v", err) },
			})
			var calls []<-chan outcome
			for range 20 {
				calls = append(calls, start(t.Context(), c, "m", ""))
				p.Recv()
				p.Send(`{"jsonrpc":"2.0","id":5,"method":"wait"}`)
			}
			end(c, p)
			for _, call := range calls {
				if r := await(t, call, "a call"); !errors.Is(r.err, rpcconn.ErrClosed) {
					t.Errorf("a call got %v, %v", r.Response, r.err)
				}
			}
			await(t, c.Done(), "the end")
			if c.Err() == nil {
				t.Error("there is no reason for the end")
			}
			c.Wait()
			if got := c.Stats(); got.Calling != 0 || got.Serving != 0 {
				t.Errorf("after the end: %+v", got)
			}
		})
	}
}

// The peer takes nothing, so that all who send are stuck.
func TestCloseOfAFullSocket(t *testing.T) {
	near, _ := sockets(t)
	c := wires()[0].conn(t, near, nil)
	params := json.RawMessage(`["` + strings.Repeat("x", 100<<10) + `"]`)
	const count = 30
	registered, results := make(chan rpcconn.ID, count), make(chan error, count)
	for range count {
		go func() {
			_, err := c.Do(t.Context(), &rpcconn.Call{Method: "m", Params: params, OnID: func(id rpcconn.ID) {
				registered <- id
			}})
			results <- err
		}()
	}
	for range count {
		await(t, registered, "a call")
	}
	_ = c.Close()
	for range count {
		if err := await(t, results, "a stuck call"); !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("a stuck call got %v", err)
		}
	}
}

func TestCloseAnswersFirst(t *testing.T) {
	for _, w := range wires() {
		t.Run(w.framing, func(t *testing.T) {
			c, _ := w.pair(t, nil, &rpcconn.Options{
				Handler: func(_ context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
					req.After(func() { _ = c.Close() })
					return json.RawMessage(`"bye"`), nil
				},
			})
			r, err := c.Call(t.Context(), "bye", nil)
			if err != nil || string(r.Result) != `"bye"` {
				t.Errorf("got %v, %v", r, err)
			}
			await(t, c.Done(), "the end")
			if err := c.Err(); err != io.EOF {
				t.Errorf("the end is %v, want %v", err, io.EOF)
			}
		})
	}
}
