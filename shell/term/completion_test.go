//go:build unix

package term

import (
	"strings"
	"testing"

	"rpcsh/shell/term/vt"
)

func TestOutputAboveCompletion(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.press("my_")
	list := []string{"> my_", "   my_add           adds numbers", "   my_double        doubles a number", "   my_progress_add  adds and says so"}
	s.shows(blankAligned(list)...)
	s.press("\t\t")
	selected := append([]string{"> my_double"}, blankAligned(list)[1:]...)
	s.shows(selected...)
	s.await("the selection", func(e *vt.Emulator) bool { return e.Reversed() == "my_double" })
	s.tell("print above")
	s.shows(append([]string{"above"}, selected...)...)
	s.await("the selection", func(e *vt.Emulator) bool { return e.Reversed() == "my_double" })
	s.cursorAfter("> my_double")
	s.press("\t")
	s.await("the next one", func(e *vt.Emulator) bool { return e.Reversed() == "my_progress_add" })
	s.press(up)
	s.await("the one before", func(e *vt.Emulator) bool { return e.Reversed() == "my_double" })
	s.press("\r")
	s.shows("above", "> my_double")
	s.press("\r")
	s.shows("above", "> my_double", `got "my_double"`, ">")
}

// blankAligned gives the rows of a list the blanks that the program puts before them: two columns of prompt, of which
// go-prompt's own blank takes one.
func blankAligned(rows []string) []string {
	out := append([]string(nil), rows...)
	for i := range out[1:] {
		out[i+1] = "  " + strings.TrimLeft(out[i+1], " ")
	}
	return out
}

func TestEscapeLeavesCompletion(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.press("my_")
	s.await("a list", func(e *vt.Emulator) bool { return strings.Contains(e.Text(), "doubles") })
	s.press(down)
	s.shows(append([]string{"> my_add"}, blankAligned([]string{"", "my_add           adds numbers", "my_double        doubles a number", "my_progress_add  adds and says so"})[1:]...)...)
	s.press("\x1b")
	s.shows("> my_")
	s.press("\t")
	s.await("a list", func(e *vt.Emulator) bool { return strings.Contains(e.Text(), "doubles") })
	s.press(backTab)
	s.await("the last one", func(e *vt.Emulator) bool { return e.Reversed() == "my_progress_add" })
	s.press(" 1\r")
	s.shows(`got "my_progress_add 1"`, ">")
}

func TestLead(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.press("my_add größe=")
	s.shows("> my_add größe=", "               true   yes", "               false  no")
	s.press("\t")
	s.await("the selection", func(e *vt.Emulator) bool { return e.Reversed() == "true" })
	s.shows("> my_add größe=true", "               true   yes", "               false  no")
	s.press("\r")
	s.shows("> my_add größe=true")
	s.press("\r")
	s.shows("> my_add größe=true", `got "my_add größe=true"`, ">")
}

func TestHint(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.press("sig")
	s.shows("> sig")
	s.press(" ")
	s.await("a hint", func(e *vt.Emulator) bool { return strings.Contains(e.Text(), "> sig\nsig(one, two) at 4\n") }) // and a list of everything
	s.press("1")
	s.shows("> sig 1", "sig(one, two) at 5")
	s.cursorAfter("> sig 1")
	s.press("\t") // there is nothing to select
	s.tell("print above")
	s.shows("above", "> sig 1", "sig(one, two) at 5")
	s.press(" my_d")
	s.shows("above", "> sig 1 my_d", "sig(one, two) at 10", "        my_double  doubles a number")
	s.press("\t") // the hint stays that of what was typed
	s.shows("above", "> sig 1 my_double", "sig(one, two) at 10", "        my_double  doubles a number")
	s.press("\x1b")
	s.shows("above", "> sig 1 my_d")
	s.press("\t")
	s.shows("above", "> sig 1 my_d", "sig(one, two) at 10", "        my_double  doubles a number")
	s.press("x\r")
	s.shows("above", "> sig 1 my_dx", `got "sig 1 my_dx"`, ">")
}

func TestHintGivesWay(t *testing.T) {
	s := start(t, 10, 4)
	s.shows(">")
	s.press("sig 1")
	s.shows("> sig 1", "sig(one, …")
	s.press("\x15sig my_")
	s.await("the list alone", func(e *vt.Emulator) bool {
		return strings.Contains(e.Text(), "my_progress_add"[:9]) && !strings.Contains(e.Text(), "one")
	})
}

func TestIdle(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.tell("idle") // nobody polls before the first key
	s.shows("idle", ">")
	s.press("my_d")
	s.shows("idle", "> my_d", "  my_double  doubles a number")
	s.tell("idle") // nor when there has been none for a while, which does not show
	s.shows("idle", "idle", "> my_d", "  my_double  doubles a number")
	s.press("\t")
	s.shows("idle", "idle", "> my_double", "  my_double  doubles a number")
	s.press("\r")
	s.shows("> my_double")
	s.tell("idle")
	s.shows("idle", "idle", "idle", "> my_double")
	s.press("\r")
	s.shows("> my_double", `got "my_double"`, ">")
}

func TestLongListScrolls(t *testing.T) {
	s := start(t, 40, 24)
	s.shows(">")
	s.press("many30")
	s.await("a list", func(e *vt.Emulator) bool { return strings.Contains(e.Window(), "choice_7") })
	if strings.Contains(s.text(), "choice_8") {
		t.Error("the list is higher than it should be")
	}
	s.press(strings.Repeat("\t", 12))
	s.await("the twelfth", func(e *vt.Emulator) bool { return e.Reversed() == "choice_11" })
	s.press("\r")
	s.shows("> choice_11")
}
