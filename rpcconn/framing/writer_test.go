package framing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// What concurrent senders send arrives whole, and in order for each of them.
func TestSendersDoNotMix(t *testing.T) {
	const senders, each = 16, 60
	for link, dial := range links {
		for _, f := range framings() {
			t.Run(link+"/"+f.Name, func(t *testing.T) {
				a, b := dial(t)
				from, to := channel(t, f.Name, a), channel(t, f.Name, b)
				body := func(sender, i int) []byte {
					size := 10
					if (sender+i)%30 == 0 {
						size = 2 * rpcconn.OwnSize
					}
					return message(f.Name, fmt.Sprintf("%d %d ", sender, i), size)
				}
				var wg sync.WaitGroup
				for sender := range senders {
					wg.Go(func() {
						for i := range each {
							if err := from.Send(t.Context(), body(sender, i)); err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				headSize := bytes.IndexByte(message(f.Name, "?", 1), '?')
				var next [senders]int
				for range senders * each {
					got, err := to.Recv()
					if err != nil {
						t.Fatal(err)
					}
					var sender, i int
					text := got[min(len(got), headSize):]
					if _, err := fmt.Sscan(string(text[:min(len(text), 10)]), &sender, &i); err != nil ||
						sender >= senders {
						t.Fatalf("no message of ours: %s", rpcconn.Excerpt(got))
					}
					if i != next[sender] || !bytes.Equal(got, body(sender, i)) {
						t.Fatalf("sender %d: want message %d, got %s", sender, next[sender], rpcconn.Excerpt(got))
					}
					next[sender]++
				}
				wg.Wait()
			})
		}
	}
}

// block sends frames of size bytes to a peer that reads nothing, until Send does not take any more, and returns how
// many it took.
func block(t *testing.T, ch rpcconn.Channel, size int) int {
	t.Helper()
	frame := message("line", "", size)
	for n := 0; ; n++ {
		// A ctx that is done later: whether Send waits can be seen only by its doing so.
		ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
		err := ch.Send(ctx, frame)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if n > 10000 {
			t.Fatal("a peer that reads nothing took 10000 messages")
		}
	}
}

func TestBlockedPeer(t *testing.T) {
	for link, dial := range links {
		for _, size := range []int{20 << 10, 100 << 10} {
			t.Run(fmt.Sprintf("%s/%d", link, size), func(t *testing.T) {
				t.Parallel() // each waits for closeGrace
				a, b := dial(t)
				from := channel(t, "line", a)
				block(t, from, size)

				waiting := make(chan error, 2)
				for range 2 {
					go func() { waiting <- from.Send(context.Background(), message("line", "", size)) }()
				}
				received := make(chan error, 1)
				go func() { _, err := from.Recv(); received <- err }()
				closed := make(chan error, 1)
				go func() { closed <- from.Close() }()

				for range 2 {
					if err := <-waiting; !errors.Is(err, rpcconn.ErrClosed) {
						t.Errorf("Send returned %v, want %v", err, rpcconn.ErrClosed)
					}
				}
				if err := <-received; !errors.Is(err, rpcconn.ErrClosed) {
					t.Errorf("Recv returned %v, want %v", err, rpcconn.ErrClosed)
				}
				if err := <-closed; err != nil {
					t.Errorf("Close returned %v", err)
				}
				if err := from.Send(t.Context(), nil); !errors.Is(err, rpcconn.ErrClosed) {
					t.Errorf("Send after Close returned %v", err)
				}
				if err := from.Close(); err != nil {
					t.Errorf("the second Close returned %v", err)
				}
				_ = b.Close()
			})
		}
	}
}

// What Send took from a blocked sender is sent in order once the peer reads again, and no message is in it that Send
// did not take.
func TestBlockedPeerReadsAgain(t *testing.T) {
	for link, dial := range links {
		for _, size := range []int{20 << 10, 100 << 10} {
			t.Run(fmt.Sprintf("%s/%d", link, size), func(t *testing.T) {
				a, b := dial(t)
				from, to := channel(t, "line", a), channel(t, "line", b)
				taken := block(t, from, size)
				want := message("line", "", size)
				last := message("line", "last", 0)
				sent := make(chan error, 1)
				go func() { sent <- from.Send(t.Context(), last) }()
				for i := range taken {
					if got, err := to.Recv(); err != nil || !bytes.Equal(got, want) {
						t.Fatalf("message %d of %d: %d bytes %s, %v", i, taken, len(got), rpcconn.Excerpt(got), err)
					}
				}
				if got, err := to.Recv(); err != nil || !bytes.Equal(got, last) {
					t.Fatalf("the last message is %d bytes %s, %v", len(got), rpcconn.Excerpt(got), err)
				}
				if err := <-sent; err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A sender alone is not delayed forever by a peer that reads nothing.
func TestSendLeavesSocketBehind(t *testing.T) {
	a, b := sockets(t)
	if err := a.(*net.UnixConn).SetWriteBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	from, to := channel(t, "line", a), channel(t, "line", b)
	frame := message("line", "", 30<<10)
	for range 4 {
		if err := from.Send(context.Background(), frame); err != nil { // ctx never ends
			t.Fatal(err)
		}
	}
	for range 4 {
		if got, err := to.Recv(); err != nil || !bytes.Equal(got, frame) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
}

// With senders that give up and a peer that pauses, exactly those messages arrive whose Send returned nil, whole and in
// order.
func TestSendersGiveUp(t *testing.T) {
	const senders, each = 8, 150
	for link, dial := range links {
		t.Run(link, func(t *testing.T) {
			t.Parallel()
			a, b := dial(t)
			from, to := channel(t, "netstring", a), channel(t, "netstring", b)
			var taken [senders][]int
			var wg sync.WaitGroup
			for sender := range senders {
				wg.Go(func() {
					for i := range each {
						size := []int{0, 10 << 10, 300 << 10, 31 << 10, 33 << 10}[(sender+i)%5]
						ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%7)*patience/4)
						err := from.Send(ctx, message("netstring", fmt.Sprintf("%d %d ", sender, i), size))
						cancel()
						switch {
						case err == nil:
							taken[sender] = append(taken[sender], i)
						case !errors.Is(err, context.DeadlineExceeded):
							t.Error(err)
						}
					}
				})
			}
			go func() {
				wg.Wait()
				_ = from.Send(context.Background(), []byte("end"))
			}()
			var came [senders][]int
			for n := 0; ; n++ {
				got, err := to.Recv()
				if err != nil {
					t.Fatal(err)
				}
				if string(got) == "end" {
					break
				}
				var sender, i int
				if _, err := fmt.Sscanf(string(got[:min(len(got), 20)]), `{"m":"%d %d `, &sender, &i); err != nil ||
					!bytes.HasSuffix(got, []byte(`"}`)) {
					t.Fatalf("no message of ours: %s", rpcconn.Excerpt(got))
				}
				came[sender] = append(came[sender], i)
				if n%40 == 0 {
					time.Sleep(2 * patience) // so that the senders have to wait; whether they do is not relied on
				}
			}
			for sender := range senders {
				if !slices.Equal(came[sender], taken[sender]) {
					t.Errorf("sender %d: taken %v, came %v", sender, taken[sender], came[sender])
				}
			}
		})
	}
}

// A taker takes everything at once.
type taker struct{ timedGate }

func (taker) Write(b []byte) (int, error) { return len(b), nil }

func TestSendAllocatesNothing(t *testing.T) {
	for _, f := range Names() {
		ch := channel(t, f, taker{timedGate{newGate()}})
		for _, size := range []int{100, 2 * bigFrame} {
			frame := make([]byte, size)
			if n := testing.AllocsPerRun(100, func() { _ = ch.Send(t.Context(), frame) }); n != 0 {
				t.Errorf("%s: %v allocations to send %d bytes", f, n, size)
			}
		}
	}
}

func TestFlush(t *testing.T) {
	for link, dial := range links {
		t.Run(link, func(t *testing.T) {
			a, b := dial(t)
			from := channel(t, "line", a)
			if err := rpcconn.Flush(t.Context(), from); err != nil {
				t.Errorf("before anything was sent: %v", err)
			}
			block(t, from, 20<<10)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := rpcconn.Flush(ctx, from); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("to a peer that does not read: %v", err)
			}
			go func() { _, _ = io.Copy(io.Discard, b) }()
			if err := rpcconn.Flush(t.Context(), from); err != nil {
				t.Errorf("to a peer that reads again: %v", err)
			}
			_ = from.Close()
			if err := rpcconn.Flush(t.Context(), from); !errors.Is(err, rpcconn.ErrClosed) {
				t.Errorf("after Close: %v", err)
			}
			_ = b.Close()
		})
	}
}
