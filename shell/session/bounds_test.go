package session

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
	"rpcsh/shell/call"
	"rpcsh/shell/human"
)

// sized returns a file of so many bytes, which takes no room on the disk.
func sized(t *testing.T, name string, bytes int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, bytes); err != nil {
		t.Fatal(err)
	}
	return path
}

// Texts over their limits are not read.
func TestTextsAreBounded(t *testing.T) {
	_, _, err := readText(sized(t, "large.txt", maxText+1))
	if want := "at most " + human.Size(maxText) + " are taken"; err == nil || !strings.Contains(err.Error(), want) {
		t.Error(err)
	}
}

// Of what could not be read of a document, some is told where it was asked for, and one line where it was not.
func TestRemarkLines(t *testing.T) {
	remarks := make([]string, 2*maxRemarks)
	for i := range remarks {
		remarks[i] = fmt.Sprintf("remark %d", i)
	}
	if lines := RemarkLines("mcp", remarks, true); len(lines) != maxRemarks || lines[0] != "mcp: remark 0" {
		t.Errorf("asked: %q", lines)
	}
	want := fmt.Sprintf("mcp: remark 0 (and %d more, .discover mcp tells)", len(remarks)-1)
	if lines := RemarkLines("mcp", remarks, false); len(lines) != 1 || lines[0] != want {
		t.Errorf("unasked: %q", lines)
	}
	if lines := RemarkLines("mcp", nil, true); len(lines) > 0 {
		t.Errorf("nothing: %q", lines)
	}
}

// silentPeer is a peer that answers nothing.
func silentPeer(t *testing.T, s *Session) *Peer {
	conn, _ := rpctest.NewPeer(t, jsonrpc.New(), nil)
	p := newPeer(s)
	c := newConnection(&dial.Link{Conn: conn})
	p.connection.Store(c)
	p.caller = p.newCaller()
	p.caller.Connected(call.Connection{Conn: conn, Reported: c.reported, Status: func() string { return "" }})
	return p
}

// A peer that does not answer the end of its session is not waited for any longer.
func TestShutdownIsNotWaitedFor(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{})
		defer s.Close()
		p := silentPeer(t, s)
		steps := []dialect.Step{{Method: "shutdown"}, {Method: "exit", Notify: true}}
		d := &dialect.Dialect{Name: "silent", Shutdown: steps}
		p.dialect.Store(d)
		p.connection.Load().keepHandshake(d.Name, nil)
		start := time.Now()
		p.shutdown(t.Context())
		if took := time.Since(start); took != shutdownPatience {
			t.Errorf("it takes %s", took)
		}
	})
}

// A peer that does not answer what nobody asked has its time for each question, and calls wait for a moment only.
func TestQuestionsAreGivenUp(t *testing.T) {
	rpctest.Bubble(t, func(t *testing.T) {
		s := New(Options{Discover: true, Attended: true})
		defer s.Close()
		p := silentPeer(t, s)
		protocol, err := dial.FindProtocol("jsonrpc")
		if err != nil {
			t.Fatal(err)
		}
		wire := dial.Wire{Protocol: protocol}
		questions := len(s.discovery.plan(p, wire))
		c := p.connection.Load()
		start := time.Now()
		s.discovery.begin(p, wire)
		if err := s.AwaitSession(t.Context(), []*Peer{p}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != handshakePause {
			t.Errorf("calls wait for %s", took)
		}
		<-c.learned
		if took, want := time.Since(start), time.Duration(questions)*questionTimeout; questions == 0 || took != want {
			t.Errorf("%d questions take %s, want %s", questions, took, want)
		}
	})
}
