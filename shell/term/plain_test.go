package term

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestPlain(t *testing.T) {
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	var out strings.Builder
	p := NewPlain(in, &out, openBracket)
	defer p.Close()

	go io.WriteString(keyboard, "first\r\nsecond [\n]\n")
	for _, want := range []string{"first", "second [\n]"} {
		if line, err := p.ReadLine(t.Context(), "> "); line != want || err != nil {
			t.Errorf("ReadLine: %q, %v; want %q", line, err, want)
		}
	}
	if _, err := io.WriteString(p, "above\n"); err != nil {
		t.Error(err)
	}
	if got := out.String(); got != "> > … above\n" {
		t.Errorf("printed %q", got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.ReadLine(ctx, "> "); !errors.Is(err, context.Canceled) {
		t.Errorf("ReadLine after its context ended: %v", err)
	}
	_ = keyboard.Close()
	if _, err := p.ReadLine(t.Context(), "> "); err != io.EOF {
		t.Errorf("ReadLine at the end of the input: %v", err)
	}
}

// What comes in while a line is awaited stands on rows of its own, and the prompt below it again.
func TestPlainOutputAtThePrompt(t *testing.T) {
	in, keyboard := io.Pipe()
	defer keyboard.Close()
	out := make(chan string, 10)
	p := NewPlain(in, chanWriter(out), openBracket)
	defer p.Close()
	go func() {
		<-out // the prompt
		_, _ = io.WriteString(p, "above\n")
		_, _ = io.WriteString(keyboard, "line\n")
	}()
	if line, err := p.ReadLine(t.Context(), "> "); line != "line" || err != nil {
		t.Errorf("ReadLine: %q, %v", line, err)
	}
	if got := <-out; got != "\nabove\n> " {
		t.Errorf("printed %q", got)
	}
}

// A chanWriter sends what is written, but for nothing.
type chanWriter chan<- string

func (c chanWriter) Write(b []byte) (int, error) {
	if len(b) > 0 {
		c <- string(b)
	}
	return len(b), nil
}

func TestPlainInterrupt(t *testing.T) {
	p := NewPlain(strings.NewReader(""), io.Discard, openBracket)
	defer p.Close()
	got := make(chan struct{})
	p.NotifyInterrupt(func() { close(got) })
	p.interrupt <- nil // as os/signal would
	<-got
	p.Close() // twice does no harm
}
