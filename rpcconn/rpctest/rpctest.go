// Package rpctest helps to test code that uses a connection: it has a pair of channels in memory, and a peer that the
// test controls frame by frame. Only tests import it.
package rpctest

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

// Pipe returns the two ends of a channel in memory. It keeps frames until they are received.
func Pipe() (a, b rpcconn.Channel) {
	left, right := newQueue(), newQueue()
	return &end{in: left, out: right}, &end{in: right, out: left}
}

type end struct{ in, out *queue }

func (e *end) Send(ctx context.Context, frame []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return e.out.put(bytes.Clone(frame))
}

func (e *end) Recv() ([]byte, error) { return e.in.take() }

func (e *end) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

type queue struct {
	mu     sync.Mutex // protects what follows
	ready  *sync.Cond
	frames [][]byte
	closed bool
}

func newQueue() *queue {
	q := new(queue)
	q.ready = sync.NewCond(&q.mu)
	return q
}

func (q *queue) put(frame []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return io.ErrClosedPipe
	}
	q.frames = append(q.frames, frame)
	q.ready.Signal()
	return nil
}

func (q *queue) take() ([]byte, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.frames) == 0 && !q.closed {
		q.ready.Wait()
	}
	if len(q.frames) == 0 {
		return nil, io.EOF
	}
	frame := q.frames[0]
	q.frames = q.frames[1:]
	return frame, nil
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.ready.Broadcast()
}

// A Peer is the other end of a connection under test, controlled by the test.
type Peer struct {
	t  testing.TB
	ch rpcconn.Channel
}

// NewPeer returns a connection and the peer at its other end; both are closed with the test.
func NewPeer(t testing.TB, codec rpcconn.Codec, opts *rpcconn.Options) (*rpcconn.Conn, *Peer) {
	t.Helper()
	near, far := Pipe()
	c := rpcconn.New(near, codec, opts)
	t.Cleanup(func() {
		_ = c.Close()
		c.Wait()
	})
	return c, PeerOf(t, far)
}

// PeerOf returns the peer that has the far end of a connection.
func PeerOf(t testing.TB, far rpcconn.Channel) *Peer { return &Peer{t: t, ch: far} }

// Send sends each frame.
func (p *Peer) Send(frames ...string) {
	p.t.Helper()
	for _, f := range frames {
		if err := p.ch.Send(context.Background(), []byte(f)); err != nil {
			p.t.Fatalf("peer: sending %s: %v", f, err)
		}
	}
}

// Recv returns the next frame, "" once the connection is closed.
func (p *Peer) Recv() string {
	p.t.Helper()
	got := make(chan string, 1)
	go func() {
		frame, _ := p.ch.Recv()
		got <- string(frame)
	}()
	select {
	case frame := <-got:
		return frame
	case <-time.After(patience):
		p.t.Fatal("peer: nothing came")
		return ""
	}
}

// Expect receives the wanted frames, in this order.
func (p *Peer) Expect(frames ...string) {
	p.t.Helper()
	for _, want := range frames {
		if got := p.Recv(); got != want {
			p.t.Fatalf("peer received\n %s\nwant\n %s", got, want)
		}
	}
}

// Close closes the peer's end.
func (p *Peer) Close() { _ = p.ch.Close() }
