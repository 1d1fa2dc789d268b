package call

import (
	"context"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// TestStray checks what is said of an answer that no call waits for, of each kind: a second one, a late one, one to
// nobody, by an id of its own type or of another.
func TestStray(t *testing.T) {
	id := func(text string) rpcconn.ID { return rpcconn.ParseID([]byte(text)) }
	pending := func(text, method string) func(*calling) {
		return func(c *calling) { c.add(&Pending{ID: id(text), Method: method}) }
	}
	then := func(text, method string, end func(*Caller, *Pending)) func(*calling) {
		return func(c *calling) {
			p := &Pending{ID: id(text), Method: method}
			c.add(p)
			end(c.Caller, p)
		}
	}
	answered, givenUp := (*Caller).remove, (*Caller).giveUp
	const late, unmatched = event.Late, event.Unmatched
	for _, test := range []struct {
		before      []func(*calling)
		id          string // "": none
		match       event.Match
		method, say string
	}{
		{[]func(*calling){then("1", "m", answered)}, "1", unmatched, "", "m has been answered before"},
		{[]func(*calling){then("1", "m", answered)}, `"1"`, unmatched, "", "m has been answered before"},
		{[]func(*calling){then("1", "m", answered)}, "1.0", unmatched, "", "m has been answered before"},
		{[]func(*calling){then(`"x"`, "m", answered)}, `"x"`, unmatched, "", "m has been answered before"},
		{[]func(*calling){then(`"7"`, "m", answered)}, `"7"`, unmatched, "", "m has been answered before"},
		{[]func(*calling){then("1.50", "m", answered)}, "15e-1", unmatched, "", "m has been answered before"},
		{[]func(*calling){then("1", "m", givenUp)}, "1", late, "m", ""},
		{[]func(*calling){then("1", "m", givenUp)}, `"1"`, late, "m", ""},
		{[]func(*calling){then("1", "m", givenUp)}, "1e0", late, "m", ""},
		{[]func(*calling){then("1.50", "m", givenUp)}, "1.5", late, "m", ""},
		{[]func(*calling){then("1", "m", givenUp)}, "null", unmatched, "",
			"perhaps the answer to m, whose id was 1, which was given up"},
		{[]func(*calling){then("1", "m", givenUp)}, "", unmatched, "",
			"perhaps the answer to m, whose id was 1, which was given up"},
		{[]func(*calling){then("1", "m", givenUp)}, "99", unmatched, "", ""},
		{[]func(*calling){pending("1", "m"), pending("2", "n")}, `"2"`, unmatched, "",
			"perhaps the answer to n, whose id is 2"},
		{[]func(*calling){pending("1", "m")}, "null", unmatched, "",
			"perhaps the answer to m, whose id is 1, the only call that waits"},
		{[]func(*calling){pending("1", "m")}, "99", unmatched, "",
			"perhaps the answer to m, whose id is 1, the only call that waits"},
		{[]func(*calling){pending("1", "m"), pending("2", "n")}, "null", unmatched, "", ""},
		{nil, "5", unmatched, "", ""},
	} {
		c := newCalling(t)
		for _, before := range test.before {
			before(c)
		}
		e := c.Stray(&rpcconn.Response{ID: id(test.id)})
		if e.Match != test.match || e.Method != test.method || e.Text != test.say {
			t.Errorf("an answer with the id %q: %v %q %q, want %v %q %q",
				test.id, e.Match, e.Method, e.Text, test.match, test.method, test.say)
		}
	}
}

// What has come and may have been the answer is part of what a call fails with that is given up.
func TestGivenUpSaysWhatCame(t *testing.T) {
	c := newCalling(t)
	outcome := c.start(t, t.Context(), Options{}, "slow")
	c.Recv()
	c.Send(`{"jsonrpc":"2.0"}`)
	c.Recv()
	c.Pending()[0].Cancel(context.Canceled)
	const want = "context canceled; what came could not be read: neither method nor result nor error"
	if o := <-outcome; o.Err == nil || o.Err.Error() != want {
		t.Errorf("%v, want %s", o.Err, want)
	}
}
