package view

import (
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// noon is when all happens.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 5e6, time.UTC)

const (
	at     = "12:00:00.005"
	atJSON = `{"time":"2026-11-28T12:00:00.005Z","number":1,"peer":2`
)

var notFound = &rpcconn.Error{Code: -32601, Message: "Method not found"}

// An eventCase is an event of peer 2, and how it looks; "" is that it is not shown.
type eventCase struct {
	name   string
	event  event.Event
	person string // with several peers
	pipe   string // with one

	verbose, incoming string // "": as for a pipe; "-": it is not shown
	log               string // "": as for a person
	json              string // behind time, number and peer; "-": it is not shown
}

var eventCases = []eventCase{
	{
		name: "request",
		event: event.Event{
			Kind: event.Request, ID: rpcconn.IntID(1), Method: "my_double", Params: raw("[3, \"a\"]"),
			Extra: raw(`{"x": 1}`),
		},
		person: at + ` ← @2 #1 my_double {"x":1} 3 "a"`,
		pipe:   at + ` ← #1 my_double {"x":1} 3 "a"`,
		incoming: `out: ` + atJSON + `,"dir":"in","kind":"request","id":1` +
			`,"method":"my_double","params":[3,"a"],"extra":{"x":1}}`,
		json: `,"dir":"in","kind":"request","id":1,"method":"my_double","params":[3,"a"],"extra":{"x":1}}`,
	},
	{
		name:   "notification",
		event:  event.Event{Kind: event.Notification, Method: "no\x1bte", Params: raw("[\"\u009b\"]")},
		person: at + ` ← @2 no\u001bte "\u009b"`,
		pipe:   at + ` ← no\u001bte "\u009b"`,
		incoming: `out: ` + atJSON + `,"dir":"in","kind":"notification"` +
			`,"method":"no\u001bte","params":["` + "\u009b" + `"]}`,
		json: `,"dir":"in","kind":"notification","method":"no\u001bte","params":["` + "\u009b" + `"]}`,
	},
	{
		name: "our answer",
		event: event.Event{
			Kind: event.Response, Out: true, ID: rpcconn.IntID(1), Method: "my_double", Result: raw("6"),
			Took: 200 * time.Microsecond, Text: "by hand",
		},
		person:   at + ` → @2 #1 6  0.2 ms  by hand`,
		pipe:     at + ` → #1 6  0.2 ms  by hand`,
		incoming: "-",
		json: `,"dir":"out","kind":"response","id":1` +
			`,"method":"my_double","result":6,"ms":0.200,"text":"by hand"}`,
	},
	{
		name: "our answer that nobody has to read",
		event: event.Event{
			Kind: event.Response, Out: true, ID: rpcconn.IntID(1), Result: raw("[1]"),
			Summary: "an OpenRPC document (3 B)",
		},
		person:   at + ` → @2 #1 an OpenRPC document (3 B)  .show 1`,
		pipe:     at + ` → #1 [1]`,
		incoming: "-",
		json:     `,"dir":"out","kind":"response","id":1,"result":[1]}`,
	},
	{
		name:     "our error",
		event:    event.Event{Kind: event.Error, Out: true, ID: rpcconn.IntID(1), Method: "nosuch", Err: notFound},
		person:   at + ` → @2 #1 error -32601: Method not found`,
		pipe:     at + ` → #1 error -32601: Method not found`,
		incoming: "-",
		json: `,"dir":"out","kind":"error","id":1,"method":"nosuch"` +
			`,"error":{"code":-32601,"message":"Method not found"}}`,
	},
	{
		name: "no answer",
		event: event.Event{
			Kind: event.Response, Out: true, ID: rpcconn.IntID(1), Method: "m",
			Text: "no answer, the connection is closed",
		},
		person: at + ` → @2 #1 no answer, the connection is closed`,
		pipe:   at + ` → #1 no answer, the connection is closed`,
		json:   `,"dir":"out","kind":"response","id":1,"method":"m","text":"no answer, the connection is closed"}`,
	},
	{
		name: "late response",
		event: event.Event{
			Kind: event.Response, ID: rpcconn.IntID(7), Method: "slow", Match: event.Late,
			Origin: event.FromLine, Result: raw("1"),
		},
		person: at + ` ← @2 #7 1  late: slow was given up`,
		pipe:   at + ` ← #7 1  late: slow was given up`,
		incoming: `out: ` + atJSON + `,"dir":"in","kind":"response","id":7` +
			`,"method":"slow","result":1,"match":"late"}`,
		json: `,"dir":"in","kind":"response","id":7,"method":"slow","result":1,"match":"late"}`,
	},
	{
		name: "unmatched response with an error and a result",
		event: event.Event{
			Kind: event.Error, ID: rpcconn.IntID(7), Match: event.Unmatched, Err: notFound,
			Result: raw("1"),
		},
		person: at + ` ← @2 #7 error -32601: Method not found  with a result beside it: 1  unmatched response`,
		pipe:   at + ` ← #7 error -32601: Method not found  with a result beside it: 1  unmatched response`,
		incoming: `out: ` + atJSON + `,"dir":"in","kind":"error","id":7,"result":1` +
			`,"error":{"code":-32601,"message":"Method not found"},"match":"unmatched"}`,
		json: `,"dir":"in","kind":"error","id":7,"result":1` +
			`,"error":{"code":-32601,"message":"Method not found"},"match":"unmatched"}`,
	},
	{
		name: "request of a line in the background",
		event: event.Event{
			Kind: event.Request, Out: true, Origin: event.FromBackground, ID: rpcconn.IntID(3),
			Method: "my_add", Params: raw("[1,2]"),
		},
		person: at + ` 1 → @2 #3 my_add 1 2`,
		pipe:   at + ` → #3 my_add 1 2`,
		log:    at + ` → @2 #3 my_add 1 2`,
		json:   `,"dir":"out","kind":"request","id":3,"method":"my_add","params":[1,2]}`,
	},
	{
		name: "response to a script",
		event: event.Event{
			Kind: event.Response, Origin: event.FromScript, ID: rpcconn.IntID(3), Method: "my_add",
			Result: raw("3"), Took: time.Second,
		},
		person: at + ` ← @2 #3 3  1.0 s`,
		pipe:   at + ` ← #3 3  1.0 s`,
		json:   `,"dir":"in","kind":"response","id":3,"method":"my_add","result":3,"ms":1000.000}`,
	},
	{
		name: "request of a line that is waited for",
		event: event.Event{
			Kind: event.Request, Out: true, Origin: event.FromLine, ID: rpcconn.IntID(3), Method: "my_add",
		},
		log:  at + ` → @2 #3 my_add`,
		json: `,"dir":"out","kind":"request","id":3,"method":"my_add"}`,
	},
	{
		name: "response to a line that is waited for",
		event: event.Event{
			Kind: event.Response, Origin: event.FromLine, ID: rpcconn.IntID(3), Method: "my_add",
			Result: raw("3"),
		},
		log:  at + ` ← @2 #3 3`,
		json: `,"dir":"in","kind":"response","id":3,"method":"my_add","result":3}`,
	},
	{
		name: "response in the background, which is shown as a result",
		event: event.Event{
			Kind: event.Response, Origin: event.FromBackground, ID: rpcconn.IntID(3), Result: raw("3"),
			Awaited: true,
		},
		log:  at + ` ← @2 #3 3`,
		json: `,"dir":"in","kind":"response","id":3,"result":3}`,
	},
	{
		name:  "discovery",
		event: event.Event{Kind: event.Request, Out: true, Origin: event.FromDiscovery, Method: "rpc.discover"},
		json:  "-",
	},
	{
		name:  "session",
		event: event.Event{Kind: event.Notification, Out: true, Origin: event.FromSession, Method: "exit"},
		json:  "-",
	},
	{
		name:     "other",
		event:    event.Event{Kind: event.Other, Value: raw("{\"a\": \n1}")},
		person:   at + ` ← @2 {"a":1}`,
		pipe:     at + ` ← {"a":1}`,
		incoming: `out: ` + atJSON + `,"dir":"in","kind":"other","value":{"a":1}}`,
		json:     `,"dir":"in","kind":"other","value":{"a":1}}`,
	},
	{
		name:   "unreadable",
		event:  event.Event{Kind: event.Unreadable, Text: "no message:\n\x1b"},
		person: at + ` ← @2 no message: \u001b`,
		pipe:   at + ` ← no message: \u001b`,
		log:    at + ` · @2 there:1: no message: \u001b`,
		json:   `,"dir":"in","kind":"unreadable","text":"no message:\n\u001b"}`,
	},
	{
		name:   "stderr",
		event:  event.Event{Kind: event.Stderr, Text: "said\x07", Topic: "lines of there:1"},
		person: `@2 │ said\u0007`,
		pipe:   `│ said\u0007`,
		log:    `@2 │ said\u0007`,
		json:   `,"kind":"stderr","text":"said\u0007"}`,
	},
	{
		name:  "no answer, which the end of the connection says",
		event: event.Event{Kind: event.Response, Out: true, Method: "nap", Text: "no answer", Implied: true},
		log:   at + ` → @2 no answer`,
		json:  `,"dir":"out","kind":"response","method":"nap","text":"no answer"}`,
	},
	{
		name:  "progress",
		event: event.Event{Kind: event.Progress, Text: "half"},
		log:   at + ` · half`,
		json:  `,"kind":"progress","text":"half"}`,
	},
	{
		name:    "connect",
		event:   event.Event{Kind: event.Connect, Text: "@2 connected from there:1"},
		person:  at + ` · @2 connected from there:1`,
		verbose: `rpcsh: @2 connected from there:1`,
		log:     at + ` · @2 connected from there:1`,
		json:    `,"kind":"connect","text":"@2 connected from there:1"}`,
	},
	{
		name:    "connect, which was asked for",
		event:   event.Event{Kind: event.Connect, Asked: true, Text: "connected to there:1"},
		person:  `connected to there:1`,
		verbose: `rpcsh: connected to there:1`,
		log:     at + ` · connected to there:1`,
		json:    `,"kind":"connect","text":"connected to there:1"}`,
	},
	{
		name:    "close",
		event:   event.Event{Kind: event.Close, Orderly: true, Text: "there:1 closed the connection"},
		person:  at + ` · there:1 closed the connection`,
		verbose: `rpcsh: there:1 closed the connection`,
		log:     at + ` · there:1 closed the connection`,
		json:    `,"kind":"close","text":"there:1 closed the connection"}`,
	},
	{
		name:    "note",
		event:   event.Event{Kind: event.Note, Text: "a\nb"},
		person:  at + ` · a\nb`,
		verbose: `rpcsh: a\nb`,
		log:     at + ` · a\nb`,
		json:    `,"kind":"note","text":"a\nb"}`,
	},
	{
		name: "note of a script",
		event: event.Event{
			Kind: event.Note, Origin: event.FromScript, Text: "a.star: hello\nyou", Topic: "log of a.star",
		},
		person: at + ` · a.star: hello you`,
		pipe:   `rpcsh: a.star: hello you`,
		log:    at + ` · a.star: hello you`,
		json:   `,"kind":"note","text":"a.star: hello\nyou"}`,
	},
	{
		name:    "speaks",
		event:   event.Event{Kind: event.Speaks, Text: "@2 speaks JSON-RPC 2.0"},
		person:  at + ` · @2 speaks JSON-RPC 2.0`,
		verbose: `rpcsh: @2 speaks JSON-RPC 2.0`,
		log:     at + ` · @2 speaks JSON-RPC 2.0`,
		json:    `,"kind":"speaks","text":"@2 speaks JSON-RPC 2.0"}`,
	},
	{
		name:    "learned",
		event:   event.Event{Kind: event.Learned, Text: "4 methods by openrpc"},
		person:  at + ` · 4 methods by openrpc`,
		verbose: `rpcsh: 4 methods by openrpc`,
		log:     at + ` · 4 methods by openrpc`,
		json:    `,"kind":"learned","text":"4 methods by openrpc"}`,
	},
	{
		name: "parked",
		event: event.Event{
			Kind: event.Parked, ID: rpcconn.IntID(9), Method: "my_double", Params: raw("[3]"), Pending: 1,
		},
		person:  at + ` · asks 1: my_double 3 · .reply 1 VALUE, .fail 1 CODE MESSAGE`,
		verbose: `rpcsh: asks 1: my_double 3`,
		log:     at + ` · asks 1: my_double 3`,
		json:    `,"kind":"parked","pending":1,"id":9,"method":"my_double","params":[3]}`,
	},
	{
		name:    "unparked",
		event:   event.Event{Kind: event.Unparked, Method: "m", Pending: 1, Text: "withdrawn"},
		person:  at + ` · request 1, m, is gone: withdrawn`,
		verbose: `rpcsh: request 1, m, is gone: withdrawn`,
		log:     at + ` · request 1, m, is gone: withdrawn`,
		json:    `,"kind":"unparked","pending":1,"method":"m","text":"withdrawn"}`,
	},
	{
		name:   "end of a peer that came",
		event:  event.Event{Kind: event.Close, Refused: true, Text: "@1 ended: unknown"},
		person: at + ` · @1 ended: unknown`,
		pipe:   `rpcsh: @1 ended: unknown`,
		log:    at + ` · @1 ended: unknown`,
		json:   `,"kind":"close","text":"@1 ended: unknown"}`,
	},
	{
		name:   "problem",
		event:  event.Event{Kind: event.Problem, Text: "it\nbroke"},
		person: at + ` · it broke`,
		pipe:   `rpcsh: it broke`,
		log:    at + ` · it broke`,
		json:   `,"kind":"problem","text":"it\nbroke"}`,
	},
}

// Each kind of event, for each of those who look; "" is that it is not shown to them.
func TestEvents(t *testing.T) {
	peer := event.Peer{Number: 2, Title: "@2 there:1"}
	for _, tt := range eventCases {
		or := func(given, otherwise string) string {
			switch given {
			case "":
				return otherwise
			case "-":
				return ""
			}
			return given
		}
		want := map[string]string{
			"person":   tt.person,
			"pipe":     tt.pipe,
			"verbose":  or(tt.verbose, tt.pipe),
			"incoming": or(tt.incoming, tt.pipe),
			"log":      or(tt.log, tt.person),
			"json log": or(strings.TrimPrefix(tt.json, "-"), ""),
		}
		if tt.event.Summary != "" && tt.event.Kind != event.Parked {
			want["log"] = strings.Replace(tt.pipe, "→ ", "→ @2 ", 1)
		}
		if want["json log"] != "" {
			want["json log"] = atJSON + want["json log"]
		}
		for _, mode := range modes() {
			t.Run(tt.name+" for "+mode, func(t *testing.T) {
				s := newStage(t, mode, mode == "person")
				if s.desk != nil {
					s.desk.columns = 1000
				}
				e := tt.event
				e.Time, e.Peer = noon, peer
				s.bus.Publish(&e)
				if want[mode] == "" {
					s.expect(t)
					return
				}
				s.expect(t, want[mode])
			})
		}
	}
}

// Where colours are shown, they say what matters.
func TestColors(t *testing.T) {
	d := &desk{columns: 60}
	bus := new(event.Bus)
	v := New(Options{Terminal: d, Color: true}, bus)
	defer v.Close()
	p := v.Colors()
	for _, tt := range []struct {
		name  string
		event event.Event
		want  string
	}{
		{
			"request", event.Event{Kind: event.Request, ID: rpcconn.IntID(1), Method: "m", Params: raw("[1]")},
			p.Dim(at) + " " + p.In("←") + " " + p.Dim("#1") + " " + p.Bold("m") + " " +
				p.Number("1"),
		},
		{
			"notification", event.Event{Kind: event.Notification, Method: "m", Params: raw(`{"a":[null,"1: x…"]}`)},
			p.Dim(at) + " " + p.In("←") + " " + p.Bold("m") + " {" + p.Key(`"a"`) + ":[" + p.Keyword("null") + "," +
				p.Str(`"1: x…"`) + "]}",
		},
		{
			"cut off",
			event.Event{Kind: event.Notification, Method: "m", Params: raw(`["` + strings.Repeat("a", 2000) + `"]`)},
			p.Dim(at) + " " + p.In("←") + " " + p.Bold("m") + " " + p.Str(`"`+strings.Repeat("a", 599)) +
				p.Dim("… (2.0 KiB)") + "  " + p.Dim(".show 3"),
		},
		{
			"response", event.Event{
				Kind: event.Response, Out: true, ID: rpcconn.IntID(1), Result: raw(`["ü"]`), Match: event.Unmatched,
			},
			p.Dim(at) + " " + p.Out("→") + " " + p.Dim("#1") + " [" + p.Str(`"ü"`) + "]  " +
				p.Dim("unmatched response"),
		},
		{
			"error", event.Event{
				Kind: event.Error, Out: true, ID: rpcconn.IntID(1), Err: &rpcconn.Error{Code: 1, Message: "x"},
				Took: time.Second,
			},
			p.Dim(at) + " " + p.Out("→") + " " + p.Dim("#1") + " " + p.Err("error 1: x") + "  " + p.Dim("1.0 s"),
		},
		{"note", event.Event{Kind: event.Note, Text: "x"}, p.Dim(at + " · x")},
		{"problem", event.Event{Kind: event.Problem, Text: "x"}, p.Dim(at + " · " + p.Err("x"))},
		{"orderly end", event.Event{Kind: event.Close, Text: "x", Orderly: true}, p.Dim(at + " · x")},
		{"other end", event.Event{Kind: event.Close, Text: "x"}, p.Dim(at + " · " + p.Err("x"))},
		{"stderr", event.Event{Kind: event.Stderr, Text: "x"}, p.Dim("│ x")},
		{
			"parked", event.Event{Kind: event.Parked, Method: "m", Pending: 1},
			p.Dim(at+" · ") + "asks 1: m" + p.Dim(" · .reply 1 VALUE, .fail 1 CODE\nMESSAGE"),
		},
		{
			"long and parked", event.Event{Kind: event.Parked, Method: strings.Repeat("日", 31), Pending: 1},
			p.Dim(at+" · ") + "asks 1: " + strings.Repeat("日", 31) +
				p.Dim(" · .reply 1 VALUE, .fail 1 CODE\nMESSAGE"),
		},
	} {
		before := d.String()
		tt.event.Time = noon
		bus.Publish(&tt.event)
		v.Flush()
		if got := strings.TrimPrefix(d.String(), before); got != tt.want+"\n" {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
