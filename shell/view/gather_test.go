package view

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/advice"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
)

func TestGathered(t *testing.T) {
	long := `"` + strings.Repeat("x", 100) + `"`
	some := func() []*Result {
		return []*Result{
			{Peer: peerOne, Values: values(`{"a": 1}`), Took: ms},
			{Peer: peerTwo, Err: errNotFound, Took: 2 * ms, Remarks: []string{"remark\x07"}},
		}
	}
	many := func() []*Result {
		var all []*Result
		for i := range 12 {
			all = append(all, &Result{Peer: event.Peer{Number: i + 1}, Values: values(long), Took: ms})
		}
		return all
	}
	for _, tt := range []struct {
		name, mode, output string
		results            []*Result
		want               string
	}{
		{"table", "person", "", some(), `PEER  TIME    RESULT
@1    1.0 ms  {"a":1}
@web  2.0 ms  error -32601: Method not found {"a":1}
              remark\u0007`},
		{"objects", "person", OutputJSON, some(), `{"peer":1,"result":{"a":1}}
{"peer":2,"name":"web","error":{"code":-32601,"message":"Method not found","data":{"a":1}}}`},
		{"objects", "pipe", "", append(some(), &Result{Peer: peerOne, Err: advice.With(errors.New("gone"), "do this")}),
			`out: {"peer":1,"result":{"a":1}}
out: {"peer":2,"name":"web","error":{"code":-32601,"message":"Method not found","data":{"a":1}}}
out: {"peer":1,"error":{"code":0,"message":"gone; do this","hint":"do this"}}`},
		{"below each other", "person", "", []*Result{
			{Peer: peerOne, Values: values(long), Took: ms}, {Peer: peerTwo, Err: errNotFound, Took: ms},
		},
			"@1  1.0 ms\n" + long + "\n@web  1.0 ms\n" + `error -32601: Method not found {"a":1}`},
		{
			"cut off", "pipe", OutputPretty,
			[]*Result{{Peer: peerOne, Values: values(`"` + strings.Repeat("x", 5<<20) + `"`), Took: ms}}, "-",
		},
		{"many", "person", "", many(), "-"},
	} {
		t.Run(tt.name+" for "+tt.mode, func(t *testing.T) {
			s := newStage(t, tt.mode, true)
			if tt.output != "" {
				s.SetOutput(tt.output)
			}
			var first error
			for _, r := range tt.results {
				e := event.Event{
					Kind: event.Response, Peer: r.Peer, Origin: event.FromLine, Result: raw("1"),
					Awaited: true,
				}
				r.Event = s.bus.Publish(&e)
				if first == nil {
					first = r.Err
				}
			}
			if err := s.Gathered(tt.results); !errors.Is(err, first) || exit.IsShown(err) != (first != nil) {
				t.Errorf("the error is %#v, want %v", err, first)
			}
			if tt.want != "-" {
				s.expect(t, strings.Split(tt.want, "\n")...)
				return
			}
			got := strings.Join(s.shown(), "\n")
			want := "some are cut off: .print $_ shows all of them, .print $_[0] the first"
			if !strings.Contains(got, want) {
				t.Errorf("%q is not said in %.500q", want, got)
			}
		})
	}
}

// Below the table of many peers it says which of them failed.
func TestFailures(t *testing.T) {
	var all []*Result
	for i := range 30 {
		all = append(all, &Result{Peer: event.Peer{Number: i + 1}, Values: values("1")})
	}
	s := newStage(t, "person", true)
	for failed, want := range map[int]string{
		0: "30 peers, no error", 1: "30 peers, 1 error: @1", 2: "30 peers, 2 errors: @1 @2",
		11: "30 peers, 11 errors: @1 @2 @3 @4 @5 @6 @7 @8 @9 @10 …",
	} {
		for i, r := range all {
			if r.Err = nil; i < failed {
				r.Err = fmt.Errorf("error %d", i)
			}
		}
		if err := s.Gathered(all); (err != nil) != (failed > 0) {
			t.Errorf("%d failed: %v", failed, err)
		}
		if got := s.shown(); got[len(got)-1] != want {
			t.Errorf("%d failed: %q, want %q", failed, got[len(got)-1], want)
		}
	}
}
