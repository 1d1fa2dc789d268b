//go:build unix

package term

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rpcsh/shell/term/termtest"
)

// pages waits for a page that begins with rows, and whose last row begins with status.
func (s *session) pages(status string, rows ...string) {
	s.t.Helper()
	first := strings.Join(rows, "\n") + "\n"
	s.Await("a page with "+status+":\n"+first, func(e *termtest.Emulator) bool {
		window := e.Window()
		last := window[strings.LastIndexByte(window, '\n')+1:]
		return e.Paging() && strings.HasPrefix(window, first) && strings.HasPrefix(last, status)
	})
}

func TestPage(t *testing.T) {
	s := start(t, 80, 6)
	s.shows(">")
	s.Press("page 5\r") // fits
	s.shows("line 4", "line 5", ">")
	s.Press("page 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1", "line 2", "line 3", "line 4", "line 5")
	for _, c := range []struct {
		keys  string
		first int
	}{
		{" ", 6}, {"b", 1}, {"b", 1}, {"\x1b[B", 2}, {"j\r", 4}, {"k\x1b[A", 2}, {"\x1b[6~", 7}, {"\x1b[5~", 2},
		{"d", 4}, {"u", 2}, {"G", 26}, {" ", 26}, {"G", 26}, {"x\x1b[H", 1},
		{"/NE 2\r", 1}, {"/ne 2\r", 2}, {"n", 20}, {"n", 21}, {"N", 20}, {"/1\x7f\x7f", 20}, {"/9\x07", 20},
	} {
		s.Press(c.keys)
		status := fmt.Sprintf(" lines %d–%d of 30 ·", c.first, c.first+4)
		if c.keys == "/NE 2\r" {
			status = " no (more) NE 2"
		}
		s.pages(status, fmt.Sprintf("line %d", c.first))
	}
	s.Press("q")
	s.shows("> page 5", "line 1", "line 2", "line 3", "line 4", "line 5", "> page 30", ">") // a page leaves nothing
	s.Press("on\r")
	s.shows(`got "on"`, ">")
}

func TestPageIsSaved(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page")
	s := start(t, 200, 6)
	s.shows(">")
	s.Press("page 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1")
	s.Press("s" + file)
	asked := func(e *termtest.Emulator) bool { return strings.HasSuffix(e.Window(), "save as: "+file) }
	s.Await("the question", asked)
	s.Press("\r")
	s.pages(" saved as "+file, "line 1")
	s.Press("s" + file + "\r")
	s.pages(" not saved: it exists already", "line 1")
	s.Press("\x03")
	s.shows("> page 30", ">")
	if data, err := os.ReadFile(file); err != nil || !strings.HasSuffix(string(data), "line 29\nline 30\n") {
		t.Errorf("saved %q, %v", data, err)
	}
	s.Press("list 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1")
	s.Press("s" + file + "2\r")
	s.pages(" saved as "+file+"2", "line 1")
	if data, err := os.ReadFile(file + "2"); err != nil || string(data) != "all of\nthe list\n" {
		t.Errorf("saved %q, %v", data, err)
	}
}

// What was typed before a page came is for the next line, and so is what is pasted.
func TestPageGivesWay(t *testing.T) {
	s := start(t, 80, 6)
	s.shows(">")
	s.Press("wait\r")
	s.shows("> wait", "waiting")
	s.Press("page 30\rnext")
	s.tell("finish")
	s.shows("line 29", "line 30", "> next")
	s.Press("\x15page 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1")
	s.Press("\x1b[200~pasted\x1b[201~")
	s.shows("> page 30", "> pasted")
	s.Press("\x15page 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1")
	s.Press("my_add 1 2\r")
	s.shows("> page 30", "> my_add 1 2", `got "my_add 1 2"`, ">")
}

func TestPageInASmallWindow(t *testing.T) {
	s := start(t, 4, 4)
	s.shows(">")
	s.Press("page 3\r") // each line takes two rows
	s.pages("", "line", " 1", "line")
	s.Resize(7, 3)
	s.pages("", "line 1", "line 2")
	s.Press("q")
	s.Await("the prompt", func(e *termtest.Emulator) bool { return !e.Paging() && strings.HasSuffix(e.Text(), ">") })
}

func TestOutputWhilePaging(t *testing.T) {
	s := start(t, 80, 6)
	s.shows(">")
	s.Press("page 30\r")
	s.pages(" lines 1–5 of 30 ·", "line 1")
	s.tell("print above")
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
	s.tell("print kept")
	s.shows("kept", "level:")
	s.Press("lo")
	s.shows("level: lo", "       low  a level")
	s.Press("\x03")
	s.shows("level: lo^C", `answer "" interrupted`, "> next line")
	s.Press("\x15ask\r")
	s.shows("level:")
	s.Press("\x04")
	s.shows(`answer "" EOF`, ">")
}
