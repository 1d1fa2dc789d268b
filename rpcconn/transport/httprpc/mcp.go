package httprpc

import (
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
