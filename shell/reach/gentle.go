package reach

import (
	"context"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/turn"
)

// Gentle is the care for a peer that may be of the programs that do not take everything at once; see
// detect.MayNeedTime. Such a program may end a connection on which it is refused what it asks, and not survive that we
// end it in the same moment, or wait for ever for an answer on one that was closed. Its methods return at once for
// other peers.
type Gentle struct {
	link    *dial.Link
	time    time.Duration // that the peer may need; 0: it is of another kind
	refused atomic.Int64  // when a request of the peer's was refused last, in nanoseconds; 0: never
}

// NewGentle returns the care for a peer that was dialled by cfg. spoke is what was found out about it, nil if it was
// said.
func NewGentle(link *dial.Link, cfg dial.Config, spoke *detect.Finding) *Gentle {
	g := &Gentle{link: link}
	if cfg.Settle <= 0 || link.Target.IsCommand() || spoke != nil && spoke.Settled {
		return g
	}
	if w, known := link.Wire(); known && detect.MayNeedTime(w.Framing) {
		g.time = cfg.Settle
	}
	return g
}

// For how long a peer's request is not refused: so many times its time, and at most.
const (
	heldRefusals = 4
	mostHeld     = time.Second
)

// Refuse waits until what we have asked is answered, or for a moment: that the peer is refused something may be the end
// of the connection. It reports whether it has waited.
func (g *Gentle) Refuse(ctx context.Context) bool {
	if g.time <= 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, min(heldRefusals*g.time, mostHeld))
	defer cancel()
	turn.Await(ctx, func() bool {
		s := g.link.Stats()
		return s.Out > 0 && s.Calling == 0
	})
	g.refused.Store(time.Now().UnixNano())
	return true
}

// mostLeaving is how long a peer is waited for before the connection is closed, whatever time it has otherwise.
const mostLeaving = time.Second

// Leave gives the peer a moment for its answer, and to take it where it is a refusal, until ctx ends at the latest. It
// comes before the connection is closed.
func (g *Gentle) Leave(ctx context.Context) {
	if g.time <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, min((heldRefusals+2)*g.time, mostLeaving))
	defer cancel()
	turn.Await(ctx, func() bool { return g.link.Stats().Serving == 0 || g.link.Err() != nil })
	since := time.Since(time.Unix(0, g.refused.Load()))
	select {
	case <-g.link.Done():
	case <-time.After(g.time - since):
	case <-ctx.Done():
	}
}
