package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"runtime"
	"strconv"
	"sync"
)

// The names of the limits.
const (
	rawLine    = "raw-line"
	rawCallers = "raw-callers"
)

// limits are the same bytes over the same sockets, with no JSON read and nothing checked.
func limits() []contestant {
	return []contestant{
		{name: rawLine, limit: true, typed: true, serve: sendBack, dial: dialRawLine, hold: holdRaw, frame: line},
		{name: rawCallers, limit: true, typed: true, serve: sendBack, dial: dialRawCallers},
	}
}

const rawBuffer = 128 << 10 // larger than any line but the biggest

// sendBack sends back each line that has an id, as many as have come in one write.
func sendBack(nc net.Conn) {
	r, w := bufio.NewReaderSize(nc, rawBuffer), bufio.NewWriterSize(nc, rawBuffer)
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

// holdRaw reads a line that is one big message into memory that is there already, and sends a byte.
func holdRaw(nc net.Conn) {
	kept := make([]byte, bigSize)
	n := 0
	for n == 0 || kept[n-1] != '\n' {
		m, err := nc.Read(kept[n:])
		if n += m; err != nil {
			return
		}
	}
	_, _ = nc.Write([]byte("\n"))
	_, _ = io.Copy(io.Discard, nc)
	runtime.KeepAlive(kept)
}

// dialRawLine sends lines and gets them back, one after the other or many at a time.
func dialRawLine(nc net.Conn) client {
	r := bufio.NewReaderSize(nc, rawBuffer)
	lines := make(map[int][]byte) // by the length of the params
	echo := func(params []byte, times int) error {
		text := lines[len(params)]
		if text == nil {
			text = bytes.Repeat(line(message(params)), callers)
			lines[len(params)] = text
		}
		text = text[:len(text)/callers*times]
		sent := make(chan error, 1)
		send := func() { _, err := nc.Write(text); sent <- err }
		if len(text) < rawBuffer {
			send()
		} else {
			go send() // what comes back has to be read meanwhile
		}
		for range times {
			if _, err := r.ReadSlice('\n'); err != nil {
				return err
			}
		}
		return <-sent
	}
	return client{
		echo:   func(params json.RawMessage) error { return echo(params, 1) },
		add:    func() error { return echo([]byte(small), 1) },
		window: func(params []byte) error { return echo(params, callers) },
	}
}

const (
	rawID     = 22 // where in a line the id begins, as in {"jsonrpc":"2.0","id":1,…
	rawDigits = 10
)

// A rawConn is a connection on which goroutines send lines and each waits for the one with its number. What they write
// goes out together.
type rawConn struct {
	nc net.Conn

	mu       sync.Mutex // protects what follows
	queue    []byte
	spare    []byte
	flushing bool
	waiting  map[int]chan struct{}
	last     int
}

func dialRawCallers(nc net.Conn) client {
	c := &rawConn{nc: nc, waiting: make(map[int]chan struct{})}
	go c.receive()
	type slot struct {
		lines map[int][]byte
		done  chan struct{}
	}
	slots := sync.Pool{New: func() any { return &slot{make(map[int][]byte), make(chan struct{}, 1)} }}
	echo := func(params json.RawMessage) error {
		s := slots.Get().(*slot)
		defer slots.Put(s)
		text := s.lines[len(params)]
		if text == nil {
			text = bytes.Replace(line(message(params)), []byte(`"id":1,`), []byte(`"id":0000000000,`), 1)
			s.lines[len(params)] = text
		}
		return c.call(text, s.done)
	}
	return client{echo: echo, add: func() error { return echo(json.RawMessage(small)) }}
}

func (c *rawConn) receive() {
	r := bufio.NewReaderSize(c.nc, rawBuffer)
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
}

// call sends line, which it writes the id into, and waits on done for its answer.
func (c *rawConn) call(line []byte, done chan struct{}) error {
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
