package replay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/human"
)

// maxServed is how many bytes a recording that is served may have of messages: they are kept in memory.
const maxServed = 256 << 20

// An exchange is a message of the client, and what the server has sent because of it.
type exchange struct {
	line     int
	at       time.Duration
	method   string
	params   json.RawMessage
	notifies bool // it is a notification, which has no answer

	result   json.RawMessage
	err      *rpcconn.Error
	answered time.Duration // when; where there is neither result nor err, there was no answer
	before   []*said       // until the answer
	after    []*said       // from then until the client's next message
}

// A said is a notification or a request of the server.
type said struct {
	at     time.Duration
	id     rpcconn.ID // none: a notification
	method string
	params json.RawMessage
	waits  bool // the client had answered before the server said anything else
}

// A tape is what a recording has of the server's side.
type tape struct {
	exchanges []*exchange
	greeting  []*said // before the client has sent anything
}

// readTape reads a recording whose messages have up to limit bytes. Its connections, one behind the other, are one
// conversation.
func readTape(recording *rpcrec.Reader, codec func(string) (rpcconn.Codec, error), limit int) (*tape, error) {
	tp := new(tape)
	turns := newTurns(recording, codec)
	conns := make(map[connection]*taping)
	size := 0
	for {
		t, err := turns.next()
		var line *rpcrec.LineError
		switch {
		case errors.As(err, &line):
			continue
		case err == io.EOF:
			return tp, nil
		case err != nil:
			return nil, err
		}
		if size += len(t.frame); size > limit {
			return nil, fmt.Errorf("its messages have more than %s, which are too many to serve", human.Size(limit))
		}
		if t.closes || t.broken != nil {
			continue
		}
		c := conns[t.conn]
		if c == nil {
			c = &taping{open: make(map[rpcconn.ID]*exchange), asked: make(map[rpcconn.ID]*said)}
			conns[t.conn] = c
		}
		for i := range t.packet.Messages {
			c.add(tp, t, &t.packet.Messages[i])
		}
	}
}

// A taping is a connection whose messages become exchanges.
type taping struct {
	open  map[rpcconn.ID]*exchange // without an answer
	order []*exchange              // the same, oldest first
	last  *exchange                // to which what is said of the server's own accord belongs
	asked map[rpcconn.ID]*said     // requests of the server without an answer
	since *said                    // the last that the server has said, until it says anything else
}

func (c *taping) add(tp *tape, t *turn, m *rpcconn.Message) {
	switch {
	case t.sent && (m.Kind == rpcconn.KindRequest || m.Kind == rpcconn.KindNotification):
		x := &exchange{
			line: t.line, at: t.at, method: m.Method, params: m.Params, notifies: m.Kind == rpcconn.KindNotification,
		}
		tp.exchanges = append(tp.exchanges, x)
		if c.last = x; !x.notifies {
			c.open[m.ID] = x
			c.order = append(c.order, x)
		}
	case t.sent && m.Kind == rpcconn.KindResponse:
		if s := c.asked[m.ID]; s != nil {
			s.waits = s == c.since
			delete(c.asked, m.ID)
		}
	case !t.sent && m.Kind == rpcconn.KindResponse:
		c.since = nil
		if x := c.open[m.ID]; x != nil {
			x.result, x.err, x.answered = nonNil(m.Result, m.Err), m.Err, t.at
			delete(c.open, m.ID)
			c.closed(x)
			c.last = x
		}
	case !t.sent && (m.Kind == rpcconn.KindRequest || m.Kind == rpcconn.KindNotification):
		s := &said{at: t.at, id: m.ID, method: m.Method, params: m.Params}
		if c.since = s; !s.id.IsNone() {
			c.asked[m.ID] = s
		}
		c.keep(tp, s)
	}
}

// closed takes an exchange out of those that have no answer.
func (c *taping) closed(x *exchange) {
	for i, other := range c.order {
		if other == x {
			c.order = append(c.order[:i:i], c.order[i+1:]...)
			return
		}
	}
}

// keep keeps what the server has said: with the newest request that it has not answered, or with what the client said
// last.
func (c *taping) keep(tp *tape, s *said) {
	switch {
	case len(c.order) > 0:
		x := c.order[len(c.order)-1]
		x.before = append(x.before, s)
	case c.last != nil:
		c.last.after = append(c.last.after, s)
	default:
		tp.greeting = append(tp.greeting, s)
	}
}
