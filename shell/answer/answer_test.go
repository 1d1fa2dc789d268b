package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/jq"
)

func TestMain(m *testing.M) {
	rpctest.RunTogether()
	goleak.VerifyTestMain(m)
}

func rule(t *testing.T, pattern, expression string) *Rule {
	t.Helper()
	e, err := NewExpression(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return &Rule{Pattern: pattern, Text: expression, Answerer: e}
}

// asked is a request as rules see it.
func asked(method, params string) *Request {
	return &Request{
		Request: &rpcconn.Request{ID: rpcconn.IntID(1), Method: method, Params: json.RawMessage(params)},
		Peer:    caller{},
	}
}

func request(id, method, params string) string {
	if params != "" {
		params = `,"params":` + params
	}
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `"` + params + `}`
}

func result(id, value string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"result":` + value + `}`
}

func failed(id string, code int, message, data string) string {
	if data != "" {
		data = `,"data":` + data
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%q%s}}`, id, code, message, data)
}

func TestExpressions(t *testing.T) {
	for _, tt := range []struct{ expression, params, want string }{
		{".[0]*2", "[21]", result("1", "42")},
		{".name", `{"name":"x"}`, result("1", `"x"`)},
		{".", `{"b":1.0,"a":9007199254740993}`, result("1", `{"b":1.0,"a":9007199254740993}`)},
		{".", "", result("1", "null")},
		{"3.0", "[1]", result("1", "3.0")},
		{`{"b":1,"a":2}`, "[1]", result("1", `{"b":1,"a":2}`)},
		{"[$method,$peer,$id]", "[1]", result("1", `["m",7,1]`)},
		{"[$count,$last,$results,$vars.x]", "[1]", result("1", `[0,null,[],5]`)},
		{"1,2,3", "", result("1", "1")},
		{"repeat(1)", "", result("1", "1")}, // the first is all that is looked for
		{"empty", "", failed("1", rpcconn.CodeServerError, "Server error",
			`"the expression that answers m gave no value"`)},
		{"halt", "", failed("1", rpcconn.CodeServerError, "Server error",
			`"the expression that answers m gave no value"`)},
		{`error("no")`, "", failed("1", rpcconn.CodeServerError, "Server error", `"jq: error: no"`)},
		{".a", "[1]", failed("1", rpcconn.CodeServerError, "Server error",
			`"jq: expected an object but got: array ([1])"`)},
		{"false", "", result("1", "false")},
	} {
		var rules Rules
		rules.Set(rule(t, "m", tt.expression))
		_, peer := served(t, &rules)
		peer.Send(request("1", "m", tt.params))
		if got := peer.Recv(); got != tt.want {
			t.Errorf("%s of %s:\n got %s\nwant %s", tt.expression, tt.params, got, tt.want)
		}
	}
}

func TestExpressionMistake(t *testing.T) {
	var mistake *jq.Error
	if _, err := NewExpression(".a | $nosuch"); !errors.As(err, &mistake) || mistake.Offset != 5 {
		t.Errorf("got %#v", err)
	}
}

func TestIDs(t *testing.T) {
	var rules Rules
	rules.Set(rule(t, "m", "$id"))
	_, peer := served(t, &rules)
	for _, id := range []string{"1", `"1"`, "1.50", "9007199254740993", `"a\"b"`, "-3"} {
		peer.Send(request(id, "m", ""))
		peer.Expect(result(id, id))
	}
}

func TestErrors(t *testing.T) {
	var rules Rules
	rules.Set(&Rule{Pattern: "plain", Answerer: FixedError{&rpcconn.Error{Code: -32000, Message: "no luck"}}})
	rules.Set(
		&Rule{Pattern: "data", Answerer: FixedError{
			&rpcconn.Error{Code: 7, Message: "no", Data: json.RawMessage(`{"try":2}`)},
		}},
	)
	rules.Set(&Rule{Pattern: "nothing"})
	_, peer := served(t, &rules)
	for _, tt := range []struct{ method, want string }{
		{"plain", failed("1", -32000, "no luck", "")},
		{"data", failed("1", 7, "no", `{"try":2}`)},
		{"nothing", result("1", "null")},
		{"unknown", failed("1", rpcconn.CodeMethodNotFound, "Method not found", "")},
	} {
		peer.Send(request("1", tt.method, ""))
		peer.Expect(tt.want)
	}
}

// The one that names the method goes before globs, and of these the first that was set.
func TestPrecedence(t *testing.T) {
	var rules Rules
	for _, pattern := range []string{"*", "my_*", "my_double", "a?b", "a/*"} {
		rules.Set(rule(t, pattern, `"`+pattern+`"`))
	}
	find := func(method string) string {
		if r := rules.use(t.Context(), asked(method, "")); r != nil {
			return r.Pattern
		}
		return ""
	}
	for method, want := range map[string]string{"my_double": "my_double", "my_add": "*", "a/b": "*"} {
		if got := find(method); got != want {
			t.Errorf("%s is answered by %q, want %q", method, got, want)
		}
	}
	if !rules.Remove("*") || rules.Remove("*") || rules.Remove("nosuch") {
		t.Error("Remove says something else than what it did")
	}
	for method, want := range map[string]string{
		"my_double": "my_double", "my_add": "my_*", "axb": "a?b", "a/b": "a?b", "a/bc": "a/*", "other": "",
	} {
		if got := find(method); got != want {
			t.Errorf("without *, %s is answered by %q, want %q", method, got, want)
		}
		if got := rules.Serves(method); got != (want != "") {
			t.Errorf("Serves(%s): %v", method, got)
		}
	}
}

func TestSetAndList(t *testing.T) {
	var rules Rules
	if rules.List() != nil {
		t.Error("rules before any was set")
	}
	for _, r := range []*Rule{rule(t, "a", "1"), rule(t, "b", "2")} {
		rules.Set(r)
	}
	for _, method := range []string{"a", "a", "b"} {
		rules.use(t.Context(), asked(method, ""))
	}
	rules.Set(rule(t, "b", "3")) // in its place, and not used yet
	var got []string
	for _, l := range rules.List() {
		got = append(got, fmt.Sprintf("%s:%s:%d", l.Pattern, l.Text, l.Used))
	}
	if want := "a:1:2 b:3:0"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rules Rules
		slow := rule(t, "slow", "1")
		slow.Delay = Span{Min: 2 * time.Second}
		rules.Set(slow)
		rules.Set(rule(t, "quick", "2"))
		_, peer := served(t, &rules)
		start := time.Now()
		peer.Send(request("1", "slow", ""), request("2", "quick", ""))
		peer.Expect(result("2", "2"))
		if d := time.Since(start); d != 0 {
			t.Errorf("quick took %s", d)
		}
		peer.Expect(result("1", "1"))
		if d := time.Since(start); d != 2*time.Second {
			t.Errorf("slow took %s", d)
		}
	})
}

// A connection that ends while an answer is delayed ends the delay.
func TestDelayEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := rule(t, "slow", "1")
		r.Delay = Span{Min: time.Hour}
		var rules Rules
		rules.Set(r)
		answered := make(chan error, 1)
		c, peer := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{
			Handler: func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
				v, err := handler(&rules)(ctx, c, req)
				answered <- err
				return v, err
			},
		})
		start := time.Now()
		peer.Send(request("1", "slow", ""))
		synctest.Wait()
		peer.Close()
		if err := <-answered; !errors.Is(err, rpcconn.ErrNoAnswer) {
			t.Errorf("answered with %v", err)
		}
		c.Wait()
		if d := time.Since(start); d != 0 {
			t.Errorf("took %s", d)
		}
	})
}

// An expression without end is an error to the peer, not a connection that hangs.
func TestTimeLimit(t *testing.T) {
	var rules Rules
	r := rule(t, "m", "def f: f; f")
	r.Limit = time.Millisecond
	rules.Set(r)
	_, peer := served(t, &rules)
	peer.Send(request("1", "m", ""))
	peer.Expect(
		failed("1", rpcconn.CodeServerError, "Server error", `"jq: it took longer than 1ms (--limit changes that)"`),
	)
}

// The answer is sent before the connection is closed, whatever it is.
func TestClose(t *testing.T) {
	withError := &Rule{Pattern: "m", Close: true, Answerer: FixedError{&rpcconn.Error{Code: 1, Message: "bye"}}}
	withValue := rule(t, "m", `"bye"`)
	withNone := rule(t, "m", "empty")
	withValue.Close, withNone.Close = true, true
	for _, tt := range []struct {
		name string
		rule *Rule
		want string
	}{
		{"value", withValue, result("1", `"bye"`)},
		{"error", withError, failed("1", 1, "bye", "")},
		{
			"expression that fails", withNone,
			failed("1", rpcconn.CodeServerError, "Server error", `"the expression that answers m gave no value"`),
		},
		{"null", &Rule{Pattern: "m", Close: true}, result("1", "null")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rules Rules
			rules.Set(tt.rule)
			c, peer := served(t, &rules)
			peer.Send(request("1", "m", ""))
			peer.Expect(tt.want, "")
			c.Wait()
			if !errors.Is(c.Err(), rpcconn.ErrClosed) {
				t.Errorf("the connection ended with %v", c.Err())
			}
		})
	}
}

// In a batch the connection is closed after the answers to all of it.
func TestCloseInBatch(t *testing.T) {
	var rules Rules
	bye := rule(t, "bye", `"bye"`)
	bye.Close = true
	rules.Set(bye)
	rules.Set(rule(t, "m", "1"))
	_, peer := served(t, &rules)
	peer.Send("[" + request("1", "bye", "") + "," + request("2", "m", "") + "]")
	peer.Expect("["+result("1", `"bye"`)+","+result("2", "1")+"]", "")
}

func TestAbort(t *testing.T) {
	var rules Rules
	r := rule(t, "m", "1")
	r.Abort = true
	rules.Set(r)
	c, peer := served(t, &rules)
	peer.Send(request("1", "m", ""))
	peer.Expect("")
	c.Wait()
	if !errors.Is(c.Err(), rpcconn.ErrClosed) {
		t.Errorf("the connection ended with %v", c.Err())
	}
}

func BenchmarkAnswer(b *testing.B) {
	var rules Rules
	e, err := NewExpression(".[0]*2")
	if err != nil {
		b.Fatal(err)
	}
	rules.Set(&Rule{Pattern: "other_*"})
	rules.Set(&Rule{Pattern: "my_double", Answerer: e})
	req := asked("my_double", "[21]")
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := rules.Answer(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
