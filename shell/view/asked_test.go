package view

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

// A request that waits for the person is shown whole, as a form where its params are known, and never hidden.
func TestAsked(t *testing.T) {
	long := `{"text":"` + strings.Repeat("abc ", 200) + `","n":[1,2]}`
	for _, tt := range []struct {
		name, params string
		known        Asked
		value, want  string
	}{
		{"short", `[3]`, Asked{}, "", `asks 7: m 3 · .reply 7 VALUE, .fail 7 CODE` + "\nMESSAGE"},
		{"none", "", Asked{}, "", `asks 7: m · .reply 7 VALUE, .fail 7 CODE` + "\nMESSAGE"},
		{"an answer that fits", "", Asked{Result: true}, `{"a":"\u00fc"}`,
			`asks 7: m · .reply 7 {"a":"ü"}, .fail 7 CODE` + "\nMESSAGE, .reply 7 ? tells what fits"},
		{"long", long, Asked{}, "", `asks 7: m · .reply 7 VALUE, .fail 7 CODE` + "\nMESSAGE" + "\n" +
			"  {\n    \"text\": \"" + strings.Repeat("abc ", 200) + "\",\n    \"n\": [1,2]\n  }"},
		{"a form", `{"type":1,"message":"really?"}`, Asked{Fields: []Field{
			{"type", "MessageType", raw("1")}, {"message", "string", raw(`"really?"`)}, {"late", "boolean", nil},
			{"a.b", `"one"|"two"|"three"|"four"`, raw(`{"x":["` + strings.Repeat("y", 40) + `"],"z":1}`)},
		}}, "", `asks 7: m · .reply 7 VALUE, .fail 7 CODE
MESSAGE
  type     MessageType           1
  message  string                "really?"
  late     boolean
  a.b      "one"|"two"|"three"…  {
                                   "x": [
                                     "` + strings.Repeat("y", 40) + `"
                                   ],
                                   "z": 1
                                 }`},
		{"more than anybody reads", `["` + strings.Repeat("x", maxPretty) + `"]`, Asked{}, "",
			`asks 7: m · .reply 7 VALUE, .fail 7 CODE` + "\nMESSAGE" + "\n" +
				`  ["` + strings.Repeat("x", maxShown-2) + `… (256.0 KiB)  .show 7`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, bus := &desk{columns: 60, status: make(chan string, 100)}, new(event.Bus)
			v := New(Options{Terminal: d, Asked: func(*event.Event) Asked { return tt.known }}, bus)
			defer v.Close()
			v.SetWatch(event.OfKind(event.Response))
			v.AddMute(event.OfKind(event.Parked))
			e := &event.Event{Kind: event.Parked, Time: noon, Method: "m", Pending: 7}
			if tt.params != "" {
				e.Params = raw(tt.params)
			}
			if tt.value != "" {
				e.Value = raw(tt.value)
			}
			bus.Publish(e)
			v.Flush()
			if got := d.String(); got != at+" · "+tt.want+"\n" {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

// Numbers stand where they are of use, or everywhere.
func TestNumbers(t *testing.T) {
	long := raw(`["` + strings.Repeat("x", 700) + `"]`)
	events := []*event.Event{
		{Kind: event.Request, ID: rpcconn.IntID(1), Method: "m", Params: raw("[1]")},
		{Kind: event.Request, Out: true, Origin: event.FromBackground, ID: rpcconn.IntID(1), Method: "m"},
		{Kind: event.Notification, Method: "m", Params: long},
		{Kind: event.Response, Origin: event.FromBackground, ID: rpcconn.IntID(1), Result: long},
		{Kind: event.Note, Text: "n"},
		{Kind: event.Problem, Text: strings.Repeat("p", 700)},
	}
	cut := strings.Repeat("x", maxShown-2)
	for _, numbers := range []bool{false, true} {
		s := newStage(t, "person", false)
		s.SetNumbers(numbers)
		s.desk.columns = 1000
		for _, e := range events {
			own := *e
			own.Time = noon
			s.bus.Publish(&own)
		}
		n := func(n int) string {
			if !numbers {
				return at
			}
			return fmt.Sprintf("%s %d", at, n)
		}
		want := []string{
			n(1) + " ← #1 m 1", at + " 2 → #1 m",
			n(3) + " ← m " + `"` + strings.Repeat("x", maxShown-1) + "… (704 B)  .show 3",
			n(4) + ` ← #1 ["` + cut + "… (704 B)  .show 4",
			n(5) + " · n", n(6) + " · " + strings.Repeat("p", maxShown) + "… (700 B)  .show 6",
		}
		if got := s.shown(); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("numbers %t: got\n%s\nwant\n%s", numbers, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

// A message is shown whole: what it is, and all that it carries.
func TestMessage(t *testing.T) {
	s := newStage(t, "person", false)
	peer := event.Peer{Number: 2, Title: "@2 there:1"}
	for _, tt := range []struct {
		event         event.Event
		want, summary string
	}{
		{
			event.Event{
				Kind: event.Request, ID: rpcconn.IntID(3), Method: "m",
				Params: raw(`[1,"\u00fc"]`), Extra: raw(`{"s":1}`),
			},
			"7 · " + at + " ← request · @2 there:1 · #3 · m\nparams [1,\"ü\"]\nextra {\"s\":1}",
			`← #3 m {"s":1} 1 "ü"`,
		},
		{
			event.Event{
				Kind: event.Response, Out: true, ID: rpcconn.IntID(3), Method: "m", Result: raw("6"), Took: time.Second,
			},
			"7 · " + at + " → response · @2 there:1 · #3 · m · 1.0 s\n6", "→ #3 (m) 6",
		},
		{
			event.Event{
				Kind: event.Error, ID: rpcconn.IntID(3), Method: "m", Err: &rpcconn.Error{Code: 1, Message: "no"},
			},
			"7 · " + at + " ← error · @2 there:1 · #3 · m\nerror {\"code\":1,\"message\":\"no\"}",
			"← #3 (m) error 1: no",
		},
		{
			event.Event{Kind: event.Note, Text: "a\n\x1b[31m"},
			"7 · " + at + " · note · @2 there:1\na\n\\u001b[31m", `· a\n\u001b[31m`,
		},
	} {
		tt.event.Number, tt.event.Time, tt.event.Peer = 7, noon, peer
		if got := s.Message(&tt.event); got != tt.want {
			t.Errorf("got\n%s\nwant\n%s", got, tt.want)
		}
		if got := Summary(&tt.event); got != tt.summary {
			t.Errorf("in a list: %s, want %s", got, tt.summary)
		}
	}
}

// What is too long for the pager has another way out.
func TestMessageThatIsTooLong(t *testing.T) {
	s := newStage(t, "person", false)
	e := &event.Event{Number: 7, Time: noon, Kind: event.Other, Value: raw(`"` + strings.Repeat("x", maxPaged) + `"`)}
	want := "value \"" + strings.Repeat("x", maxShown-1) + "… (16.0 MiB)  .show 7 > FILE writes all of it"
	if got := s.Message(e); !strings.HasSuffix(got, want) {
		t.Errorf("got %.100q … of %d bytes", got, len(got))
	}
}
