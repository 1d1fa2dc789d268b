package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A deaf channel keeps what is sent from the peer, until it reads.
type deaf struct {
	rpcconn.Channel
	sent  atomic.Int64  // frames
	read  chan struct{} // closed when it reads
	gone  chan struct{}
	close sync.Once
}

func newDeaf(ch rpcconn.Channel) *deaf {
	return &deaf{Channel: ch, read: make(chan struct{}), gone: make(chan struct{})}
}

func (d *deaf) Send(ctx context.Context, frame []byte) error {
	d.sent.Add(1)
	select {
	case <-d.read:
		return d.Channel.Send(ctx, frame)
	case <-ctx.Done():
		return ctx.Err()
	case <-d.gone:
		return rpcconn.ErrClosed
	}
}

func (d *deaf) Close() error {
	d.close.Do(func() { close(d.gone) })
	return d.Channel.Close()
}

// A greedy peer has a connection on which it sends requests with large answers, and reads none of them.
type greedy struct {
	conn    *rpcconn.Conn
	peer    rpcconn.Channel
	channel *deaf
	told    []error
}

const large = 1 << 20 // bytes of an answer

func newGreedy(t *testing.T, memory *rpcconn.Memory) *greedy {
	ours, theirs := rpctest.Pipe()
	var mu sync.Mutex
	g := &greedy{peer: theirs, channel: newDeaf(ours)}
	answer := json.RawMessage(`"` + strings.Repeat("x", large-2) + `"`)
	g.conn = rpcconn.New(g.channel, jsonrpc.New(), &rpcconn.Options{
		Memory: memory,
		OnError: func(err error) {
			mu.Lock()
			defer mu.Unlock()
			g.told = append(g.told, err)
		},
		Handler: func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
			return answer, nil
		},
	})
	t.Cleanup(func() { _ = g.conn.Close() })
	return g
}

func (g *greedy) ask(t *testing.T, n int, text string) {
	t.Helper()
	for i := range n {
		if err := g.peer.Send(t.Context(), fmt.Appendf(nil, text, i)); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
}

const askOne = `{"jsonrpc":"2.0","id":%d,"method":"m"}`

// Who reads no answers is made no more of them than a certain number of bytes, is not read then, and is cut off.
func TestAnswersThatNobodyReads(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		g := newGreedy(t, nil)
		const requests = 300
		g.ask(t, requests, askOne)
		if made, most := g.channel.sent.Load(), int64(rpcconn.MaxAnswers/large+runtime.GOMAXPROCS(0)+1); made > most {
			t.Errorf("%d answers were made, want %d at most", made, most)
		}
		<-g.conn.Done()
		var end *rpcconn.StalledError
		if err := g.conn.Err(); !errors.As(err, &end) || !end.Ended {
			t.Errorf("it ended with %v", err)
		}
		if len(g.told) != 1 || !errors.As(g.told[0], &end) || end.Ended {
			t.Errorf("it was told %v", g.told)
		}
	})
}

// Who reads its answers at last gets all of them.
func TestAnswersThatAreReadLate(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		g := newGreedy(t, nil)
		const requests = 200
		g.ask(t, requests, askOne)
		close(g.channel.read)
		for range requests {
			if frame, err := g.peer.Recv(); err != nil || len(frame) < large {
				t.Fatalf("%d bytes, %v", len(frame), err)
			}
		}
	})
}

// All connections together have a bound, beyond which those are not read that hold more than their share.
func TestMemoryOfAllConnections(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		const most, peers = 20, 5
		memory := rpcconn.NewMemory(most * large)
		var made int64
		for range peers {
			g := newGreedy(t, memory)
			g.ask(t, 100, askOne)
			made += g.channel.sent.Load()
		}
		if most := int64(most + 2*peers + runtime.GOMAXPROCS(0) + 1); made > most {
			t.Errorf("%d answers were made, want %d at most", made, most)
		}
		modest := newGreedy(t, memory)
		close(modest.channel.read)
		modest.ask(t, 10, askOne)
		for range 10 {
			if _, err := modest.peer.Recv(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Large requests whose answers take long are not read without end.
func TestRequestsThatWait(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		ours, theirs := rpctest.Pipe()
		release := make(chan struct{})
		c := rpcconn.New(ours, jsonrpc.New(), &rpcconn.Options{
			Memory: rpcconn.NewMemory(4 * large),
			Handler: func(context.Context, *rpcconn.Conn, *rpcconn.Request) (json.RawMessage, error) {
				<-release
				return json.RawMessage("1"), nil
			},
		})
		g := &greedy{conn: c, peer: theirs}
		const requests = 20
		g.ask(t, requests, `{"jsonrpc":"2.0","id":%d,"method":"m","params":["`+strings.Repeat("x", large)+`"]}`)
		if n := c.Stats().Serving; n > 5 {
			t.Errorf("%d requests are in memory, want 5", n)
		}
		close(release)
		for range requests {
			if _, err := theirs.Recv(); err != nil {
				t.Fatal(err)
			}
		}
		_ = c.Close()
	})
}

// The answers to a batch, which are sent together, have a bound.
func TestAnswersToABatch(t *testing.T) {
	g := newGreedy(t, nil)
	close(g.channel.read)
	const requests = rpcconn.MaxAnswers/large + 10
	batch := "[" + strings.Repeat(`{"jsonrpc":"2.0","id":1,"method":"m"},`, requests-1) + fmt.Sprintf(askOne, 2) + "]"
	if err := g.peer.Send(t.Context(), []byte(batch)); err != nil {
		t.Fatal(err)
	}
	frame, err := g.peer.Recv()
	if n := strings.Count(string(frame), `"error"`); err != nil || n != 10 || len(frame) > rpcconn.MaxAnswers+large {
		t.Errorf("%d bytes with %d errors, %v", len(frame), n, err)
	}
}
