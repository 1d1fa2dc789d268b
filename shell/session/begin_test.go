package session

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/call"
	"rpcsh/shell/exit"
)

// A played peer answers by a table, and knows the methods of what it was sent. It says nothing to what is not in it.
type played struct {
	answers map[string]string                  // by method; "refused" is an error
	refuses func(method string) *rpcconn.Error // with what it refuses what is not in it; nil: it says nothing to that
	conn    *rpcconn.Conn

	mu  sync.Mutex // protects what follows
	got []string
}

func (w *played) methods() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.got, " ")
}

func (w *played) answer(ctx context.Context, _ *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	switch answer, ok := w.answers[req.Method]; {
	case !ok && w.refuses != nil:
		return nil, w.refuses(req.Method)
	case !ok:
		<-ctx.Done()
		return nil, rpcconn.ErrNoAnswer
	case answer == "refused":
		return nil, rpcconn.NewError(rpcconn.CodeMethodNotFound, "")
	default:
		return json.RawMessage(answer), nil
	}
}

// play makes p a peer of s that answers by a table.
func play(t *testing.T, s *Session, p *Peer, answers map[string]string) *played {
	w := &played{answers: answers}
	ready := make(chan struct{})
	near, far := rpctest.Pipe()
	conn := rpcconn.New(near, jsonrpc.New(), s.connector.connOptions(p, ready))
	w.conn = rpcconn.New(far, jsonrpc.New(), &rpcconn.Options{Handler: w.answer, OnRequest: func(r *rpcconn.Request) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.got = append(w.got, r.Method)
	}})
	t.Cleanup(func() {
		_ = conn.Close()
		w.conn.Wait()
		conn.Wait()
	})
	c := newConnection(&dial.Link{Conn: conn, Remote: "played", Target: transport.Target{Scheme: transport.SchemeExec}})
	p.connection.Store(c)
	p.caller = p.newCaller()
	p.caller.Connected(call.Connection{Conn: conn, Reported: c.reported, Status: func() string { return "" }})
	s.peers.add(p)
	close(ready)
	go func() { // as watchEnd does
		<-conn.Done()
		close(c.reported)
	}()
	return w
}

const (
	isMCP = `{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"prompts":{}}}`
	isLSP = `{"capabilities":{"hoverProvider":true}}`
)

// A run without a person sends what was typed, the handshake of a protocol that has one and was named, or is that of a
// peer that came to us, or was begun in an earlier run, and nothing else.
func TestNothingUnasked(t *testing.T) {
	tools := map[string]string{
		"initialize": isMCP, "tools/list": `{"tools":[{"name":"add","inputSchema":{"type":"object"}}]}`,
		"prompts/list": `{"prompts":[]}`, "tools/call": `{}`, "ping": `{}`,
	}
	const mcpBegins = "initialize notifications/initialized"
	for name, tt := range map[string]struct {
		named, found, framing string            // protocols
		answered              string            // by which it was asked in an earlier run
		accepted              bool              // it came to us
		says                  string            // that it notifies at once
		served                string            // what is served here
		answers               map[string]string // of the peer
		call                  string
		want                  string
	}{
		"plain, named":        {named: "jsonrpc", call: "ping", want: "ping"},
		"plain, found":        {found: "jsonrpc", framing: "line", call: "ping", want: "ping"},
		"plain, with headers": {found: "jsonrpc", framing: "header", call: "ping", want: "ping"},
		"plain, asked before": {found: "jsonrpc", answered: "rpc.discover", call: "ping", want: "ping"},
		"named, was another":  {named: "jsonrpc", framing: "line", answered: "mcp", call: "ping", want: "ping"},
		"without handshake":   {named: "ovsdb", call: "ping", want: "ping"},
		"mcp, its method":     {named: "mcp", call: "ping", want: mcpBegins + " ping"},
		"mcp, found":          {found: "mcp", call: "ping", want: "ping"},
		"mcp, found, its tool": {
			found: "mcp", answers: map[string]string{"add": "3"}, call: "add", want: "add",
		},
		"mcp, found, begun earlier": {found: "mcp", answered: "mcp", call: "ping", want: mcpBegins + " ping"},
		"mcp, its tool": {
			named: "mcp", call: "add", want: mcpBegins + " tools/list prompts/list tools/call",
		},
		"mcp, found earlier": {
			found: "jsonrpc", framing: "line", answered: "mcp", call: "ping", want: mcpBegins + " ping",
		},
		"mcp, refused": {
			named: "mcp", answers: map[string]string{"initialize": "refused", "ping": "{}"},
			call: "ping", want: "initialize ping",
		},
		"lsp": {
			named: "lsp", answers: map[string]string{"initialize": isLSP, "x": "1"},
			call: "x", want: "initialize initialized x",
		},
		"lsp, came to us": {
			named: "lsp", accepted: true, answers: map[string]string{"initialize": isLSP, "x": "1"},
			call: "x", want: "initialize initialized x",
		},
		"lsp, recognized": {
			found: "jsonrpc", framing: "header", accepted: true, says: "window/logMessage",
			answers: map[string]string{"initialize": isLSP, "x": "1"}, call: "x", want: "initialize initialized x",
		},
		"lsp, a client came": {
			named: "lsp", accepted: true, says: "initialize",
			answers: map[string]string{"x": "1"}, call: "x", want: "x",
		},
		"lsp, served": {
			named: "lsp", accepted: true, served: "initialize",
			answers: map[string]string{"x": "1"}, call: "x", want: "x",
		},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{Discover: true})
				defer s.Close()
				if tt.served != "" {
					s.rules.Set(answerBy(tt.served, func(context.Context) error { return nil }))
				}
				p := newPeer(s)
				p.accepted, p.cfg.Protocol = tt.accepted, tt.named
				if tt.answered != "" {
					p.known.Answered(tt.answered, true)
				}
				if tt.answers == nil {
					tt.answers = tools
				}
				w := play(t, s, p, tt.answers)
				protocol, err := dial.FindProtocol(tt.named + tt.found)
				if err != nil {
					t.Fatal(err)
				}
				s.discovery.begin(p, dial.Wire{Protocol: protocol, Framing: tt.framing})
				if tt.says != "" {
					if err := w.conn.Notify(t.Context(), tt.says, nil); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				if err := s.AwaitSession(t.Context(), []*Peer{p}, tt.call); err != nil {
					t.Fatal(err)
				}
				if _, err := p.Call(t.Context(), tt.call, nil, 0); err != nil {
					t.Fatal(err)
				}
				if got := w.methods(); got != tt.want {
					t.Errorf("sent %s, want %s", got, tt.want)
				}
			})
		})
	}
}

// A handshake, and the question for tools, has the time that calls have, or its own; what was waited for is said, and
// calls are not made.
func TestHandshakeIsLimited(t *testing.T) {
	for name, tt := range map[string]struct {
		settings Settings
		answers  map[string]string
		took     time.Duration
		want     string
	}{
		"as calls": {Settings{Timeout: 2 * time.Second}, nil, 2 * time.Second,
			"by mcp: initialize: timed out: no answer within 2s (-t or"},
		"of its own": {Settings{Timeout: 2 * time.Second, Handshake: time.Minute}, nil, time.Minute,
			"initialize: timed out: no answer within 1m0s (-t or"},
		"tools": {Settings{Timeout: 2 * time.Second}, map[string]string{"initialize": isMCP}, 2 * time.Second,
			"for its tools: timed out after 2s (-t or"},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{Discover: true, Settings: tt.settings})
				defer s.Close()
				p := newPeer(s)
				p.cfg.Protocol = "mcp"
				play(t, s, p, tt.answers)
				protocol, err := dial.FindProtocol("mcp")
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				s.discovery.begin(p, dial.Wire{Protocol: protocol})
				err = s.AwaitSession(t.Context(), []*Peer{p}, "add")
				if !errors.Is(err, exit.ErrTimeout) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("it takes %s", took)
				}
			})
		})
	}
}

// Which profiles a session may have to be begun by is said of peers whose profile nobody has named, and that we have
// not begun one with.
func TestUnbegun(t *testing.T) {
	for name, tt := range map[string]struct {
		named, found, framing string
		answered, typed       string
		attended, unasked     bool
		accepted              bool
		want                  string
	}{
		"lines of a child": {found: "jsonrpc", framing: "line", want: "mcp acp"},
		"headers":          {found: "jsonrpc", framing: "header", want: "lsp"},
		"found":            {found: "mcp", want: "mcp"},
		"another framing":  {found: "jsonrpc", framing: "none"},
		"named":            {named: "jsonrpc", framing: "line", want: "mcp acp"},
		"named as itself":  {named: "mcp"},
		"begun earlier":    {found: "jsonrpc", framing: "line", answered: "mcp"},
		"begun by a line":  {found: "jsonrpc", framing: "line", typed: "initialize"},
		"by a line, found": {found: "mcp", typed: "initialize"},
		"a person's":       {found: "jsonrpc", framing: "line", attended: true},
		"who asks nothing": {found: "jsonrpc", framing: "line", attended: true, unasked: true, want: "mcp acp"},
		"came to us":       {found: "jsonrpc", framing: "line", accepted: true},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				s := New(Options{Discover: !tt.unasked, Attended: tt.attended})
				defer s.Close()
				p := newPeer(s)
				p.cfg.Protocol, p.accepted = tt.named, tt.accepted
				if tt.answered != "" {
					p.known.Answered(tt.answered, true)
				}
				play(t, s, p, map[string]string{"initialize": isMCP, "tools/list": `{}`, "prompts/list": `{}`})
				protocol, err := dial.FindProtocol(tt.named + tt.found)
				if err != nil {
					t.Fatal(err)
				}
				w := dial.Wire{Protocol: protocol, Framing: tt.framing}
				s.discovery.begin(p, w)
				if tt.typed != "" {
					_, _ = p.Call(t.Context(), tt.typed, nil, 0)
				}
				synctest.Wait()
				if got := strings.Join(s.discovery.unbegun(p, w), " "); got != tt.want {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// Who wants to know what a silent peer offers waits no longer than for a call, however many conventions there are.
func TestAskingIsLimited(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{Discover: true, Settings: Settings{Timeout: 2 * time.Second}})
		defer s.Close()
		p := newPeer(s)
		w := play(t, s, p, nil)
		protocol, err := dial.FindProtocol("jsonrpc")
		if err != nil {
			t.Fatal(err)
		}
		wire := dial.Wire{Protocol: protocol, Framing: "line"}
		s.discovery.begin(p, wire)
		by := s.discovery.fitting(p, wire)
		start := time.Now()
		var told []string
		tell := func(_ *dialect.Dialect, err error) { told = append(told, err.Error()) }
		if s.discovery.Ask(t.Context(), p, by, tell) {
			t.Error("it has answered")
		}
		if took := time.Since(start); took > 2*time.Second || len(told) == 0 || w.methods() == "" {
			t.Errorf("after %s: %d of %d conventions, %q", took, len(told), len(by), told)
		}
	})
}
