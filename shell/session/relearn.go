package session

import (
	"time"

	"rpcsh/rpcconn/dialect"
)

// relearnPause is waited before a peer is asked again: notifications that its offer has changed come several at a time.
const relearnPause = 100 * time.Millisecond

// relearn asks p again by the convention of its dialect, because it said that what it offers has changed. A session
// that somebody has begun by hand is not begun again for that, and without a person only what was asked for is asked
// again.
func (d *Discovery) relearn(p *Peer, spoken *dialect.Dialect) {
	c := p.connection.Load()
	_, begun := c.handshakeOf(spoken.Name)
	wanted := d.session.opts.Attended || c.inquired.Load()
	if !d.session.opts.Discover || !wanted || spoken.Handshake != nil && !begun || c.relearns.Swap(true) {
		return
	}
	d.session.tasks.Go(func() {
		select {
		case <-time.After(relearnPause):
		case <-c.Done():
			return
		}
		if c.asking.Take(d.session.done) != nil {
			return
		}
		defer c.asking.Put()
		c.relearns.Store(false) // from here on it is asked once more
		d.askInTurn(d.session.done, p, c, []*dialect.Dialect{spoken}, &inquiry{timeout: questionTimeout})
	})
}
