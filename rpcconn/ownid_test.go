package rpcconn_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// A call may have an id that was chosen for it, of any kind. It is matched like any other, and refused while another
// call has it; those in sequence pass it over.
func TestOwnID(t *testing.T) {
	c, p := peer(t, &rpcconn.Options{OnStray: func(r *rpcconn.Response) { t.Errorf("stray %s", r.ID) }})
	ask := func(id string) <-chan outcome {
		result := make(chan outcome, 1)
		go func() {
			r, err := c.Do(t.Context(), &rpcconn.Call{Method: "m", ID: rpcconn.ParseID([]byte(id))})
			result <- outcome{r, err}
		}()
		return result
	}
	ids := []string{"2", `"abc"`, "-7", "1.5", "99999999999999999999"}
	var calls []<-chan outcome
	for _, id := range ids {
		calls = append(calls, ask(id))
		p.Expect(`{"jsonrpc":"2.0","id":` + id + `,"method":"m"}`)
	}
	calls = append(calls, ask(""))
	p.Expect(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
	calls = append(calls, ask(""))
	p.Expect(`{"jsonrpc":"2.0","id":3,"method":"m"}`)
	ids = append(ids, "1", "3")
	for _, id := range ids {
		if r := await(t, ask(id), "the refusal"); !rpcconn.IsIDError(r.err) {
			t.Errorf("a second call with the id %s: %v", id, r.err)
		}
	}
	if got := c.Stats().Calling; got != len(ids) {
		t.Errorf("%d calls wait, want %d", got, len(ids))
	}
	for i := len(ids) - 1; i >= 0; i-- {
		p.Send(`{"jsonrpc":"2.0","id":` + ids[i] + `,"result":` + ids[i] + `}`)
		r := await(t, calls[i], "the answer")
		if r.err != nil || string(r.Result) != ids[i] || r.ID.String() != ids[i] {
			t.Errorf("the call %s got %v, %v", ids[i], r.Response, r.err)
		}
	}
	again := ask("2") // it is free now
	p.Recv()
	p.Close()
	if r := await(t, again, "the end"); r.err == nil || rpcconn.IsIDError(r.err) {
		t.Errorf("after the end: %v", r.err)
	}
}

// Numbers that are equal are one id, however they are written: the answer's, and that of another call.
func TestOwnIDOfEqualNumbers(t *testing.T) {
	for _, test := range [][2]string{
		{"1.50", "1.5"}, {"1e2", "100"}, {"100", "1.0E+2"}, {"-0", "0"}, {"0.10e1", "1"}, {"15e-1", "1.500"},
		{"1e400", "10e399"}, {"100000000000000000000", "1e20"}, {"-2.50", "-25e-1"}, {"0.001", "1e-3"},
	} {
		c, p := peer(t, nil)
		ask := func(id string) <-chan outcome {
			result := make(chan outcome, 1)
			go func() {
				r, err := c.Do(t.Context(), &rpcconn.Call{Method: "m", ID: rpcconn.ParseID([]byte(id))})
				result <- outcome{r, err}
			}()
			return result
		}
		call := ask(test[0])
		p.Expect(`{"jsonrpc":"2.0","id":` + test[0] + `,"method":"m"}`)
		if r := await(t, ask(test[1]), "the refusal"); !rpcconn.IsIDError(r.err) {
			t.Errorf("%s while %s waits: %v", test[1], test[0], r.err)
		}
		p.Send(`{"jsonrpc":"2.0","id":` + test[1] + `,"result":2}`)
		if r := await(t, call, "the answer"); outcomeText(r.Response, r.err) != "2" {
			t.Errorf("%s answered by %s: %v, %v", test[0], test[1], r.Response, r.err)
		}
	}
}

// The id 0 is one like others: what says no number does not end its call, or leave it waiting for ever.
func TestOwnIDOfZero(t *testing.T) {
	for _, odd := range []string{
		`{"jsonrpc":"2.0","id":"abc","result":1}`, `{"jsonrpc":"2.0","id":"abc"}`, `{"id":[0,"result":1}`,
	} {
		c, p := peer(t, &rpcconn.Options{OnStray: func(*rpcconn.Response) {}, OnError: func(error) {}})
		first := make(chan outcome, 1)
		go func() {
			r, err := c.Do(t.Context(), &rpcconn.Call{Method: "m", ID: rpcconn.ParseID([]byte("0"))})
			first <- outcome{r, err}
		}()
		p.Recv()
		second := start(t.Context(), c, "m", "") // so that neither waits alone
		p.Recv()
		p.Send(odd, `{"jsonrpc":"2.0","id":1,"result":2}`)
		if r := await(t, second, "the answer after "+odd); outcomeText(r.Response, r.err) != "2" {
			t.Errorf("%s: the other call got %v, %v", odd, r.Response, r.err)
		}
		p.Send(`{"jsonrpc":"2.0","id":0,"result":3}`)
		if r := await(t, first, "the end of the call 0 after "+odd); outcomeText(r.Response, r.err) != "3" {
			t.Errorf("%s: the call 0 got %v, %v", odd, r.Response, r.err)
		}
	}
}

// A call that is given up frees its id.
func TestOwnIDIsFreed(t *testing.T) {
	c, p := peer(t, nil)
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := c.Do(ctx, &rpcconn.Call{
			Method: "m", Params: json.RawMessage("[]"), ID: rpcconn.ParseID([]byte(`"x"`)),
			OnSent: cancel,
		})
		if err == nil || rpcconn.IsIDError(err) {
			t.Errorf("a call that is given up: %v", err)
		}
		p.Recv()
	}
	if got := c.Stats().Calling; got != 0 {
		t.Errorf("%d calls wait", got)
	}
}

// What is broken, or has no result, ends the call whose id it has, whatever that is.
func TestOwnIDOfBrokenAnswers(t *testing.T) {
	for _, id := range []string{`"abc"`, "1.50", "0", "700"} {
		for answer, want := range map[string]string{
			`{"jsonrpc":"2.0","id":` + id + `}`:            "null",
			`{"jsonrpc":"2.0","id":` + id + `,"result":,}`: "the answer cannot be read",
		} {
			c, p := peer(t, nil)
			call := make(chan outcome, 1)
			go func() {
				r, err := c.Do(t.Context(), &rpcconn.Call{Method: "m", ID: rpcconn.ParseID([]byte(id))})
				call <- outcome{r, err}
			}()
			p.Recv()
			p.Send(answer)
			if r := await(t, call, answer); !strings.HasPrefix(outcomeText(r.Response, r.err), want) {
				t.Errorf("%s: the call got %v, %v", answer, r.Response, r.err)
			}
		}
	}
}
