package framing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
)

// A gate is a stream whose Write waits for a permit, and then does what it says.
type gate struct {
	io.Reader
	permits chan func(b []byte) (int, error)
	calls   chan []byte // what Write was called with
	closed  chan struct{}
	once    sync.Once
}

func newGate() *gate {
	return &gate{
		Reader:  strings.NewReader(""),
		permits: make(chan func([]byte) (int, error)),
		calls:   make(chan []byte, 100),
		closed:  make(chan struct{}),
	}
}

func (g *gate) Write(b []byte) (int, error) {
	g.calls <- bytes.Clone(b)
	select {
	case permit := <-g.permits:
		return permit(b)
	case <-g.closed:
		return 0, io.ErrClosedPipe
	}
}

func (g *gate) Close() error {
	g.once.Do(func() { close(g.closed) })
	return nil
}

func takeAll(b []byte) (int, error) { return len(b), nil }

func TestSendersShareOneWrite(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", g)
	send := func(text string) {
		t.Helper()
		if err := ch.Send(t.Context(), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	send("1")
	if got := string(<-g.calls); got != "1\n" {
		t.Errorf("the first write is %q", got)
	}
	send("2")
	send("3")
	g.permits <- takeAll
	if got := string(<-g.calls); got != "2\n3\n" {
		t.Errorf("the second write is %q", got)
	}
	g.permits <- takeAll
	if err := ch.Close(); err != nil {
		t.Error(err)
	}
	if len(g.calls) > 0 {
		t.Errorf("there is one more write, %q", <-g.calls)
	}
}

func TestCanceledSendSendsNothing(t *testing.T) { synctest.Test(t, canceledSendSendsNothing) }

func canceledSendSendsNothing(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", g)
	frame := bytes.Repeat([]byte("x"), 16<<10)
	for i := range 1 + maxQueue/len(frame) {
		if err := ch.Send(t.Context(), frame); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			<-g.calls // it is being written, and what follows is queued
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { result <- ch.Send(ctx, []byte("canceled")) }()
	synctest.Wait()
	if n := len(ch.(*stream).writer.waiting); n != 1 {
		t.Errorf("%d senders wait for room in the queue", n)
	}
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "8 bytes") {
		t.Errorf("Send returned %v", err)
	}
	g.permits <- takeAll
	if got := <-g.calls; bytes.Contains(got, []byte("canceled")) {
		t.Error("a message whose Send failed was sent")
	}
	g.permits <- takeAll
}

func TestWriteErrors(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name   string
		permit func([]byte) (int, error)
		want   error
	}{
		{"error", func([]byte) (int, error) { return 0, broken }, broken},
		{"error after a part", func([]byte) (int, error) { return 1, broken }, broken},
		{"short", func([]byte) (int, error) { return 1, nil }, io.ErrShortWrite},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGate()
			ch := channel(t, "line", g)
			if err := ch.Send(t.Context(), []byte("first")); err != nil {
				t.Fatal(err)
			}
			g.permits <- test.permit
			<-g.closed // so that Recv ends
			// Until the failure is noted, a message may be taken that is lost with the connection.
			err := ch.Send(t.Context(), []byte("second"))
			for ; err == nil; err = ch.Send(t.Context(), []byte("second")) {
				runtime.Gosched()
			}
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), "sending a message of 6 bytes") {
				t.Errorf("Send returned %v", err)
			}
			if len(g.calls) != 1 {
				t.Errorf("%d writes, one of them after a failure", len(g.calls))
			}
		})
	}
}

// A timedGate is a gate that is written to with deadlines, as a socket is.
type timedGate struct{ *gate }

func (timedGate) SetWriteDeadline(time.Time) error      { return nil }
func (timedGate) SyscallConn() (syscall.RawConn, error) { return nil, errors.ErrUnsupported }

// passes returns a permit that takes n bytes and then passes the deadline.
func passes(n int) func([]byte) (int, error) {
	return func([]byte) (int, error) { return n, os.ErrDeadlineExceeded }
}

// start sends frame in a goroutine.
func start(ctx context.Context, ch rpcconn.Channel, frame []byte) <-chan error {
	result := make(chan error, 1)
	go func() { result <- ch.Send(ctx, frame) }()
	return result
}

func TestRestGoesToBackground(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", timedGate{g})
	first := start(t.Context(), ch, []byte("first"))
	<-g.calls
	g.permits <- passes(2)
	if err := <-first; err != nil {
		t.Errorf("Send returned %v", err)
	}
	if err := ch.Send(t.Context(), []byte("second")); err != nil {
		t.Error(err)
	}
	if got := string(<-g.calls); got != "rst\n" {
		t.Errorf("the rest is %q", got)
	}
	g.permits <- takeAll
	if got := string(<-g.calls); got != "second\n" {
		t.Errorf("then came %q", got)
	}
	g.permits <- takeAll
}

func TestNobodyWritesForOthersForEver(t *testing.T) { synctest.Test(t, nobodyWritesForOthersForever) }

func nobodyWritesForOthersForever(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", timedGate{g})
	first := start(t.Context(), ch, []byte("x"))
	for range flushTurns {
		<-g.calls
		if err := ch.Send(t.Context(), []byte("x")); err != nil { // queued
			t.Fatal(err)
		}
		g.permits <- takeAll
	}
	<-g.calls // which has no permit yet
	if err := <-first; err != nil {
		t.Error(err)
	}
	g.permits <- takeAll
}

// An error of what others sent is not that of the sender who happened to write it.
func TestErrorOfOthers(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", timedGate{g})
	first := start(t.Context(), ch, []byte("first"))
	<-g.calls
	if err := ch.Send(t.Context(), []byte("second")); err != nil {
		t.Fatal(err)
	}
	g.permits <- takeAll
	<-g.calls
	g.permits <- func([]byte) (int, error) { return 0, io.ErrClosedPipe }
	if err := <-first; err != nil {
		t.Errorf("the first Send returned %v", err)
	}
	if err := ch.Send(t.Context(), []byte("third")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the third Send returned %v", err)
	}
}

func TestBigFrame(t *testing.T) {
	frame := bytes.Repeat([]byte("x"), bigFrame)
	for _, test := range []struct {
		name     string
		canceled bool // while the first Write is under way
		permit   func([]byte) (int, error)
		want     error
		rest     string // that is written then
	}{
		{"whole", false, takeAll, nil, "\n"},
		{"in parts", false, passes(bigFrame - 3), nil, "xxx"},
		{"canceled in the middle", true, passes(bigFrame - 3), nil, "xxx\n"},
		{"canceled before anything", true, passes(0), context.Canceled, ""},
		{"failed", false, func([]byte) (int, error) { return 0, io.ErrClosedPipe }, io.ErrClosedPipe, ""},
		{"short", false, func([]byte) (int, error) { return 1, nil }, io.ErrShortWrite, "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newGate()
			ch := channel(t, "line", timedGate{g})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sent := start(ctx, ch, frame)
			if got := <-g.calls; !bytes.Equal(got, frame) {
				t.Errorf("the first write is of %d bytes", len(got))
			}
			if test.canceled {
				cancel()
			}
			g.permits <- test.permit
			if test.rest != "" {
				if got := string(<-g.calls); got != test.rest {
					t.Errorf("the second write is %q, want %q", got, test.rest)
				}
				g.permits <- takeAll
				if test.rest == "xxx" {
					<-g.calls
					g.permits <- takeAll
				}
			}
			if err := <-sent; !errors.Is(err, test.want) {
				t.Errorf("Send returned %v, want %v", err, test.want)
			}
		})
	}
}

// Who waits behind a big frame whose sender gives up goes on.
func TestBigFrameGivesUpItsPlace(t *testing.T) {
	g := newGate()
	ch := channel(t, "line", timedGate{g})
	first := start(t.Context(), ch, []byte("first"))
	<-g.calls
	waiting := func(n int) {
		for w := ch.(*stream).writer; ; runtime.Gosched() {
			w.mu.Lock()
			now := len(w.waiting)
			w.mu.Unlock()
			if now == n {
				return
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	big := start(ctx, ch, make([]byte, bigFrame))
	waiting(1)
	last := start(t.Context(), ch, []byte("last"))
	waiting(2)
	cancel()
	if err := <-big; !errors.Is(err, context.Canceled) {
		t.Errorf("Send of the big frame returned %v", err)
	}
	if err := <-last; err != nil {
		t.Errorf("the last Send returned %v", err)
	}
	g.permits <- takeAll
	if got := string(<-g.calls); got != "last\n" {
		t.Errorf("the second write is %q", got)
	}
	g.permits <- takeAll
	if err := <-first; err != nil {
		t.Errorf("the first Send returned %v", err)
	}
}

// A file has the methods for deadlines, and yet none.
func TestFileWithoutDeadlines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	ch := channel(t, "line", file)
	if err := ch.Send(t.Context(), []byte("{}")); err != nil {
		t.Error(err)
	}
	if err := ch.Close(); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "{}\n" {
		t.Errorf("the file has %q, %v", got, err)
	}
}

// TestBuffersAreDropped sends more than a buffer that is kept has room for.
func TestBuffersAreDropped(t *testing.T) {
	w := &writer{}
	for size, kept := range map[int]bool{keepQueue: true, keepQueue + 1: false} {
		w.spare = nil
		if w.nextBatch(make([]byte, size)); (w.spare != nil) != kept {
			t.Errorf("a buffer of %d bytes: kept is %v", size, w.spare != nil)
		}
	}
}
