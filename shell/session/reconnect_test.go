package session

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rpcsh/rpcconn/detect"
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

// What a peer spoke is not found out again: it is dialled again in the form that it spoke, without a probe, until it
// says no word in that form.
func TestReconnectAsBefore(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	target := transport.Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
	s := New(Options{})
	defer s.Close()
	events := s.Events().Subscribe(event.Options{})
	const tick = "\x1e" + `{"jsonrpc":"2.0","method":"tick"}` + "\n"
	received := make(chan string, 1)
	serve := func() {
		nc, err := l.Accept()
		if err == nil {
			_, _ = io.WriteString(nc, tick)
			b := make([]byte, 1<<10)
			n, _ := nc.Read(b)
			_ = nc.Close()
			received <- string(b[:n])
		}
	}
	cfg := dial.Config{Settle: time.Minute}
	go serve()
	p, err := s.Connect(t.Context(), target, cfg)
	if err != nil {
		t.Fatal(err)
	}
	p.cfg.Settle = 0
	for range 2 {
		if err := p.Notify(t.Context(), "hello", nil); err != nil {
			t.Fatal(err)
		}
		if got := <-received; !strings.Contains(got, "hello") {
			t.Errorf("the peer was sent %q", got)
		}
		until(t, events, event.Close)
		go serve()
		if err := s.Reconnect(t.Context(), p, false); err != nil {
			t.Fatal(err)
		}
	}
	if e := until(t, events, event.Connect); !strings.HasSuffix(e.Text, "as before") {
		t.Error(e.Text)
	}
}

// What was found of a peer is forgotten when it has said no word though something was asked; notifications ask for
// none.
func TestFindingsAreForgotten(t *testing.T) {
	for name, tt := range map[string]struct {
		send   func(p *Peer) error
		forgot bool
	}{
		"notified": {func(p *Peer) error { return p.Notify(t.Context(), "m", nil) }, false},
		"asked": {func(p *Peer) error {
			if r, err := p.Call(t.Context(), "m", nil, 0); err == nil {
				return fmt.Errorf("the peer answers %v", r)
			}
			return nil
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if nc, err := l.Accept(); err == nil {
					_, _ = bufio.NewReader(nc).ReadString('\n')
					_ = nc.Close()
				}
			}()
			target := transport.Target{Scheme: transport.SchemeTCP, Address: l.Addr().String()}
			findings := dial.Findings(filepath.Join(t.TempDir(), "found.json"))
			found := &detect.Finding{Target: target, Protocol: "jsonrpc", Framing: "line"}
			if err := findings.Save(target, found); err != nil {
				t.Fatal(err)
			}
			s := New(Options{Findings: findings})
			defer s.Close()
			events := s.Events().Subscribe(event.Options{})
			p, err := s.Connect(t.Context(), target, dial.Config{})
			if err != nil {
				t.Fatal(err)
			}
			if err := tt.send(p); err != nil {
				t.Fatal(err)
			}
			until(t, events, event.Close)
			if forgot := findings.Load(target) == nil; forgot != tt.forgot {
				t.Errorf("forgotten: %v, want %v", forgot, tt.forgot)
			}
		})
	}
}
