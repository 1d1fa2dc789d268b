package rpcconn_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"rpcsh/rpcconn"
)

// Answers that belong to no call: all are shown, none is taken for another.
func TestStrayAnswers(t *testing.T) {
	l := newLog()
	c, p := peer(t, l.options(nil))
	got := start(t.Context(), c, "m", "")
	p.Recv()
	p.Send(
		`{"jsonrpc":"2.0","id":"x","result":"string"}`,
		`{"jsonrpc":"2.0","id":"2","result":"another"}`,
		`{"jsonrpc":"2.0","id":1.5,"result":"real"}`,
		`{"jsonrpc":"2.0","id":-1,"result":"negative"}`,
		`{"jsonrpc":"2.0","id":0,"result":"zero"}`,
		`{"jsonrpc":"2.0","id":17,"result":"same place"}`,
		`{"jsonrpc":"2.0","id":4294967297,"result":"same 32 bits"}`,
		`{"jsonrpc":"2.0","id":18446744073709551617,"result":"same 64 bits"}`,
		`{"jsonrpc":"2.0","id":1,"result":"right"}`,
		`{"jsonrpc":"2.0","id":1,"result":"twice"}`,
	)
	if r := await(t, got, "the answer"); r.err != nil || string(r.Result) != `"right"` {
		t.Errorf("got %v, %v", r.Response, r.err)
	}
	l.expect(t,
		`stray "x" "string"`, `stray "2" "another"`, `stray 1.5 "real"`, `stray -1 "negative"`, `stray 0 "zero"`,
		`stray 17 "same place"`,
		`stray 4294967297 "same 32 bits"`, `stray 18446744073709551617 "same 64 bits"`,
		`stray 1 "twice"`)
}

// The answer to a call that was given up does not reach the next one, though that waits where the first one did.
func TestLateAnswers(t *testing.T) {
	l := newLog()
	c, p := peer(t, l.options(nil))
	var want []string
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		first := start(ctx, c, "slow", "")
		late, _ := request(t, p.Recv())
		cancel()
		if r := await(t, first, "the end of the wait"); !errors.Is(r.err, context.Canceled) || r.Response != nil {
			t.Fatalf("a cancelled call got %v, %v", r.Response, r.err)
		}
		second := start(t.Context(), c, "quick", "")
		id, _ := request(t, p.Recv())
		p.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":"late"}`, late),
			fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%d}`, id, i))
		if r := await(t, second, "the answer"); r.err != nil || string(r.Result) != fmt.Sprint(i) {
			t.Fatalf("got %v, %v, want %d", r.Response, r.err, i)
		}
		want = append(want, fmt.Sprintf(`stray %s "late"`, late))
	}
	l.expect(t, want...)
}

// Calls are given up at the moment at which their answers come: each is either the caller's or a stray one.
func TestAnswersThatMeetTheEndOfTheWait(t *testing.T) {
	strays := make(chan rpcconn.ID, 1000)
	c, _ := pair(t, &rpcconn.Options{OnStray: func(r *rpcconn.Response) {
		strays <- r.ID
	}}, &rpcconn.Options{Handler: echoParams})
	given := 0
	for i := range 1000 {
		ctx, cancel := context.WithCancel(t.Context())
		params := fmt.Sprintf("[%d]", i)
		call := start(ctx, c, "echo", params)
		if i%2 == 0 {
			for c.Stats().Calling == 0 && len(call) == 0 {
			}
		}
		cancel()
		switch r := await(t, call, "the call"); {
		case r.err != nil:
			given++
		case string(r.Result) != params:
			t.Fatalf("got %s, want %s", r.Result, params)
		}
	}
	if r, err := c.Call(t.Context(), "echo", smallParams); err != nil || string(r.Result) != string(smallParams) {
		t.Fatalf("afterwards: %v, %v", r, err)
	}
	if len(strays) > given {
		t.Errorf("%d stray answers, but only %d calls were given up", len(strays), given)
	}
	if got := c.Stats().Calling; got != 0 {
		t.Errorf("%d calls still wait", got)
	}
}

// A call that is given up while its answer is being handed over has the answer, and the next call has its own.
func TestAnswerThatIsThereAtTheEndOfTheWait(t *testing.T) {
	c, p := peer(t, nil)
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan outcome, 1)
		go func() {
			r, err := c.Do(ctx, &rpcconn.Call{Method: "m", OnResponse: func(*rpcconn.Response) {
				cancel()
				for range 100 {
					runtime.Gosched() // the caller wakes up meanwhile
				}
			}})
			got <- outcome{r, err}
		}()
		id, _ := request(t, p.Recv())
		p.Send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%d}`, id, i))
		if r := await(t, got, "the answer"); r.err != nil || string(r.Result) != fmt.Sprint(i) {
			t.Fatalf("got %v, %v, want %d", r.Response, r.err, i)
		}
	}
}

func TestCallOfACancelledContextSendsNothing(t *testing.T) {
	c, p := peer(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Call(ctx, "m", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("call: %v", err)
	}
	if err := c.Notify(ctx, "m", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("notify: %v", err)
	}
	if got := c.Stats(); got.Calling != 0 || got.Out != 0 {
		t.Errorf("stats: %+v", got)
	}
	_ = c.Notify(t.Context(), "last", nil)
	p.Expect(`{"jsonrpc":"2.0","method":"last"}`)
}
