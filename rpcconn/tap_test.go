package rpcconn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
)

// A script is a Channel that carries whole messages: those that it was given.
type script struct{ frames []string }

func (s *script) Send(context.Context, []byte) error { return nil }
func (s *script) Close() error                       { return nil }
func (s *script) Recv() ([]byte, error) {
	if len(s.frames) == 0 {
		return nil, io.EOF
	}
	frame := []byte(s.frames[0])
	s.frames = s.frames[1:]
	return frame, nil
}

func TestTap(t *testing.T) {
	tap := rpcconn.NewTap(&script{frames: []string{"1", "2", "3", "4"}})
	var seen []string
	watch := func(name string) (stop func()) {
		return tap.Watch(func(frame []byte, _ bool, _ string) { seen = append(seen, name+string(frame)) })
	}
	recv := func() {
		t.Helper()
		if _, err := tap.Recv(); err != nil {
			t.Fatal(err)
		}
	}
	recv()
	stopA := watch("a")
	recv()
	stopB := watch("b")
	recv()
	stopA()
	stopA() // once more does nothing
	recv()
	if _, err := tap.Recv(); err != io.EOF {
		t.Errorf("at the end, Recv returned %v", err)
	}
	stopB()
	if want := []string{"a2", "a3", "b3", "b4"}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}

// Through a tap, too, only a stream of bytes takes bytes that are no frame.
func TestTapRaw(t *testing.T) {
	tap := rpcconn.NewTap(&script{})
	if _, err := tap.AppendFrame(nil, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("AppendFrame returned %v", err)
	}
	if err := tap.SendRaw(t.Context(), nil, 0); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("SendRaw returned %v", err)
	}
	netstring, err := dial.NewFraming("netstring", 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	near, far := rpcconn.NewTap(netstring(a)), netstring(b)
	defer far.Close()
	defer near.Close()
	framed, err := near.AppendFrame(nil, []byte("x"))
	if err != nil || string(framed) != "1:x," {
		t.Errorf("AppendFrame returned %q, %v", framed, err)
	}
	sent := make(chan error, 1)
	go func() { sent <- near.SendRaw(t.Context(), framed, 0) }()
	if got, err := far.Recv(); err != nil || string(got) != "x" {
		t.Errorf("came %q, %v", got, err)
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func TestTapAllocatesNothing(t *testing.T) {
	var tap rpcconn.Channel = rpcconn.NewTap(&script{})
	frame := make([]byte, 100)
	if n := testing.AllocsPerRun(100, func() { _ = tap.Send(t.Context(), frame) }); n != 0 {
		t.Errorf("%v allocations to send", n)
	}
}

// Those who watch are told with which purpose something is sent.
func TestTapPurpose(t *testing.T) {
	tap := rpcconn.NewTap(&script{})
	var seen []string
	tap.Watch(func(frame []byte, out bool, purpose string) {
		seen = append(seen, fmt.Sprintf("%s %v %q", frame, out, purpose))
	})
	for _, ctx := range []context.Context{t.Context(), rpcconn.OnPurpose(t.Context(), "a test")} {
		_ = tap.Send(ctx, []byte("x")) // which goes nowhere
	}
	if want := []string{`x true ""`, `x true "a test"`}; !slices.Equal(seen, want) {
		t.Errorf("seen %v, want %v", seen, want)
	}
}
