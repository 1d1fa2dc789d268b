package term

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"rpcsh/shell/term/edit"
	"rpcsh/shell/term/termtest"
)

// newTestScreen returns a screen on an emulator, and a function that says what that shows.
func newTestScreen(cols, rows int) (*screen, func() string) {
	e := termtest.NewEmulator(cols, rows)
	s := &screen{size: func() (int, int) { return cols, rows }}
	s.out = writerFunc(func(p []byte) (int, error) {
		_, _ = e.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))) // as the terminal's driver does it
		return len(p), nil
	})
	return s, e.Text
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestStatusIsShownBetweenLines(t *testing.T) {
	s, text := newTestScreen(20, 5)
	for _, c := range []struct {
		do   func()
		want string
	}{
		{func() { s.setStatus("waiting for\x1b[2J my_add … 3 s") }, "waiting for␛[2J my_a"},
		{func() { _ = s.write([]byte("output")) }, "output\nwaiting for␛[2J my_a"},
		{func() { s.show(frame{prompt: "> "}) }, "output\n>"},
		{func() { s.setStatus("another") }, "output\n>"},
		{func() { s.setPrompt("@1> ") }, "output\n@1>"},
		{func() { s.commit("@1> ", "done", nil) }, "output\n@1> done\nanother"},
		{func() { s.setPrompt("> ") }, "output\n@1> done\nanother"},
		{func() { s.setStatus("") }, "output\n@1> done"},
		{func() { s.setStatus("last"); s.close() }, "output\n@1> done"},
		{func() { s.show(frame{prompt: "> "}); s.setStatus("x") }, "output\n@1> done"},
		{func() { _ = s.write([]byte("bye\n")) }, "output\n@1> done\nbye"},
	} {
		c.do()
		if got := text(); got != c.want {
			t.Fatalf("got %q, want %q", got, c.want)
		}
	}
}

func TestPausedScreenKeepsOutput(t *testing.T) {
	s, text := newTestScreen(40, 5)
	s.show(frame{prompt: "> ", line: edit.Line{Before: "half", After: ""}})
	s.pause()
	_ = s.write([]byte("one"))
	_ = s.write(bytes.Repeat([]byte("x"), maxHeld))
	_ = s.write([]byte("two\n"))
	if got := text(); got != "" {
		t.Fatalf("paused, it shows %q", got)
	}
	s.resume()
	if got, want := text(), "one\n(2 more lines were lost meanwhile)\n> half"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWriteError(t *testing.T) {
	broken := errors.New("broken")
	s := &screen{
		out: writerFunc(func([]byte) (int, error) { return 0, broken }), size: func() (int, int) { return 80, 24 },
	}
	if err := s.write([]byte("x")); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if !errors.Is(s.failed(), broken) {
		t.Error("the error is forgotten")
	}
}

// BenchmarkWriteAbove prints a line above a line being typed with its completion list.
func BenchmarkWriteAbove(b *testing.B) {
	s := &screen{out: io.Discard, size: func() (int, int) { return 80, 24 }}
	f := frame{prompt: "localhost:6000> ", line: edit.Line{Before: "my_", After: ""}}
	for range listHeight {
		f.list = append(f.list, listRow{text: " my_progress_add ", description: " adds and says so "})
	}
	s.show(f)
	p := []byte(strings.Repeat("x", 79) + "\n")
	b.ReportAllocs()
	for b.Loop() {
		_ = s.write(p)
	}
}
