package replay

import (
	"encoding/json"
	"errors"
	"io"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/schema"
)

// A Survey is what a first pass over a recording finds.
type Survey struct {
	Spoken  Spoken                        // of the first connection on which the client sends
	Masks   []Mask                        // in what the client sends, and the peer has not sent before
	Cut     int                           // the line of a message of the client that is only a beginning; 0: none is
	Sends   map[connection]bool           // on which the client sends anything
	Asks    map[connection]map[string]int // how often the peer calls which method of the client
	Results map[string]json.RawMessage    // the schema of a method's results; without those that are too large
}

// A Mask stands in the place of a secret.
type Mask struct{ Line, Number int }

// Look returns the Survey of a recording. codec returns a codec for a protocol by its name.
func Look(recording *rpcrec.Reader, codec func(string) (rpcconn.Codec, error)) (*Survey, error) {
	look := &survey{
		Survey: &Survey{
			Sends: make(map[connection]bool), Asks: make(map[connection]map[string]int),
			Results: make(map[string]json.RawMessage),
		},
		seen: make(map[int]bool), methods: make(map[request]string),
	}
	turns := newTurns(recording, codec)
	for {
		t, err := turns.next()
		var line *rpcrec.LineError
		switch {
		case errors.As(err, &line):
		case errors.Is(err, io.EOF):
			return look.Survey, nil
		case err != nil:
			return nil, err
		case t.closes:
		default:
			look.at(t)
		}
	}
}

// A survey is a Survey under way.
type survey struct {
	*Survey
	seen    map[int]bool       // masks
	methods map[request]string // of what has no answer yet
}

// A request is one of the client's.
type request struct {
	conn connection
	id   rpcconn.ID
}

func (s *survey) at(t *turn) {
	if t.sent && len(s.Sends) == 0 {
		s.Spoken = t.spoken
	}
	if t.sent {
		s.Sends[t.conn] = true
	}
	if t.sent && t.cut && s.Cut == 0 {
		s.Cut = t.line
	}
	for _, n := range t.masks() {
		if t.sent && !s.seen[n] {
			s.Masks = append(s.Masks, Mask{t.line, n})
		}
		s.seen[n] = s.seen[n] || t.sent || n > 0
	}
	if t.broken != nil {
		return
	}
	for i := range t.packet.Messages {
		s.message(t, &t.packet.Messages[i])
	}
}

func (s *survey) message(t *turn, m *rpcconn.Message) {
	key := request{t.conn, m.ID}
	switch {
	case m.Kind == rpcconn.KindRequest && t.sent:
		s.methods[key] = m.Method
	case m.Kind == rpcconn.KindRequest:
		if s.Asks[t.conn] == nil {
			s.Asks[t.conn] = make(map[string]int)
		}
		s.Asks[t.conn][m.Method]++
	case m.Kind == rpcconn.KindResponse && !t.sent:
		if method, ok := s.methods[key]; ok && m.Result != nil {
			s.Results[method] = schema.Infer(s.Results[method], m.Result)
		}
		delete(s.methods, key)
	}
}
