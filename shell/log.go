package shell

import (
	"encoding/json"
	"fmt"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonscan"
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
	s.screen.printAll(s.stderr(), s.messageJSON(p, m))
	return true
}

// messageJSON returns a message as a JSON object.
func (s *Shell) messageJSON(p *peer, m logged) string {
	b := fmt.Appendf(nil, `{"time":%q,"peer":%d`, time.Now().Format(time.RFC3339Nano), p.number)
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
		b = jsonscan.AppendQuote(append(b, `,"method":`...), m.method)
	}
	if m.value != nil {
		b = append(append(b, `,"`+m.member+`":`...), compact(m.value)...)
	}
	if m.took > 0 {
		b = fmt.Appendf(b, `,"ms":%.3f`, float64(m.took)/float64(time.Millisecond))
	}
	return string(append(b, '}'))
}

// logNote logs what the shell itself has to say.
func (s *Shell) logNote(text string) {
	now := time.Now()
	if s.cfg.Output != OutputJSON {
		s.screen.printAll(s.stderr(), now.Format(clock)+" · "+visible(text, false))
		return
	}
	b := fmt.Appendf(nil, `{"time":%q,"kind":"note","text":`, now.Format(time.RFC3339Nano))
	s.screen.printAll(s.stderr(), string(append(jsonscan.AppendQuote(b, text), '}')))
}
