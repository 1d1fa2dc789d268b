package replay

import (
	"encoding/json"
	"errors"
	"io"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/rpcconn/schema"
	"rpcsh/shell/event"
)

// A Survey is what a first pass over a recording finds.
type Survey struct {
	Spoken  Spoken                        // of the first connection on which the client sends
	Masks   []Mask                        // in what the client sends, and the peer has not sent before
	Late    bool                          // a connection on which the client sends was there before the recording began
	Taken   int                           // messages of clients that have not reached the server
	Cut     int                           // the line of a message of the client that is only a beginning; 0: none is
	Sends   map[connection]bool           // on which the client sends anything
	Asks    map[connection]map[string]int // how often the peer calls which method of the client
	Results map[string]json.RawMessage    // the schema of a method's results; without those that are too large
}

// What a Survey holds of a recording, however long that is. One that needs more is refused, but for what its results
// have in common: the first methods have that.
const (
	maxPlayed  = 100_000 // connections, methods that the peer calls, and masks, of each
	maxResults = 1000    // methods that have a schema
	maxWaiting = 100_000 // requests whose answers are to come
	maxIDSize  = 256     // bytes of the id of such a request
)

// A Mask stands in the place of a secret.
type Mask struct{ Line, Number int }

// Look returns the Survey of a recording of which the messages that only chooses are played. codec returns a codec for
// a protocol by its name.
func Look(
	recording *rpcrec.Reader, codec func(string) (rpcconn.Codec, error), only event.Filter,
) (*Survey, error) {
	look := &survey{
		Survey: &Survey{
			Sends: make(map[connection]bool), Asks: make(map[connection]map[string]int),
			Results: make(map[string]json.RawMessage),
		},
		only: only, chosen: make(map[connection]*choice), seen: make(map[int]bool), methods: make(map[request]string),
	}
	turns := newTurns(recording, codec)
	for {
		t, err := turns.next()
		var line *rpcrec.LineError
		switch {
		case errors.As(err, &line):
		case errors.Is(err, io.EOF):
			look.Taken = turns.taken
			return look.Survey, nil
		case err != nil:
			return nil, err
		case t.closes:
		default:
			look.at(t)
		}
		if look.asks > maxPlayed || len(look.seen) > maxPlayed {
			return nil, &ReadError{errors.New("it has too many methods or masked values to play")}
		}
	}
}

// A survey is a Survey under way.
type survey struct {
	*Survey
	only    event.Filter
	chosen  map[connection]*choice
	seen    map[int]bool       // masks
	methods map[request]string // of what has no answer yet
	asks    int                // entries of Asks
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
		s.Late = s.Late || t.late
	}
	if t.sent && t.cut && s.Cut == 0 {
		s.Cut = t.line
	}
	played := s.plays(t)
	for _, n := range t.masks() {
		switch {
		case !t.sent:
			s.seen[n] = s.seen[n] || n > 0
		case played:
			if !s.seen[n] {
				s.Masks = append(s.Masks, Mask{t.line, n})
			}
			s.seen[n] = true
		}
	}
	if t.broken != nil {
		return
	}
	for i := range t.packet.Messages {
		s.message(t, &t.packet.Messages[i])
	}
}

// plays reports whether anything of a turn is played.
func (s *survey) plays(t *turn) bool {
	c := s.chosen[t.conn]
	if c == nil {
		c = newChoice(s.only)
		s.chosen[t.conn] = c
	}
	if t.broken != nil {
		return true
	}
	any := false
	for i := range t.packet.Messages {
		any = c.plays(t, &t.packet.Messages[i]) || any
	}
	return any
}

func (s *survey) message(t *turn, m *rpcconn.Message) {
	key := request{t.conn, m.ID}
	switch {
	case m.Kind == rpcconn.KindRequest && t.sent:
		if len(s.methods) < maxWaiting && len(m.ID.String()) <= maxIDSize && s.infers(m.Method) {
			s.methods[key] = m.Method
		}
	case m.Kind == rpcconn.KindRequest:
		if s.Asks[t.conn] == nil {
			s.Asks[t.conn] = make(map[string]int)
		}
		if s.Asks[t.conn][m.Method]++; s.Asks[t.conn][m.Method] == 1 {
			s.asks++
		}
	case m.Kind == rpcconn.KindResponse && !t.sent:
		if method, ok := s.methods[key]; ok && m.Result != nil && s.infers(method) {
			s.Results[method] = schema.Infer(s.Results[method], m.Result)
		}
		delete(s.methods, key)
	}
}

// infers reports whether a method is one of those whose results have a schema.
func (s *survey) infers(method string) bool {
	return s.Results[method] != nil || len(s.Results) < maxResults
}
