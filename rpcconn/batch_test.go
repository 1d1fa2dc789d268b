package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// text returns responses in short.
func text(responses []*rpcconn.Response) string {
	var b strings.Builder
	for _, r := range responses {
		switch {
		case r == nil:
			b.WriteString("- ")
		case r.Err != nil:
			fmt.Fprintf(&b, "%d ", r.Err.Code)
		default:
			fmt.Fprintf(&b, "%s ", r.Result)
		}
	}
	return b.String()
}

type batchOutcome struct {
	responses []*rpcconn.Response
	err       error
}

func startBatch(ctx context.Context, c *rpcconn.Conn, calls []rpcconn.Call) <-chan batchOutcome {
	done := make(chan batchOutcome, 1)
	go func() {
		r, err := c.Batch(ctx, calls)
		done <- batchOutcome{r, err}
	}()
	return done
}

var threeCalls = []rpcconn.Call{{Method: "a", Params: smallParams}, {Method: "n", Notify: true}, {Method: "b"},
	{Method: "c"}}

const threeCallsSent = `[{"jsonrpc":"2.0","id":1,"method":"a","params":[1,2]},{"jsonrpc":"2.0","method":"n"},` +
	`{"jsonrpc":"2.0","id":2,"method":"b"},{"jsonrpc":"2.0","id":3,"method":"c"}]`

// Each call of a batch is told when the batch has been sent, and none when it cannot be.
func TestBatchOnSent(t *testing.T) {
	conn, p := peer(t, nil)
	var sent atomic.Int64
	calls := slices.Clone(threeCalls)
	for i := range calls {
		calls[i].OnSent = func() { sent.Add(1) }
	}
	done := startBatch(t.Context(), conn, calls)
	p.Expect(threeCallsSent)
	p.Send(`[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":2,"result":1},` +
		`{"jsonrpc":"2.0","id":3,"result":1}]`)
	await(t, done, "the batch")
	if n := sent.Load(); n != int64(len(calls)) {
		t.Errorf("%d of %d calls were told", n, len(calls))
	}
	_ = conn.Close()
	if _, err := conn.Batch(t.Context(), calls); err == nil || sent.Load() != int64(len(calls)) {
		t.Errorf("after the end: %v, %d calls were told", err, sent.Load())
	}
}

func TestBatchOut(t *testing.T) {
	const (
		a = `{"jsonrpc":"2.0","id":1,"result":"a"}`
		b = `{"jsonrpc":"2.0","id":2,"error":{"code":-7,"message":"no"}}`
		c = `{"jsonrpc":"2.0","id":3,"result":"c"}`
	)
	tests := map[string][]string{
		"in order":     {"[" + a + "," + b + "," + c + "]"},
		"out of order": {"[" + c + "," + a + "," + b + "]"},
		"split":        {"[" + c + "]", "[" + b + "," + a + "]"},
		"no batch":     {b, c, a},
		"mixed": {`[{"jsonrpc":"2.0","method":"n"},` + b + `,{"jsonrpc":"2.0","id":1,"method":"m"},1,` + a +
			`]`, c},
	}
	for name, answers := range tests {
		t.Run(name, func(t *testing.T) {
			conn, p := peer(t, nil)
			done := startBatch(t.Context(), conn, threeCalls)
			p.Expect(threeCallsSent)
			p.Send(answers...)
			got := await(t, done, "the batch")
			if got.err != nil || text(got.responses) != `"a" -7 "c" ` {
				t.Errorf("got %s, %v", text(got.responses), got.err)
			}
		})
	}
}

func TestBatchOfNotificationsWaitsForNothing(t *testing.T) {
	c, p := peer(t, nil)
	responses, err := c.Batch(t.Context(), []rpcconn.Call{{Method: "n", Notify: true}, {Method: "n", Notify: true}})
	if err != nil || len(responses) != 0 {
		t.Errorf("got %s, %v", text(responses), err)
	}
	p.Expect(`[{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","method":"n"}]`)
}

func TestBatchThatIsNotSent(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		c, _ := peer(t, nil)
		if responses, err := c.Batch(t.Context(), nil); err == nil || responses != nil {
			t.Errorf("got %v, %v", responses, err)
		}
		if got := c.Stats(); got.Out != 0 {
			t.Errorf("stats: %+v", got)
		}
	})
	t.Run("unsupported", func(t *testing.T) {
		c, _ := rpctest.NewPeer(t, bsonrpc.New(), nil)
		_, err := c.Batch(t.Context(), threeCalls)
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("got %v", err)
		}
		if got := c.Stats(); got.Calling != 0 || got.Out != 0 {
			t.Errorf("stats: %+v", got)
		}
	})
}

func TestBatchThatIsCutShort(t *testing.T) {
	ends := map[string]struct {
		end  func(cancel func(), c *rpcconn.Conn, p *rpctest.Peer)
		want error
	}{
		"cancelled": {func(cancel func(), _ *rpcconn.Conn, _ *rpctest.Peer) { cancel() }, context.Canceled},
		"closed":    {func(_ func(), c *rpcconn.Conn, _ *rpctest.Peer) { _ = c.Close() }, rpcconn.ErrClosed},
		"by peer":   {func(_ func(), _ *rpcconn.Conn, p *rpctest.Peer) { p.Close() }, rpcconn.ErrClosed},
	}
	for name, test := range ends {
		t.Run(name, func(t *testing.T) {
			c, p := peer(t, nil)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			seen := make(chan struct{})
			calls := append([]rpcconn.Call(nil), threeCalls...)
			calls[2].OnResponse = func(*rpcconn.Response) { close(seen) }
			done := startBatch(ctx, c, calls)
			p.Recv()
			p.Send(`{"jsonrpc":"2.0","id":2,"result":"b"}`)
			await(t, seen, "one answer")
			test.end(cancel, c, p)
			got := await(t, done, "the batch")
			if !errors.Is(got.err, test.want) || text(got.responses) != `- "b" - ` {
				t.Errorf("got %s, %v", text(got.responses), got.err)
			}
			if n := c.Stats().Calling; n != 0 {
				t.Errorf("%d calls still wait", n)
			}
		})
	}
}

// The answers to a batch are in its order however long each takes; a request that gets none is left out.
func TestBatchIn(t *testing.T) {
	third := make(chan struct{})
	handler := func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		switch req.Method {
		case "first":
			<-third
		case "third":
			defer close(third)
		case "silent":
			return nil, rpcconn.ErrNoAnswer
		case "own":
			_ = c.Respond(ctx, &rpcconn.Response{ID: req.ID, Result: json.RawMessage(`"alone"`)})
			return nil, fmt.Errorf("wrapped: %w", rpcconn.ErrNoAnswer)
		case "panic":
			panic("oh")
		}
		return req.ID.MarshalJSON()
	}
	_, p := peer(t, &rpcconn.Options{Handler: handler})
	request := func(id int, method string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q}`, id, method)
	}
	p.Send(`[` + strings.Join([]string{
		request(1, "first"), request(2, "silent"), request(3, "third"), `{"jsonrpc":"2.0","method":"note"}`, request(4,
			"panic"), `{"id":5}`,
		`{"jsonrpc":"2.0","id":99,"result":"stray"}`, request(6, "silent"),
	}, ",") + `]`)
	p.Expect(`[{"jsonrpc":"2.0","id":1,"result":1},{"jsonrpc":"2.0","id":3,"result":3},` +
		`{"jsonrpc":"2.0","id":4,"error":{"code":-32603,"message":"Internal error","data":"oh"}},` +
		`{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"Invalid Request","data":"neither method nor ` +
		`result nor error"}}]`)

	p.Send(`[`+request(1, "silent")+`,`+request(2, "silent")+`]`, `[`+request(7, "own")+`]`)
	p.Expect(`{"jsonrpc":"2.0","id":7,"result":"alone"}`)
	p.Send(`[` + request(8, "last") + `]`)
	p.Expect(`[{"jsonrpc":"2.0","id":8,"result":8}]`)
}

// After waits for the whole batch.
func TestAfterInABatch(t *testing.T) {
	release := make(chan struct{})
	c, p := peer(t, &rpcconn.Options{Handler: func(_ context.Context, c *rpcconn.Conn,
		req *rpcconn.Request) (json.RawMessage, error) {
		if req.Method == "slow" {
			<-release
			return nil, nil
		}
		req.After(func() { _ = c.Close() })
		return json.RawMessage(`"bye"`), nil
	}})
	p.Send(`[{"jsonrpc":"2.0","id":1,"method":"slow"},{"jsonrpc":"2.0","id":2,"method":"bye"}]`)
	close(release)
	p.Expect(`[{"jsonrpc":"2.0","id":1,"result":null},{"jsonrpc":"2.0","id":2,"result":"bye"}]`, "")
	await(t, c.Done(), "the end")
}

// A batch that came in a protocol without batches is answered one by one.
func TestBatchWhereThereAreNone(t *testing.T) {
	_, p := rpctest.NewPeer(t, jsonrpc.New1(), &rpcconn.Options{Handler: handles("1", nil)})
	p.Send(`[{"id":1,"method":"m","params":[]},{"id":2,"method":"m","params":[]}]`)
	p.Expect(`{"id":1,"result":1,"error":null}`, `{"id":2,"result":1,"error":null}`)
}

// A partly is a channel that knows when no more answers come: it has Recv return some, and says of the others that
// there are none.
type partly struct {
	rpcconn.Channel
	answers chan []byte
	taken   chan struct{} // gets an element when Recv is called
	closed  chan struct{}
}

func (p *partly) Send(context.Context, []byte) error {
	<-p.taken
	for range len(p.answers) {
		<-p.taken // all that came is taken in
	}
	return &rpcconn.UnansweredError{Reason: "that was all"}
}

func (p *partly) Recv() ([]byte, error) {
	select {
	case p.taken <- struct{}{}:
	case <-p.closed:
		return nil, rpcconn.ErrClosed
	}
	select {
	case answer := <-p.answers:
		return answer, nil
	case <-p.closed:
		return nil, rpcconn.ErrClosed
	}
}

func (p *partly) Close() error {
	select {
	case <-p.closed:
	default:
		close(p.closed)
	}
	return nil
}

// What was answered counts, and the rest fails at once, where the transport says that no more comes.
func TestPartlyAnswered(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers []string
		want    string // the responses
	}{
		{"none", nil, ""},
		{"one", []string{`{"jsonrpc":"2.0","id":2,"result":7}`}, "- 7 - "},
		{"in one message", []string{
			`[{"jsonrpc":"2.0","id":3,"result":8},{"jsonrpc":"2.0","id":1,"result":9}]`,
		}, "9 - 8 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := &partly{answers: make(chan []byte, 1), taken: make(chan struct{}), closed: make(chan struct{})}
			for _, a := range test.answers {
				ch.answers <- []byte(a)
			}
			conn := rpcconn.New(ch, jsonrpc.New(), nil)
			defer conn.Close()
			responses, err := conn.Batch(t.Context(), threeCalls)
			var unanswered *rpcconn.UnansweredError
			if got := text(responses); got != test.want || !errors.As(err, &unanswered) {
				t.Errorf("%q, %v; want %q", got, err, test.want)
			}
		})
	}
	ch := &partly{answers: make(chan []byte, 1), taken: make(chan struct{}), closed: make(chan struct{})}
	ch.answers <- []byte(`{"jsonrpc":"2.0","id":1,"result":7}`)
	conn := rpcconn.New(ch, jsonrpc.New(), nil)
	defer conn.Close()
	if r, err := conn.Call(t.Context(), "a", nil); err != nil || string(r.Result) != "7" {
		t.Errorf("a lone call: %v, %v", r, err)
	}
}
