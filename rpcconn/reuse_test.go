package rpcconn_test

import (
	"context"
	"encoding/json"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpctest"
)

// A call whose params and result are values of Go, made of them and made into them by encoding/json on both sides,
// allocates little besides what that does.
func TestTypedCall(t *testing.T) {
	if rpctest.Race {
		t.Skip("pools forget under the race detector")
	}
	add := func(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		var numbers [2]int
		if err := json.Unmarshal(req.Params, &numbers); err != nil {
			return nil, err
		}
		return json.Marshal(numbers[0] + numbers[1])
	}
	for _, w := range wires() {
		c, _ := w.pair(t, nil, &rpcconn.Options{Handler: add})
		call := rpcconn.Call{Method: "my_add", Into: new(rpcconn.Response)}
		one := func() {
			var err error
			if call.Params, err = json.Marshal([2]int{1, 2}); err != nil {
				t.Fatal(err)
			}
			r, err := c.Do(t.Context(), &call)
			if err != nil {
				t.Fatal(err)
			}
			var sum int
			if err := json.Unmarshal(r.Result, &sum); err != nil || sum != 3 {
				t.Fatalf("got %s, %v", r.Result, err)
			}
		}
		if n := testing.AllocsPerRun(200, one); n > 8 {
			t.Errorf("%s: a typed call allocates %v times", w.framing, n)
		}
	}
}

// A call with a response that is used again allocates nothing, on either side, in any form and whatever its size.
func TestReuse(t *testing.T) {
	if rpctest.Race {
		t.Skip("pools forget under the race detector")
	}
	for _, w := range wires() {
		for _, params := range []json.RawMessage{smallParams, records(1 << 10), records(48 << 10)} {
			c, _ := w.pair(t, nil, &rpcconn.Options{Handler: echoParams, Reuse: true})
			var response rpcconn.Response
			call := rpcconn.Call{Method: "my_add", Params: params, Into: &response}
			one := func() {
				if _, err := c.Do(t.Context(), &call); err != nil {
					t.Fatal(err)
				}
				if string(response.Result) != string(params) {
					t.Fatalf("%s: got %d bytes, want %d", w.framing, len(response.Result), len(params))
				}
			}
			for range 20 { // until all memory is there
				one()
			}
			if n := testing.AllocsPerRun(200, one); n >= 1 {
				t.Errorf("%s: a call of %d bytes allocates %v times", w.framing, len(params), n)
			}
		}
	}
}
