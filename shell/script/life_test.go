package script

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/answer"
)

// A file hears of each peer once that it comes, and once that it has gone, also where it is loaded again in between.
// What it keeps of a peer is there until then, and no longer.
func TestPeersComeAndGo(t *testing.T) {
	s := newStage()
	const source = `
def on_connect(peer):
  peer.state["n"] = 1
  peer.call("hello", peer.number)
  log("came", peer.number, sorted(peer.state))
def on_close(peer):
  log("went", peer.number, peer.state["n"], len(peers()))
def count(rpc):
  rpc.state["n"] += 1
  return [rpc.state["n"], rpc.peer.state == rpc.state, "n" in state, len(peers()), len(rpc.peers())]
`
	first, second := &caller{number: 1, answer: echo}, &caller{number: 2, answer: echo}
	s.peers = []answer.Peer{first, second}
	loaded := s.load(t, source)
	loaded.Connected(t.Context(), first)
	loaded.Connected(t.Context(), second)
	loaded = s.load(t, source)
	loaded.Connected(t.Context(), first)
	for n, p := range []*caller{first, first, second} {
		want := fmt.Sprintf("[%d,true,false,2,1]", []int{2, 3, 2}[n])
		if got := loaded.call(t.Context(), p, "count", ""); got != want {
			t.Errorf("count %d of @%d: %s, want %s", n, p.number, got, want)
		}
	}
	s.peers = s.peers[1:]
	loaded.Closed(t.Context(), first)
	loaded.Closed(t.Context(), first) // it keeps nothing of one that has gone
	want := []string{
		`log came 1 ["n"]`, `log came 2 ["n"]`, "log went 1 3 1",
		`on_close a.star:7:38: key "n" not in state`,
	}
	if strings.Join(s.seen, "\n") != strings.Join(want, "\n") || len(s.state.peers) != 1 {
		t.Errorf("seen %q, want %q; %d peers are kept", s.seen, want, len(s.state.peers))
	}
	for _, f := range loaded.Functions {
		if f.Name != "count" {
			t.Errorf("%s is a method", f.Name)
		}
	}
}

// A file without on_connect and on_close keeps nothing of peers either.
func TestPeersAreForgotten(t *testing.T) {
	s := newStage()
	p := &caller{number: 1}
	s.peers = []answer.Peer{p}
	loaded := s.load(t, "def f(rpc): return len(rpc.state)\n")
	loaded.Connected(t.Context(), p)
	loaded.call(t.Context(), p, "f", "")
	s.peers = nil
	loaded.Closed(t.Context(), p)
	if got := loaded.call(t.Context(), p, "f", ""); got != "0" || len(s.state.peers) != 0 || s.seen != nil {
		t.Errorf("got %s, %d peers are kept, seen %q", got, len(s.state.peers), s.seen)
	}
}

// A script can close a connection, and compare the peers that it has kept.
func TestPeerClose(t *testing.T) {
	s := newStage()
	p, q := &caller{number: 1}, &caller{number: 2}
	s.peers = []answer.Peer{p, q}
	const source = "def on_connect(peer): state.setdefault('first', peer)\n" +
		"def f(rpc): return [x == state['first'] for x in peers()] + [x.close() for x in rpc.peers()]\n"
	loaded := s.load(t, source)
	loaded.Connected(t.Context(), p)
	loaded.Connected(t.Context(), q)
	if got := s.load(t, source).call(t.Context(), p, "f", ""); got != "[true,false,null]" || p.closed+2*q.closed != 2 {
		t.Errorf("got %s, closed %d and %d times, seen %q", got, p.closed, q.closed, s.seen)
	}
}

// every calls a function again and again, one call at a time, whatever goes wrong in it, until it is ended.
func TestEvery(t *testing.T) {
	for _, tt := range []struct{ body, want string }{
		{`log(int(now()) % 100)`, "[3 6 9 12]"},
		{`log(int(now()) % 100); fail("no")`, "[3 no 6 no 9 no 12 no]"},
		{`log(int(now()) % 100); sleep(4)`, "[3 7 11]"}, // the one at 6 waits, the one at 9 is left out
		{`log(int(now()) % 100); sleep(60)`, "[3 it took longer than 5s (--limit changes that) 8]"},
		{
			`log(int(now()) % 100); [p.call("never", timeout="1s") for p in peers()]`,
			"[3 never: timed out 6 never: timed out 9 never: timed out 12]",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(time.Unix(time.Now().Unix()/100*100+100, 0)))
			s := newStage()
			never := &caller{answer: func(ctx context.Context, _ string, _ json.RawMessage) (*rpcconn.Response, error) {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}}
			s.peers = []answer.Peer{never}
			loaded := s.load(t, "def _f(): "+tt.body+"\nevery(3, _f)\n")
			ctx, end := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() {
				loaded.Timers[0].Run(ctx, ctx, 5*time.Second)
				close(ended)
			}()
			time.Sleep(12500 * time.Millisecond)
			end()
			<-ended // also where it is in the middle of something, of which nobody is told
			var got []string
			for _, text := range s.seen {
				text = strings.TrimPrefix(text, "log ")
				if place := strings.SplitN(text, ": ", 2); len(place) == 2 {
					text = place[1]
				}
				got = append(got, text)
			}
			if fmt.Sprint(got) != tt.want || len(loaded.Functions) > 0 {
				t.Errorf("%s: got %v, want %s", tt.body, got, tt.want)
			}
		})
	}
}

// What a timer does just now goes on when its file becomes another one.
func TestTimerFinishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage()
		loaded := s.load(t, "def _f():\n  sleep(1)\n  log('done')\nevery('2s', _f)\n")
		ticks, stop := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer stop()
		loaded.Timers[0].Run(ticks, t.Context(), 0)
		if fmt.Sprint(s.seen) != "[log done]" {
			t.Errorf("seen %q", s.seen)
		}
	})
}

func TestOwnAccord(t *testing.T) {
	got := newStage().load(t, `
def on_close(peer): pass
def on_connect(rpc, more=1): pass
def ping(): pass
every(3, ping)
every("500ms", lambda: 1)
serve("on_close", ping)
`)
	const want = "[on_connect on_close ping every 3s lambda every 500ms]"
	if fmt.Sprint(got.OwnAccord()) != want || len(got.Functions) != 2 || got.Functions[0].fn.Name() != "ping" {
		t.Errorf("got %s, want %s; methods: %v", got.OwnAccord(), want, got.Functions)
	}
}
