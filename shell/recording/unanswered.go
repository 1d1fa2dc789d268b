package recording

import (
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/event"
)

const (
	// maxUnanswered is how many requests, of all connections together, are remembered until their answers come. Of
	// more, the oldest are taken for never answered.
	maxUnanswered = 100_000
	// maxUnansweredSize is how many bytes the ids and methods of these may have that are more than a few.
	maxUnansweredSize = 16 << 20
)

// An Unanswered is a request that was never answered.
type Unanswered struct {
	Peer   event.Peer
	Out    bool
	Method string
	About  string // the Subject of its event
	Time   time.Time
}

// A request waits for its answer.
type request struct {
	method  string
	subject string
	at      time.Duration
	turn    int // how many requests of the recording came before it
	size    int
}

// A place is that of a request among all that wait.
type place struct {
	conn *conn
	out  int
	id   rpcconn.ID
	turn int
}

// A queue has the requests that wait, of all connections, by their age. Who was answered is still in it for a while.
type queue struct {
	places []place
	turns  int // requests that have come
	open   int // that wait
	size   int // of these
}

// ask remembers a request until its answer comes.
func (d *Decoder) ask(c *conn, out int, id rpcconn.ID, r request) {
	q := &d.waiting
	if _, twice := c.asked[out][id]; twice {
		d.take(c, out, id)
	}
	if c.asked[out] == nil {
		c.asked[out] = make(map[rpcconn.ID]request)
	}
	q.turns++
	r.turn, r.size = q.turns, len(r.method)+len(r.subject)
	if _, isInt := id.Int(); !isInt {
		r.size += len(id.String())
	}
	c.asked[out][id] = r
	q.open++
	q.size += r.size
	q.places = append(q.places, place{c, out, id, r.turn})
	for q.open > maxUnanswered || q.size > maxUnansweredSize {
		d.giveUp()
	}
	if len(q.places) > 2*q.open+1000 {
		q.tidy()
	}
}

// take forgets a request, and returns it where it is known: it was answered.
func (d *Decoder) take(c *conn, out int, id rpcconn.ID) (r request, known bool) {
	if r, known = c.asked[out][id]; known {
		delete(c.asked[out], id)
		d.waiting.open--
		d.waiting.size -= r.size
	}
	return r, known
}

// waits reports whether the request of a place still does.
func (p *place) waits() bool { return p.conn.asked[p.out][p.id].turn == p.turn }

// giveUp takes the oldest request for one that was never answered.
func (d *Decoder) giveUp() {
	q := &d.waiting
	for first := q.places[0]; ; first = q.places[0] {
		q.places = q.places[1:]
		if first.waits() {
			r, _ := d.take(first.conn, first.out, first.id)
			d.unanswered(first.conn, first.out, &r)
			return
		}
	}
}

// tidy leaves out who was answered.
func (q *queue) tidy() {
	still := make([]place, 0, 2*q.open+1000)
	for i := range q.places {
		if q.places[i].waits() {
			still = append(still, q.places[i])
		}
	}
	q.places = still
}

// reset forgets the requests of a connection that have no answer.
func (d *Decoder) reset(c *conn) {
	for out, asked := range c.asked {
		for id, r := range asked {
			d.take(c, out, id)
			d.unanswered(c, out, &r)
		}
	}
}

func (d *Decoder) unanswered(c *conn, out int, r *request) {
	if d.OnUnanswered != nil {
		d.OnUnanswered(Unanswered{c.peer, out == 1, r.method, r.subject, d.start.Add(r.at)})
	}
}
