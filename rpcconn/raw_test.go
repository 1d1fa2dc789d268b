package rpcconn_test

import (
	"bufio"
	"bytes"
	"net"
	"runtime"
	"strconv"
	"sync"
	"testing"
)

// The limits that the benchmarks compare a Conn with: the same bytes over the same kind of socket, with no JSON read,
// nothing checked, and no way to be misunderstood.

const rawBuffer = 128 << 10 // larger than any line

// A rawLine sends lines, so many at a time, and gets them back.
type rawLine struct {
	nc     net.Conn
	r      *bufio.Reader
	lines  []byte
	window int
}

func newRawLine(b *testing.B, line string, window int) *rawLine {
	near, far := sockets(b)
	go sendBack(far)
	lines := bytes.Repeat([]byte(line+"\n"), window)
	return &rawLine{nc: near, r: bufio.NewReaderSize(near, rawBuffer), lines: lines, window: window}
}

// sendBack sends back each line that has an id, as many as have come in one write.
func sendBack(far net.Conn) {
	r, w := bufio.NewReaderSize(far, rawBuffer), bufio.NewWriterSize(far, rawBuffer)
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		if line[rawID-3] == 'd' { // as in "id":
			_, _ = w.Write(line)
		}
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
	}
}

func (l *rawLine) run(b *testing.B, n int) {
	for ; n > 0; n -= l.window {
		if _, err := l.nc.Write(l.lines); err != nil {
			b.Fatal(err)
		}
		for range l.window {
			if _, err := l.r.ReadSlice('\n'); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// receive sends lines that are not sent back, and one that is, which says that all have been received.
func (l *rawLine) receive(b *testing.B, n int) {
	for ; n > 0; n -= l.window {
		if _, err := l.nc.Write(l.lines); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := l.nc.Write([]byte(smallCall + "\n")); err != nil {
		b.Fatal(err)
	}
	if _, err := l.r.ReadSlice('\n'); err != nil {
		b.Fatal(err)
	}
}

const (
	rawID     = 22 // where in a rawCallers' line the id begins, as in {"jsonrpc":"2.0","id":1,…
	rawDigits = 10
)

// A rawCallers is a connection on which goroutines send lines and each waits for the one with its number. What they
// write goes out together.
type rawCallers struct {
	nc net.Conn

	mu       sync.Mutex // protects what follows
	queue    []byte
	spare    []byte
	flushing bool
	waiting  map[int]chan struct{}
	last     int
}

func newRawCallers(b *testing.B, line string) (c *rawCallers, template []byte) {
	near, far := sockets(b)
	c = &rawCallers{nc: near, waiting: make(map[int]chan struct{})}
	go sendBack(far)
	go func() {
		r := bufio.NewReaderSize(near, 64<<10)
		for {
			line, err := r.ReadSlice('\n')
			if err != nil {
				return
			}
			id := 0
			for _, digit := range line[rawID : rawID+rawDigits] {
				id = id*10 + int(digit-'0')
			}
			c.mu.Lock()
			done := c.waiting[id]
			delete(c.waiting, id)
			c.mu.Unlock()
			done <- struct{}{}
		}
	}()
	return c, bytes.Replace([]byte(line+"\n"), []byte(`"id":1,`),
		[]byte(`"id":`+string(bytes.Repeat([]byte("0"), rawDigits))+","), 1)
}

// call sends line, which it writes the id into, and waits on done for its answer.
func (c *rawCallers) call(line []byte, done chan struct{}) error {
	c.mu.Lock()
	c.last++
	c.waiting[c.last] = done
	digits := strconv.AppendInt(make([]byte, 0, 2*rawDigits), int64(c.last)+1e9, 10)
	digits[0]--
	copy(line[rawID:], digits)
	c.queue = append(c.queue, line...)
	mine := !c.flushing
	c.flushing = true
	c.mu.Unlock()
	for mine {
		runtime.Gosched()
		c.mu.Lock()
		batch := c.queue
		c.queue, c.spare = c.spare[:0], batch
		if len(batch) == 0 {
			c.flushing = false
			c.mu.Unlock()
			break
		}
		c.mu.Unlock()
		if _, err := c.nc.Write(batch); err != nil {
			return err
		}
	}
	<-done
	return nil
}
