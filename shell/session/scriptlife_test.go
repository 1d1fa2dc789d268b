package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/answer"
	"rpcsh/shell/event"
)

// serveSource serves a script, and returns the name of its file.
func serveSource(t *testing.T, s *Session, source string) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "own.star")
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.scripts.Serve(t.Context(), name, nil, ""); err != nil {
		t.Fatal(err)
	}
	return name
}

// What a script calls of its own accord waits until the peer's session has begun; time is for the call, too.
func TestOwnAccordWaitsForTheSession(t *testing.T) {
	for name, tt := range map[string]struct{ source, want string }{
		"on_connect":  {`def on_connect(peer): peer.call("ping")`, "initialize notifications/initialized ping"},
		"a timer":     {"def _f(): peers()[0].call('ping')\nevery(3, _f)", "initialize notifications/initialized ping"},
		"not in time": {`def on_connect(peer): peer.call("ping", timeout=1)`, "initialize notifications/initialized"},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{Discover: true})
				defer s.Close()
				notes := s.Events().Subscribe(event.Options{Filter: event.OfKind(event.Note)})
				serveSource(t, s, tt.source)
				p := newPeer(s)
				p.cfg.Protocol = "mcp"
				w := play(t, s, p, map[string]string{"initialize": isMCP, "ping": "{}"})
				protocol, err := dial.FindProtocol("mcp")
				if err != nil {
					t.Fatal(err)
				}
				p.publish(&event.Event{Kind: event.Connect})
				time.Sleep(4 * time.Second) // the session begins late
				s.discovery.begin(p, dial.Wire{Protocol: protocol})
				synctest.Wait()
				if got := w.methods(); got != tt.want {
					t.Errorf("sent %s, want %s", got, tt.want)
				}
				if name == "not in time" {
					const want = "ping: timed out after 1s: the session has not begun"
					if text := until(t, notes, event.Note).Text; !strings.Contains(text, "own.star") {
						t.Errorf("noted %s", text)
					} else if text := until(t, notes, event.Note).Text; !strings.HasSuffix(text, want) {
						t.Errorf("noted %s, want %s", text, want)
					}
				}
			})
		})
	}
}

// A script hears of the peers that are there when it is served, and its timers end when it is not served any more, or
// the session is about to end.
func TestTimersEnd(t *testing.T) {
	for name, end := range map[string]func(s *Session, file string){
		"unserved":       func(s *Session, file string) { s.scripts.Unserve(file) },
		"served anew":    func(s *Session, file string) { _ = s.scripts.Serve(s.done, file, nil, "") },
		"loaded again":   func(s *Session, file string) { s.scripts.reload(s.done, s.scripts.all[0]) },
		"about to end":   func(s *Session, _ string) { s.scripts.stopTimers() },
		"served to none": func(s *Session, file string) { _ = s.scripts.Serve(s.done, file, forNobody(), "") },
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{})
				defer s.Close()
				p := newPeer(s)
				w := play(t, s, p, nil)
				p.connection.Load().begin()
				file := serveSource(t, s, `
def on_connect(peer): peer.notify("hello")
def _f():
    for p in peers(): p.notify("f")
every(3, _f)
`)
				time.Sleep(7 * time.Second)
				want := "hello f f"
				if got := w.methods(); got != want {
					t.Errorf("sent %s, want %s", got, want)
				}
				source := "def on_connect(peer): peer.notify('again')\ndef _g():\n" +
					"    for p in peers(): p.notify('g')\nevery(5, _g)\n"
				if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
					t.Fatal(err)
				}
				end(s, file)
				time.Sleep(6 * time.Second)
				switch name { // nobody comes twice
				case "served anew", "loaded again", "served to none":
					want += " g"
				}
				if got := w.methods(); got != want {
					t.Errorf("after that: sent %s, want %s", got, want)
				}
			})
		})
	}
}

// forNobody is a rule of no peer.
func forNobody() *answer.Rule {
	return &answer.Rule{For: func(answer.Peer) bool { return false }}
}

// A script hears of those to whom it is served, when they come and when they go, and then forgets them.
func TestScriptHearsOfPeers(t *testing.T) {
	s := New(Options{})
	t.Cleanup(s.Close)
	logs := s.Events().Subscribe(event.Options{Filter: event.OfKind(event.Note)})
	name := filepath.Join(t.TempDir(), "own.star")
	const source = "def on_connect(peer): peer.state['n'] = peer.number\ndef on_close(peer): log('gone', peer.state)\n"
	if err := os.WriteFile(name, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	rule := &answer.Rule{For: func(p answer.Peer) bool { return p.Number() != 2 }}
	if err := s.scripts.Serve(t.Context(), name, rule, ""); err != nil {
		t.Fatal(err)
	}
	if text := until(t, logs, event.Note).Text; text != name+": no methods; on_connect, on_close" {
		t.Errorf("said %s", text)
	}
	for range 3 {
		p, _ := addPeer(t, s, true, "x")
		p.publish(&event.Event{Kind: event.Connect})
	}
	for _, p := range s.peers.List() {
		leave(p)
	}
	gone := []string{until(t, logs, event.Note).Text, until(t, logs, event.Note).Text}
	slices.Sort(gone) // no peer waits for another
	if want := []string{`own.star: gone {"n": 1}`, `own.star: gone {"n": 3}`}; !slices.Equal(gone, want) {
		t.Errorf("said %q, want %q", gone, want)
	}
}
