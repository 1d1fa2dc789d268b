package foreign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
)

// The log of mcpsnoop (kerlenton/mcpsnoop, internal/proxy/frame.go): an envelope a line. A session is a connection.

func isSnoop(head []byte) bool {
	line := firstLine(head, "")
	return bytes.HasPrefix(line, []byte("{")) && bytes.Contains(line, []byte(`"session_id"`)) &&
		bytes.Contains(line, []byte(`"direction"`))
}

// An envelope is a line of the log.
type envelope struct {
	Session   string          `json:"session_id"`
	Label     string          `json:"server_label"`
	Time      time.Time       `json:"ts"`
	Direction string          `json:"direction"` // c2s, s2c or stderr
	Transport string          `json:"transport"` // stdio or http
	Raw       json.RawMessage `json:"raw"`
	Text      string          `json:"text"`
	Redacted  bool            `json:"redacted"`
}

type snoopSource struct {
	in       *bufio.Reader
	queue    queue
	start    time.Time
	sessions map[string]int
}

func openSnoop(in *bufio.Reader) source {
	return &snoopSource{in: in, sessions: make(map[string]int)}
}

func (s *snoopSource) started() time.Time { return s.start.UTC() }

func (s *snoopSource) next() (*rpcrec.Record, error) {
	if r := s.queue.take(); r != nil {
		return r, nil
	}
	for {
		line, err := readLine(s.in)
		if err != nil {
			return nil, err
		}
		var e envelope
		if json.Unmarshal(line, &e) != nil || e.Session == "" {
			continue
		}
		if s.start.IsZero() {
			s.start = e.Time
		}
		r := s.record(&e)
		if r == nil {
			continue
		}
		conn, known := s.sessions[e.Session]
		if !known {
			conn = len(s.sessions) + 1
			s.sessions[e.Session] = conn
			framing := "line"
			if e.Transport != "stdio" {
				framing = ""
			}
			open := opened(conn, e.Label, "mcp", framing)
			open.At = r.At
			s.queue = append(s.queue, r)
			r.Conn = conn
			return open, nil
		}
		r.Conn = conn
		return r, nil
	}
}

// record returns what an envelope has; nil: nothing.
func (s *snoopSource) record(e *envelope) *rpcrec.Record {
	r := &rpcrec.Record{At: within(e.Time.Sub(s.start)), Dir: rpcrec.In, Data: e.Raw}
	switch {
	case e.Direction == "stderr":
		details, _ := jsontext.With(nil, "text", []byte(jsontext.Quote(e.Text)))
		return &rpcrec.Record{At: r.At, Event: rpcrec.Stderr, Details: details}
	case e.Direction == "c2s":
		r.Dir = rpcrec.Out
	}
	if len(r.Data) == 0 {
		r.Data = []byte(e.Text)
	}
	if len(r.Data) == 0 {
		return nil
	}
	if e.Redacted {
		r.Redacted = 1 // how many is not told
	}
	return r
}
