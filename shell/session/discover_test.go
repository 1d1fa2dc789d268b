package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialects"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/event"
)

// A person's session asks a peer what it offers, says so, and keeps it.
func TestDiscovery(t *testing.T) {
	kept := catalog.Store{Dir: t.TempDir()}
	s, p, far := dialWire(t, Options{Discover: true, Attended: true, Store: kept})
	events := s.Events().Subscribe(event.Options{})
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`)
	far.send(`{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.3.2","methods":[{"name":"add"},{"name":"sub"}]}}`)
	if e := until(t, events, event.Learned); e.Asked || !strings.HasPrefix(e.Text, "2 methods by rpc.discover") {
		t.Errorf("%+v", e)
	}
	if !p.Known().Knows("add") {
		t.Error("what was listed is not known")
	}
	remembered, err := kept.Load(p.storedAs)
	if err != nil || !remembered.Knows("sub") {
		t.Errorf("it is not kept for the next run: %v", err)
	}
}

// What somebody asks for is told, convention by convention.
func TestAsk(t *testing.T) {
	s, p, far := dialWire(t, Options{})
	by, err := s.Discovery().Fitting(p)
	if err != nil || len(by) < 2 {
		t.Fatalf("%d conventions fit: %v", len(by), err)
	}
	go func() {
		far.lines.Scan()
		far.send(`{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}`)
		far.lines.Scan()
		far.send(`{"jsonrpc":"2.0","id":2,"error":{"code":-32601,"message":"Method not found"}}`)
	}()
	told := 0
	answered := s.Discovery().Ask(t.Context(), p, by[:2], func(c *dialect.Dialect, err error) {
		var refused *rpcconn.Error
		if c != by[told] || !errors.As(err, &refused) {
			t.Errorf("%s: %v", c.Name, err)
		}
		told++
	})
	if answered || told != 2 {
		t.Errorf("%d conventions were told, and answered: %v", told, answered)
	}
}

// Inquiries take turns, as what a peer logs is about one of them: who asks waits until the one that goes on is over, or
// until somebody gives up.
func TestInquiriesTakeTurns(t *testing.T) {
	s, p, far := dialWire(t, Options{Discover: true, Attended: true})
	far.expect(`{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`)
	by, err := s.Discovery().Fitting(p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Discovery().Ask(ctx, p, by[:1], nil) {
		t.Error("it was asked by who has given up")
	}
	second := make(chan bool, 1)
	go func() { second <- s.Discovery().Ask(t.Context(), p, by[:1], nil) }()
	far.send(`{"jsonrpc":"2.0","id":1,"result":{"openrpc":"1.3.2","methods":[{"name":"add"}]}}`)
	far.expect(`{"jsonrpc":"2.0","id":2,"method":"rpc.discover"}`)
	far.send(`{"jsonrpc":"2.0","id":2,"result":{"openrpc":"1.3.2","methods":[{"name":"add"}]}}`)
	if !<-second {
		t.Error("the second inquiry was not answered")
	}
}

// A run without a person knows from earlier ones by what a session was begun, keeps that, and nothing else.
func TestWhatRunsRemember(t *testing.T) {
	kept := catalog.Store{Dir: t.TempDir()}
	var remembered []catalog.Method
	run := func(protocol string) (p *Peer, sent string) {
		s := New(Options{Discover: true, Store: kept})
		defer s.Close()
		p = newPeer(s)
		p.cfg.Protocol, p.storedAs = protocol, "exec:server"
		p.known = s.connector.kept(p)
		w := play(t, s, p, map[string]string{"initialize": isMCP, "ping": "{}"})
		found := protocol
		if found == "" {
			found = "jsonrpc"
		}
		spoken, err := dial.FindProtocol(found)
		if err != nil {
			t.Fatal(err)
		}
		s.discovery.begin(p, dial.Wire{Protocol: spoken, Framing: "line"})
		if err := s.AwaitSession(t.Context(), []*Peer{p}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Call(t.Context(), "ping", nil, 0); err != nil {
			t.Fatal(err)
		}
		remembered = s.Discovery().Remembered(p)
		return p, w.methods()
	}
	if _, sent := run(""); sent != "ping" {
		t.Errorf("before: sent %s", sent)
	}
	const begun = "initialize notifications/initialized ping"
	if _, sent := run("mcp"); sent != begun {
		t.Errorf("named: sent %s", sent)
	}
	known, err := kept.Load("exec:server")
	if err != nil || known.Len() > 0 {
		t.Errorf("%d methods are kept, %v", known.Len(), err)
	}
	known.Learn(catalog.Method{Name: "told", Source: "mcp"})
	if err := kept.Save("exec:server", known); err != nil {
		t.Fatal(err)
	}
	p, sent := run("")
	if sent != begun || p.known.Knows("told") {
		t.Errorf("later: sent %s; what was learned for a person is known: %v", sent, p.known.Knows("told"))
	}
	isTold := func(m catalog.Method) bool { return m.Name == "told" }
	if !slices.ContainsFunc(remembered, isTold) {
		t.Errorf("what was learned for a person may not be told: %v", remembered)
	}
}

// A peer that logs each question that it does not know is asked no more; one that logs something else, or nothing, is
// asked by all conventions that fit. What begins a session and is no method is asked for once; who takes other params
// for it is asked by the next protocol.
func TestNoise(t *testing.T) {
	const all = "initialize rpc.discover system.listMethods help rpc.serverInfo rpc_methods rpc_get_methods " +
		"core.describe JSONRPC.Introspect system.describe list_methods getMethods"
	for name, test := range map[string]struct {
		framing string
		logs    func(p *Peer, w *played, method string)
		want    string
	}{
		"on stderr": {"header", func(p *Peer, _ *played, m string) {
			p.publishStderr("Unhandled " + m)
		}, "initialize"},
		"without name": {"line", func(p *Peer, _ *played, _ string) {
			p.publishStderr("Method Not Found")
		}, "initialize"},
		"at a guess": {"line", func(p *Peer, _ *played, m string) {
			if m == "rpc_methods" {
				p.publishStderr("no such request: " + m)
			}
		}, "initialize rpc.discover system.listMethods help rpc.serverInfo rpc_methods"},
		"by a notification": {"header", func(_ *Peer, w *played, m string) {
			_ = w.conn.Notify(t.Context(), "window/logMessage", []byte(`{"type":1,"message":"what is `+m+`?"}`))
		}, "initialize"},
		"params": {"line", func(p *Peer, w *played, m string) {
			if p.publishStderr("wrong params for " + m); m != "initialize" {
				p.publishStderr("unknown method " + m)
			}
		}, "initialize initialize rpc.discover"},
		"something else": {"line", func(p *Peer, _ *played, _ string) { p.publishStderr("listening") }, all},
		"nothing":        {"header", nil, all},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{Discover: true, Attended: true})
				defer s.Close()
				p := newPeer(s)
				p.target = transport.Target{Scheme: transport.SchemeExec}
				w := play(t, s, p, nil)
				w.refuses = func(method string) *rpcconn.Error {
					if test.logs != nil {
						test.logs(p, w, method)
					}
					if name == "params" && method == "initialize" {
						return rpcconn.NewError(rpcconn.CodeInvalidParams, "")
					}
					return rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
				}
				events := s.Events().Subscribe(event.Options{Filter: event.OfKind(event.Note)})
				protocol, err := dial.FindProtocol("jsonrpc")
				if err != nil {
					t.Fatal(err)
				}
				s.discovery.begin(p, dial.Wire{Protocol: protocol, Framing: test.framing})
				<-p.connection.Load().learned
				if got := w.methods(); got != test.want {
					t.Errorf("asked %s", got)
				}
				if test.want != all {
					const told = "logs each question that it does not know"
					if e := until(t, events, event.Note); !strings.Contains(e.Text, told) {
						t.Errorf("told %s", e.Text)
					}
				}
				plan := s.discovery.plan(p, dial.Wire{Protocol: protocol, Framing: test.framing})
				for _, by := range plan {
					if by.Handshake == nil {
						t.Errorf("%s would be asked again", by.Name)
					}
				}
			})
		})
	}
}

// A peer that came to us, and that we had to speak to first, is not asked what it offers, so nobody waits for that.
func TestSilentComersAreNotAsked(t *testing.T) {
	s := New(Options{Discover: true, Attended: true})
	defer s.Close()
	p, _ := addPeer(t, s, true, "comer")
	s.connector.onWire(p, dial.Wire{}, false)
	s.connector.onWire(p, dial.Wire{}, false)
	if !closed(p.connection.Load().learned) {
		t.Error("whoever wants to know what it offers waits for ever")
	}
}

// Who gives up does not wait for a handshake that somebody else has begun and that is not answered.
func TestAskingGivesUp(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{Discover: true, Attended: true})
		defer s.Close()
		p := newPeer(s)
		p.cfg.Protocol = "mcp"
		w := play(t, s, p, nil)
		protocol, err := dial.FindProtocol("mcp")
		if err != nil {
			t.Fatal(err)
		}
		s.discovery.begin(p, dial.Wire{Protocol: protocol})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		by := []*dialect.Dialect{p.Dialect()}
		if s.discovery.Ask(ctx, p, by, func(*dialect.Dialect, error) {}) {
			t.Error("it has answered")
		}
		if closed(p.connection.Load().learned) || w.methods() != "initialize" {
			t.Errorf("it waits for the end of the handshake; the peer is sent %s", w.methods())
		}
	})
}

// A peer that says several times that its offer has changed is asked again, by one inquiry at a time.
func TestRelearnsOneAtATime(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{Discover: true})
		defer s.Close()
		p := newPeer(s)
		p.cfg.Protocol = "mcp"
		w := play(t, s, p, map[string]string{"initialize": isMCP})
		protocol, err := dial.FindProtocol("mcp")
		if err != nil {
			t.Fatal(err)
		}
		s.discovery.begin(p, dial.Wire{Protocol: protocol})
		if err := s.AwaitSession(t.Context(), []*Peer{p}); err != nil {
			t.Fatal(err)
		}
		p.connection.Load().inquired.Store(true) // a line has wanted the tools
		for range 3 {
			if err := w.conn.Notify(t.Context(), "notifications/tools/list_changed", nil); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * relearnPause)
		}
		const once = "initialize notifications/initialized tools/list"
		if got := w.methods(); got != once {
			t.Errorf("while the first is not answered: %s", got)
		}
		time.Sleep(questionTimeout)
		if got := strings.Count(w.methods(), "tools/list"); got != 2 {
			t.Errorf("%d inquiries in all", got)
		}
	})
}

// Where nobody has asked, in a run without a person, and where the session was begun by hand, so that another would be
// begun, nothing is asked again, whatever has changed.
func TestRelearnsWhatWasAsked(t *testing.T) {
	for name, opts := range map[string]Options{
		"without a person": {Discover: true}, "begun by hand": {Discover: true, Attended: true},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(opts)
				defer s.Close()
				p := newPeer(s)
				w := play(t, s, p, map[string]string{"initialize": isMCP})
				p.dialect.Store(dialects.Find("mcp"))
				if err := w.conn.Notify(t.Context(), "notifications/tools/list_changed", nil); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * relearnPause)
				if got := w.methods(); got != "" {
					t.Errorf("the peer is sent %s", got)
				}
			})
		})
	}
}
