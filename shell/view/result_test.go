package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

func values(texts ...string) []json.RawMessage {
	var all []json.RawMessage
	for _, text := range texts {
		all = append(all, raw(text))
	}
	return all
}

const ms = time.Millisecond

var (
	peerOne     = event.Peer{Number: 1, Title: "there:1"}
	peerTwo     = event.Peer{Number: 2, Name: "web", Title: "@web there:2"}
	errNotFound = &rpcconn.Error{Code: -32601, Message: "Method not found", Data: raw(`{"a": 1}`)}
)

// A resultCase is a result, and how it looks.
type resultCase struct {
	name                        string
	result                      Result
	several                     bool
	person, pipe                string
	shownToPerson, shownToAPipe bool // the error
}

var resultCases = []resultCase{
	{
		name:   "value",
		result: Result{Peer: peerOne, Values: values("4"), Took: 2 * ms},
		person: "4                                                    2.0 ms",
		pipe:   "out: 4",
	},
	{
		name:   "of no peer",
		result: Result{Values: values(`{"a": "x\u001b"}`)},
		person: `{"a":"x\u001b"}`,
		pipe:   `out: {"a":"x\u001b"}`,
	},
	{
		name: "of several, with a remark",
		result: Result{
			Peer: peerTwo, Values: values("[1, 2]"), Took: 2 * ms,
			Remarks: []string{"not as described\x07"},
		},
		several: true,
		person:  "@web [1,2]                                           2.0 ms\nnot as described\\u0007",
		pipe:    "out: [1,2]\nnot as described\\u0007",
	},
	{
		name:   "several values, and none",
		result: Result{Peer: peerOne, Values: append(values("1", "\"a\nb\""), nil), Took: 2 * ms},
		person: "1\n\"a\\nb\"                                               2.0 ms",
		pipe:   "out: 1\nout: \"a\nout: b\"",
	},
	{name: "nothing", result: Result{Peer: peerOne, Took: 2 * ms}, person: "no value"},
	{
		name:          "peer's error",
		result:        Result{Peer: peerOne, Err: errNotFound, Took: 2 * ms, Answered: true},
		person:        "error -32601: Method not found {\"a\":1}               2.0 ms",
		shownToPerson: true,
	},
	{
		name: "an error whose remark has no room beside it",
		result: Result{
			Peer: peerOne, Err: errNotFound, Took: 2 * ms, Answered: true,
			Remarks: []string{"did you mean one or other?"},
		},
		person: "error -32601: Method not found {\"a\":1}\n" +
			"did you mean one or other?                           2.0 ms",
		shownToPerson: true,
	},
	{
		name: "peer's error of several, with remarks",
		result: Result{
			Peer: peerTwo, Err: errNotFound, Took: 2 * ms, Answered: true, Remarks: []string{"x", "y"},
		},
		several:       true,
		person:        "@web error -32601: Method not found {\"a\":1}  x  y    2.0 ms",
		pipe:          "rpcsh: @web: " + errNotFound.Error(),
		shownToPerson: true,
		shownToAPipe:  true,
	},
	{
		name:          "no response, at once",
		result:        Result{Peer: peerOne, Err: errors.New("not\x1b sent"), Took: 2 * ms},
		person:        `not\u001b sent`,
		shownToPerson: true,
	},
	{
		name:          "no response, after a while",
		result:        Result{Peer: peerOne, Err: exit.ErrTimeout, Took: time.Second},
		person:        "timed out                                             1.0 s",
		shownToPerson: true,
	},
	{
		name:          "batch of which something came",
		result:        Result{Peer: peerOne, Values: values("[1]"), Err: exit.ErrTimeout, Took: 2 * ms},
		person:        "[1]                                                  2.0 ms\ntimed out",
		pipe:          "out: [1]",
		shownToPerson: true,
	},
}

func TestResult(t *testing.T) {
	for _, tt := range resultCases {
		for _, mode := range modes() {
			t.Run(tt.name+" for "+mode, func(t *testing.T) {
				s := newStage(t, mode, tt.several)
				r := tt.result
				err := s.Result(&r, tt.several)
				want, shown := tt.pipe, tt.shownToAPipe
				if mode == "person" {
					want, shown = tt.person, tt.shownToPerson
				}
				if want == "" {
					s.expect(t)
				} else {
					s.expect(t, strings.Split(want, "\n")...)
				}
				if !errors.Is(err, tt.result.Err) || exit.IsShown(err) != shown {
					t.Errorf("the error is %#v, want it shown: %v", err, shown)
				}
			})
		}
	}
}

// A result that does not fit on the screen is kept for the pager, unless another one comes or that is off.
func TestLongResult(t *testing.T) {
	s := newStage(t, "person", false)
	s.desk.small = true
	show := func(value string) {
		t.Helper()
		if err := s.Result(&Result{Values: values(value)}, false); err != nil {
			t.Fatal(err)
		}
	}
	page := func() {
		t.Helper()
		if err := s.PageLong(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const note = "1 line, .print $_ shows them again"
	show(`"first"`)
	show(`"second"`)
	page()
	page() // there is nothing any more
	show(`"third"`)
	s.ForgetLong()
	page()
	s.SetPager(PagerOff)
	show(`"fourth"`)
	page()
	s.expect(t, note, note, note, `"fourth"`)
	if !slices.Equal(s.desk.paged, []string{"\"second\"\n"}) {
		t.Errorf("paged: %q", s.desk.paged)
	}
}

func TestResultOutput(t *testing.T) {
	long := `"` + strings.Repeat("x", maxPretty) + `"`
	for _, tt := range []struct{ mode, output, value, want string }{
		{"pipe", OutputJSON, "{\"a\": \"\u009b\"}", "out: {\"a\":\"\u009b\"}"},
		{"pipe", OutputRaw, `"a\tb"`, "out: a\tb"},
		{"pipe", OutputRaw, "[1, 2]", "out: [1,2]"},
		{"pipe", OutputPretty, "[1, 2]", "out: [1,2]"},
		{"person", OutputJSON, "{\"a\": \"\u009b\"}", `{"a":"\u009b"}`},
		{"person", OutputRaw, `"a\u001bb"`, `a\u001bb`},
		{"person", OutputPretty, long, `"` + strings.Repeat("x", maxShown-1) + "… (256.0 KiB)\n" +
			"too long for the screen: .print $_ | JQ shows a part of it"},
	} {
		t.Run(tt.mode+" "+tt.output, func(t *testing.T) {
			s := newStage(t, tt.mode, false)
			s.SetOutput(tt.output)
			s.SetPager(PagerOff)
			if err := s.Result(&Result{Values: values(tt.value)}, false); err != nil {
				t.Fatal(err)
			}
			s.expect(t, strings.Split(tt.want, "\n")...)
		})
	}
}

// A result stands where its response came, whenever it is shown.
func TestResultPlace(t *testing.T) {
	for _, mode := range modes() {
		t.Run(mode, func(t *testing.T) {
			s := newStage(t, mode, false)
			publish := func(e event.Event) uint64 {
				e.Peer = peerOne
				return s.bus.Publish(&e)
			}
			response := event.Event{
				Kind: event.Response, Origin: event.FromLine, Method: "m", Result: raw("1"), Awaited: true,
			}
			first, second, third := publish(response), publish(response), publish(response)
			publish(event.Event{Kind: event.Stderr, Text: "behind"})
			if got := strings.Join(s.shown(), "\n"); strings.Contains(got, "behind") {
				t.Errorf("before its release, %q is shown", got)
			}
			results := s.out
			if s.desk != nil {
				results = &s.desk.paper
			}
			if err := s.Result(&Result{Event: third, Values: values("3")}, false); err != nil {
				t.Error(err)
			}
			s.Drop(second)
			if err := s.Result(&Result{Event: first, Values: values("1")}, false); err != nil {
				t.Error(err)
			}
			s.Drop(first) // has been released
			s.Say("last")
			s.Flush()
			var got []string
			for _, line := range lines(results.String(), "") {
				if strings.HasPrefix(line, "{") || strings.Contains(line, "behind") {
					continue // traffic, or on another stream
				}
				got = append(got, line)
			}
			if fmt.Sprint(got) != "[1 3 last]" {
				t.Errorf("results are %q", got)
			}
			if !strings.Contains(strings.Join(s.shown(), "\n"), "behind") {
				t.Error("what stands behind is not shown")
			}
		})
	}
}

func TestLateResult(t *testing.T) {
	type late struct {
		name             string
		result           Result
		background, left bool
		want             map[string]string // without their times; "": nothing
	}
	answered := Result{
		Peer: peerOne, ID: rpcconn.IntID(4), Title: "m", Method: "m", Values: values("[1, 2]"), Took: 2 * ms,
	}
	failed := Result{
		Peer: peerOne, ID: rpcconn.IntID(4), Title: "m", Method: "m", Err: errNotFound, Took: 2 * ms,
		Remarks: []string{"r\x07"},
	}
	lost := Result{Peer: peerOne, Title: "m", Method: "m", Err: errors.New("m: it\x1b is gone")}
	batch := Result{
		Peer: peerOne, ID: rpcconn.IntID(4), Title: "batch of 2", Method: "m", Batch: true,
		Values: values("1", "2"), Took: 2 * ms,
	}
	for _, tt := range []late{
		{"background", answered, true, false, map[string]string{
			"person": "← #4 [1,2]  2.0 ms", "pipe": "out: [1,2]", "log": "out: [1,2]", "json log": "out: [1,2]",
		}},
		{
			"left", answered, false, true,
			map[string]string{"person": "← #4 [1,2]  2.0 ms  m", "pipe": "← #4 [1,2]  2.0 ms  m"},
		},
		{"error", failed, true, false, map[string]string{
			"person": `← #4 error -32601: Method not found {"a":1}` + "\n" + `2.0 ms  r\u0007`,
			"pipe":   `← #4 error -32601: Method not found {"a":1}  2.0 ms  r\u0007`,
		}},
		{"no response", lost, true, false, map[string]string{
			"person":   `m: it\u001b is gone`,
			"pipe":     `rpcsh: m: it\u001b is gone`,
			"log":      `· there:1: m: it\u001b is gone`,
			"json log": `,"peer":1,"kind":"problem","text":"m: it\u001b is gone"}`,
		}},
		{
			"batch", batch, false, true,
			map[string]string{"person": "← [1,2]  2.0 ms  batch of 2", "pipe": "← [1,2]  2.0 ms  batch of 2"},
		},
	} {
		for _, mode := range []string{"person", "pipe", "log", "json log"} {
			t.Run(tt.name+" for "+mode, func(t *testing.T) {
				s := newStage(t, mode, false)
				r := tt.result
				s.LateResult(&r, tt.background, tt.left)
				got := strings.Join(s.shown(), "\n")
				if _, after, timed := strings.Cut(got, " "); timed && strings.Count(got[:min(len(got), 8)], ":") == 2 {
					got = after
				}
				want := tt.want[mode]
				if mode == "json log" && strings.HasPrefix(got, `{"time":`) { // with a time that is not known
					got = got[len(got)-min(len(got), len(want)):]
				}
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// What a person has asked for is shown whatever .mute hides; what a line of .on has asked for is not.
func TestLateResultMuted(t *testing.T) {
	for _, tt := range []struct {
		name             string
		unasked          bool
		background, left bool
		shown            bool
	}{
		{"in the background", false, true, false, true},
		{"left", false, false, true, true},
		{"a line of .on", true, false, false, false},
		{"a line of .on, in the background", true, true, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t, "person", false)
			f, err := event.ParseFilter("m")
			if err != nil {
				t.Fatal(err)
			}
			s.AddMute(f)
			r := &Result{Peer: peerOne, Method: "m", Values: values("1"), Unasked: tt.unasked}
			s.LateResult(r, tt.background, tt.left)
			if got := strings.Join(s.shown(), "\n"); strings.HasSuffix(got, "← 1") != tt.shown {
				t.Errorf("got %q", got)
			}
		})
	}
}

// What a peer says in lines, a person reads in lines, and everybody else in one.
func TestErrorInLines(t *testing.T) {
	trace := &rpcconn.Error{Code: 1, Message: "Lua:\r\n\tin \x1b[2J?\n", Data: raw(`"Traceback:\n\tline 1\u0007"`)}
	for mode, want := range map[string]string{
		"person": "error 1: Lua:\n      in \\u001b[2J?\n  Traceback:\n      line 1\\u0007",
		"pipe":   `rpcsh: error 1: Lua:\r\n\tin \u001b[2J?\n "Traceback:\n\tline 1\u0007"`,
	} {
		s := newStage(t, mode, false)
		err := s.Result(&Result{Err: trace}, false)
		s.Failure(err)
		if got := strings.Join(s.shown(), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", mode, got, want)
		}
	}
}
