package rpcconn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// outcomeText says what became of a call.
func outcomeText(r *rpcconn.Response, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case r.Err != nil:
		return r.Err.Error()
	}
	return string(r.Result)
}

// TestWhatEndsACall checks what counts as the outcome of the call 1, which waits alone, and that nothing is sent for
// it.
func TestWhatEndsACall(t *testing.T) {
	const unreadable = "the answer cannot be read: "
	tests := []struct{ frame, want, lenient string }{
		{`{"jsonrpc":"2.0","id":1.0,"result":5}`, "5", ""},
		{`{"jsonrpc":"2.0","id":1e0,"result":5}`, "5", ""},
		{`{"jsonrpc":"2.0","id":10e-1,"result":5}`, "5", ""},
		{`{"jsonrpc":"2.0","id":"1","result":5}`, `answered with the id "1" in place of 1`, "5"},
		{`{"jsonrpc":"2.0","id":"1","error":{"code":2,"message":"m"}}`, `answered with the id "1" in place of 1`,
			"error 2: m"},
		{`{"jsonrpc":"2.0","id":null,"result":5}`, "answered with the id null in place of 1", "5"},
		{`{"jsonrpc":"2.0","result":5}`, "answered without an id in place of 1", "5"},
		{`{"jsonrpc":"2.0","id":[1],"result":5}`, "answered with the id [1] in place of 1", "5"},
		{`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}`, "error -32600: no", ""},
		{`{"error":{"code":-32700,"message":"no"}}`, "error -32700: no", ""},
		{`{"jsonrpc":"2.0","id":1}`, "null", ""},
		{`{"id":1}`, "null", ""},
		{`{"jsonrpc":"2.0","id":1,"meta":{"took":3}}`, "null", ""},
		{`INFO: {"jsonrpc":"2.0","id":1,"result":3}`,
			unreadable + `it stands in a line of words: "INFO: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":3}"`, ""},
		{`{"return":{},"id":1}`, unreadable + `neither method nor result nor error: "{\"return\":{},\"id\":1}"`, ""},
		{`{"id":1,"result":1,"result":2}`,
			unreadable + `it is no response: "{\"id\":1,\"result\":1,\"result\":2}"`, ""},
		{`{"id":1,"result":NaN}`,
			unreadable + `offset 17: unexpected character 'N', want a value: "{\"id\":1,\"result\":NaN}"`, ""},
		{`{"id":1,"result":[1,]}`,
			unreadable + `offset 20: unexpected character ']', want a value: "{\"id\":1,\"result\":[1,]}"`, ""},
		{`{"id":"1","result":NaN}`,
			unreadable + `offset 19: unexpected character 'N', want a value: "{\"id\":\"1\",\"result\":NaN}"`, ""},
		{`{"result":NaN}`, unreadable + `offset 10: unexpected character 'N', want a value: "{\"result\":NaN}"`, ""},
	}
	for _, test := range tests {
		for _, lenient := range []bool{false, true} {
			want := test.want
			if lenient && test.lenient != "" {
				want = test.lenient
			}
			c, p := peer(t, &rpcconn.Options{LenientIDs: func() bool { return lenient }})
			got := start(t.Context(), c, "m", "")
			p.Recv()
			p.Send(test.frame, `{"jsonrpc":"2.0","id":"after","method":"m"}`)
			r := await(t, got, "the end of the call after "+test.frame)
			if text := outcomeText(r.Response, r.err); text != want {
				t.Errorf("%s, lenient %v: the call got %s, want %s", test.frame, lenient, text, want)
			}
			p.Expect(`{"jsonrpc":"2.0","id":"after","error":{"code":-32601,"message":"Method not found"}}`)
			if stats := c.Stats(); stats.Calling != 0 || stats.Out != 2 {
				t.Errorf("%s, lenient %v: %+v", test.frame, lenient, stats)
			}
		}
	}
}

// TestRefusedWithoutAnID checks that an error without an id ends what waits alone, and nothing where several do.
func TestRefusedWithoutAnID(t *testing.T) {
	const refusal = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no batches"}}`
	c, p := peer(t, nil)
	batch := startBatch(t.Context(), c, []rpcconn.Call{{Method: "a"}, {Method: "n", Notify: true}, {Method: "b"}})
	p.Recv()
	p.Send(refusal)
	r := await(t, batch, "the end of the batch")
	if got := text(r.responses); r.err != nil || strings.TrimSpace(got) != "-32600 -32600" {
		t.Errorf("the batch got %s, %v", got, r.err)
	}

	first := start(t.Context(), c, "first", "")
	p.Recv()
	second := start(t.Context(), c, "second", "")
	p.Recv()
	p.Send(refusal, `{"id":3,"result":1}`, refusal)
	if r := await(t, first, "the answer"); outcomeText(r.Response, r.err) != "1" {
		t.Errorf("the first of two got %v, %v", r.Response, r.err)
	}
	if r := await(t, second, "the refusal"); outcomeText(r.Response, r.err) != "error -32600: no batches" {
		t.Errorf("the one that is left got %v, %v", r.Response, r.err)
	}
}

// TestRefusedOnPurpose checks that an error without an id is not the call's where something that is no call was sent,
// too.
func TestRefusedOnPurpose(t *testing.T) {
	c, p := peer(t, nil)
	if err := c.SendFrame(t.Context(), []byte("{")); err != nil {
		t.Fatal(err)
	}
	p.Recv()
	got := start(t.Context(), c, "m", "")
	p.Recv()
	p.Send(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`, `{"id":1,"result":7}`)
	if r := await(t, got, "the answer"); outcomeText(r.Response, r.err) != "7" {
		t.Errorf("the call got %v, %v", r.Response, r.err)
	}
}

// TestWhatIsRefused checks what is answered that is no message, to peers to which that is allowed and to others.
func TestWhatIsRefused(t *testing.T) {
	invalid := func(id, reason string) string {
		const form = `{"jsonrpc":"2.0","id":%s,"error":{"code":-32600,"message":"Invalid Request","data":%q}}`
		return fmt.Sprintf(form, id, reason)
	}
	const parse = `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":`
	tests := []struct{ frame, loud, quiet string }{
		{"Server v1.0", parse + `"offset 0: unexpected character 'S', want a value"}}`, ""},
		{`{"method":"m","id":1,}`, parse + `"offset 21: unexpected character '}', want a string as key"}}`, ""},
		{`{"event":"tick","data":[1]}`, "", ""},
		{`{"method":"tick","params":[1],"id":null}`, "", ""},
		{`{"result":NaN}`, "", ""},
		{`{"jsonrpc":"2.0","result":1,"result":2}`, "", ""},
		{`{"jsonrpc":"2.0","id":7,"result":1}`, "", ""},
		{`7`, invalid("null", "a message is an object"), ""},
		{`[]`, invalid("null", "empty batch"), ""},
		{`{"jsonrpc":"2.0","id":7}`, invalid("7", "neither method nor result nor error"), ""},
		{`{"jsonrpc":"2.0","id":7,"method":1}`,
			invalid("7", "method is no string"), invalid("7", "method is no string")},
	}
	for _, quiet := range []bool{false, true} {
		for _, test := range tests {
			_, p := peer(t, &rpcconn.Options{Refuses: func() bool { return !quiet }})
			p.Send(test.frame, `{"jsonrpc":"2.0","id":"after","method":"m"}`)
			var got []string
			for range 2 {
				frame := p.Recv()
				got = append(got, frame)
				if strings.Contains(frame, "after") {
					break
				}
			}
			got = slices.DeleteFunc(got, func(frame string) bool { return strings.Contains(frame, "after") })
			want := test.loud
			if quiet {
				want = test.quiet
			}
			if strings.Join(got, "") != want && (want == "" || p.Recv() != want) { // answers may overtake each other
				t.Errorf("%s, quiet %v: answered %q, want %q", test.frame, quiet, got, want)
			}
		}
	}
}

// TestNoiseEndsNothing checks that words in place of messages end no connection, and that answering them ends.
func TestNoiseEndsNothing(t *testing.T) {
	var noises int
	c, p := peer(t, &rpcconn.Options{OnError: func(err error) {
		var noise *rpcconn.NoiseError
		if errors.As(err, &noise) {
			noises++
		}
	}})
	const lines = 3 * rpcconn.MaxUnreadable
	for i := range lines {
		p.Send(fmt.Sprintf("[INFO] line %d", i))
	}
	p.Send(`{"jsonrpc":"2.0","id":"after","method":"m"}`)
	for range rpcconn.MaxUnreadable + 1 {
		p.Recv()
	}
	if out := c.Stats().Out; noises != lines || out != rpcconn.MaxUnreadable+1 {
		t.Errorf("%d lines were told, %d messages sent; want %d, %d", noises, out, lines, rpcconn.MaxUnreadable+1)
	}
}

// TestQuietConnectionsEndNot checks that unreadable messages end no connection on which they are not answered: no loop
// comes of them.
func TestQuietConnectionsEndNot(t *testing.T) {
	_, p := peer(t, &rpcconn.Options{Refuses: func() bool { return false }})
	for range 2 * rpcconn.MaxUnreadable {
		p.Send(`{`)
	}
	p.Send(`{"jsonrpc":"2.0","id":"after","method":"m"}`)
	p.Expect(`{"jsonrpc":"2.0","id":"after","error":{"code":-32601,"message":"Method not found"}}`)
}

// TestEventsAreNotAnswered checks that objects that are no JSON-RPC are handed on whole.
func TestEventsAreNotAnswered(t *testing.T) {
	l := newLog()
	_, p := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{
		OnOther: func(text json.RawMessage) { l.add("%s", text) },
	})
	p.Send(`{"event":"STOP","timestamp":{"seconds":1}}`, `{"notification":"tick","params":[1]}`)
	l.expect(t, `{"event":"STOP","timestamp":{"seconds":1}}`, `{"notification":"tick","params":[1]}`)
}

// TestQuotedAnswers checks that a line of words that quotes an answer ends no call whose answer comes then, and that
// one which quotes anything else, or the answer to another call, is a line of words like others.
func TestQuotedAnswers(t *testing.T) {
	for _, line := range []string{
		`INFO: sending {"jsonrpc":"2.0","id":1,"result":3}`, `WARN: {"jsonrpc":"2.0","id":7,"result":3}`,
		`[DEBUG] <- {"jsonrpc":"2.0","id":1,"method":"m"}`, `DEBUG: {"jsonrpc":"2.0","id":1,"method":"m","result":3}`,
	} {
		rpctest.Bubble(t, func(t *testing.T) {
			near, far := rpctest.Pipe()
			c, p := rpcconn.New(near, jsonrpc.New(), nil), rpctest.PeerOf(t, far)
			defer func() { _ = c.Close() }()
			got := start(t.Context(), c, "m", "")
			p.Recv()
			p.Send(line)
			time.Sleep(100 * time.Millisecond)
			p.Send(`{"jsonrpc":"2.0","id":1,"result":4}`)
			if r := await(t, got, "the answer after "+line); outcomeText(r.Response, r.err) != "4" {
				t.Errorf("%s: the call got %v, %v", line, r.Response, r.err)
			}
			time.Sleep(time.Second)
		})
	}
}

// TestEmptyBatch checks that an array without a message ends a batch that waits alone, and no single call.
func TestEmptyBatch(t *testing.T) {
	const invalid = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request",` +
		`"data":"empty batch"}}`
	c, p := peer(t, nil)
	batch := startBatch(t.Context(), c, []rpcconn.Call{{Method: "a"}})
	p.Recv()
	p.Send("[]")
	const want = `the answer cannot be read: an empty batch: "[]"`
	if r := await(t, batch, "the end of the batch"); fmt.Sprint(r.err) != want {
		t.Errorf("the batch got %v, want %s", r.err, want)
	}
	single := start(t.Context(), c, "m", "")
	p.Recv()
	p.Send("[]")
	p.Expect(invalid)
	batch = startBatch(t.Context(), c, []rpcconn.Call{{Method: "a"}, {Method: "b"}})
	p.Recv()
	p.Send("[]")
	p.Expect(invalid)
	p.Send(`{"id":2,"result":7}`, `[{"id":3,"result":8},{"id":4,"result":9}]`)
	if r := await(t, single, "the answer"); outcomeText(r.Response, r.err) != "7" {
		t.Errorf("the call got %v, %v", r.Response, r.err)
	}
	if r := await(t, batch, "the batch"); r.err != nil || strings.TrimSpace(text(r.responses)) != "8 9" {
		t.Errorf("the batch got %v, %v", text(r.responses), r.err)
	}
}
