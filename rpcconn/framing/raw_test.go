package framing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
)

func rawChannel(t testing.TB, name string, rwc io.ReadWriteCloser) rpcconn.RawChannel {
	t.Helper()
	raw, err := rpcconn.Raw(channel(t, name, rwc))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What AppendFrame returns is what Send writes, and SendRaw writes it as it is.
func TestAppendFrame(t *testing.T) {
	for _, f := range framings() {
		for _, size := range []int{0, 10, bigFrame} {
			frame := message(f.Name, "", size)
			sent, raw := newGate(), newGate()
			if err := channel(t, f.Name, sent).Send(t.Context(), frame); err != nil {
				t.Fatal(err)
			}
			want := <-sent.calls
			sent.permits <- takeAll

			ch := rawChannel(t, f.Name, raw)
			got, err := ch.AppendFrame([]byte("before"), frame)
			if err != nil || string(got) != "before"+string(want) {
				t.Errorf("%s: AppendFrame returned %s, %v; Send writes %s", f.Name, rpcconn.Excerpt(got), err,
					rpcconn.Excerpt(want))
			}
			result := make(chan error, 1)
			go func() { result <- ch.SendRaw(t.Context(), got, 0) }()
			if written := <-raw.calls; !bytes.Equal(written, got) {
				t.Errorf("%s: SendRaw writes %s", f.Name, rpcconn.Excerpt(written))
			}
			raw.permits <- takeAll
			if err := <-result; err != nil {
				t.Error(err)
			}
		}
	}
}

// Bytes that are sent as they are, slowly too, do not mix with what others send.
func TestRawDoesNotMix(t *testing.T) {
	const senders, each = 8, 50
	for link, dial := range links {
		for _, f := range framings() {
			t.Run(link+"/"+f.Name, func(t *testing.T) {
				a, b := dial(t)
				from, to := rawChannel(t, f.Name, a), channel(t, f.Name, b)
				body := func(sender, i int) []byte {
					size := 10
					if i%10 == 0 {
						size = 2 * bigFrame
					}
					return message(f.Name, fmt.Sprintf("%d %d ", sender, i), size)
				}
				var wg sync.WaitGroup
				for sender := range senders {
					wg.Go(func() {
						for i := range each {
							frame := body(sender, i)
							var err error
							if i%5 == 0 {
								framed, _ := from.AppendFrame(nil, frame)
								err = from.SendRaw(t.Context(), framed, 1<<30)
							} else {
								err = from.Send(t.Context(), frame)
							}
							if err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				var came [senders]int
				headSize := bytes.IndexByte(message(f.Name, "?", 1), '?')
				for range senders * each {
					got, err := to.Recv()
					if err != nil {
						t.Fatal(err)
					}
					sender := int(got[headSize] - '0')
					if sender >= senders || !bytes.Equal(got, body(sender, came[sender])) {
						t.Fatalf("no message of ours: %s", rpcconn.Excerpt(got))
					}
					came[sender]++
				}
				wg.Wait()
			})
		}
	}
}

// inMemory returns a channel on one end of a connection without deadlines, and the other end; it is for bubbles.
func inMemory(t *testing.T) (rpcconn.RawChannel, net.Conn) {
	a, b := net.Pipe()
	f, err := framingNamed(t, "line").New(0)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := rpcconn.Raw(f(a))
	if err != nil {
		t.Fatal(err)
	}
	return raw, b
}

func TestRate(t *testing.T) {
	for _, tt := range []struct {
		bytes, rate int
		want        time.Duration
	}{
		{10, 0, 0}, {10, 2, 9 * time.Second / 2}, {100, 100, 19 * time.Second / 20}, {10, 1 << 20, 0}, {1, 1, 0}, {0,
			5, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ch, peer := inMemory(t)
			got := make(chan string, 1)
			go func() {
				all, _ := io.ReadAll(peer)
				got <- string(all)
			}()
			start := time.Now()
			raw := strings.Repeat("x", tt.bytes)
			if err := ch.SendRaw(t.Context(), []byte(raw), tt.rate); err != nil {
				t.Error(err)
			}
			if d := time.Since(start); d != tt.want {
				t.Errorf("%d bytes at %d a second took %s, want %s", tt.bytes, tt.rate, d, tt.want)
			}
			if err := ch.Send(t.Context(), []byte("then")); err != nil {
				t.Error(err)
			}
			if err := ch.Close(); err != nil {
				t.Error(err)
			}
			if got := <-got; got != raw+"then\n" {
				t.Errorf("came %q", got)
			}
		})
	}
}

// Whoever takes their time does not keep Close, nor what was sent after them.
func TestSlowSendEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(ch rpcconn.Channel, cancel func())
		want error
	}{
		"close":    {func(ch rpcconn.Channel, _ func()) { _ = ch.Close() }, rpcconn.ErrClosed},
		"canceled": {func(_ rpcconn.Channel, cancel func()) { cancel() }, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ch, peer := inMemory(t)
				came := make(chan string, 1)
				go func() {
					all, _ := io.ReadAll(peer)
					came <- string(all)
				}()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				sent := make(chan error, 1)
				go func() { sent <- ch.SendRaw(ctx, []byte("abc"), 1) }()
				synctest.Wait() // a is written
				if err := ch.Send(t.Context(), []byte("behind")); err != nil {
					t.Error(err)
				}
				waiting := make(chan error, 1)
				go func() { waiting <- ch.SendRaw(t.Context(), []byte("raw"), 0) }()
				synctest.Wait()
				start := time.Now()
				tt.end(ch, cancel)
				if err := <-sent; !errors.Is(err, tt.want) {
					t.Errorf("SendRaw returned %v, want %v", err, tt.want)
				}
				want := "abehind\nraw"
				if err := <-waiting; err != nil {
					want = "abehind\n"
					if !errors.Is(err, tt.want) {
						t.Errorf("who waited got %v", err)
					}
				}
				if d := time.Since(start); d != 0 {
					t.Errorf("it took %s", d)
				}
				if err := ch.Close(); err != nil {
					t.Error(err)
				}
				if got := <-came; got != want {
					t.Errorf("came %q, want %q", got, want)
				}
				if err := ch.SendRaw(t.Context(), []byte("x"), 0); !errors.Is(err, rpcconn.ErrClosed) {
					t.Errorf("SendRaw after Close returned %v", err)
				}
			})
		})
	}
}

// Who gives up while the peer takes nothing is let go; what was begun is written to its end, and nothing is lost of
// what others send.
func TestRawGivenUpWhileBlocked(t *testing.T) {
	for name, stream := range map[string]func(*gate) io.ReadWriteCloser{
		"without deadlines": func(g *gate) io.ReadWriteCloser { return g },
		"with deadlines":    func(g *gate) io.ReadWriteCloser { return timedGate{g} },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate()
			ch := rawChannel(t, "line", stream(g))
			ctx, cancel := context.WithCancel(t.Context())
			sent := make(chan error, 1)
			go func() { sent <- ch.SendRaw(ctx, []byte("raw"), 0) }()
			<-g.calls
			cancel()
			if err := <-sent; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "3 bytes") {
				t.Errorf("SendRaw returned %v", err)
			}
			if err := ch.SendRaw(ctx, nil, 0); !errors.Is(err, context.Canceled) {
				t.Errorf("SendRaw with a ctx that is done returned %v", err)
			}
			if err := ch.Send(t.Context(), []byte("then")); err != nil {
				t.Error(err)
			}
			g.permits <- takeAll
			if got := string(<-g.calls); got != "then\n" {
				t.Errorf("then came %q", got)
			}
			g.permits <- takeAll
		})
	}
}

func TestRawWriteError(t *testing.T) {
	g := newGate()
	ch := rawChannel(t, "line", g)
	sent := make(chan error, 1)
	go func() { sent <- ch.SendRaw(t.Context(), []byte("raw"), 0) }()
	<-g.calls
	broken := errors.New("broken")
	g.permits <- func([]byte) (int, error) { return 0, broken }
	for _, err := range []error{<-sent, ch.SendRaw(t.Context(), []byte("raw"), 0), ch.Send(t.Context(), nil)} {
		if !errors.Is(err, broken) || !errors.Is(err, rpcconn.ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}
