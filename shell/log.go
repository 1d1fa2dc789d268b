package shell

import (
	"encoding/json"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/traffic"
)

// A logged message is one as JSON tells it: in the log of a service, and, of those that come in, for Config.Incoming.
type logged struct {
	out    bool
	kind   string // as of traffic
	id     rpcconn.ID
	method string
	member string // that value is: params, result, error, value
	value  json.RawMessage
	took   time.Duration // of an answer; 0: not known
	text   string        // what there is to say about it
}

// outcomeOf returns which member of a response says what came of it.
func outcomeOf(r *rpcconn.Response) (kind, member string, value json.RawMessage) {
	if r.Err == nil {
		return traffic.Response, "result", r.Result
	}
	object := errorObject(r.Err)
	return traffic.Error, "error", object[len(`{"error":`) : len(object)-1]
}

// logs reports whether each message is to be logged, and does so where that is as JSON; the caller has the line for a reader.
func (s *Shell) logJSON(p *peer, m logged) bool {
	if !s.cfg.Log || s.cfg.Output != OutputJSON {
		return false
	}
	s.screen.printAll(s.stderr(), s.safe(s.messageJSON(p, m)))
	return true
}

// messageJSON returns a message as a JSON object.
func (s *Shell) messageJSON(p *peer, m logged) string {
	b := appendPeer(fmt.Appendf(nil, `{"time":%q`, time.Now().Format(time.RFC3339Nano)), p)
	if s.cfg.Log {
		dir := "in"
		if m.out {
			dir = "out"
		}
		b = fmt.Appendf(b, `,"dir":%q`, dir)
	}
	b = fmt.Appendf(b, `,"kind":%q`, m.kind)
	if !m.id.IsNone() {
		b = m.id.Append(append(b, `,"id":`...))
	}
	if m.method != "" {
		b = jsontext.AppendQuote(append(b, `,"method":`...), m.method)
	}
	if m.value != nil {
		b = append(append(b, `,"`+m.member+`":`...), compact(m.value)...)
	}
	if m.took > 0 {
		b = fmt.Appendf(b, `,"ms":%.3f`, float64(m.took)/float64(time.Millisecond))
	}
	if m.text != "" {
		b = jsontext.AppendQuote(append(b, `,"text":`...), m.text)
	}
	return string(append(b, '}'))
}

// Kinds of notes in the log, beside the events connect and close.
const (
	noteInfo    = "note"
	noteProblem = "problem"
)

// logNote logs what the shell itself has to say, of p where that is not nil.
func (s *Shell) logNote(p *peer, kind, text string) {
	s.screen.printAll(s.stderr(), s.noteText(p, kind, text))
}

// noteText returns a note as a line of the log.
func (s *Shell) noteText(p *peer, kind, text string) string {
	now := time.Now()
	if s.cfg.Output != OutputJSON {
		if p != nil && kind == noteProblem {
			text = p.title(s) + ": " + text
		}
		return now.Format(clock) + " · " + visible(text, false)
	}
	b := fmt.Appendf(nil, `{"time":%q`, now.Format(time.RFC3339Nano))
	if p != nil {
		b = appendPeer(b, p)
	}
	b = fmt.Appendf(b, `,"kind":%q,"text":`, kind)
	return s.safe(string(append(jsontext.AppendQuote(b, text), '}')))
}

// appendPeer appends the members that say which peer it is.
func appendPeer(b []byte, p *peer) []byte {
	b = fmt.Appendf(b, `,"peer":%d`, p.number)
	if nick := p.nickname(); nick != "" {
		b = jsontext.AppendQuote(append(b, `,"name":`...), nick)
	}
	return b
}
