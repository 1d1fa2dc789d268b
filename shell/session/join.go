package session

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
	"rpcsh/shell/event"
)

// A Joining says who becomes a peer over a channel that is there already, such as a side of a tap.
type Joining struct {
	Channel rpcconn.Channel
	Wire    dial.Wire
	Name    string // that it gets, with a number behind it where another peer has it
	Label   string // where it is, for people
	Dialled bool   // somebody has dialled it: else it has dialled
	// Answered is told when the session is done with a request, and its answer has been sent: served says that a rule
	// has answered it, or has not on purpose. A request that no rule has answered gets no answer from the session.
	Answered func(req *rpcconn.Request, served bool)
}

// Join makes somebody one of the peers of s. They are sent nothing of the session's own accord, and whoever has them
// join tells of their coming and going. Ids of calls begin at a large number by chance, since others number calls over
// the same connection.
func Join(s *Session, j Joining) *Peer {
	p, ready := newPeer(s), make(chan struct{})
	p.accepted, p.label, p.storedAs, p.joined = true, j.Label, "tap of "+j.Label, &j
	p.notAsked.Store(true)
	opts := s.connector.connOptions(p, ready)
	opts.FirstID = firstID + rand.Int32N(math.MaxInt32-firstID-maxOwnIDs)
	handle := opts.Handler
	opts.Handler = func(ctx context.Context, c *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
		result, err := handle(ctx, c, req)
		req.After(func() { j.Answered(req, req.Remark != passes) })
		return result, err
	}
	link := dial.Over(j.Channel, j.Wire, j.Label, opts)
	if t, err := transport.ParseTarget(j.Label); j.Dialled && err == nil { // a command line is no target that is read
		p.target, link.Target = t, t
	}
	s.connector.adopt(p, link, ready, func() { s.peers.nameFree(p, j.Name) })
	return p
}

// Ids of our calls over a connection that others call over, too.
const (
	firstID   = 1 << 30
	maxOwnIDs = 1 << 29 // at least
)

// passes is the remark on a request that a joined peer has made, and nobody has answered.
const passes = "passes"

// Tell publishes an event about p, for whoever had it join.
func Tell(p *Peer, e *event.Event) (number uint64) {
	if e.Kind == event.Frame {
		return p.announce(e)
	}
	return p.publish(e)
}
