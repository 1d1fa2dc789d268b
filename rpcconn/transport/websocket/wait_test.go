package websocket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn/transport"
)

// What is wrong with a handshake is told at once, though the server keeps the connection open, and sends no more of the
// body that it has announced.
func TestDialTellsAtOnce(t *testing.T) {
	const accept = "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
	for _, test := range []struct {
		name, answer, want string
		most               time.Duration
	}{
		{"wrong accept", accept + "AAAA\r\n\r\n", `invalid Sec-WebSocket-Accept "AAAA"`, 0},
		{"no upgrade", "HTTP/1.1 101 X\r\n\r\n", "answers the handshake wrongly", 0},
		{"half a page", "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nnot you", `403 Forbidden "not you"`,
			time.Second},
		{"an event stream", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "HTTP 200 OK", time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				open, ended := answering(test.answer)
				start := time.Now()
				_, _, err := Dial(t.Context(), "ws://peer", DialOptions{Open: open})
				took := time.Since(start)
				if err == nil || !strings.Contains(err.Error(), test.want) || took > test.most {
					t.Errorf("after %s: %v, want %q", took, err, test.want)
				}
				<-ended
			})
		})
	}
}

// answering returns what opens a connection to a server that sends answer and nothing more; ended is closed when the
// connection has ended.
func answering(answer string) (open func(context.Context) (net.Conn, error), ended chan struct{}) {
	near, far := net.Pipe()
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		r := bufio.NewReader(far)
		if _, err := http.ReadRequest(r); err == nil {
			_, _ = io.WriteString(far, answer)
			_, _ = io.Copy(io.Discard, r)
		}
	}()
	return func(context.Context) (net.Conn, error) { return near, nil }, ended
}

// A handshake without an answer is named.
func TestDialStalls(t *testing.T) {
	for url, want := range map[string]string{
		"ws://peer":  "no answer to the WebSocket handshake",
		"wss://peer": string(transport.PeerSilent),
	} {
		synctest.Test(t, func(t *testing.T) {
			near, far := net.Pipe()
			go func() { _, _ = io.Copy(io.Discard, far) }()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			open := func(context.Context) (net.Conn, error) { return near, nil }
			_, _, err := Dial(ctx, url, DialOptions{Open: open})
			if transport.Stalled(err) != want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want %q", url, err, want)
			}
			_ = far.Close()
			synctest.Wait()
		})
	}
}

// A peer that does not answer a close frame is waited for as long as SetGrace says.
func TestSetGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		go func() {
			handshake(far)
			_, _ = io.Copy(io.Discard, far)
		}()
		open := func(context.Context) (net.Conn, error) { return near, nil }
		ch, _, err := Dial(t.Context(), "ws://peer", DialOptions{Open: open})
		if err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = ch.Recv() }()
		ch.(*channel).SetGrace(30 * time.Millisecond)
		start := time.Now()
		_ = ch.Close()
		if took := time.Since(start); took != 30*time.Millisecond {
			t.Errorf("Close took %s", took)
		}
		synctest.Wait()
	})
}
