package script

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.starlark.net/starlark"

	"rpcsh/rpcconn"
)

// timeout is the shell's own, as py-bson-rpc has it: it ends the call, and is not sent. A parameter of that name is
// sent where the time limit has more underscores.
func TestTimeoutOfCall(t *testing.T) {
	for _, tt := range []struct{ body, want, heard string }{
		{`return rpc.call("never", timeout=2)`, `"never: timed out"`, `never`},
		{`return rpc.call("never", 1, timeout=2)`, `"never: timed out"`, `never [1]`},
		{`return rpc.call("never", a=1, timeout="2s")`, `"never: timed out"`, `never {"a":1}`},
		{`return rpc.call("never", timeout=7, _timeout=2)`, `"never: timed out"`, `never {"timeout":7}`},
		{
			`return rpc.call("never", _timeout=7, __timeout=2, timeout=None)`, `"never: timed out"`,
			`never {"_timeout":7,"timeout":null}`,
		},
		{`return rpc.try_call("never", timeout=2).error.message`, `"never: timed out"`, `never`},
		{`return rpc.try_call("never", timeout=2).error.code`, `0`, `never`},
		{`return rpc.peer.call("never", timeout=2.0)`, `"never: timed out"`, `never`},
		{`return rpc.batch(["never"], timeout=2)`, `"batch: timed out"`, `never`},
		{`rpc.notify("n", timeout=2); sleep(2)`, `null`, `n {"timeout":2}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newStage(), new(caller)
			p.answer = func(ctx context.Context, method string, params json.RawMessage) (*rpcconn.Response, error) {
				_ = p.Notify(ctx, method, params) // so that it is heard
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}
			start := time.Now()
			got := s.load(t, "def f(rpc): "+tt.body).call(t.Context(), p, "f", "")
			got = strings.TrimPrefix(got, "error -32000: Server error ")
			if got != tt.want || strings.Join(p.heard, " ") != tt.heard || time.Since(start) != 2*time.Second {
				t.Errorf("%s: got %s after %s, sent %q; want %s, %q", tt.body, got, time.Since(start), p.heard,
					tt.want, tt.heard)
			}
		})
	}
}

// A time limit that cannot be one is a mistake of the script, before anything is sent.
func TestWrongTimeout(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`rpc.call("g", timeout=0)`, "timeout: it has to be longer than 0, or None for as long as it takes"},
		{`rpc.try_call("g", timeout=-1)`, "timeout: it has to be longer than 0"},
		{`rpc.call("g", __timeout="soon")`, `__timeout: "soon" is not a duration: write 500ms, 2s or 1m`},
		{`rpc.batch("g", timeout=[1])`, `batch: timeout: a number of seconds belongs here, or a text such as "500ms"`},
	} {
		s, p := newStage(), &caller{answer: echo}
		s.load(t, "def f(rpc): "+tt.body).call(t.Context(), p, "f", "")
		if len(s.seen) != 1 || !strings.Contains(s.seen[0], tt.want) || p.heard != nil {
			t.Errorf("%s: seen %q, sent %q, want %s", tt.body, s.seen, p.heard, tt.want)
		}
	}
}

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		value starlark.Value
		want  time.Duration
	}{
		{starlark.MakeInt(2), 2 * time.Second},
		{starlark.Float(1.5), 1500 * time.Millisecond},
		{starlark.String("2m"), 2 * time.Minute},
		{starlark.String("3"), 3 * time.Second},
		{starlark.Float(1e300), math.MaxInt64},
		{starlark.Float(-1e300), math.MinInt64},
		{starlark.Float(math.Inf(1)), math.MaxInt64},
	} {
		if got, err := duration(tt.value); got != tt.want || err != nil {
			t.Errorf("%s: %s, %v, want %s", tt.value, got, err, tt.want)
		}
	}
	for _, value := range []starlark.Value{starlark.None, starlark.Float(math.NaN()), starlark.String("-1s")} {
		if got, err := duration(value); err == nil {
			t.Errorf("%s is read as %s", value, got)
		}
	}
}
