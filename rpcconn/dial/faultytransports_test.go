package dial

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/rpctest"
)

// A faulty is a connection whose own end breaks off behind a number of bytes that it has written.
type faulty struct {
	net.Conn
	how  fault
	left int
	said chan<- struct{} // gets something once it has broken off

	mu     sync.Mutex // protects what follows
	broken bool
}

var errBroken = errors.New("it has broken off")

// Write implements io.Writer.
func (f *faulty) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return 0, errBroken
	}
	n := min(len(p), f.left)
	f.left -= n
	if written, err := f.Conn.Write(p[:n]); err != nil || n == len(p) {
		return written, err
	}
	f.broken = true
	half, canHalf := f.Conn.(interface{ CloseWrite() error })
	switch linger, canReset := f.Conn.(interface{ SetLinger(sec int) error }); {
	case f.how == isReset && canReset:
		_ = linger.SetLinger(0)
		_ = f.Conn.Close()
	case f.how == isHalfClose && canHalf:
		_ = half.CloseWrite()
	case f.how != isStalled:
		_ = f.Conn.Close()
	}
	select {
	case f.said <- struct{}{}:
	default:
	}
	if f.how == isHalfClose || f.how == isStalled { // whoever writes goes on reading
		_, _ = io.Copy(io.Discard, f.Conn)
	}
	return n, errBroken
}

// breaks reports whether it has broken off.
func (f *faulty) breaks() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

// faultyServer serves connections, one after the other, each of which breaks off as it is told.
type faultyServer struct {
	net.Listener

	mu   sync.Mutex // protects what follows
	how  fault
	at   int
	said chan struct{}
	last *faulty
}

// Accept implements net.Listener.
func (s *faultyServer) Accept() (net.Conn, error) {
	nc, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = &faulty{Conn: nc, how: s.how, left: s.at, said: s.said}
	return s.last, nil
}

// told has the next connections break off, and returns what gets something then.
func (s *faultyServer) told(how fault, at int) (said <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how, s.at, s.said = how, at, make(chan struct{}, 1)
	return s.said
}

const (
	answerText = `{"jsonrpc":"2.0","id":1,"result":"the answer"}`
	theAnswer  = `"the answer"`
)

// answerLine answers a call on a stream, and then hears what comes.
func answerLine(nc net.Conn) {
	defer nc.Close()
	r := bufio.NewReader(nc)
	if _, err := r.ReadString('\n'); err == nil {
		_, _ = io.WriteString(nc, answerText+"\n")
		_, _ = io.Copy(io.Discard, r)
	}
}

// answerWeb answers a call by HTTP, as an event stream at /events, or over WebSocket.
func answerWeb(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Upgrade") != "":
		nc, both, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer nc.Close()
		key := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
		fmt.Fprintf(nc, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(key[:]))
		if _, err := both.ReadByte(); err == nil { // of the call
			_, _ = io.WriteString(nc, "\x81"+string(rune(len(answerText)))+answerText)
			_, _ = io.Copy(io.Discard, both)
		}
	case r.URL.Path == "/events":
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, ": first\n\ndata: "+answerText+"\n\n")
	default:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answerText)
	}
}

// A faultyWay is a transport to a server that breaks off.
type faultyWay struct {
	name   string
	listen func(*testing.T) net.Listener
	tls    bool
	web    bool
	to     string // the target, with %s for the address
	step   int    // bytes from one place where it breaks off to the next
}

func onTCP(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func onUnix(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Over each transport, wherever the bytes of a peer break off, and however, the call ends, or dialling does, with an
// error that tells of it, or with the answer that has come, and no goroutine and no descriptor is left. A call to a
// peer that has fallen silent ends as its context does. Of TLS, whose handshake has some thousand bytes, of event
// streams and of child processes, which take their time, it is some places only. On a stream, the framing does not
// matter here: TestFaultsInEveryFraming has all of them.
func TestFaultsOfTransports(t *testing.T) {
	before := descriptors(t)
	for _, way := range []faultyWay{
		{name: "TCP", listen: onTCP, to: "tcp://%s", step: 1},
		{name: "Unix", listen: onUnix, to: "unix://%s", step: 1},
		{name: "TLS", listen: onTCP, tls: true, to: "tls://%s", step: 41},
		{name: "WebSocket", listen: onTCP, web: true, to: "ws://%s/", step: 1},
		{name: "WebSocket over TLS", listen: onTCP, tls: true, web: true, to: "wss://%s/", step: 97},
		{name: "HTTP", listen: onTCP, web: true, to: "http://%s/", step: 1},
		{name: "HTTP over TLS", listen: onTCP, tls: true, web: true, to: "https://%s/", step: 97},
		{name: "HTTP, events", listen: onTCP, web: true, to: "http://%s/events", step: 3},
	} {
		t.Run(way.name, func(t *testing.T) { way.run(t) })
	}
	t.Run("child", faultyChildren)
	for end := time.Now().Add(patience); descriptors(t) > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("%d descriptors are open, and were %d", descriptors(t), before)
		}
	}
}

// descriptors returns how many files are open, on Linux.
func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(all)
}

func (way faultyWay) run(t *testing.T) {
	s := &faultyServer{Listener: way.listen(t)}
	cfg := Config{Protocol: "jsonrpc", Grace: time.Millisecond} // the end of a connection is not what is tested
	var l net.Listener = s
	if way.tls {
		files := certificates(t)
		cert, err := tls.LoadX509KeyPair(files.server.Cert, files.server.Key)
		if err != nil {
			t.Fatal(err)
		}
		cfg.TLS = files.client
		l = tls.NewListener(s, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	var work sync.WaitGroup
	if way.web {
		server := &http.Server{Handler: http.HandlerFunc(answerWeb), ErrorLog: log.New(io.Discard, "", 0)}
		work.Go(func() { _ = server.Serve(l) })
		defer work.Wait()
		defer server.Close()
	} else {
		cfg.Framing = "line"
		work.Go(func() {
			for {
				nc, err := l.Accept()
				if err != nil {
					return
				}
				work.Go(func() { answerLine(nc) })
			}
		})
		defer work.Wait()
		defer l.Close()
	}
	to := mustParse(t, fmt.Sprintf(way.to, s.Addr()))
	for _, how := range []fault{isCut, isReset, isHalfClose, isStalled} {
		for at := 0; ; at += way.step {
			err := callOnce(t, cfg, to, how, s.told(how, at))
			s.mu.Lock()
			broke := s.last.breaks()
			s.mu.Unlock()
			if err != nil {
				checkFault(t, fmt.Sprintf("%s, %s after %d bytes", way.name, how, at), err)
			}
			if !broke {
				if err != nil || at < len(answerText) {
					t.Errorf("%s, nothing broken after %d bytes: %v", way.name, at, err)
				}
				break
			}
		}
	}
}

// callOnce dials and calls. It gives up once the peer has broken off, where that is not the end by itself.
func callOnce(t *testing.T, cfg Config, to Target, how fault, said <-chan struct{}) error {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var watch sync.WaitGroup
	defer watch.Wait()
	over := make(chan struct{})
	defer close(over)
	watch.Go(func() {
		select {
		case <-said:
			if how == isStalled {
				cancel()
			}
		case <-over:
		}
	})
	link, err := cfg.Dial(ctx, to, nil)
	if err != nil {
		return err
	}
	defer func() {
		_ = link.Close()
		link.Wait()
	}()
	r, err := link.Call(ctx, "m", nil)
	if err == nil && (r.Err != nil || string(r.Result) != theAnswer) {
		err = fmt.Errorf("the answer is %v %s", r.Err, r.Result)
	}
	return err
}

// faultyRole begins the role of a child that breaks off.
const faultyRole = "faulty "

// faultyChild answers a call, breaks off, and returns the exit status. Its own end is the reset of a connection.
func faultyChild(role string) int {
	var how fault
	var at int
	if _, err := fmt.Sscanf(role, faultyRole+"%s %d", &how, &at); err != nil {
		return 2
	}
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	_, _ = os.Stdout.WriteString((answerText + "\n")[:at])
	switch how {
	case isReset:
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			_ = self.Kill()
		}
	case isHalfClose:
		_ = os.Stdout.Close()
		_, _ = io.Copy(io.Discard, os.Stdin)
	case isStalled:
		fmt.Fprintln(os.Stderr, "stalled")
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	return 0
}

func faultyChildren(t *testing.T) {
	said := make(chan struct{}, 1)
	cfg := Config{Protocol: "jsonrpc", Framing: "line", Grace: time.Second, Stderr: func(string) { said <- struct{}{} }}
	step := 15
	if rpctest.Race { // programs take a second to end then
		step = len(answerText)
	}
	for _, how := range []fault{isCut, isReset, isHalfClose, isStalled} {
		for at := 0; at <= len(answerText); at += step {
			to := childTarget(t, fmt.Sprintf(faultyRole+"%s %d", how, at))
			err := callOnce(t, cfg, to, how, said)
			if whole := at == len(answerText) && how != isStalled; !whole || err != nil { // its line need not end
				checkFault(t, fmt.Sprintf("child, %s after %d bytes", how, at), err)
			}
		}
	}
}
