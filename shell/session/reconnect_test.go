package session

import (
	"net"
	"sync"
	"testing"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/event"
)

// A peer that several dial again at the same time is dialled once, and keeps its number and name.
func TestReconnectOnce(t *testing.T) {
	s := New(Options{})
	defer s.Close() // after the listener, which ends what was dialled too often
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	target, err := transport.ParseTarget(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Connect(t.Context(), target, dial.Config{Protocol: "jsonrpc", Framing: "line"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.peers.Rename(p, "web"); err != nil {
		t.Fatal(err)
	}
	events := s.Events().Subscribe(event.Options{})
	first, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = first.Close()
	if e := until(t, events, event.Close); !e.Orderly || e.Peer.At() != "@web" {
		t.Errorf("%+v", e)
	}
	var dialling sync.WaitGroup
	for range 4 {
		dialling.Go(func() {
			if err := s.connector.reconnect(t.Context(), p); err != nil {
				t.Error(err)
			}
		})
	}
	dialling.Wait()
	if all := s.peers.List(); len(all) != 1 || !p.Alive() || p.At() != "@web" || p.Number() != 1 {
		t.Errorf("%d peers are connected; %s is: %v", len(all), p.Title(), p.Alive())
	}
}
