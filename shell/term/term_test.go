//go:build unix

package term

import (
	"fmt"
	"strings"
	"testing"

	"rpcsh/shell/term/termtest"
)

const (
	up, down, right, left = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
	backTab               = "\x1b[Z"
)

func TestLine(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("hello")
	s.shows("> hello")
	s.Press(" world")
	s.shows("> hello world")
	s.Press("\r")
	s.shows("> hello world", `got "hello world"`, ">")
	s.Press("quit\r")
	s.ends("> quit", "ended: <nil>")
}

func TestOutputAboveLine(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.tell("print before any key")
	s.shows("before any key", ">")
	s.Press("half a li")
	s.cursorAfter("> half a li")
	s.Press(left + left)
	s.cursorAfter("> half a ")
	s.tell("print above")
	s.shows("before any key", "above", "> half a li")
	s.cursorAfter("> half a ")
	s.Press("X\r")
	s.shows(`got "half a Xli"`, ">")
}

func TestOutputAboveWrappedLine(t *testing.T) {
	s := start(t, 20, 10)
	s.shows(">")
	text := strings.Repeat("0123456789", 5) // 52 columns with the prompt
	s.Press(text)
	s.shows("> 012345678901234567", "89012345678901234567", "890123456789")
	s.tell("print above")
	s.shows("above", "> 012345678901234567", "89012345678901234567", "890123456789")
	s.Press("\x01") // to the line's beginning
	s.cursorAfter("> ")
	s.tell("print again")
	s.shows("above", "again", "> 012345678901234567", "89012345678901234567", "890123456789")
	s.cursorAfter("> ")
	s.Press("x\r")
	s.shows("again", "> x"+text, fmt.Sprintf("got %q", "x"+text), ">")
}

func TestOutputAboveFullRow(t *testing.T) {
	s := start(t, 10, 6)
	s.shows(">")
	s.Press("12345678") // the row is full, the cursor in the next
	s.shows("> 12345678")
	s.cursorAfter("")
	s.tell("print above")
	s.shows("above", "> 12345678")
	s.Press("9")
	s.shows("above", "> 12345678", "9")
}

func TestFloodLosesNoKey(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.tell("flood 1000")
	typed := strings.Repeat("abcdefghij", 6)
	for _, c := range typed {
		s.Press(string(c))
	}
	s.shows("flood 999", "> "+typed)
	all := s.Text()
	for i := range 1000 {
		if want := fmt.Sprintf("flood %d\n", i); strings.Count("\n"+all, "\n"+want) != 1 {
			t.Fatalf("%q is not there once", want)
		}
	}
	if n := strings.Count(all, ">"); n != 1 {
		t.Errorf("%d prompts are left behind", n-1)
	}
}

func TestPasteOfManyLines(t *testing.T) {
	var lines, want []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("pasted\t%d é", i))
		want = append(want, fmt.Sprintf("> pasted %d é", i), fmt.Sprintf("got %q", lines[i]))
	}
	for name, paste := range map[string]string{
		"bracketed":           "\x1b[200~" + strings.Join(lines, "\r") + "\x1b[201~",
		"bracketed, CR LF":    "\x1b[200~" + strings.Join(lines, "\r\n") + "\x1b[201~",
		"bracketed, controls": "\x1b[200~" + strings.Join(lines, "\x03\r") + "\x1b[201~",
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.Press(paste)
			s.shows(append(want[:len(want)-2:len(want)-2], "> pasted 39 é")...)
			s.Press("!\r")
			s.shows(`got "pasted\t39 é!"`, ">")
		})
	}
}

func TestPasteOfJSONIsOneLine(t *testing.T) {
	object := []string{`call {`, `	"a": [1,`, `	2]`, `}`}
	for name, paste := range map[string]string{
		"bracketed": "\x1b[200~" + strings.Join(object, "\n") + "\x1b[201~",
		"raw":       strings.Join(object, "\r"),
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.Press(paste)
			s.shows(`> call {`, `…  "a": [1,`, `…  2]`, `… }`)
			s.Press("\r")
			s.shows(`got "call {\n\t\"a\": [1,\n\t2]\n}"`, ">")
		})
	}
}

// A line that goes on has several rows: Enter indents them, and the arrows move through them.
func TestRows(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("f {")
	s.shows("> f {")
	s.Press("\r")
	s.shows("> f {", "…")
	s.cursorAfter("…   ")
	s.Press("a: [")
	s.cursorAfter("…   a: [")
	s.Press("\r")
	s.cursorAfter("…     ")
	s.Press("12")
	s.cursorAfter("…     12")
	s.Press("\r")
	s.cursorAfter("…     ")
	s.Press("]")
	s.shows("> f {", "…   a: [", "…     12", "…   ]")
	s.Press("\x1b[A\x1b[A")
	s.cursorAfter("…   a")
	s.Press("\x01\x1b[B\x05")
	s.cursorAfter("…     12")
	s.Press("\x15")
	s.shows("> f {", "…   a: [", "…", "…   ]")
	s.Press("\x1b[B\x05")
	s.cursorAfter("…   ]")
	s.Press("\r")
	s.cursorAfter("…   ")
	s.Press("}")
	s.shows("> f {", "…   a: [", "…", "…   ]", "… }")
	s.Press("\r")
	s.shows("> f {", "…   a: [", "…", "…   ]", "… }", `got "f {\n  a: [\n\n  ]\n}"`, ">")
	s.Press("\x0c")
	s.Press("\x1b[A") // comes back as it was
	s.shows("> f {", "…   a: [", "…", "…   ]", "… }")
	s.Press("\x03")
	s.shows("> f {", "…   a: [", "…", "…   ]", "… }^C", ">")
	s.Press("one\x1b\r")
	s.shows("> one", "…")
	s.Press("two")
	s.shows("> one", "… two")
	s.Press("\r")
	s.shows("> one", "… two", `got "one\ntwo"`, ">")
}

// A line that was refused comes back with the cursor where it is wrong, but not between lines that were pasted.
func TestRefusedLine(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("first\r")
	s.shows(`got "first"`, ">")
	s.Press("bad a !b c\r")
	s.shows("> bad a !b c", "no !b c", "> bad a !b c")
	s.cursorAfter("> bad a ")
	s.Press(up)
	s.shows("no !b c", "> first")
	s.Press(down)
	s.cursorAfter("> bad a !b c")
	s.Press("\x15fixed\r")
	s.shows("> bad a !b c", "no !b c", "> fixed", `got "fixed"`, ">")
	s.Press("bad {\r  !1}")
	s.shows("> bad {", "…   !1}")
	s.Press("\r")
	s.shows("> bad {", "…   !1}", "no !1}", "> bad {", "…   !1}")
	s.cursorAfter("…   ")
	s.Press("\x03")
	s.shows("> bad {", "…   !1}^C", ">")
	s.Press("\x1b[200~skip a !b\rgood\rbad !c\r\x1b[201~") // what does not stop the lines of a paste
	s.shows("> skip a !b", "no !b", "> good", `got "good"`, "> bad !c", "no !c", "> bad !c")
	s.cursorAfter("> bad ")
}

// What was pasted behind a line that is refused can be taken, and put below it. What was typed behind the paste is none
// of it.
func TestTakePasted(t *testing.T) {
	const on, off = "\x1b[200~", "\x1b[201~"
	for name, paste := range map[string]string{
		"bracketed":              on + "good\rbad a !b\r\tone\r\rtwo" + off,
		"bracketed, with an end": on + "good\rbad a !b\r\tone\r\rtwo\r" + off,
		"raw":                    "good\rbad a !b\r\tone\r\rtwo\r",
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, 80, 24)
			s.shows(">")
			s.Press(paste)
			s.shows("> good", `got "good"`, "> bad a !b", "no !b", "> bad a !b", "…  one", "…", "… two")
			s.cursorAfter("> bad a ")
			s.Press(on + "x\ry" + off) // between rows
			s.shows("> bad a x", "… y!b", "…  one", "…", "… two")
			s.Press("\x03")
			s.shows("… two^C", ">")
			s.Press(on + "bad !c\r" + off)
			s.shows("> bad !c", "no !c", "> bad !c")
			s.Press("\x03")
			s.shows("> bad !c^C", ">")
			s.Press(on + "wait\rbad !d\rthree\r" + off + "typed\r")
			s.shows("> bad !c^C", "> wait", "waiting")
			s.tell("finish")
			s.shows("> wait", "finished", "> bad !d", "no !d", "> typed", `got "typed"`, ">")
		})
	}
}

// A paste in parts is waited for, and Ctrl-C ends that of one whose end is lost.
func TestTakePastedInParts(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("\x1b[200~bad !a\ron")
	s.shows("> bad !a", "no !a")
	s.Press("e\rtwo\x1b[201~")
	s.shows("no !a", "> bad !a", "… one", "… two")
	s.cursorAfter("> bad ")
}

// Pasted tabs are tabs: shown where they are text, and blanks elsewhere.
func TestPastedTabs(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("\x1b[200~call\t\"a\tb\x1b[201~c\"")
	s.shows(`> call "a␉bc"`)
	s.Press(left + left + left)
	s.cursorAfter(`> call "a␉`)
	s.Press(left + "\x1b[3~")
	s.shows(`> call "abc"`)
	s.Press("\x1f") // undo
	s.shows(`> call "a␉bc"`)
	s.Press("\r")
	s.shows(`> call "a␉bc"`, `got "call\t\"a\tbc\""`, ">")
	s.Press(up) // comes back as it was
	s.shows(`> call "a␉bc"`)
	s.Press("\x17\x17\r")
	s.shows(`got "call\t\"a\tbc\""`, "> call", `got "call\t"`, ">")
}

func TestTypeAhead(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("wait\r")
	s.shows("> wait", "waiting")
	for _, c := range "one\rtwo" {
		s.Press(string(c))
	}
	s.tell("print meanwhile")
	s.shows("> wait", "meanwhile", "waiting")
	s.tell("finish")
	s.shows("> wait", "meanwhile", "finished", "> one", `got "one"`, "> two")
}

func TestInterrupt(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("half")
	s.shows("> half")
	s.Press("\x03")
	s.shows("> half^C", ">")
	s.Press("wait\r")
	s.shows("> half^C", "> wait", "waiting")
	s.Press("typed ahead")
	s.Press("\x03")
	s.shows("> wait", "interrupted", ">")
	s.Press("after\r")
	s.shows("interrupted", "> after", `got "after"`, ">")
	s.Press("\x04")
	s.ends("ended: EOF")
}

func TestControlD(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("ab" + left)
	s.cursorAfter("> a")
	s.Press("\x04")
	s.shows("> a")
	s.Press("\x04")
	s.Press("\x7f")
	s.shows(">")
	s.Press("\x04")
	s.ends(">", "ended: EOF")
}

func TestWideCharacters(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("日本語 e\u0301 é 🎉")
	s.shows("> 日本語 e\u0301 é 🎉")
	s.Press(left + left + left + left + left) // before e with an accent
	s.cursorAfter("> 日本語 ")
	s.tell("print above")
	s.shows("above", "> 日本語 e\u0301 é 🎉")
	s.cursorAfter("> 日本語 ")
	s.Press("\x1b[3~") // the letter and its accent
	s.shows("> 日本語  é 🎉")
	s.Press("\x1b[D\x7f")
	s.shows("> 日本  é 🎉", "  日本語  wide")
	s.cursorAfter("> 日本")
	s.Press("\x1b[F\x7f\x17") // to the end; the party goes, then the blank and what is before it
	s.shows("> 日本")
	s.Press("\r")
	s.shows(`got "日本  "`, ">")
	s.Press("日\t")
	s.shows("> 日本語", "  日本語  wide")
}

func TestWideCharactersWrap(t *testing.T) {
	s := start(t, 7, 10)
	s.shows(">")
	s.Press("x日本語") // the last one would stand across the edge
	s.shows("> x日本", "語")
	s.cursorAfter("語")
	s.tell("print above")
	s.shows("above", "> x日本", "語")
	s.Press(left + left)
	s.cursorAfter("> x日")
}

func TestSmallWindows(t *testing.T) {
	for _, size := range [][2]int{{10, 24}, {10, 3}, {3, 2}, {1, 1}, {0, 0}, {80, 1}, {1, 30}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			s := start(t, size[0], size[1])
			s.Await("a prompt", func(e *termtest.Emulator) bool { return e.Pastes() })
			s.Press("my_日")
			s.tell("print above")
			s.Await("the output", func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "above") })
			s.Press("\t\x1b[Z" + up + "\t" + down)
			s.Press("\x03")
			s.Press("xyz")
			s.Press("\r")
			s.Await("the answer", func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), `got "xyz"`) })
			s.Press("quit\r")
			s.ends("ended: <nil>")
		})
	}
}

func TestLineHigherThanWindow(t *testing.T) {
	s := start(t, 10, 4)
	s.shows(">")
	var text strings.Builder
	for i := range 30 {
		fmt.Fprintf(&text, "%02d", i)
	}
	s.Press(text.String())
	s.Await("the line's end", func(e *termtest.Emulator) bool { return strings.HasSuffix(e.Window(), "29") })
	s.tell("print above")
	s.Await("the output", func(e *termtest.Emulator) bool { return strings.Contains(e.Text(), "above\n") })
	s.Press("\x1b[H")
	s.Await("the line's beginning", func(e *termtest.Emulator) bool { return strings.HasPrefix(e.Window(), "> 0001") })
	s.Press("\r")
	s.Await("the answer", func(e *termtest.Emulator) bool {
		return strings.HasSuffix(e.Text(), fmt.Sprintf("above\n> %s\ngot %q\n>", text.String(), text.String()))
	})
}

func TestResize(t *testing.T) {
	s := start(t, 40, 10)
	s.shows(">")
	s.tell("print output")
	s.Press("0123456789012345678901234567890")
	s.Press(left + left)
	s.cursorAfter("> 01234567890123456789012345678")
	for _, cols := range []int{20, 12, 60, 33} {
		s.resize(cols, 10)
		s.Await("the line in a window of another width", func(e *termtest.Emulator) bool {
			lines := strings.ReplaceAll(strings.TrimPrefix(e.Text(), "output\n"), "\n", "")
			return strings.HasPrefix(e.Text(), "output\n> ") && lines == "> 0123456789012345678901234567890" &&
				!e.Hidden() && strings.HasSuffix("> 01234567890123456789012345678", e.Cursor()) &&
				e.Column() == (2+29)%cols
		})
	}
	s.Press("X\r")
	s.shows(`got "01234567890123456789012345678X90"`, ">")
}

func TestHistory(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	for _, text := range []string{"alpha one", "beta", "alpha two"} {
		s.Press(text + "\r")
		s.shows(fmt.Sprintf("got %q", text), ">")
	}
	s.Press(up)
	s.shows("> alpha two")
	s.Press(up)
	s.shows("> beta")
	s.Press(down + down)
	s.shows(">")
	s.Press("al")
	s.shows("> al")
	s.Press(up + up)
	s.shows("> alpha one")
	s.Press(down)
	s.shows("> alpha two")
	s.Press(down)
	s.shows("> al")
	s.Press("\x15")
	s.shows(">")
}

// Ctrl-R lists the past lines that have what is typed.
func TestSearch(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	for _, text := range []string{"alpha one", "beta", "alpha two"} {
		s.Press(text + "\r")
		s.shows(fmt.Sprintf("got %q", text), ">")
	}
	s.Press("typed" + left + "\x12")
	s.shows(`(search "") alpha two`, "            alpha two", "            beta", "            alpha one")
	s.Press("a ")
	s.shows(`(search "a ") alpha two`, "              alpha two", "              alpha one")
	s.cursorAfter(`(search "a ") alpha `)
	s.tell("print above")
	s.shows("above", `(search "a ") alpha two`, "              alpha two", "              alpha one")
	s.Press(down)
	s.shows(`(search "a ") alpha one`, "              alpha two", "              alpha one")
	s.Press("\x12") // there is none older
	s.cursorAfter(`(search "a ") alpha `)
	s.Press(up)
	s.shows(`(search "a ") alpha two`, "              alpha two", "              alpha one")
	s.Press("\x12x")
	s.shows(`(no match for "a x") typed`)
	s.Press("\x07")
	s.shows("above", "> typed")
	s.cursorAfter("> type")
	s.Press("\x12a ")
	s.cursorAfter(`(search "a ") alpha `)
	s.Press("\x1b")
	s.cursorAfter("> type")
	s.Press("\x12bet")
	s.shows(`(search "bet") beta`, "               beta")
	s.Press("\r")
	s.shows("above", "> beta") // it is not run
	s.cursorAfter("> bet")
	s.Press("X\r")
	s.shows("> betXa", `got "betXa"`, ">")
	s.Press("\x12alp\x05!") // another key takes the line, too
	s.shows(`got "betXa"`, "> alpha two!")
	s.Press("\x1f\x1f") // undo: the search was one change
	s.shows(`got "betXa"`, ">")
}

// Keys may do what others do.
func TestSetKeys(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("keys\r")
	s.shows("> keys", ">")
	s.Press("\x1b[5~") // PageUp
	s.shows("> keys", "> keys")
	s.Press("\x15\x0fke") // Ctrl-O
	s.shows(`(search "ke") keys`, "              keys")
}

func TestUndo(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("one two")
	s.shows("> one two")
	s.Press("\x17three")
	s.shows("> one three")
	s.Press("\x1f")
	s.shows("> one")
	s.Press("\x1f")
	s.shows("> one two")
	s.Press("\x1b/\x1b/")
	s.shows("> one three")
	s.Press("\x1f\x1f\x1f\x1f\x1f")
	s.shows(">")
	s.Press("\x1b/!\r")
	s.shows(`got "one two!"`, ">")
}

func TestLastWords(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("\x1b.") // there is none
	for _, text := range []string{`f {"a": 1}`, "g one two", "h one two"} {
		s.Press(text + "\r")
		s.shows(fmt.Sprintf("got %q", text), ">")
	}
	s.Press("k \x1b.")
	s.shows("> k two")
	s.Press("\x1b.")
	s.shows(`> k {"a": 1}`)
	s.Press("\x1b.")
	s.shows(`> k {"a": 1}`)
	s.Press(" \x1b.")
	s.shows(`> k {"a": 1} two`)
}

// The partner of the bracket at the cursor stands out.
func TestBrackets(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	underlined := func(want string) {
		t.Helper()
		s.Await("only "+want+" underlined", func(e *termtest.Emulator) bool {
			got := ""
			for _, row := range e.Cells() {
				for i, c := range row {
					if c.Underline {
						got += fmt.Sprint(c.Text, i)
					}
				}
			}
			return got == want
		})
	}
	s.Press(`f {"a":[1]`)
	s.shows(`> f {"a":[1]`)
	underlined("[9")
	s.Press("}")
	underlined("{4")
	s.Press(left)
	underlined("{4")
	s.Press(left)
	underlined("[9")
	s.Press("\x01")
	underlined("")
	s.Press(right + right)
	underlined("}12")
}

// Keys may come a byte at a time.
func TestByteByByte(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	for _, c := range []byte("日bc" + left + "\x1b[3~" + "\x1b[1~" + "é\x1bOC" + "\x1b[200~p{\r}\x1b[201~" + "\r") {
		s.Press(string([]byte{c}))
	}
	s.shows("> é日p{", "… }b", `got "é日p{\n}b"`, ">")
}

func TestPrompt(t *testing.T) {
	s := start(t, 80, 24)
	s.shows(">")
	s.Press("half")
	s.shows("> half")
	s.tell("prompt (gone)> ")
	s.shows("(gone)> half")
	s.Press("!")
	s.shows("(gone)> half!")
	s.tell("prefill next line")
	s.tell("print kept")
	s.shows("kept", "(gone)> half!")
	s.Press("\r")
	s.shows("kept", "(gone)> half!", `got "half!"`, "> next line")
	s.Press("\r")
	s.shows(`got "next line"`, ">")
}

func TestEditing(t *testing.T) {
	const unbound = "\x1b[99~\x1bOZ\x1b]0;title\x07\x1b[1;1R" // keys that nobody binds, answers to no question
	s := start(t, 80, 24)
	s.shows(">")
	for _, c := range []struct{ keys, want string }{
		{"one two three", "> one two three"},
		{"\x1bb\x1bbX", "> one Xtwo three"},
		{"\x1b[1;5CY", "> one XtwoY three"},
		{"\x17", "> one  three"},
		{"\x19", "> one XtwoY three"},
		{"\x01\x1bd", ">  XtwoY three"},
		{"\x05\x1b\x7f", ">  XtwoY"},
		{"\x14", ">  Xtwo Y"},
		{"\x02\x0b", ">  Xtwo"},
		{"\x15", ">"},
		{unbound + unbound + "\r", "got \"\"\n>"}, // had one of them selected a suggestion, Enter would take it
		{"end", "> end"},
	} {
		s.Press(c.keys)
		s.shows(c.want)
	}
	s.Press("\x0c")
	s.Await("a clear window", func(e *termtest.Emulator) bool { return e.Window() == "> end" })
}
