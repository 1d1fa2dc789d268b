package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

func TestWhatIsAnswered(t *testing.T) {
	custom := &rpcconn.Error{Code: -1, Message: "mine", Data: json.RawMessage(`{"a":1}`)}
	tests := []struct {
		name    string
		handler rpcconn.Handler
		want    string
	}{
		{"no handler", nil, `"error":{"code":-32601,"message":"Method not found"}`},
		{"result", handles(`{"a": 1}`, nil), `"result":{"a": 1}`},
		{"nil result", handles("", nil), `"result":null`},
		{"own error", handles("1", custom), `"error":{"code":-1,"message":"mine","data":{"a":1}}`},
		{"wrapped error", handles("1", fmt.Errorf("doing so: %w", custom)),
			`"error":{"code":-1,"message":"mine","data":{"a":1}}`},
		{"any error", handles("1", errors.New(`"bad"`)),
			`"error":{"code":-32000,"message":"Server error","data":"\"bad\""}`},
		{
			"panic", func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
				panic(errors.New("oh"))
			},
			`"error":{"code":-32603,"message":"Internal error","data":"oh"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, p := peer(t, &rpcconn.Options{Handler: test.handler})
			for _, id := range []string{`7`, `"7"`, `7.0`, `null`, `-0`, `9223372036854775807`} {
				p.Send(`{"jsonrpc":"2.0","id":` + id + `,"method":"m"}`)
				p.Expect(`{"jsonrpc":"2.0","id":` + id + `,` + test.want + `}`)
			}
		})
	}
}

func handles(result string, err error) rpcconn.Handler {
	return func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
		return json.RawMessage(result), err
	}
}

func TestPanicIsReported(t *testing.T) {
	l := newLog()
	_, p := peer(t, &rpcconn.Options{
		Handler: func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) { panic("oh") },
		OnError: func(err error) { l.add("%v", err) },
	})
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
	p.Recv()
	got := l.wait(t, 1)[0]
	if !strings.HasPrefix(got, "the handler of m panicked: oh\n") || !strings.Contains(got, "TestPanicIsReported") {
		t.Errorf("the report is %q", got)
	}
}

func TestNoAnswer(t *testing.T) {
	ran := make(chan struct{}, 1)
	c, p := peer(t, &rpcconn.Options{Handler: func(ctx context.Context, c *rpcconn.Conn,
		req *rpcconn.Request) (json.RawMessage, error) {
		switch req.Method {
		case "silent":
			req.After(func() { ran <- struct{}{} })
			return nil, rpcconn.ErrNoAnswer
		case "own":
			_ = c.Respond(ctx, &rpcconn.Response{ID: req.ID, Err: &rpcconn.Error{Code: 5, Message: "own"}})
			return nil, rpcconn.ErrNoAnswer
		}
		return nil, nil
	}})
	p.Send(`{"jsonrpc":"2.0","id":1,"method":"silent"}`)
	await(t, ran, "After")
	p.Send(`{"jsonrpc":"2.0","id":2,"method":"own"}`)
	p.Expect(`{"jsonrpc":"2.0","id":2,"error":{"code":5,"message":"own"}}`)
	p.Send(`{"jsonrpc":"2.0","id":3,"method":"m"}`)
	p.Expect(`{"jsonrpc":"2.0","id":3,"result":null}`)
	if got := c.Stats().Out; got != 2 {
		t.Errorf("%d messages are counted out, want 2", got)
	}
}

// What a protocol cannot say is an error to both ends.
func TestAnswerThatCannotBeSaid(t *testing.T) {
	near, far := rpctest.Pipe()
	l := newLog()
	c := rpcconn.New(near, bsonrpc.New(), l.options(handles(`{"$oid":"no such id"}`, nil)))
	d := rpcconn.New(far, bsonrpc.New(), nil)
	defer func() { _, _ = c.Close(), d.Close() }()
	r, err := d.Call(t.Context(), "m", nil)
	if err != nil || r.Err == nil || r.Err.Code != rpcconn.CodeInternalError {
		t.Errorf("the peer got %v, %v", r, err)
	}
	if got := l.wait(t, 2)[1]; !strings.HasPrefix(got, "error the answer to m cannot be sent: ") {
		t.Errorf("the report is %q", got)
	}
}

func TestHandlersContextEndsWithTheConnection(t *testing.T) {
	for name, end := range map[string]func(c *rpcconn.Conn, p *rpctest.Peer){
		"close": func(c *rpcconn.Conn, _ *rpctest.Peer) { _ = c.Close() },
		"peer":  func(_ *rpcconn.Conn, p *rpctest.Peer) { p.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			started := make(chan struct{})
			c, p := peer(t, &rpcconn.Options{Handler: func(ctx context.Context, _ *rpcconn.Conn,
				_ *rpcconn.Request) (json.RawMessage, error) {
				close(started)
				<-ctx.Done()
				return nil, ctx.Err()
			}})
			p.Send(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
			await(t, started, "the handler")
			end(c, p)
			c.Wait()
		})
	}
}

// overload sends more requests than are handled at a time. All handlers wait for release.
func overload(t *testing.T, release <-chan struct{}) (c *rpcconn.Conn, p *rpctest.Peer, noted *atomic.Bool) {
	var running sync.WaitGroup
	running.Add(rpcconn.MaxServing)
	noted = new(atomic.Bool)
	tooMany := make(chan struct{})
	seen := 0
	c, p = peer(t, &rpcconn.Options{
		Handler: func(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
			if n, ok := req.ID.Int(); ok && n <= rpcconn.MaxServing {
				running.Done()
			}
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil, nil
		},
		OnRequest: func(r *rpcconn.Request) {
			if r.IsNotification() {
				noted.Store(true)
			}
			if seen++; seen == rpcconn.MaxServing+1 {
				close(tooMany)
			}
		},
	})
	for i := range rpcconn.MaxServing + 1 {
		p.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"m"}`, i+1))
	}
	p.Send(`{"jsonrpc":"2.0","method":"note"}`)
	running.Wait()
	await(t, tooMany, "one too many")
	return c, p, noted
}

func TestTooManyRequestsWait(t *testing.T) {
	release := make(chan struct{})
	c, p, noted := overload(t, release)
	if noted.Load() {
		t.Error("the peer is read on, though too many requests are being handled")
	}
	if got := c.Stats().Serving; got != rpcconn.MaxServing+1 && got != rpcconn.MaxServing {
		t.Errorf("%d requests are counted", got)
	}
	close(release)
	for range rpcconn.MaxServing + 1 {
		p.Recv()
	}
	p.Send(`{"jsonrpc":"2.0","id":"last","method":"m"}`)
	p.Expect(`{"jsonrpc":"2.0","id":"last","result":null}`)
	if !noted.Load() {
		t.Error("what came behind the requests is lost")
	}
}

func TestCloseWhileTooManyRequestsWait(t *testing.T) {
	c, _, _ := overload(t, nil)
	closed := make(chan error, 1)
	go func() { closed <- c.Close() }()
	await(t, closed, "Close")
	c.Wait()
}

// What is unreadable, as a text or as an object, is answered a hundred times in a row, and ends nothing.
func TestUnreadableForEver(t *testing.T) {
	for _, odd := range []string{"{", `{"jsonrpc":"2.0"}`, "Server v1.0", "[]"} {
		var problems atomic.Int64
		c, p := peer(t, &rpcconn.Options{OnError: func(err error) {
			if strings.Contains(err.Error(), "100 messages in a row could not be read") {
				problems.Add(1)
			}
		}})
		send := func(n int) {
			for range n {
				p.Send(odd)
			}
			p.Send(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
		}
		expect := func(n int) {
			t.Helper()
			for range n {
				if p.Recv() == "" {
					t.Fatalf("the connection ended: %v", c.Err())
				}
			}
		}
		send(rpcconn.MaxUnreadable - 1) // these are not in a row with what comes then
		expect(rpcconn.MaxUnreadable)
		if got := problems.Load(); got != 0 {
			t.Errorf("%s: the last answer was told %d times too early", odd, got)
		}
		send(3 * rpcconn.MaxUnreadable)
		expect(rpcconn.MaxUnreadable + 1)
		send(1)
		expect(2)
		if got := c.Stats(); got.Out != 2*rpcconn.MaxUnreadable+3 || problems.Load() != 1 {
			t.Errorf("%s: %+v, the last answer was told %d times", odd, got, problems.Load())
		}
	}
}

// Two peers of different protocols do not answer each other's errors forever, and their calls say why they have no
// answer.
func TestPeersOfDifferentProtocols(t *testing.T) {
	silent := make(chan struct{})
	once := sync.OnceFunc(func() { close(silent) })
	near, far := rpctest.Pipe()
	a := rpcconn.New(near, jsonrpc.New(), &rpcconn.Options{OnError: func(err error) {
		if strings.Contains(err.Error(), "no longer answered") {
			once()
		}
	}})
	b := rpcconn.New(far, bsonrpc.New(), nil)
	defer func() { _, _ = a.Close(), b.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	call := start(ctx, a, "m", "")
	await(t, silent, "the last answer")
	cancel()
	const want = "messages could not be read: offset 0: unexpected "
	if r := await(t, call, "the end of the call"); !strings.Contains(fmt.Sprint(r.err), want) {
		t.Errorf("the call got %v", r.err)
	}
	if in := a.Stats().In + b.Stats().In; in > 2*rpcconn.MaxUnreadable+1 {
		t.Errorf("%d messages went to and fro", in)
	}
}

// A lenient codec finds nothing to say to what is no message.
type lenient struct{ rpcconn.Codec }

func (l lenient) Decode(frame []byte, p *rpcconn.Packet) error {
	err := l.Codec.Decode(frame, p)
	for i := range p.Messages {
		if p.Messages[i].Kind == rpcconn.KindInvalid {
			p.Messages[i].Err = nil
		}
	}
	return err
}

func TestNoMessageThatIsNotAnswered(t *testing.T) {
	l := newLog()
	_, p := rpctest.NewPeer(t, lenient{jsonrpc.New()}, &rpcconn.Options{Handler: handles("1", nil),
		OnOther: func(text json.RawMessage) {
			l.add("%s", text)
		}})
	p.Send(`{"hello":1}`, `[{"hello":2}]`, `[{"hello":3},{"jsonrpc":"2.0","id":1,"method":"m"}]`)
	p.Expect(`[{"jsonrpc":"2.0","id":1,"result":1}]`)
	l.expect(t, `{"hello":1}`, `{"hello":2}`, `{"hello":3}`)
}
