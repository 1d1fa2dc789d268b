//go:build unix

package term

import (
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/term/edit"
	"rpcsh/shell/term/termtest"
)

func TestOutputAboveCompletion(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("my_")
	list := []string{
		"> my_", "   my_add           adds numbers", "   my_double        doubles a number",
		"   my_progress_add  adds and says so",
	}
	s.shows(blankAligned(list)...)
	s.Press("\t\t")
	selected := append([]string{"> my_double"}, blankAligned(list)[1:]...)
	s.shows(selected...)
	s.Await("the selection", func(e *termtest.Emulator) bool { return e.Reversed() == "my_double" })
	s.tell("print above")
	s.shows(append([]string{"above"}, selected...)...)
	s.Await("the selection", func(e *termtest.Emulator) bool { return e.Reversed() == "my_double" })
	s.cursorAfter("> my_double")
	s.Press("\t")
	s.Await("the next one", func(e *termtest.Emulator) bool { return e.Reversed() == "my_progress_add" })
	s.Press(up)
	s.Await("the one before", func(e *termtest.Emulator) bool { return e.Reversed() == "my_double" })
	s.Press("\r")
	s.shows("above", "> my_double")
	s.Press("\r")
	s.shows("above", "> my_double", `got "my_double"`, ">")
}

// blankAligned gives the rows of a list the blanks that the program puts before them: two columns of prompt, of which
// The blank before the words takes one.
func blankAligned(rows []string) []string {
	out := append([]string(nil), rows...)
	for i := range out[1:] {
		out[i+1] = "  " + strings.TrimLeft(out[i+1], " ")
	}
	return out
}

// Who types once more what a suggestion ends with, so that one can go on, has it once.
func TestTypedAgain(t *testing.T) {
	for _, end := range []string{":", "=", "/", `\`} {
		t.Run(end, func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.tell("learn your" + end)
			s.Press("you")
			s.shows("> you", "  your"+end+"  learned")
			s.Press("\t" + end + "1\r")
			s.shows("> your"+end+"1", fmt.Sprintf("got %q", "your"+end+"1"), ">")
			s.Press("your" + end + end + "\r") // which was typed
			s.Await("the line", func(e *termtest.Emulator) bool {
				return strings.Contains(e.Text(), fmt.Sprintf("got %q", "your"+end+end))
			})
		})
	}
}

// What becomes known while somebody types is listed at once, and takes no selection away.
func TestRelist(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.tell("learn your_add")
	s.Press("you")
	s.shows("> you", "  your_add  learned")
	s.tell("learn your_sum")
	s.shows("> you", "  your_add  learned", "  your_sum  learned")
	s.Press("\t")
	s.shows("> your_add", "  your_add  learned", "  your_sum  learned")
	s.tell("learn your_max")
	s.tell("print above")
	s.shows("above", "> your_add", "  your_add  learned", "  your_sum  learned")
	s.Press("\x1b") // closes the list, which stays closed
	s.shows("above", "> you")
	s.tell("learn your_min")
	s.tell("print above")
	s.shows("above", "above", "> you")
	s.Press("r")
	s.shows("above", "above", "> your", "  your_add  learned", "  your_sum  learned", "  your_max  learned",
		"  your_min  learned")
}

func TestEscapeLeavesCompletion(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("my_")
	s.Await("a list", func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "doubles") })
	s.Press(down)
	s.shows(
		append([]string{"> my_add"}, blankAligned([]string{
			"", "my_add           adds numbers", "my_double        doubles a number",
			"my_progress_add  adds and says so",
		})[1:]...)...,
	)
	s.Press("\x1b")
	s.shows("> my_")
	s.Press("\t")
	s.Await("a list", func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "doubles") })
	s.Press(backTab)
	s.Await("the last one", func(e *termtest.Emulator) bool { return e.Reversed() == "my_progress_add" })
	s.Press(" 1\r")
	s.shows(`got "my_progress_add 1"`, ">")
}

// More Tabs take the only suggestion, and never take it back.
func TestTabTakesTheOnlySuggestion(t *testing.T) {
	for _, keys := range []string{"\t\t", "\t\t\t", "\t" + backTab} {
		t.Run(fmt.Sprintf("%q", keys), func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.Press("my_d" + keys)
			s.shows("> my_double", "  my_double  doubles a number")
			s.cursorAfter("> my_double")
			s.Press("\x1b")
			s.shows("> my_double")
			s.Press("\r")
			s.shows("> my_double", `got "my_double"`, ">")
		})
	}
}

func TestLead(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("my_add größe=")
	s.shows("> my_add größe=", "               true   yes", "               false  no")
	s.Press("\t")
	s.Await("the selection", func(e *termtest.Emulator) bool { return e.Reversed() == "true" })
	s.shows("> my_add größe=true", "               true   yes", "               false  no")
	s.Press("\r")
	s.shows("> my_add größe=true")
	s.Press("\r")
	s.shows("> my_add größe=true", `got "my_add größe=true"`, ">")
}

func TestHint(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("sig")
	s.shows("> sig")
	s.Press(" ")
	// and a list of everything
	s.Await("a hint",
		func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "> sig\nsig(one, two) at 4\n") })
	s.Press("1")
	s.shows("> sig 1", "sig(one, two) at 5")
	s.cursorAfter("> sig 1")
	s.Press("\t") // there is nothing to select
	s.tell("print above")
	s.shows("above", "> sig 1", "sig(one, two) at 5")
	s.Press(" my_d")
	s.shows("above", "> sig 1 my_d", "sig(one, two) at 10", "        my_double  doubles a number")
	s.Press("\t") // the hint stays that of what was typed
	s.shows("above", "> sig 1 my_double", "sig(one, two) at 10", "        my_double  doubles a number")
	s.Press("\x1b")
	s.shows("above", "> sig 1 my_d")
	s.Press("\t")
	s.shows("above", "> sig 1 my_d", "sig(one, two) at 10", "        my_double  doubles a number")
	s.Press("x\r")
	s.shows("above", "> sig 1 my_dx", `got "sig 1 my_dx"`, ">")
}

func TestHintGivesWay(t *testing.T) {
	s := start(t, 10, 4)
	s.shows(">")
	s.Press("sig 1")
	s.shows("> sig 1", "sig(one, …")
	s.Press("\x15sig my_")
	s.Await("the list alone", func(e *termtest.Emulator) bool {
		return strings.Contains(e.Text(), "my_progress_add"[:9]) && !strings.Contains(e.Text(), "one")
	})
}

func TestLongListScrolls(t *testing.T) {
	s := start(t, 40, 24)
	s.shows(">")
	s.Press("many30")
	s.Await("a list", func(e *termtest.Emulator) bool { return strings.Contains(e.Window(), "choice_7") })
	if strings.Contains(s.Text(), "choice_8") {
		t.Error("the list is higher than it should be")
	}
	s.Press(strings.Repeat("\t", 12))
	s.Await("the twelfth", func(e *termtest.Emulator) bool { return e.Reversed() == "choice_11" })
	s.Press("\r")
	s.shows("> choice_11")
}

// A line that was pasted, and is too long to be parsed with every key, is not completed.
func TestLongLineIsNotCompleted(t *testing.T) {
	for _, c := range []struct {
		length    int
		completes bool
	}{{4096, true}, {4097, false}} {
		text := strings.Repeat("x", c.length)
		e := newEditor(Config{Complete: func(string, int) []Suggestion { return vocabulary }}, nil,
			&screen{size: func() (int, int) { return 1 << 13, 24 }})
		e.line = edit.Line{Before: text}
		if e.look(); e.list.empty() == c.completes {
			t.Errorf("a line of %d bytes is completed: %v", c.length, !e.list.empty())
		}
	}
}
