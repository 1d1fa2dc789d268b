package view

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
)

// Who sees what is said by which verb. T stands for a time.
func TestVerbs(t *testing.T) {
	failure := exit.Usagef("wrong\x1b")
	for _, tt := range []struct {
		name string
		do   func(s *stage)
		want map[string]string // by mode; what is not there is as for a pipe
	}{
		{
			"Say", func(s *stage) { s.Say("%d peers", 2) },
			map[string]string{"person": "2 peers", "pipe": "out: 2 peers"},
		},
		{"Report", func(s *stage) { s.Report("done") }, map[string]string{
			"person":   "done",
			"pipe":     "",
			"verbose":  "rpcsh: done",
			"log":      "T · done",
			"json log": `{"time":"T","kind":"note","text":"done"}`,
		}},
		{"Remark", func(s *stage) { s.Remark("nobody is connected") }, map[string]string{
			"person": "nobody is connected", "pipe": "nobody is connected", "log": "T · nobody is connected",
			"json log": `{"time":"T","kind":"note","text":"nobody is connected"}`,
		}},
		{"Fail", func(s *stage) { s.Fail("line", 2, failure) }, map[string]string{
			"person":   `wrong\u001b`,
			"pipe":     `rpcsh: wrong\u001b`,
			"json log": `{"error":{"exit":2,"message":"wrong\u001b"}}`,
		}},
		{
			"Fail again", func(s *stage) { s.Fail("line", 2, &exit.Shown{Err: failure}) },
			map[string]string{"person": "", "pipe": ""},
		},
		{"Failure", func(s *stage) { s.Failure(failure) }, map[string]string{
			"person":   `rpcsh: wrong\u001b`,
			"pipe":     `rpcsh: wrong\u001b`,
			"json log": `{"error":{"exit":2,"message":"wrong\u001b"}}`,
		}},
		{
			"Failure again", func(s *stage) { s.Failure(&exit.Shown{Err: failure}) },
			map[string]string{"person": "", "pipe": ""},
		},
		{
			"Page", func(s *stage) { _ = s.Page(t.Context(), "a\nb") },
			map[string]string{"person": "a\nb", "pipe": "out: a\nout: b"}, // which fits
		},
		{"Raw", func(s *stage) { s.Raw(event.Peer{Number: 2}, []byte("\x1e{}\n")) }, map[string]string{
			"person": `T ← raw \u001e{}\n`, "pipe": `\u001e{}\n`, "log": `@2 \u001e{}\n`, "json log": `@2 \u001e{}\n`,
		}},
	} {
		for _, mode := range modes() {
			t.Run(tt.name+" for "+mode, func(t *testing.T) {
				s := newStage(t, mode, false)
				tt.do(s)
				want, given := tt.want[mode]
				if !given {
					want = tt.want["pipe"]
				}
				got := strings.Join(s.shown(), "\n")
				if before, after, timed := strings.Cut(want, "T"); timed && len(got) > len(want) {
					got = got[:len(before)] + "T" + got[len(got)-len(after):]
				}
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// What is said stands behind what was published before.
func TestOrderOfWhatIsSaid(t *testing.T) {
	for _, mode := range []string{"person", "verbose", "log"} {
		s := newStage(t, mode, false)
		var want []string
		for range 100 {
			s.bus.Publish(&event.Event{Kind: event.Problem, Text: "published"})
			s.Remark("said")
			want = append(want, "published", "said")
		}
		got := s.shown()
		for i, line := range got {
			if len(got) != len(want) || !strings.HasSuffix(line, want[i]) {
				t.Fatalf("for %s, line %d of %d is %q", mode, i, len(got), line)
			}
		}
	}
}

// The caret stands below the column where a line is wrong, wherever that is.
func TestFailCaret(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		column     int
		reason     string
		want       string
	}{
		{"in the middle", "my_add 1 b=2", 9, "positional and named", "           ^ positional and named"},
		{"behind wide characters", "日本 x", 7, "no", "       ^ no"},
		{"behind what the editor shows as pictures", "\t\x1b x", 3, "no", "     ^ no"},
		{"behind the end", "m", 10, "no", "   ^ no"},
		{"in the first of several rows", "m {\n 1}", 2, "no", "  m {\n    ^ no"},
		{"in the last of several rows", "m {\n 日x 1}", 8, "no", "     ^ no"},
		{
			"room on the left only", strings.Repeat("a", 50) + "b", 50, "this is wrong",
			strings.Repeat(" ", 38) + "this is wrong ^",
		},
		{
			"room nowhere", strings.Repeat("a", 30) + "b", 30, strings.Repeat("word ", 14) + "end",
			strings.Repeat(" ", 32) + "^\n" + strings.Repeat(" word", 12)[1:] + "\nword word end",
		},
		{
			"room for a column of text", "m x", 2, strings.Repeat("word ", 14) + "end",
			"    ^" + strings.Repeat(" word", 10) + "\n     " + strings.Repeat(" word", 4) + " end",
		},
		{
			"in the last row of a line that is wrapped", strings.Repeat("a", 70) + "bc", 70, "no",
			strings.Repeat(" ", 12) + "^ no",
		},
		{
			"in another row of it", "a" + strings.Repeat("b", 70), 1, "no",
			"  a" + strings.Repeat("b", 57) + "\n" + "   ^ no",
		},
		{
			"at the beginning of a row of it", strings.Repeat("a", 58) + "bc", 58, "no", "^ no",
		},
		{
			"behind a wide character that did not fit",
			strings.Repeat("a", 57) + "日b" + strings.Repeat("c", 70), 60, "no",
			"日b" + strings.Repeat("c", 57) + "\n" + "  ^ no",
		},
		{
			"behind a full row", strings.Repeat("a", 58), 58, "no", strings.Repeat(" ", 56) + "no ^",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t, "person", false)
			s.Fail(tt.line, 2, &lang.Error{Column: tt.column, Reason: tt.reason})
			s.expect(t, strings.Split(tt.want, "\n")...)
		})
	}
}

// A mistake in a line that was run in place of another is shown below that line, and behind where it stands.
func TestFailExpanded(t *testing.T) {
	err := &lang.ExpandedError{Line: "my_add 日 b=2", Mistake: &lang.Error{Column: 11, Reason: "they do not mix"}}
	for lead, err := range map[string]error{"": err, "a.rpc:3: ": fmt.Errorf("a.rpc:3: %w", err)} {
		s := newStage(t, "person", false)
		s.Fail("add 日", 2, err)
		s.expect(t, lead+"my_add 日 b=2", strings.Repeat(" ", len(lead)+10)+"^ they do not mix")
	}
}

func TestSafe(t *testing.T) {
	const text = "a\x1b\nb"
	for mode, want := range map[string]string{"person": "a\\u001b\nb", "pipe": text} {
		if got := newStage(t, mode, false).Safe(text); got != want {
			t.Errorf("%s: %q, want %q", mode, got, want)
		}
	}
	v := New(Options{Stdout: new(paper), Stderr: new(paper), Status: func(string) {}}, new(event.Bus))
	defer v.Close()
	if got := v.Safe(text); got != "a\\u001b\nb" {
		t.Errorf("where stderr is a terminal: %q", got)
	}
}

func TestWidths(t *testing.T) {
	for mode, want := range map[string][2]int{"person": {60, 59}, "pipe": {80, 1 << 20}, "log": {80, 1 << 20}} {
		s := newStage(t, mode, false)
		if got := [2]int{s.Width(), s.ListWidth()}; got != want {
			t.Errorf("%s: %v, want %v", mode, got, want)
		}
		if s.Interactive() != (mode == "person") {
			t.Errorf("%s: a person sits there: %v", mode, s.Interactive())
		}
	}
}

// Errors that wrap others are told as a whole, but for a peer's.
func TestCompactError(t *testing.T) {
	for want, err := range map[string]error{
		"a b: c":                                 errors.Join(errors.New("a"), errors.New("b: c")),
		`error -32601: Method not found {"a":1}`: &exit.Failure{Err: errNotFound},
	} {
		if got := CompactError(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
