package rpcconn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"rpcsh/rpcconn"
)

const (
	smallCall = `{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`
	smallNote = `{"jsonrpc":"2.0","method":"report_progress","params":["hi"]}`
)

var smallParams = json.RawMessage(`[1,2]`)

func echoParams(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	return req.Params, nil
}

// compare measures ours, in turns with limit so that both see the same machine, and reports what share of the limit's
// speed ours has. Each does n operations at a call.
func compare(b *testing.B, limit, ours func(n int)) {
	const turn = 2048
	limit(turn)
	ours(turn)
	b.ReportAllocs()
	var limitTime time.Duration
	b.ResetTimer()
	for done := 0; done < b.N; done += turn { // b.Loop does one at a time
		n := min(turn, b.N-done)
		ours(n)
		b.StopTimer()
		start := time.Now()
		limit(n)
		limitTime += time.Since(start)
		b.StartTimer()
	}
	b.StopTimer()
	b.ReportMetric(float64(limitTime)/float64(b.Elapsed()), "of-limit")
}

// BenchmarkRoundTrip does one call at a time.
func BenchmarkRoundTrip(b *testing.B) {
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			c, _ := w.pair(b, nil, &rpcconn.Options{Handler: echoParams})
			raw := newRawLine(b, smallCall, 1)
			compare(b, func(n int) { raw.run(b, n) }, func(n int) {
				for range n {
					if _, err := c.Call(b.Context(), "my_add", smallParams); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

// callers does n operations in 64 goroutines.
func callers(b *testing.B, n int, newOp func() func() error) {
	const count = 64
	var wg sync.WaitGroup
	for i := range count {
		wg.Go(func() {
			op := newOp()
			for j := i; j < n; j += count {
				if err := op(); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkCallers has 64 goroutines call at a time.
func BenchmarkCallers(b *testing.B) {
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			c, _ := w.pair(b, nil, &rpcconn.Options{Handler: echoParams})
			raw, line := newRawCallers(b, smallCall)
			compare(b, func(n int) {
				callers(b, n, func() func() error {
					mine, done := bytes.Clone(line), make(chan struct{}, 1)
					return func() error { return raw.call(mine, done) }
				})
			}, func(n int) {
				callers(b, n, func() func() error {
					return func() error { _, err := c.Call(b.Context(), "my_add", smallParams); return err }
				})
			})
		})
	}
}

// BenchmarkNotificationsIn receives notifications, of which 64 come with each write.
func BenchmarkNotificationsIn(b *testing.B) {
	const window = 64
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			near, far := sockets(b)
			var left atomic.Int64
			seen := make(chan struct{}, 1)
			w.conn(b, near, &rpcconn.Options{OnRequest: func(*rpcconn.Request) {
				if left.Add(-1) == 0 {
					seen <- struct{}{}
				}
			}})
			frame := w.frame(b, smallNote)
			frames := bytes.Repeat(frame, window)
			raw := newRawLine(b, smallNote, window)
			compare(b, func(n int) { raw.run(b, n) }, func(n int) {
				left.Store(int64(n))
				for ; n > 0; n -= window {
					if _, err := far.Write(frames[:len(frame)*min(n, window)]); err != nil {
						b.Fatal(err)
					}
				}
				<-seen
			})
		})
	}
}
