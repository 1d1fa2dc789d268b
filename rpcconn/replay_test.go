package rpcconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
)

// The captures in testdata/captures are conversations of two py-bson-rpc programs. TestReplay takes the place of either
// of them: what the other one sent is fed to a Conn, byte for byte, and what the Conn sends must say the same as the
// captured bytes.

// The two sides of a capture.
const (
	client = "client"
	server = "server"
)

// replayPatience bounds waits that only a broken program makes long.
const replayPatience = 20 * time.Second

func TestReplay(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	for _, c := range conversations() {
		for _, side := range []string{client, server} {
			t.Run(c.name+"/as the "+side, func(t *testing.T) {
				feed, want := c.load(t, side)
				if !t.Run("as captured", func(t *testing.T) { c.replay(t, side, feed, want) }) {
					return // what fails whole fails in pieces
				}
				feed = join(feed)
				t.Run("joined", func(t *testing.T) { c.replay(t, side, feed, want) })
				t.Run("byte by byte", func(t *testing.T) { c.replay(t, side, shred(feed), want) })
				t.Run("cut in two", func(t *testing.T) {
					for at := 1; at < size(feed) && !t.Failed(); at++ {
						c.replay(t, side, cut(feed, at), want)
					}
				})
				t.Run("broken off", func(t *testing.T) {
					for at := 0; at < size(feed) && !t.Failed(); at++ {
						c.breakOff(t, side, feed, at)
					}
				})
			})
		}
	}
	goleak.VerifyNone(t, ignore)
}

// replay feeds side and checks what it sends and sees.
func (c *conversation) replay(t *testing.T, side string, feed []stage, want [][]byte) {
	t.Helper()
	got, seen := c.run(t, side, feed)
	if !slices.Equal(seen, c.sees[side]) {
		t.Errorf("%s: the %s saw\n %s\nwant\n %s", shape(feed), side, strings.Join(seen, "\n "),
			strings.Join(c.sees[side], "\n "))
	}
	if len(got) != len(want) {
		t.Fatalf("%s: the %s sent %d frames, want %d: %q", shape(feed), side, len(got), len(want), got)
	}
	for i := range want {
		if !c.equal(t, got[i], want[i]) {
			t.Errorf("%s: the %s sent\n %q\nwant\n %q", shape(feed), side, got[i], want[i])
		}
	}
}

// breakOff feeds side the first bytes only, and then the end of the connection: calls must fail, and what is seen is
// what was whole by then, all of it and nothing else.
func (c *conversation) breakOff(t *testing.T, side string, feed []stage, at int) {
	t.Helper()
	var first []stage
	var stream []byte
	for _, s := range feed {
		s.bytes = s.bytes[:min(len(s.bytes), at-len(stream))]
		stream = append(stream, s.bytes...)
		first = append(first, s)
		if len(stream) == at {
			break
		}
	}
	first = append(first, stage{end: true})
	messages := 0
	for payload, n := c.split(stream); n > 0; payload, n = c.split(stream) {
		messages += c.messages(t, payload)
		stream = stream[n:]
	}
	if c.framing == "rfc7464" && len(stream) > 0 && json.Valid(stream[1:]) {
		// only the line feed is missing, which ends nothing that has not ended (RFC 7464 section 2.4)
		messages += c.messages(t, stream[1:])
	}
	_, seen := c.run(t, side, first)
	want := c.sees[side][:messages]
	if got := seen[:len(seen)-1]; !slices.Equal(got, want) {
		t.Errorf("%s: the %s saw\n %s\nwant\n %s", shape(first), side, strings.Join(got, "\n "),
			strings.Join(want, "\n "))
	}
}

// run lets a Conn be side of the conversation, and returns the payloads that it sent and what it saw.
func (c *conversation) run(t *testing.T, side string, feed []stage) (sent [][]byte, seen []string) {
	t.Helper()
	framing, err := dial.NewFraming(c.framing, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), replayPatience, errors.New("nothing happens any more"))
	defer cancel()

	near, far := net.Pipe() // in which each write is a read of its own
	if err := far.SetWriteDeadline(time.Now().Add(replayPatience)); err != nil {
		t.Fatal(err)
	}
	p := &player{ctx: ctx}
	ready := make(chan struct{})
	p.conn = rpcconn.New(framing(near), c.codec(), &rpcconn.Options{
		Handler:   p.handle,
		OnRequest: p.request,
		OnStray:   func(r *rpcconn.Response) { p.see("stray %v", r) },
		OnError: func(err error) {
			<-ready
			if p.conn.Err() == nil && !errors.Is(err, rpcconn.ErrClosed) {
				p.see("error: %v", err)
			}
		},
	})
	close(ready)
	frames := c.receive(far)
	var playing sync.WaitGroup
	if side == client {
		playing.Go(func() { c.play(p) })
	}
	defer func() {
		_ = far.Close()
		_ = p.conn.Close()
		p.conn.Wait()
		playing.Wait()
		for range frames {
		}
	}()

	ended := 0
	next := func() {
		select {
		case frame, ok := <-frames:
			if ok {
				sent = append(sent, frame)
			} else {
				ended = 1
			}
		case <-ctx.Done():
			t.Fatalf("%s: %v; the %s sent %q and saw\n %s", shape(feed), context.Cause(ctx), side, sent, p.story())
		}
	}
	for _, s := range feed {
		for len(sent)+ended < s.after && ended == 0 {
			next()
		}
		if _, err := far.Write(s.bytes); err != nil && len(s.bytes) > 0 {
			t.Fatalf("%s: the %s takes no more: %v; it sent %q and saw\n %s", shape(feed), side, err, sent, p.story())
		}
		if s.end {
			_ = far.Close()
		}
	}
	for ended == 0 {
		next()
	}
	<-p.conn.Done()
	playing.Wait()
	p.conn.Wait()
	p.see("end: %v", p.conn.Err())
	return sent, p.seen // by now, nobody else has it
}

// receive returns the payloads of the frames that come from far; the channel is closed at the end of the connection.
func (c *conversation) receive(far net.Conn) <-chan []byte {
	frames := make(chan []byte, 1000)
	go func() {
		defer close(frames)
		var stream []byte
		buf := make([]byte, 4096)
		for {
			n, err := far.Read(buf)
			stream = append(stream, buf[:n]...)
			for payload, n := c.split(stream); n > 0; payload, n = c.split(stream) {
				frames <- payload
				stream = stream[n:]
			}
			if err != nil {
				if len(stream) > 0 {
					frames <- stream // of which no capture has anything
				}
				return
			}
		}
	}()
	return frames
}
