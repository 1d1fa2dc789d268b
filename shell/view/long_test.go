package view

import (
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// Whatever is long in what a peer sends, its line can be read: ids, names, errors, and what is said of them.
func TestLongTextOfPeers(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	id := rpcconn.ParseID([]byte(`"` + long + `"`))
	refused := &rpcconn.Error{CodeText: []byte(`"` + long + `"`), Message: long, Data: []byte(`"` + long + `y"`)}
	for name, e := range map[string]event.Event{
		"request":      {Kind: event.Request, ID: id, Method: long, Params: []byte(`["` + long + `"]`)},
		"notification": {Kind: event.Notification, Method: long, Extra: []byte(`{"a":"` + long + `"}`)},
		"response": {
			Kind: event.Response, ID: id, Result: []byte("1"), Text: long, Match: event.Late, Method: long,
		},
		"error":     {Kind: event.Error, ID: id, Err: refused, Match: event.Unmatched},
		"asked":     {Kind: event.Parked, ID: id, Method: long, Pending: 1},
		"withdrawn": {Kind: event.Unparked, ID: id, Method: long, Pending: 1, Text: long},
		"problem":   {Kind: event.Problem, Text: long},
		"other":     {Kind: event.Other, Value: []byte(`{"event":"` + long + `"}`)},
	} {
		for _, mode := range []string{"person", "pipe", "verbose", "log"} {
			s := newStage(t, mode, true)
			e.Time, e.Peer = noon, event.Peer{Number: 2, Title: "@2"}
			s.bus.Publish(&e)
			if text := strings.Join(s.shown(), "\n"); len(text) > 4<<10 {
				t.Errorf("%s for %s: %d bytes are shown", name, mode, len(text))
			}
			if text := Summary(&e); len(text) > 4<<10 {
				t.Errorf("%s in a list: %d bytes are shown", name, len(text))
			}
		}
	}
	for _, mode := range []string{"person", "pipe"} {
		s := newStage(t, mode, true)
		s.Fail("m", 2, refused)
		s.Failure(refused)
		_ = s.Result(&Result{Peer: event.Peer{Number: 2}, Err: refused}, true)
		if text := strings.Join(s.shown(), "\n"); len(text) > 4*maxFailure || !strings.Contains(text, "… (3.0 MiB)") {
			t.Errorf("of an error %s is shown %d bytes: %.100s", mode, len(text), text)
		}
	}
}
