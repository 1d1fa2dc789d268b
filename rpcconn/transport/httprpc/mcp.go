package httprpc

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
)

// The headers of the Model Context Protocol.
const (
	sessionHeader = "Mcp-Session-Id"
	versionHeader = "Mcp-Protocol-Version"
)

// A session is the state of the Model Context Protocol between requests. Its methods may be called by any goroutine.
type session struct {
	mu      sync.Mutex // protects what follows
	always  bool       // the peer is known to speak the protocol; otherwise an id shows that
	id      string     // "": none, or ended
	version string     // the agreed version; "": not known
	number  int        // counts the sessions; 0: there has been none
	hello   [][]byte   // the messages that began it: initialize, and notifications/initialized
}

// maxHello is how long a message of the handshake may be to be kept, in bytes.
const maxHello = 64 << 10

// hear learns from a message of ours that is about to be sent.
func (s *session) hear(frame []byte) {
	if len(frame) > maxHello || !bytes.Contains(frame, []byte("initialize")) {
		return
	}
	var m struct{ Method string }
	if json.Unmarshal(frame, &m) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.Method == "initialize": // it begins a session, and so belongs to none
		s.id, s.version, s.hello = "", "", [][]byte{frame}
	case m.Method == "notifications/initialized" && len(s.hello) == 1:
		s.hello = append(s.hello, frame)
	}
}

// canRenew reports whether it is known how the session was begun.
func (s *session) canRenew() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.hello) > 0
}

// beginning returns the messages that began the session.
func (s *session) beginning() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hello
}

// renewed replaces the session by the one that a response with header begins. It may have no id.
func (s *session) renewed(header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id, s.version = header.Get(sessionHeader), ""
	s.number++
}

// begin learns from the header of a response.
func (s *session) begin(header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id := header.Get(sessionHeader); id != "" && id != s.id {
		s.id, s.version = id, ""
		s.number++
	}
}

// learn learns from an answer to a request of ours.
func (s *session) learn(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != "" || s.id == "" && !s.always {
		return
	}
	var answer struct {
		Result struct {
			ProtocolVersion string `json:"protocolVersion"`
		} `json:"result"`
	}
	if json.Unmarshal(frame, &answer) != nil { // it is another answer
		return
	}
	if s.version = answer.Result.ProtocolVersion; s.version != "" && s.number == 0 {
		s.number = 1
	}
}

// mark adds the headers of the session to a request.
func (s *session) mark(header http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.id != "" {
		header.Set(sessionHeader, s.id)
	}
	if s.version != "" {
		header.Set(versionHeader, s.version)
	}
}

// current returns which session there is, 0 if there is none, and whether it has an id.
func (s *session) current() (number int, hasID bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.number, s.id != ""
}

// end forgets the session, and reports whether it had an id.
func (s *session) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.id != ""
	s.id = ""
	return had
}
