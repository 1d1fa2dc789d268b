package websocket

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
)

// TestPings keeps connections alive in the time of a bubble.
func TestPings(t *testing.T) {
	const question, answer = `{"jsonrpc":"2.0","id":1,"method":"work"}`, `{"jsonrpc":"2.0","id":1,"result":7}`
	pingError := `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}`
	answered := func(w *wire, pings int, payload string) { w.write(fin|pong, payload) }
	silent := func(w *wire, pings int, payload string) {}
	for _, test := range []struct {
		name  string
		every time.Duration
		said  time.Duration // when we send a message; 0: never
		pings func(w *wire, pings int, payload string)
		want  int           // pings within a minute
		ends  time.Duration // when Recv ends; 0: not
		err   string        // of Recv
		rule  string        // of a deviation
	}{
		{name: "in silence", every: 10 * time.Second, pings: answered, want: 6},
		{name: "none", every: 0, pings: answered, want: 0},
		{name: "a message postpones them", every: 40 * time.Second, said: 30 * time.Second, pings: answered, want: 0},
		{name: "no pong", every: 5 * time.Second, pings: silent, want: 1, ends: 15 * time.Second,
			err: "a ping had no answer for 10 s: the peer, or the way to it, is gone"},
		{name: "no pong at work", every: 5 * time.Second, said: time.Second, pings: silent, want: 1,
			ends: 66 * time.Second, err: "a ping had no answer for 60 s"},
		{name: "late pong", every: 5 * time.Second, said: time.Second, want: 1,
			pings: func(w *wire, pings int, payload string) {
				time.Sleep(49 * time.Second) // between two looks
				w.write(fin|pong, payload)
				w.write(fin|text, answer)
				time.Sleep(time.Minute)
			}},
		{name: "taken for messages", every: 5 * time.Second, want: 1, rule: "ping",
			pings: func(w *wire, pings int, payload string) {
				w.write(fin|pong, payload)
				w.write(fin|text, pingError)
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				near, far := net.Pipe()
				pings := 0
				served := make(chan struct{})
				go func() {
					defer close(served)
					w := handshake(far)
					for {
						head, payload, err := w.read()
						if err != nil {
							return
						}
						if head == fin|ping {
							if time.Since(start) <= time.Minute {
								pings++
							}
							test.pings(w, pings, string(payload))
						}
					}
				}()
				open := func(context.Context) (net.Conn, error) { return near, nil }
				ch, _, err := Dial(t.Context(), "ws://peer", DialOptions{Ping: test.every, Open: open})
				if err != nil {
					t.Fatal(err)
				}
				rule := ""
				received := make(chan struct{})
				var ended time.Duration
				go func() {
					defer close(received)
					for {
						var deviation *rpcconn.Deviation
						if _, err = ch.Recv(); errors.As(err, &deviation) {
							rule = deviation.Rule
						} else if err != nil {
							ended = time.Since(start)
							return
						}
					}
				}()
				if test.said > 0 {
					time.Sleep(test.said)
					if err := ch.Send(t.Context(), []byte(question)); err != nil {
						t.Error(err)
					}
				}
				time.Sleep(time.Until(start.Add(time.Minute + time.Millisecond)))
				synctest.Wait()
				if test.ends > 0 {
					<-received
					if ended != test.ends || !strings.Contains(err.Error(), test.err) {
						t.Errorf("ended after %s: %v", ended, err)
					}
				} else if ended > 0 {
					t.Errorf("ended after %s: %v", ended, err)
				}
				if pings != test.want || rule != test.rule {
					t.Errorf("%d pings, deviation %q; want %d, %q", pings, rule, test.want, test.rule)
				}
				_ = far.Close()
				_ = ch.Close()
				<-received
				<-served
			})
		})
	}
}
