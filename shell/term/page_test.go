//go:build unix

package term

import (
	"strings"
	"testing"

	"rpcsh/shell/term/vt"
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
			s.press("page " + c.lines + "\r")
			if c.keys != "" {
				s.shows("line 4", "line 5", "-- 5 of "+c.lines+question)
			}
			s.press(c.keys)
			s.shows(c.want...)
			if strings.Contains(s.text(), question) {
				t.Error("a question stayed on the screen")
			}
		})
	}
}

func TestPageInASmallWindow(t *testing.T) {
	s := start(t, 4, 4)
	s.shows(">")
	s.press("page 3\r") // each line takes two rows, and so only one fits
	s.await("the question", func(e *vt.Emulator) bool { return strings.HasSuffix(e.Text(), "e --") })
	if strings.Contains(s.text(), "line 2") {
		t.Error("more is shown than fits")
	}
	s.press(" ")
	s.await("the second line", func(e *vt.Emulator) bool {
		return strings.Contains(e.Text(), "line 2\n") && strings.HasSuffix(e.Text(), "e --")
	})
	s.press("q")
	s.shows("line 2", ">")
}

func TestOutputWhilePaging(t *testing.T) {
	s := start(t, 80, 6)
	s.shows(">")
	s.press("page 30\r")
	s.shows("line 5", "-- 5 of 30"+question)
	s.tell("print above")
	s.shows("line 5", "above", "-- 5 of 30"+question)
	s.tell("cancel")
	s.ends("above", "context canceled", "ended: context canceled")
}

func TestAsk(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.press("past line\r")
	s.shows(`got "past line"`, ">")
	s.press("ask\r")
	s.shows("level:")
	s.press(up)               // there are no past lines for a question
	s.tell("prompt (gone)> ") // which is that of lines
	s.press("h")
	s.shows("level: h", "       high  a level")
	s.press("\t")
	s.shows("level: high", "       high  a level")
	s.press("\r")
	s.shows("level: high")
	s.press("\r")
	s.shows("level: high", `answer "high" <nil>`, ">")
	s.press("ask\r")
	s.shows("level:")
	s.tell("prefill next line")
	s.press("lo")
	s.shows("level: lo", "       low  a level")
	s.press("\x03")
	s.shows("level: lo^C", `answer "" interrupted`, "> next line")
	s.press("\x15ask\r")
	s.shows("level:")
	s.press("\x04")
	s.shows(`answer "" EOF`, ">")
}
