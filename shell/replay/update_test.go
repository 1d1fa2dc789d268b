package replay_test

import (
	"strings"
	"testing"

	"rpcsh/shell/replay"
)

// What differs is written into the recording, and everything else stays as it is.
func TestUpdate(t *testing.T) {
	for _, tt := range []struct{ name, recording, want string }{
		{
			"a result", record(add, "# a remark", `< {"jsonrpc":"2.0","id":7,"result":43}`, "{ broken"),
			record(add, "# a remark", `< {"jsonrpc":"2.0","id":7,"result":42}`, "{ broken"),
		},
		{
			"an error in its place",
			record(`> {"jsonrpc":"2.0","id":1,"method":"add"}`, `< {"jsonrpc":"2.0","id":1,"result":1}`),
			record(`> {"jsonrpc":"2.0","id":1,"method":"add"}`, `< {"jsonrpc":"2.0","id":1,"error":`+
				`{"code":-32602,"message":"Invalid params","data":"two numbers are wanted"}}`),
		},
		{
			"a notification", record(ticks, `< {"jsonrpc":"2.0","method":"tick","params":["x"]}`, tick1, ticked),
			record(ticks, tick0, tick1, ticked),
		},
		{"the same", record(add, sum), record(add, sum)},
		{
			"what cannot be", record(`> [{"jsonrpc":"2.0","id":70,"method":"add","params":[1,2]}]`,
				`< [{"jsonrpc":"2.0","id":70,"result":4}]`),
			record(`> [{"jsonrpc":"2.0","id":70,"method":"add","params":[1,2]}]`,
				`< [{"jsonrpc":"2.0","id":70,"result":4}]`),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			changes := make(map[int][]byte)
			p := play(t, tt.recording, replay.Options{
				Patience: patience,
				Changed: func(line int, message []byte, _ string) {
					if message != nil {
						changes[line] = message
					}
				},
			}, calculator)
			if p.err != nil {
				t.Fatal(p.err)
			}
			var got strings.Builder
			if err := replay.Update(&got, strings.NewReader(tt.recording), changes); err != nil {
				t.Fatal(err)
			}
			if got.String() != tt.want {
				t.Errorf("got\n%swant\n%s", got.String(), tt.want)
			}
		})
	}
}

// The tests of execution-apis keep their form.
func TestUpdateIO(t *testing.T) {
	const test = "// gets a sum\n>> {\"id\":1}\n<< {\"id\":1,\"result\":1}\n>> {\"id\":2}\n<< {\"id\":2,\"result\":2}"
	var got strings.Builder
	if err := replay.Update(&got, strings.NewReader(test), map[int][]byte{6: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSuffix(test, `{"id":2,"result":2}`) + "{}\n"; got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}
