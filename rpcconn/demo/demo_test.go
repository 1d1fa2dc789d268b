package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect/openrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// forms are what the demo peer is tried in.
func forms(t *testing.T, run func(t *testing.T, w dial.Config)) {
	for _, cfg := range []dial.Config{{Protocol: "jsonrpc"}, {Framing: "none"}, {Protocol: "bsonrpc"}} {
		t.Run(cfg.Protocol+cfg.Framing, func(t *testing.T) { run(t, cfg) })
	}
}

// connect starts a demo peer and returns a connection to it.
func connect(t *testing.T, w dial.Config, opts *rpcconn.Options) *dial.Link {
	t.Helper()
	p, err := Start(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	link, err := w.Dial(t.Context(), p.Target(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = link.Close()
		link.Wait()
	})
	return link
}

// call returns the result, or the code of the error and its data or else its message.
func call(t *testing.T, link *dial.Link, method, params string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var p json.RawMessage
	if params != "" {
		p = json.RawMessage(params)
	}
	r, err := link.Call(ctx, method, p)
	switch {
	case err != nil:
		t.Fatalf("%s %s: %v", method, params, err)
	case r.Err == nil:
		return string(r.Result)
	case r.Err.Data != nil && r.Err.Code == rpcconn.CodeInvalidParams:
		return fmt.Sprintf("%d %s", r.Err.Code, r.Err.Data)
	}
	return fmt.Sprintf("%d %s", r.Err.Code, r.Err.Message)
}

func TestMethods(t *testing.T) {
	tests := []struct{ method, params, want string }{
		{"my_add", `[1,2]`, `3`},
		{"my_add", `[1.5,2]`, `3.5`},
		{"my_add", `{"b":2,"a":1}`, `3`},
		{"my_add", `[1]`, `-32602 "b is missing"`},
		{"my_add", ``, `-32602 "a is missing"`},
		{"my_add", `{"a":1}`, `-32602 "b is missing"`},
		{"my_add", `[1,2,3]`, `-32602 "my_add takes 2 params, got 3"`},
		{"my_add", `{"a":1,"b":2,"c":3}`, `-32602 "my_add has no param c"`},
		{"my_add", `["1",2]`, `-32602 "json: cannot unmarshal string`},
		{"my_progress_add", `["1",2]`, `-32602 "json: cannot unmarshal string`},
		{"echo", `["é",{"a":[null]}]`, `["é",{"a":[null]}]`},
		{"echo", `{"value":1,"b":2}`, `{"value":1,"b":2}`},
		{"echo", ``, `null`},
		{"slow", `[0]`, `"done"`},
		{"slow", `[0.001]`, `"done"`},
		{"slow", `{"seconds":-1}`, `"done"`},
		{"slow", `[1e300]`, `-32602 "at most 24h0m0s"`},
		{"slow", `["x"]`, `-32602 "json: cannot unmarshal string`},
		{"fail", ``, `-32000 failed as asked`},
		{"fail", `[5]`, `5 failed as asked`},
		{"fail", `[5,"so"]`, `5 so`},
		{"fail", `{"message":"so"}`, `-32000 so`},
		{"fail", `["x"]`, `-32602 "json: cannot unmarshal string`},
		{"ticks", `[0]`, `0`},
		{"ticks", `[-5]`, `-5`},
		{"ticks", `[10000001]`, `-32602 "at most 10000000 ticks"`},
		{"nosuch", `[1]`, `-32601 Method not found`},
		{"", ``, `-32601 Method not found`},
	}
	forms(t, func(t *testing.T, w dial.Config) {
		link := connect(t, w, nil)
		for _, test := range tests {
			if got := call(t, link, test.method, test.params); got != test.want &&
				(test.want[len(test.want)-1] == '"' || !strings.HasPrefix(got, test.want)) {
				t.Errorf("%s %s gives %s, want %s", test.method, test.params, got, test.want)
			}
		}
	})
}

// The reference scenario: a notification, a call back, then the answer.
func TestProgressAdd(t *testing.T) {
	forms(t, func(t *testing.T, w dial.Config) {
		var seen []string
		link := connect(t, w, &rpcconn.Options{
			OnRequest: func(r *rpcconn.Request) {
				seen = append(seen, fmt.Sprintf("%s %s %s", r.ID, r.Method, r.Params))
			},
			Handler: func(_ context.Context, _ *rpcconn.Conn, r *rpcconn.Request) (json.RawMessage, error) {
				var n [1]int
				if err := json.Unmarshal(r.Params, &n); err != nil {
					return nil, err
				}
				return fmt.Append(nil, 2*n[0]), nil
			},
		})
		r, err := link.Do(t.Context(), &rpcconn.Call{
			Method: "my_progress_add", Params: json.RawMessage(`[2,2]`),
			OnResponse: func(*rpcconn.Response) { seen = append(seen, "answer") },
		})
		if err != nil || string(r.Result) != "4" {
			t.Fatalf("got %v, %v", r, err)
		}
		if want := []string{` report_progress ["hi"]`, `1 my_double [3]`, `answer`}; !slices.Equal(seen, want) {
			t.Errorf("came %q, want %q", seen, want)
		}
	})
}

func TestProgressAddWithoutMyDouble(t *testing.T) {
	forms(t, func(t *testing.T, w dial.Config) {
		if got := call(t, connect(t, w, nil), "my_progress_add", `[2,2]`); !strings.Contains(got,
			".serve my_double .[0]*2") {
			t.Errorf("got %s, want what to do", got)
		}
	})
}

func TestTicks(t *testing.T) {
	forms(t, func(t *testing.T, w dial.Config) {
		var seen []string
		link := connect(t, w, &rpcconn.Options{OnRequest: func(r *rpcconn.Request) {
			seen = append(seen, string(r.Params))
		}})
		answered := make(chan int, 1)
		_, err := link.Do(t.Context(), &rpcconn.Call{
			Method: "ticks", Params: json.RawMessage(`{"count":3,"interval":1}`),
			OnResponse: func(*rpcconn.Response) { answered <- len(seen) },
		})
		if err != nil || <-answered != 3 || !slices.Equal(seen, []string{"[1]", "[2]", "[3]"}) {
			t.Errorf("came %q, %v", seen, err)
		}
	})
}

func TestByeClosesAfterItsAnswer(t *testing.T) {
	forms(t, func(t *testing.T, w dial.Config) {
		link := connect(t, w, nil)
		if got := call(t, link, "bye", ""); got != `"bye"` {
			t.Errorf("got %s", got)
		}
		<-link.Done()
		if err := link.Err(); err != io.EOF {
			t.Errorf("the end is %v", err)
		}
	})
}

func TestDiscoverListsWhatIsServed(t *testing.T) {
	forms(t, func(t *testing.T, w dial.Config) {
		link := connect(t, w, nil)
		learned, err := openrpc.Read(json.RawMessage(call(t, link, openrpc.MethodDiscover, "")))
		if err != nil || learned.Peer.String() != "rpcsh demo peer 1" {
			t.Fatalf("got %+v, %v", learned, err)
		}
		var got []string
		for _, m := range learned.Methods {
			got = append(got, m.Signature())
			if m.Summary == "" {
				t.Errorf("%s has no summary", m.Name)
			}
		}
		want := []string{
			"my_add(a: number, b: number)", "my_progress_add(a: number, b: number)", "echo(value?, …)",
			"slow(seconds: number)",
			"fail(code?: integer, message?: string)", "ticks(count: integer, interval?: integer)", "bye()",
		}
		if !slices.Equal(got, want) {
			t.Errorf("listed are %q, want %q", got, want)
		}
		for _, m := range learned.Methods {
			if m.Name != "bye" && strings.HasPrefix(call(t, link, m.Name, `[0]`), "-32601") {
				t.Errorf("%s is listed and not served", m.Name)
			}
		}
	})
}

func TestClose(t *testing.T) {
	w := dial.Config{Protocol: "jsonrpc"}
	p, err := Start(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	var links []*dial.Link
	for range 3 {
		link, err := w.Dial(t.Context(), p.Target(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer link.Close()
		links = append(links, link)
	}
	waiting := make(chan error, len(links))
	for _, link := range links {
		sent := make(chan struct{})
		go func() {
			_, err := link.Do(t.Context(), &rpcconn.Call{Method: "slow", Params: json.RawMessage(`[1000]`),
				OnID: func(rpcconn.ID) {
					close(sent)
				}})
			waiting <- err
		}()
		<-sent
		call(t, link, "echo", "")
	}
	p.Close()
	for _, link := range links {
		<-link.Done()
		if err := <-waiting; !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("a call got %v", err)
		}
	}
	p.Close()
	if link, err := w.Dial(t.Context(), p.Target(), nil); err == nil {
		_ = link.Close()
		t.Error("a closed peer accepts")
	}
}

// TestPauseIsBounded asks for pauses under a context that has ended, so that none is waited for.
func TestPauseIsBounded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var refused *rpcconn.Error
	if err := pause(ctx, float64(maxPause)); !errors.Is(err, context.Canceled) {
		t.Errorf("the longest pause: %v", err)
	}
	if err := pause(ctx, float64(maxPause)+1e9); !errors.As(err, &refused) {
		t.Errorf("a longer pause: %v", err)
	}
}
