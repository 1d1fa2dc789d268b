package httprpc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
)

// patience bounds waits that only a broken program makes long.
const patience = 20 * time.Second

func newCodec() rpcconn.Codec { return jsonrpc.New() }

const (
	request      = `{"jsonrpc":"2.0","id":1,"method":"add","params":[1,2]}`
	second       = `{"jsonrpc":"2.0","id":2,"method":"add","params":[3,4]}`
	both         = "[" + request + "," + second + "]"
	notification = `{"jsonrpc":"2.0","method":"hello"}`
	result       = `{"jsonrpc":"2.0","id":1,"result":3}`
	refusal      = `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid Request"}}`
	failure      = `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`
)

// serve starts a server.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server
}

// say is a handler that answers everything alike.
func say(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// byHand starts a server that answers each request with what answer returns for it, byte for byte, and closes the
// connection where that says so.
func byHand(t testing.TB, answer func(r *http.Request) (text string, closes bool)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(patience))
				in := bufio.NewReader(conn)
				for {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					text, closes := answer(r)
					if _, err := io.WriteString(conn, text); err != nil || closes {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { ln.Close(); conns.Wait() })
	return "http://" + ln.Addr().String()
}

// A tester is a client whose messages and complaints are kept.
type tester struct {
	rpcconn.Channel
	got  chan string // what Recv returned; closed at the end
	said chan error  // what OnError was told
	// the rules of what is against the specification
	deviations chan string
	ending     error // of Recv; there once got is closed
}

// dial connects to url and receives.
func dial(t testing.TB, url string, opts Options) *tester {
	t.Helper()
	c := &tester{got: make(chan string, 100), said: make(chan error, 100), deviations: make(chan string, 100)}
	opts.NewCodec = newCodec
	opts.OnError = func(err error) { c.said <- err }
	var err error
	if c.Channel, _, err = Dial(t.Context(), url, opts); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(c.got)
		for {
			frame, err := c.Recv()
			var deviation *rpcconn.Deviation
			if errors.As(err, &deviation) {
				c.deviations <- deviation.Rule
				continue
			}
			if err != nil {
				c.ending = err
				return
			}
			c.got <- string(frame)
		}
	}()
	t.Cleanup(func() { c.Close(); <-done })
	return c
}

// next returns what is received next.
func (c *tester) next(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case frame := <-c.got:
		return frame
	case <-ctx.Done():
		t.Fatal("nothing is received")
		return ""
	}
}
