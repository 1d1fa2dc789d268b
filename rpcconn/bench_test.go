package rpcconn_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
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

// records returns params of about that many bytes: two numbers and an array of records.
func records(size int) json.RawMessage {
	var b strings.Builder
	b.WriteString("[1,2,[")
	for i := 0; b.Len() < size-150; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"record number %d","note":"it says \"hello\" to whoever reads it",`+
			`"price":%d.25,"tags":["new","sale"],"active":true}`, i, i, i)
	}
	b.WriteString("]]")
	return json.RawMessage(b.String())
}

func echoParams(_ context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	return req.Params, nil
}

// compare measures ours, in turns with limit so that both see the same machine, and reports what share of the limit's
// speed ours has: the median of the turns, in each of which both do so many operations. With RPCSH_BARS set, a share
// below two thirds of bar fails, if it is so again and again: other programs may be at work.
func compare(b *testing.B, bar float64, turn int, limit, ours func(n int)) {
	const turns, tries = 9, 6
	limit(turn)
	ours(turn)
	b.ReportAllocs()
	var shares []float64
	one := func(n int) {
		b.StopTimer()
		start := time.Now()
		limit(n)
		limitTime := time.Since(start)
		start = time.Now()
		b.StartTimer()
		ours(n)
		shares = append(shares, float64(limitTime)/float64(time.Since(start)))
	}
	b.ResetTimer()
	for done := 0; done < b.N; done += turn { // b.Loop does one at a time
		one(min(turn, b.N-done))
	}
	for try := 1; os.Getenv("RPCSH_BARS") != ""; try++ {
		for shares = shares[:0]; len(shares) < turns; {
			one(turn)
		}
		share := median(shares)
		if share >= bar*2/3 {
			break
		}
		if try == tries {
			b.Errorf("%.3f of the limit's speed, below two thirds of %.2f", share, bar)
			break
		}
	}
	b.StopTimer()
	b.ReportMetric(median(shares), "of-limit")
}

func median(shares []float64) float64 {
	slices.Sort(shares)
	return shares[len(shares)/2]
}

// text reports whether messages are JSON text on the wire.
func (w wire) text() bool { return w.framing != "bson" && w.framing != "msgpack" }

// BenchmarkRoundTrip does one call at a time.
func BenchmarkRoundTrip(b *testing.B) {
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			c, _ := w.pair(b, nil, &rpcconn.Options{Handler: echoParams})
			raw := newRawLine(b, smallCall, 1)
			compare(b, 0.5, 512, func(n int) { raw.run(b, n) }, func(n int) {
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
			compareCallers(b, 0.35, func() func() error {
				return func() error { _, err := c.Call(b.Context(), "my_add", smallParams); return err }
			})
		})
	}
}

// BenchmarkCallersReuse is BenchmarkCallers with memory that is used again.
func BenchmarkCallersReuse(b *testing.B) {
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			c, _ := w.pair(b, nil, &rpcconn.Options{Handler: echoParams, Reuse: true})
			compareCallers(b, 0.42, func() func() error {
				call := rpcconn.Call{Method: "my_add", Params: smallParams, Into: new(rpcconn.Response)}
				return func() error { _, err := c.Do(b.Context(), &call); return err }
			})
		})
	}
}

// compareCallers compares what 64 goroutines do with raw callers.
func compareCallers(b *testing.B, bar float64, newOp func() func() error) {
	raw, line := newRawCallers(b, smallCall)
	compare(b, bar, 4096, func(n int) {
		callers(b, n, func() func() error {
			mine, done := bytes.Clone(line), make(chan struct{}, 1)
			return func() error { return raw.call(mine, done) }
		})
	}, func(n int) { callers(b, n, newOp) })
}

// BenchmarkRecords calls with 64 KiB of records, one call at a time.
func BenchmarkRecords(b *testing.B) {
	params := records(64 << 10)
	line := `{"jsonrpc":"2.0","id":1,"method":"my_add","params":` + string(params) + `}`
	for _, w := range wires() {
		b.Run(w.framing, func(b *testing.B) {
			c, _ := w.pair(b, nil, &rpcconn.Options{Handler: echoParams})
			bar := 0.1
			if !w.text() {
				bar = 0.03
			}
			raw := newRawLine(b, line, 1)
			compare(b, bar, 32, func(n int) { raw.run(b, n) }, func(n int) {
				for range n {
					if _, err := c.Call(b.Context(), "my_add", params); err != nil {
						b.Fatal(err)
					}
				}
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
			bars := map[string]float64{"line": 0.35, "rfc7464": 0.22, "bson": 0.25, "msgpack": 0.25}
			compare(b, bars[w.framing], 64*window, func(n int) { raw.receive(b, n) }, func(n int) {
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
