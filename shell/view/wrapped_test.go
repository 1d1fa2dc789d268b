package view

import (
	"errors"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// In a person's window, rows of words are broken between words. The window itself breaks values, which can be copied.
func TestWindowBreaksNoWord(t *testing.T) {
	const value = `{"text":"a value of many words goes on where the window breaks it"}`
	id := rpcconn.IntID(1)
	for _, tt := range []struct {
		name  string
		event event.Event
		want  string
	}{
		{
			"a remark behind an answer",
			event.Event{
				Kind: event.Error, Out: true, ID: id, Err: &rpcconn.Error{Code: -32601, Message: "Method not found"},
				Text: "not served, .serve my_double …",
			},
			at + " → #1 error -32601: Method not found  not\nserved, .serve my_double …",
		},
		{
			"a value", event.Event{Kind: event.Notification, Method: "m", Params: raw(value)},
			at + " ← m " + value,
		},
		{
			"a remark behind a value",
			event.Event{Kind: event.Response, Match: event.Late, Method: "my_progress_add", ID: id, Result: raw(value)},
			at + " ← #1 " + value + "  late: my_progress_add was given\nup",
		},
		{
			"a summary", event.Event{
				Kind: event.Notification, Method: "m", Digest: []string{
					"a.ts: 1 problem",
					"a.ts:4:7: error: Type 'number' is not assignable to type 'string'. [typescript 2322]",
				},
			},
			at + " ← m a.ts: 1 problem\n" +
				"a.ts:4:7: error: Type 'number' is not assignable to type\n'string'. [typescript 2322]",
		},
		{
			"stderr",
			event.Event{Kind: event.Stderr, Text: "a line of a child process that is longer than the window is"},
			"│ a line of a child process that is longer than the window\nis",
		},
		{
			"a request that waits", event.Event{Kind: event.Parked, Method: "m", Pending: 7, Params: raw(`["a b"]`)},
			at + ` · asks 7: m "a b" · .reply 7 VALUE, .fail 7` + "\nCODE MESSAGE",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t, "person", false)
			s.desk.columns = 60
			e := tt.event
			e.Time = noon
			s.bus.Publish(&e)
			s.Flush()
			if got := s.desk.String(); got != tt.want+"\n" {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
	s := newStage(t, "person", false)
	err := errors.New(`jq: expected an object but got: array ([{"id":1}]): .[] | … takes one element after the other`)
	remark := "a remark that is long enough to have more rows than one of them"
	_ = s.Result(&Result{Err: err, Remarks: []string{remark}}, false)
	s.Flush()
	if got, want := s.desk.String(), "jq: expected an object but got: array ([{\"id\":1}]): .[] | …\n"+
		"takes one element after the other\n"+
		"a remark that is long enough to have more rows than one of\nthem\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
