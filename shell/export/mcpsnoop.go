package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/view"
)

// A snoop writes the log of mcpsnoop (kerlenton/mcpsnoop, internal/proxy/frame.go): an envelope a line, with a session
// for each connection.
type snoop struct {
	out      *bufio.Writer
	start    time.Time
	sessions int
}

// A snoopSession is what mcpsnoop calls a connection, and how many envelopes it has.
type snoopSession struct {
	id  string
	seq uint64
}

// An envelope is a line of the log.
type envelope struct {
	Session   string          `json:"session_id"`
	Label     string          `json:"server_label"`
	Seq       uint64          `json:"seq"`
	Time      time.Time       `json:"ts"`
	Direction string          `json:"direction"` // c2s, s2c or stderr
	Transport string          `json:"transport"` // stdio or http
	Raw       json.RawMessage `json:"raw,omitempty"`
	Text      string          `json:"text,omitempty"`
	Batch     bool            `json:"batch,omitempty"`
	Redacted  bool            `json:"redacted,omitempty"`
}

func newSnoop(out *bufio.Writer) Writer {
	return &snoop{out: out}
}

func (s *snoop) Begin(h *rpcrec.Header) { s.start = h.Start }

// Event implements Writer.
func (s *snoop) Event(e *Event) {
	line := envelope{
		Label: view.Visible(e.Conn.Title), Time: e.Time, Direction: "s2c", Transport: "stdio", Raw: e.Text,
		Batch: e.Batch, Redacted: e.Masked,
	}
	switch {
	case e.Kind == event.Stderr:
		line.Direction, line.Text = "stderr", e.Event.Text
	case !e.Kind.IsMessage():
		return
	case e.fromClient():
		line.Direction = "c2s"
	}
	if e.Kind == event.Unreadable {
		line.Text = string(e.Data)
	}
	if strings.HasPrefix(e.Conn.Target, "http") {
		line.Transport = "http"
	}
	session, met := e.Conn.form.(*snoopSession)
	if !met {
		s.sessions++
		session = &snoopSession{id: fmt.Sprintf("rpcsh-%d-%d", s.start.UnixMilli(), s.sessions)}
		e.Conn.form = session
	}
	session.seq++
	line.Session, line.Seq = session.id, session.seq
	_ = json.NewEncoder(s.out).Encode(line) // what could not be written out tells
}

// End implements Writer.
func (s *snoop) End() error { return nil }
