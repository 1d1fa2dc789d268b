package session

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// A wire is the other end of a peer's connection, played by hand, a line a message.
type wire struct {
	net.Conn
	t     *testing.T
	lines *bufio.Scanner
}

// dialWire returns a session with a peer, and the other end of its connection.
func dialWire(t *testing.T, opts Options) (*Session, *Peer, *wire) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := New(opts)
	t.Cleanup(s.Close)
	target, err := transport.ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Connect(t.Context(), target, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return s, p, &wire{Conn: conn, t: t, lines: bufio.NewScanner(conn)}
}

// expect reads a line, which has to be want.
func (w *wire) expect(want string) {
	w.t.Helper()
	if !w.lines.Scan() || w.lines.Text() != want {
		w.t.Fatalf("got %s, want %s", w.lines.Text(), want)
	}
}

// send writes a line.
func (w *wire) send(line string) { fmt.Fprintln(w, line) }

// until returns the next event of a kind.
func until(t *testing.T, events *event.Subscription, kind event.Kind) *event.Event {
	t.Helper()
	for {
		e, err := events.Next(t.Context())
		if err != nil {
			t.Fatalf("waiting for an event of the kind %s: %v", kind, err)
		}
		if e.Kind == kind {
			return e
		}
	}
}

// addPeer adds a peer in memory, and returns it and its other end.
func addPeer(t *testing.T, s *Session, accepted bool, label string) (*Peer, *rpctest.Peer) {
	p := newPeer(s)
	p.accepted, p.label = accepted, label
	ready := make(chan struct{})
	close(ready)
	conn, far := rpctest.NewPeer(t, jsonrpc.New(), s.connector.connOptions(p, ready))
	p.caller = p.newCaller()
	s.connector.attach(p, &dial.Link{Conn: conn, Remote: label})
	s.peers.add(p)
	return p, far
}

// leave has the peer's connection end, and the session take note of it.
func leave(p *Peer) {
	_ = p.Close()
	p.session.connector.watchEnd(p, p.connection.Load())
}

// An answerFunc is an answer.Answerer.
type answerFunc func(ctx context.Context) error

// Answer implements answer.Answerer.
func (f answerFunc) Answer(ctx context.Context, _ *answer.Request) (json.RawMessage, error) {
	return json.RawMessage("null"), f(ctx)
}

func answerBy(method string, f answerFunc) *answer.Rule {
	return &answer.Rule{Pattern: method, Answerer: f}
}
