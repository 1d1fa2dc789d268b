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
	p := NewPlain(in, &out)
	defer p.Close()

	go io.WriteString(keyboard, "first\r\nsecond\n")
	for _, want := range []string{"first", "second"} {
		if line, err := p.ReadLine(t.Context(), "> "); line != want || err != nil {
			t.Errorf("ReadLine: %q, %v; want %q", line, err, want)
		}
	}
	if _, err := io.WriteString(p, "above\n"); err != nil {
		t.Error(err)
	}
	if got := out.String(); got != "> > above\n" {
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

func TestPlainInterrupt(t *testing.T) {
	p := NewPlain(strings.NewReader(""), io.Discard)
	defer p.Close()
	got := make(chan struct{})
	p.NotifyInterrupt(func() { close(got) })
	p.interrupt <- nil // as os/signal would
	<-got
	p.Close() // twice does no harm
}
