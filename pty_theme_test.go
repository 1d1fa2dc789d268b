//go:build unix

package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rpcsh/shell/term/termtest"
)

// colorOf returns the colour of the first text in the window that is text, -1 if there is none.
func (s *seat) colorOf(text string) int {
	for _, row := range s.cells() {
		if i := strings.Index(rowText(row), text); i >= 0 && len(rowText(row)) == len(row) {
			return row[i].color
		}
	}
	return -1
}

// The colours follow the terminal's background where it tells what that is. What is typed meanwhile stays as it is.
func TestTheme(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, answer string
		errors       int
	}{
		{"a light background", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", 256 + 160},
		{"a dark background", "\x1b]11;rgb:1e1e/1e1e/1e1e\x07", 256 + 210},
		{"no answer", "", 31},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sit(t, "--demo")
			s.Await("the question", func(e *termtest.Emulator) bool { return slices.Contains(e.Asked(), "11;?") })
			s.sees(`7 methods by rpc\.discover`)
			s.Press("fa" + tt.answer + "il\r")
			s.sees(`^error -32000: failed as asked`)
			// what the terminal has answered may be on its way still
			for end := time.Now().Add(interopPatience); s.colorOf("error -32000") != tt.errors; {
				if time.Now().After(end) {
					t.Fatalf("errors have the colour %d, want %d", s.colorOf("error -32000"), tt.errors)
				}
				s.clear()
				s.enter("fail")
				s.sees(`^error -32000: failed as asked`)
			}
			s.enter(".set theme none")
			s.enter("nosuch")
			s.sees(`^error -32601`)
			if got := s.colorOf("error -32601"); got != 0 {
				t.Errorf("without a theme errors have the colour %d", got)
			}
			s.leaves()
		})
	}
}

// Nothing but text goes to a terminal that cannot place a cursor, and to one that a screen reader reads.
func TestPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, term string
		args       []string
	}{
		{"dumb", "dumb", []string{"--demo"}},
		{"unknown", "", []string{"--demo"}},
		{"plain", "xterm-256color", []string{"--plain", "--demo"}},
		{"one call", "dumb", []string{"--demo", "slow", "2"}},
		{"one plain call", "xterm-256color", []string{"--plain", "--demo", "slow", "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := rpcshIn(t.TempDir(), []string{"TERM=" + tt.term}, tt.args...)
			s := sitAt(t, cmd, 80, 24)
			if !slices.Contains(tt.args, "slow") {
				s.sees(`7 methods by rpc\.discover`)
				s.types("my_add 40 2")
				s.sees(`\b42 +[0-9.]+ (ms|µs)`) // behind a prompt that may have come after the line
				s.types("ticks 2 10 &")
				s.sees(`← tick 2`)
				s.types("my_add 1 b=2")
				s.sees(`do not mix in one`)
				s.types("my_add 1 two")
				s.sees(`a number is\s+wanted\s+\(the\s+same\s+line\s+again\s+sends\s+it\s+anyway\)`)
				s.types("quit")
				s.sees(`no method quit is known: the\s+same\s+line\s+again\s+runs\s+\.quit`)
				s.types("quit")
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
			s.Shows(0, func(e *termtest.Emulator) bool {
				if found := regexp.MustCompile(`\x1b[^\r\n]*`).FindString(string(e.Written())); found != "" {
					t.Errorf("it sends %q", found)
				}
				return true
			})
		})
	}
}

// NO_COLOR turns colours off, and leaves all else as it is.
func TestNoColor(t *testing.T) {
	t.Parallel()
	s := sitWithoutColor(t, 80, 24, "--demo")
	s.sees(`7 methods by rpc\.discover`)
	s.enter("fail")
	s.sees(`^error -32000: failed as asked`)
	for _, row := range s.cells() {
		for _, cell := range row {
			if cell.color != 0 {
				t.Fatalf("%q is coloured", rowText(row))
			}
		}
	}
	s.Shows(0, func(e *termtest.Emulator) bool {
		if len(e.Asked()) > 0 {
			t.Errorf("the terminal is asked %q", e.Asked())
		}
		return true
	})
	s.Press("my_add ")
	s.sees(`^my_add\(`) // the hint is drawn
	s.leaves()
}
