package rpcconn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// A Handler that waits holds up nobody: not what comes behind its request in the same read, nor its own calls.
func TestWaitingHandler(t *testing.T) {
	release := make(chan struct{})
	handler := func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		switch req.Method {
		case "wait":
			<-release
		case "ask_back":
			r, err := c.Call(ctx, "my_add", req.Params)
			if err != nil {
				return nil, err
			}
			return r.Result, nil
		case "ask_back_aside": // with a context that does not tell who waits
			r, err := c.Call(context.Background(), "my_add", req.Params)
			if err != nil {
				return nil, err
			}
			return r.Result, nil
		}
		return req.Params, nil
	}
	for _, w := range wires() {
		t.Run(w.framing, func(t *testing.T) {
			c, _ := w.pair(t, &rpcconn.Options{Handler: echoParams}, &rpcconn.Options{Handler: handler})
			release = make(chan struct{})
			waited := make(chan error, 1)
			go func() {
				_, err := c.Call(t.Context(), "wait", nil)
				waited <- err
			}()
			for _, method := range []string{"my_add", "ask_back", "ask_back_aside", "my_add"} {
				if r, err := c.Call(t.Context(), method, smallParams); err != nil || string(r.Result) != "[1,2]" {
					t.Errorf("%s: got %v, %v", method, r, err)
				}
			}
			close(release)
			if err := <-waited; err != nil {
				t.Error(err)
			}
		})
	}
}

// countingWrites is a socket that counts writes.
type countingWrites struct {
	*net.UnixConn
	n *atomic.Int64
}

func (c countingWrites) Write(b []byte) (int, error) {
	c.n.Add(1)
	return c.UnixConn.Write(b)
}

// Requests that come in one read are answered in one write, in their order, unless a Handler takes long.
func TestAnsweredTogether(t *testing.T) {
	const requests = 50
	near, far := sockets(t)
	var writes atomic.Int64
	w := wires()[0]
	w.conn(t, countingWrites{far.(*net.UnixConn), &writes}, &rpcconn.Options{Handler: echoParams})
	var in, want bytes.Buffer
	for id := range requests {
		fmt.Fprintln(&in, `{"jsonrpc":"2.0","id":`+strconv.Itoa(id)+`,"method":"my_add","params":[]}`)
		fmt.Fprintln(&want, `{"jsonrpc":"2.0","id":`+strconv.Itoa(id)+`,"result":[]}`)
	}
	if _, err := near.Write(in.Bytes()); err != nil {
		t.Fatal(err)
	}
	var got []byte
	for len(got) < want.Len() {
		b := make([]byte, want.Len())
		n, err := near.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b[:n]...)
	}
	sorted := func(text string) []string { // those that a busy machine has handled beside may be answered later
		return slices.Sorted(strings.Lines(text))
	}
	inOrder := string(got) == want.String()
	if writes.Load() == 1 && !inOrder || !slices.Equal(sorted(string(got)), sorted(want.String())) {
		t.Errorf("got %s\nwant %s", got, want.String())
	}
	if n := writes.Load(); n > requests/2 { // one, but for a machine with much else to do
		t.Errorf("%d requests were answered in %d writes", requests, n)
	}
}

// A response has arrived for its caller before what comes behind it is told, however long that takes.
func TestWokenBeforeCallbacks(t *testing.T) {
	near, far := sockets(t)
	release := make(chan struct{})
	c := wires()[0].conn(t, near, &rpcconn.Options{OnRequest: func(*rpcconn.Request) { <-release }})
	go func() {
		b := make([]byte, 1<<10)
		if _, err := far.Read(b); err == nil {
			fmt.Fprint(far, `{"jsonrpc":"2.0","id":1,"result":1}`+"\n"+`{"jsonrpc":"2.0","method":"report"}`+"\n")
		}
	}()
	if _, err := c.Call(t.Context(), "my_add", nil); err != nil {
		t.Error(err)
	}
	close(release)
}

// Of many calls whose Handlers wait now and then, so that ever other goroutines read, each has its own answer.
func TestReadersChange(t *testing.T) {
	var n atomic.Int64
	handler := func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		if n.Add(1)%50 == 0 {
			<-time.After(2 * time.Millisecond) // longer than is waited for a Handler
		}
		return req.Params, nil
	}
	for _, w := range wires() {
		t.Run(w.framing, func(t *testing.T) {
			c, _ := w.pair(t, nil, &rpcconn.Options{Handler: handler, Reuse: true})
			var wg sync.WaitGroup
			for caller := range 16 {
				wg.Go(func() {
					for i := range 200 {
						params := fmt.Sprintf("[%d,%d]", caller, i)
						r, err := c.Call(t.Context(), "my_echo", json.RawMessage(params))
						if err != nil || string(r.Result) != params {
							t.Errorf("%s: got %v, %v", params, r, err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	}
}

// A call whose context is that of many others ends with it, as does one that is alone.
func TestSharedContext(t *testing.T) {
	for _, calls := range []int{1, 64} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var came sync.WaitGroup
		came.Add(calls)
		c, _ := wires()[0].pair(t, nil, &rpcconn.Options{
			OnRequest: func(*rpcconn.Request) { came.Done() },
			Handler: func(ctx context.Context, _ *rpcconn.Conn, _ *rpcconn.Request) (json.RawMessage, error) {
				<-ctx.Done()
				return nil, rpcconn.ErrNoAnswer
			},
		})
		why := errors.New("enough")
		var wg sync.WaitGroup
		for range calls {
			wg.Go(func() {
				if _, err := c.Call(ctx, "my_add", smallParams); !errors.Is(err, why) {
					t.Errorf("%d calls: got %v, want %v", calls, err, why)
				}
			})
		}
		came.Wait()
		cancel(why)
		wg.Wait()
		if n := c.Stats().Calling; n != 0 {
			t.Errorf("%d calls still wait", n)
		}
		if _, err := c.Call(ctx, "my_add", smallParams); !errors.Is(err, context.Canceled) {
			t.Errorf("a call behind: got %v", err)
		}
	}
}
