package dial

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/transport"
)

// fakePeer serves every connection by f, which is to return once the peer has closed it; the test ends when all have.
func fakePeer(t *testing.T, f func(nc net.Conn)) Target {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer nc.Close()
				f(nc)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		work.Wait()
	})
	return Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
}

// drain reads until the connection ends.
func drain(nc net.Conn) { _, _ = io.Copy(io.Discard, nc) }

// A picky peer answers one probe, to the byte.
type picky struct {
	greeting string // comes first
	asked    string
	answer   string
	slow     time.Duration // before the answer
	hangs    bool          // on what it does not understand; else it ends the connection
}

func pickyAbout(protocol, framing string) picky {
	request, refusal := probed, `{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`
	if protocol == "jsonrpc1" {
		request, refusal = probed1, `{"id":1,"result":null,"error":"unknown method"}`
	}
	return picky{asked: framedText(framing, request), answer: framedText(framing, refusal)}
}

// framedText returns text as the framing has it.
func framedText(framing, text string) string {
	f, err := NewFraming(framing, 0)
	if err != nil {
		panic(err)
	}
	ch := f(struct {
		io.Reader
		io.WriteCloser
	}{})
	framed, err := ch.AppendFrame(nil, []byte(text))
	if err != nil {
		panic(err)
	}
	return string(framed)
}

func (p picky) serve(nc net.Conn) {
	_, _ = io.WriteString(nc, p.greeting)
	var got []byte
	buf := make([]byte, 1<<10)
	for {
		n, err := nc.Read(buf)
		got = append(got, buf[:n]...)
		switch {
		case err != nil:
			return
		case bytes.Equal(got, []byte(p.asked)):
			time.Sleep(p.slow)
			_, _ = io.WriteString(nc, p.answer)
			got = nil
		case strings.HasPrefix(p.asked, string(got)):
		case !p.hangs:
			return
		}
	}
}

// one serves one connection at a time; others wait, first come, first served, which no mutex sees to.
func one(f func(net.Conn)) func(net.Conn) {
	turn := make(chan struct{}, 1)
	return func(nc net.Conn) {
		turn <- struct{}{}
		f(nc)
		<-turn
	}
}

// busy serves one connection at a time; others are closed.
func busy(f func(net.Conn)) func(net.Conn) {
	var mu sync.Mutex
	return func(nc net.Conn) {
		if mu.TryLock() {
			defer mu.Unlock()
			f(nc)
		}
	}
}

// speaksHTTPToo answers p's question only when it has been asked by HTTP, too; before it answers that, it gives the
// other answer a moment to be read.
func speaksHTTPToo(p picky) func(net.Conn) {
	asked := make(chan struct{})
	once := sync.OnceFunc(func() { close(asked) })
	return func(nc net.Conn) {
		in := bufio.NewReader(nc)
		first, err := in.Peek(1)
		switch {
		case err != nil:
			return
		case first[0] == p.asked[0]:
			gone := make(chan struct{})
			go func() {
				drain(nc)
				close(gone)
			}()
			select {
			case <-asked:
				_, _ = io.WriteString(nc, p.answer)
			case <-gone:
			}
			<-gone
			return
		case first[0] != 'G' && first[0] != 'P':
			drain(nc)
			return
		}
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			status, answer := http.StatusNotFound, ""
			if req.Method == http.MethodPost {
				once()
				time.Sleep(500 * time.Millisecond) // on a busy machine, too
				status, answer = http.StatusOK, `{"jsonrpc":"2.0","id":1,"result":1}`
			}
			fmt.Fprintf(nc, "HTTP/1.1 %d x\r\nContent-Length: %d\r\n\r\n%s", status, len(answer), answer)
		}
	}
}
