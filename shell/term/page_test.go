//go:build unix

package term

import (
	"strings"
	"testing"

	"rpcsh/shell/term/termtest"
)

const (
	end      = "\x1b[F"
	question = " lines: Enter shows more, End all, q no more --"
)

func TestPage(t *testing.T) {
	for _, c := range []struct {
		name, lines, keys string
		want              []string
	}{
		{"fits", "5", "", []string{"line 4", "line 5", ">"}},
		{"to the end", "12", "\r ", []string{"line 11", "line 12", ">"}},
		{"all", "30", end, []string{"line 29", "line 30", ">"}},
		{"no more", "30", " q", []string{"line 9", "line 10", ">"}},
		{"escape", "30", "\x03", []string{"line 4", "line 5", ">"}},
		{"the next line is typed", "30", "my_add 1\r", []string{"line 5", "> my_add 1", `got "my_add 1"`, ">"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, 80, 6)
			s.shows(">")
			s.Press("page " + c.lines + "\r")
			if c.keys != "" {
				s.shows("line 4", "line 5", "-- 5 of "+c.lines+question)
			}
			s.Press(c.keys)
			s.shows(c.want...)
			if strings.Contains(s.Text(), question) {
				t.Error("a question stayed on the screen")
			}
		})
	}
}

func TestPageInASmallWindow(t *testing.T) {
	s := start(t, 4, 4)
	s.shows(">")
	s.Press("page 3\r") // each line takes two rows, and so only one fits
	s.Await("the question", func(e *termtest.Emulator) bool { return strings.HasSuffix(e.Text(), "e --") })
	if strings.Contains(s.Text(), "line 2") {
		t.Error("more is shown than fits")
	}
	s.Press(" ")
	s.Await("the second line", func(e *termtest.Emulator) bool {
		return strings.Contains(e.Text(), "line 2\n") && strings.HasSuffix(e.Text(), "e --")
	})
	s.Press("q")
	s.shows("line 2", ">")
}

func TestOutputWhilePaging(t *testing.T) {
	s := start(t, 80, 6)
	s.shows(">")
	s.Press("page 30\r")
	s.shows("line 5", "-- 5 of 30"+question)
	s.tell("print above")
	s.shows("line 5", "above", "-- 5 of 30"+question)
	s.tell("cancel")
	s.ends("above", "context canceled", "ended: context canceled")
}

func TestAsk(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("past line\r")
	s.shows(`got "past line"`, ">")
	s.Press("ask\r")
	s.shows("level:")
	s.Press(up)               // there are no past lines for a question
	s.tell("prompt (gone)> ") // which is that of lines
	s.Press("h")
	s.shows("level: h", "       high  a level")
	s.Press("\t")
	s.shows("level: high", "       high  a level")
	s.Press("\r")
	s.shows("level: high")
	s.Press("\r")
	s.shows("level: high", `answer "high" <nil>`, ">")
	s.Press("ask\r")
	s.shows("level:")
	s.tell("prefill next line")
	s.Press("lo")
	s.shows("level: lo", "       low  a level")
	s.Press("\x03")
	s.shows("level: lo^C", `answer "" interrupted`, "> next line")
	s.Press("\x15ask\r")
	s.shows("level:")
	s.Press("\x04")
	s.shows(`answer "" EOF`, ">")
}
