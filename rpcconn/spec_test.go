package rpcconn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// specHandler serves the methods of the examples in JSON-RPC 2.0 section 7.
func specHandler(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	switch req.Method {
	case "subtract":
		var named struct{ Subtrahend, Minuend int }
		if json.Unmarshal(req.Params, &named) == nil {
			return fmt.Append(nil, named.Minuend-named.Subtrahend), nil
		}
		var n [2]int
		if err := json.Unmarshal(req.Params, &n); err != nil {
			return nil, err
		}
		return fmt.Append(nil, n[0]-n[1]), nil
	case "sum":
		var all []int
		if err := json.Unmarshal(req.Params, &all); err != nil {
			return nil, err
		}
		total := 0
		for _, n := range all {
			total += n
		}
		return fmt.Append(nil, total), nil
	case "get_data":
		return json.RawMessage(`["hello",5]`), nil
	}
	return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
}

// TestSpecificationExamples sends what the examples of JSON-RPC 2.0 section 7 send. The answers are those of the
// examples, with the id after the version and, in errors that the codec finds, with the reason as data.
func TestSpecificationExamples(t *testing.T) {
	const (
		notObject = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request","data":"a message ` +
			`is an object"}}`
		noMethod = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request","data":"neither ` +
			`method nor result nor error"}}`
	)
	tests := []struct{ name, in, out string }{
		{"positional 1", `{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}`,
			`{"jsonrpc":"2.0","id":1,"result":19}`},
		{"positional 2", `{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}`,
			`{"jsonrpc":"2.0","id":2,"result":-19}`},
		{"named 1", `{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}`,
			`{"jsonrpc":"2.0","id":3,"result":19}`},
		{"named 2", `{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}`,
			`{"jsonrpc":"2.0","id":4,"result":19}`},
		{"notification with params", `{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}`, ``},
		{"notification", `{"jsonrpc": "2.0", "method": "foobar"}`, ``},
		{
			"no such method", `{"jsonrpc": "2.0", "method": "foobar", "id": "1"}`,
			`{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"Method not found"}}`,
		},
		{
			"invalid JSON", `{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]`,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":"offset 39: unexpected ` +
				`character 'p', want ',' or '}'"}}`,
		},
		{
			"invalid request", `{"jsonrpc": "2.0", "method": 1, "params": "bar"}`,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request","data":"method is no ` +
				`string"}}`,
		},
		{
			"batch, invalid JSON", `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": ` +
				`"2.0", "method"]`,
			`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":"offset 94: unexpected ` +
				`character ']', want ':'"}}`,
		},
		{"empty batch", `[]`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request",` +
			`"data":"empty batch"}}`},
		{"invalid batch of one", `[1]`, `[` + notObject + `]`},
		{"invalid batch", `[1,2,3]`, `[` + notObject + `,` + notObject + `,` + notObject + `]`},
		{
			"batch", `[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
				{"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
				{"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
				{"foo": "boo"},
				{"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
				{"jsonrpc": "2.0", "method": "get_data", "id": "9"}]`,
			`[{"jsonrpc":"2.0","id":"1","result":7},{"jsonrpc":"2.0","id":"2","result":19},` + noMethod +
				`,{"jsonrpc":"2.0","id":"5","error":{"code":-32601,"message":"Method not found"}},{"jsonrpc":"2.0",` +
				`"id":"9","result":["hello",5]}]`,
		},
		{
			"batch of notifications",
			`[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},{"jsonrpc": "2.0", "method": ` +
				`"notify_hello", "params": [7]}]`, ``,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, p := peer(t, &rpcconn.Options{Handler: specHandler})
			p.Send(test.in)
			if test.out != "" {
				p.Expect(test.out)
			}
			p.Send(`{"jsonrpc":"2.0","id":"on","method":"sum","params":[1]}`) // the connection lives on
			p.Expect(`{"jsonrpc":"2.0","id":"on","result":1}`)
		})
	}
}

// What cannot be read is answered, reported with its first bytes, and harms nothing else.
func TestUnreadableOverSockets(t *testing.T) {
	tests := []struct{ framing, in, out, report string }{
		{
			"line", "{nonsense\n", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error",` +
				`"data":"offset 1: unexpected character 'n', want a string as key"}}` + "\n",
			`{nonsense`,
		},
		{
			"rfc7464", "\x1e{nonsense\n", "\x1e" + `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,` +
				`"message":"Parse error","data":"offset 1: unexpected character 'n', want a string as key"}}` + "\n",
			`{nonsense`,
		},
	}
	for _, test := range tests {
		t.Run(test.framing, func(t *testing.T) {
			w := wires()[slices.IndexFunc(wires(), func(w wire) bool { return w.framing == test.framing })]
			near, far := sockets(t)
			l := newLog()
			w.conn(t, near, l.options(specHandler))
			for range 2 {
				if _, err := far.Write([]byte(test.in)); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, len(test.out))
				if _, err := far.Read(got); err != nil || string(got) != test.out {
					t.Fatalf("got %q, %v\nwant %q", got, err, test.out)
				}
			}
			for _, line := range l.wait(t, 2) {
				if !strings.Contains(line, test.report) {
					t.Errorf("the report is %q", line)
				}
			}
		})
	}
}
