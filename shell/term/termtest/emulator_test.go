package termtest

import (
	"strings"
	"testing"
)

func TestEmulator(t *testing.T) {
	for _, c := range []struct {
		name   string
		writes []string
		text   string
		column int
	}{
		{"a line", []string{"abc\r\nde"}, "abc\nde", 2},
		{"carriage return", []string{"abc\rX"}, "Xbc", 1},
		{"a full row waits to wrap", []string{"1234567"}, "1234567", 6},
		{"and wraps with the next character", []string{"1234567", "8"}, "12345678", 1},
		{"but not after a carriage return", []string{"1234567\rX"}, "X234567", 1},
		{"it scrolls", []string{"1\r\n2\r\n3\r\n4\r\n5"}, "1\n2\n3\n4\n5", 1},
		{"wide characters", []string{"日本"}, "日本", 4},
		{"a wide character across the edge", []string{"> x日本語"}, "> x日本語", 2},
		{"a combining mark", []string{"e\u0301x"}, "e\u0301x", 2},
		{"a combining mark in a write of its own", []string{"e", "\u0301", "x"}, "e\u0301x", 2},
		{"a combining mark at the edge", []string{"123456e\u0301"}, "123456e\u0301", 6},
		{"a character in two writes", []string{"\xe6\x97", "\xa5x"}, "日x", 3},
		{"a sequence in two writes", []string{"ab\x1b", "[", "3Cc"}, "ab   c", 6},
		{"the cursor moves up and right", []string{"1\r\n2\r\n3\x1b[2A\x1b[1CX"}, "1 X\n2\n3", 3},
		{"not above the window", []string{"1\x1b[9AX"}, "1X", 2},
		{"nor behind the edge", []string{"\x1b[99CX"}, "      X", 6},
		{"erased from the cursor on", []string{"abc\r\ndef\x1b[A\r\x1b[1C\x1b[J"}, "a", 1},
		{"the window is cleared", []string{"1\r\n2\r\n3\r\n4\x1b[H\x1b[2JX"}, "1\nX", 1},
	} {
		e := NewEmulator(7, 3)
		for _, w := range c.writes {
			if n, err := e.Write([]byte(w)); n != len(w) || err != nil {
				t.Errorf("%s: it takes %d bytes of %q: %v", c.name, n, w, err)
			}
		}
		if e.Text() != c.text || e.Column() != c.column {
			t.Errorf("%s: it shows %q, the cursor in column %d; want %q, %d",
				c.name, e.Text(), e.Column(), c.text, c.column)
		}
		if len(e.Unknown()) > 0 || string(e.Written()) != strings.Join(c.writes, "") {
			t.Errorf("%s: unknown %q, written %q", c.name, e.Unknown(), e.Written())
		}
	}
}

func TestEmulatorReflows(t *testing.T) {
	e := NewEmulator(10, 4)
	_, _ = e.Write([]byte("out\r\n0123456789abcdef\x1b[1A"))
	for _, c := range []struct {
		cols   int
		window string
		cursor string
	}{
		{4, "0123456789abcdef", "45"},
		{20, "out\n0123456789abcdef", "012345"},
		{10, "out\n0123456789abcdef", "012345"},
	} {
		e.Resize(c.cols, 4)
		if e.Text() != "out\n0123456789abcdef" || e.Window() != c.window || e.Cursor() != c.cursor {
			t.Errorf("%d columns: it shows %q, in the window %q, the cursor after %q",
				c.cols, e.Text(), e.Window(), e.Cursor())
		}
	}
}

func TestEmulatorModes(t *testing.T) {
	e := NewEmulator(20, 4)
	_, _ = e.Write([]byte("\x1b[?25l\x1b[?2004ha \x1b[7mb c\x1b[md"))
	if !e.Hidden() || !e.Pastes() || e.Reversed() != "b c" {
		t.Errorf("hidden %v, pastes %v, reversed %q", e.Hidden(), e.Pastes(), e.Reversed())
	}
	_, _ = e.Write([]byte("\x1b[?25h\x1b[?2004l"))
	if e.Hidden() || e.Pastes() {
		t.Errorf("hidden %v, pastes %v", e.Hidden(), e.Pastes())
	}
}

// What rpcsh does not send is recorded, so that tests fail that see it.
func TestEmulatorRecordsTheUnknown(t *testing.T) {
	for _, sent := range []string{"\a", "\x1b]0;title\a", "\x1b[6n", "\x1b[?1047h", "\x1b[2;5r", "\x1b[3K", "\x1bc"} {
		e := NewEmulator(20, 4)
		_, _ = e.Write([]byte(sent))
		if len(e.Unknown()) == 0 {
			t.Errorf("%q is taken for known", sent)
		}
	}
}
