package rpcconn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// What a peer sends to do harm costs a few times the memory that it has itself, and the connection goes on.
func TestHostileMessages(t *testing.T) {
	const million = 1_000_000
	many := func(text string) string { return strings.Repeat(text, million) }
	long := strings.Repeat("x", 10*million)
	for _, test := range []struct{ name, frame string }{
		{"an id that is an object", `{"jsonrpc":"2.0","id":{"a":[1]},"method":"m"}`},
		{"an id of ten million characters", `{"jsonrpc":"2.0","id":"` + long + `","method":"m"}`},
		{"a method of ten million characters", `{"jsonrpc":"2.0","id":1,"method":"` + long + `"}`},
		{"members that come a million times", `{"jsonrpc":"2.0",` + many(`"id":1,`) + `"method":"m"}`},
		{"a million further members", `{"jsonrpc":"2.0","method":"m",` + many(`"a":1,`) + `"id":1}`},
		{"arrays a million deep", `{"jsonrpc":"2.0","id":1,"method":"m","params":` + many("[") + many("]") + `}`},
		{"arrays a million deep that do not end", many("[")},
		{"objects a million deep", many(`{"a":`) + "1" + many("}")},
		{"a number of a million digits", `{"jsonrpc":"2.0","id":1` + many("0") + `,"method":"m","params":[1` +
			many("0") + `]}`},
		{"a number with a huge exponent", `{"jsonrpc":"2.0","id":1e999999999,"method":"m","params":[1e999999999]}`},
		{"a batch of a million numbers", "[" + many("1,") + "1]"},
		{"a batch of a million requests", "[" + many(`{"id":1,"method":"m"},`) + `{"id":1,"method":"m"}]`},
		{"a batch of many answers", "[" + strings.Repeat(`{"jsonrpc":"2.0","id":7,"result":1},`, 5000) +
			`{"jsonrpc":"2.0","id":7,"result":1}]`},
		{"an answer that nobody asked for", `{"jsonrpc":"2.0","id":99,"result":"` + long + `"}`},
		{"an error with a long message", `{"jsonrpc":"2.0","id":99,"error":{"code":1e9,"message":"` + long + `"}}`},
		{"characters in six bytes", `{"jsonrpc":"2.0","id":1,"method":"` + many(`\u0000`) + `"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			reported := 0
			ours, theirs := rpctest.Pipe()
			c := rpcconn.New(ours, jsonrpc.New(), &rpcconn.Options{
				OnError: func(err error) { reported += len(err.Error()) },
				Handler: func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
					return json.RawMessage("1"), nil
				},
			})
			frame := []byte(test.frame)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for _, text := range [][]byte{frame, []byte(`{"jsonrpc":"2.0","id":"the end","method":"m"}`)} {
				if err := theirs.Send(t.Context(), text); err != nil {
					t.Fatal(err)
				}
			}
			for {
				answer, err := theirs.Recv()
				if err != nil {
					t.Fatal(err)
				}
				if bytes.Contains(answer, []byte(`"the end"`)) {
					break
				}
			}
			runtime.ReadMemStats(&after)
			most := uint64(12*len(frame) + 8<<20)
			if frame[0] == '[' {
				most += 128 << 20 // for as many messages as a batch may have
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > most {
				t.Errorf("a message of %d bytes took %d bytes of memory, want %d at most", len(frame), took, most)
			}
			_ = c.Close()
			c.Wait()
			if reported > 16<<10 {
				t.Errorf("what was reported of it has %d bytes", reported)
			}
		})
	}
}
