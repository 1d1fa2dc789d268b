package websocket

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"rpcsh/rpcconn"
)

func TestExchange(t *testing.T) {
	for _, test := range []struct {
		name   string
		binary bool
	}{{"text", false}, {"binary", true}} {
		t.Run(test.name, func(t *testing.T) {
			near, far := pair(t, DialOptions{Binary: test.binary}, ListenOptions{Binary: !test.binary})
			for _, size := range []int{1, 125, 126, minBuffer, rpcconn.OwnSize - 1, rpcconn.OwnSize, 65536, 3 << 20} {
				want := bytes.Repeat([]byte{'x'}, size)
				ctx, cancel := context.WithCancel(t.Context())
				sent := make(chan error, 1)
				go func() { sent <- near.Send(ctx, want) }()
				got, err := far.Recv()
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%d bytes: Recv returned %d bytes, %v", size, len(got), err)
				}
				if err := <-sent; err != nil {
					t.Fatalf("%d bytes: Send: %v", size, err)
				}
				go func() { sent <- far.Send(context.Background(), got) }()
				if got, err = near.Recv(); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%d bytes back: Recv returned %d bytes, %v", size, len(got), err)
				}
				<-sent
				cancel()
			}
		})
	}
}

func TestBigMessagesAreOwned(t *testing.T) {
	near, far := pair(t, DialOptions{}, ListenOptions{})
	var kept [][]byte
	for i := range 20 {
		sent := make(chan error, 1)
		size := rpcconn.OwnSize << (i % 4)
		go func() { sent <- near.Send(context.Background(), bytes.Repeat([]byte{byte('a' + i)}, size)) }()
		frame, err := far.Recv()
		if err != nil {
			t.Fatal(err)
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
		kept = append(kept, frame)
	}
	for i, frame := range kept {
		if want := bytes.Repeat([]byte{byte('a' + i)}, rpcconn.OwnSize<<(i%4)); !bytes.Equal(frame, want) {
			t.Errorf("message %d was overwritten", i)
		}
	}
}

func TestConcurrentSend(t *testing.T) {
	near, far := pair(t, DialOptions{}, ListenOptions{})
	const senders, each = 8, 50
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for i := range each {
				if err := near.Send(t.Context(), fmt.Appendf(nil, "%d.%d", s, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen := make(map[string]bool)
	for range senders * each {
		frame, err := far.Recv()
		if err != nil {
			t.Fatal(err)
		}
		seen[string(frame)] = true
	}
	all.Wait()
	if len(seen) != senders*each {
		t.Errorf("%d messages came whole, want %d", len(seen), senders*each)
	}
}

func TestRecv(t *testing.T) {
	for _, test := range []struct {
		name   string
		script func(w *wire)
		want   []string // messages, and "! " and a part of the error
		end    error    // what the last error is
	}{
		{
			name: "fragments with a ping between",
			script: func(w *wire) {
				w.write(more|text, "[1,")
				w.write(fin|ping, "p")
				w.write(fin, "2]")
				w.close(1000, "bye")
			},
			want: []string{"[1,2]", `! closed (1000 "bye")`}, end: io.EOF,
		},
		{
			name:   "text and binary",
			script: func(w *wire) { w.write(fin|text, "1"); w.write(fin|binaryKind, "2"); w.close(1001, "") },
			want:   []string{"1", "2", "! closed (1001: going away)"}, end: io.EOF,
		},
		{
			name:   "close without a code",
			script: func(w *wire) { w.write(fin|closed, "") },
			want:   []string{"! closed (1005: no reason given)"}, end: io.EOF,
		},
		{
			name:   "close with a failure",
			script: func(w *wire) { w.close(1011, "out of \x1b[2Jmemory") },
			want:   []string{`! closed (1011 "out of \x1b[2Jmemory")`},
		},
		{
			name:   "close with a code of its own",
			script: func(w *wire) { w.close(4000, "") },
			want:   []string{"! closed (4000)"},
		},
		{
			name:   "no close frame",
			script: func(w *wire) { w.write(fin|text, "1") },
			want:   []string{"1", "! without a close frame"}, end: io.ErrUnexpectedEOF,
		},
		{
			name:   "half a message",
			script: func(w *wire) { w.write(more|text, "[1,") },
			want:   []string{`! in the middle of a message, after 3 bytes, "[1,"`}, end: io.ErrUnexpectedEOF,
		},
		{
			name:   "half a frame",
			script: func(w *wire) { _, _ = w.Write([]byte{fin | text, 10, 'x'}) },
			want:   []string{"! in the middle of a message"}, end: io.ErrUnexpectedEOF,
		},
		{
			name:   "empty message",
			script: func(w *wire) { w.write(fin|text, ""); w.write(fin|text, "1"); w.close(1000, "") },
			want:   []string{"! empty message", "1", "! closed (1000: normal)"}, end: io.EOF,
		},
		{
			name: "over the limit",
			script: func(w *wire) {
				w.write(fin|text, strings.Repeat("x", 60))
				w.write(fin|text, "1")
				w.close(1000, "")
			},
			want: []string{"! message is over the limit of 50 bytes: \"xxxx", "1", "! closed"}, end: io.EOF,
		},
		{
			name: "over the limit in fragments",
			script: func(w *wire) {
				w.write(more|text, strings.Repeat("x", 50))
				w.write(more, "x")
				w.write(fin, strings.Repeat("x", 100))
				w.write(fin|text, strings.Repeat("y", 50))
				w.close(1000, "")
			},
			want: []string{"! over the limit of 50", strings.Repeat("y", 50), "! closed"}, end: io.EOF,
		},
		{
			name:   "over the limit without end",
			script: func(w *wire) { w.write(more|text, strings.Repeat("x", 60)) },
			want:   []string{"! over the limit of 50", "! in the middle of a message"}, end: io.ErrUnexpectedEOF,
		},
		{
			name:   "reserved bits",
			script: func(w *wire) { w.write(fin|0x40|text, "x"); w.drain() },
			want:   []string{"! rsv bits"},
		},
		{
			name:   "unknown opcode",
			script: func(w *wire) { w.write(fin|0x05, "x"); w.drain() },
			want:   []string{"! unknown opcode"},
		},
		{
			name:   "continuation of nothing",
			script: func(w *wire) { w.write(fin, "x"); w.drain() },
			want:   []string{"! continuation"},
		},
		{
			name: "a length that lies",
			script: func(w *wire) {
				_, _ = w.Write([]byte{fin | text, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
				w.drain()
			},
			want: []string{"! "},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			ch := dial(t, DialOptions{MaxMessage: 50}, test.script)
			var last error
			for _, want := range test.want {
				frame, err := ch.Recv()
				if reason, isError := strings.CutPrefix(want, "! "); isError {
					if err == nil || !strings.Contains(err.Error(), reason) {
						t.Fatalf("Recv returned %q, %v; want an error with %q", frame, err, reason)
					}
				} else if err != nil || string(frame) != want {
					t.Fatalf("Recv returned %q, %v; want %q", frame, err, want)
				}
				last = err
			}
			if test.end != nil && !errors.Is(last, test.end) {
				t.Errorf("the last error is %v, want %v", last, test.end)
			}
			if test.end != io.EOF && errors.Is(last, io.EOF) {
				t.Errorf("%v passes for the orderly end", last)
			}
			var bad *rpcconn.FrameError
			if errors.As(last, &bad) {
				t.Errorf("%v does not end the connection", last)
			}
		})
	}
}

// Whatever the server sends, Recv comes to an end, and no message is longer than it may be.
func FuzzRecv(f *testing.F) {
	f.Add([]byte{fin | text, 2, '[', ']', fin | ping, 0, more | text, 1, '1', fin, 1, '2', fin | closed, 2, 0x03, 0xe8})
	f.Add([]byte{fin | binaryKind, 126, 0, 3, 1, 2, 3})
	f.Add([]byte{fin | text, 127, 0, 0, 0, 0, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, in []byte) {
		ch := dial(t, DialOptions{MaxMessage: 20}, func(w *wire) { _, _ = w.Write(in) })
		for {
			frame, err := ch.Recv()
			var bad *rpcconn.FrameError
			switch {
			case err == nil && (len(frame) == 0 || len(frame) > 20):
				t.Errorf("a message of %d bytes", len(frame))
			case err != nil && !errors.As(err, &bad):
				return
			}
		}
	})
}

func TestPingIsAnswered(t *testing.T) {
	got := make(chan string, 1)
	ch := dial(t, DialOptions{}, func(w *wire) {
		w.write(fin|ping, "are you there")
		head, payload, _ := w.read()
		got <- fmt.Sprintf("%x %s", head, payload)
		w.close(1000, "")
		w.drain()
	})
	if _, err := ch.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("Recv: %v", err)
	}
	if got := <-got; got != fmt.Sprintf("%x are you there", fin|pong) {
		t.Errorf("the ping was answered with %q", got)
	}
}

// A call that is given up while its message is stuck must not take the connection with it.
func TestSendGivesUp(t *testing.T) {
	t.Parallel()
	const size = 16 << 20 // more than sockets hold
	goOn, first := make(chan struct{}), make(chan int, 2)
	ch := dial(t, DialOptions{}, func(w *wire) {
		<-goOn
		for range 2 {
			_, payload, _ := w.read()
			first <- len(payload)
		}
		w.drain()
	})
	ctx, cancel := context.WithCancel(t.Context())
	stuck := make(chan error, 1)
	go func() { stuck <- ch.Send(ctx, make([]byte, size)) }()
	for len(ch.(*channel).sending) == 0 {
		select {
		case err := <-stuck:
			t.Fatalf("Send returned %v", err)
		default:
		}
	}
	waiting := make(chan error, 1)
	go func() { waiting <- ch.Send(ctx, []byte("2")) }()
	cancel()
	for _, sent := range []chan error{stuck, waiting} {
		if err := <-sent; !errors.Is(err, context.Canceled) {
			t.Errorf("Send returned %v", err)
		}
	}
	close(goOn)
	if err := ch.Send(t.Context(), []byte("333")); err != nil {
		t.Errorf("the next Send: %v", err)
	}
	if a, b := <-first, <-first; b != 3 || a != size {
		t.Errorf("messages of %d and %d bytes came, want %d and 3", a, b, size)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	t.Run("unblocks", func(t *testing.T) {
		goOn := make(chan struct{})
		ch := dial(t, DialOptions{}, func(w *wire) { <-goOn }) // reads nothing, not even our close frame
		t.Cleanup(func() { close(goOn) })
		ended := make(chan error, 2)
		go func() { _, err := ch.Recv(); ended <- err }()
		go func() {
			for {
				if err := ch.Send(t.Context(), make([]byte, 1<<20)); err != nil {
					ended <- err
					return
				}
			}
		}()
		var closers sync.WaitGroup
		for range 3 {
			closers.Go(func() { _ = ch.Close() })
		}
		closers.Wait()
		for range 2 {
			if err := <-ended; !errors.Is(err, rpcconn.ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
		}
		if err := ch.Send(t.Context(), []byte("1")); !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("Send after Close: %v", err)
		}
		if _, err := ch.Recv(); !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("Recv after Close: %v", err)
		}
	})
	t.Run("says so", func(t *testing.T) {
		near, far := pair(t, DialOptions{}, ListenOptions{})
		ended := make(chan error, 1)
		go func() { _, err := near.Recv(); ended <- err }()
		go far.Close()
		var closed *CloseError
		if err := <-ended; !errors.As(err, &closed) || closed.Code != 1000 {
			t.Errorf("Recv: %v", err)
		}
		if err := near.Close(); err != nil {
			t.Errorf("Close after the peer's: %v", err)
		}
	})
}

func BenchmarkPingPong(b *testing.B) {
	near, far := pair(b, DialOptions{}, ListenOptions{})
	go func() {
		for {
			frame, err := far.Recv()
			if err != nil || far.Send(context.Background(), frame) != nil {
				return
			}
		}
	}()
	frame := []byte(`{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`)
	for _, bench := range []struct {
		name string
		ctx  context.Context
	}{{"plain", context.Background()}, {"canceling", b.Context()}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := near.Send(bench.ctx, frame); err != nil {
					b.Fatal(err)
				}
				if _, err := near.Recv(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A message whose length is over the limit is refused once its beginning is there, in which its id is: what is
// announced need not come. It does not matter that something else came with the handshake, or in between.
func TestLengthsOverTheLimit(t *testing.T) {
	const limit = 1000
	head := strings.Repeat("x", rpcconn.HeadSize)
	for name, script := range map[string]func(w *wire){
		"one frame": func(w *wire) {
			_, _ = w.Write([]byte{fin | text, 127, 0, 0, 0, 1, 0, 0, 0, 0})
		},
		"frames": func(w *wire) {
			w.write(more|text, "{")
			w.write(fin|0x09, "ping")
			_, _ = w.Write([]byte{fin, 127, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
		},
	} {
		t.Run(name, func(t *testing.T) {
			ch := dial(t, DialOptions{MaxMessage: limit}, func(w *wire) {
				w.write(fin|text, "first")
				w.write(more|text, "sec")
				w.write(fin, "ond")
				script(w)
				_, _ = w.Write([]byte(head))
				w.drain() // and no more comes
			})
			for _, want := range []string{"first", "second"} {
				if frame, err := ch.Recv(); err != nil || string(frame) != want {
					t.Fatalf("Recv returned %q, %v; want %q", frame, err, want)
				}
			}
			_, err := ch.Recv()
			var size *rpcconn.SizeError
			if !errors.As(err, &size) || size.Size != 1<<32 || size.Limit != limit {
				t.Errorf("Recv returned %v, want that 4 GiB are over the limit", err)
			}
		})
	}
}
