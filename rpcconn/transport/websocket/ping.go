package websocket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
)

// How long a pong may take. A peer that may be at work on what we sent last has more time: some do one thing at a time.
const (
	pongPatience = 10 * time.Second
	workPatience = time.Minute
)

// A keepAlive sends pings (RFC 6455 section 5.5.2), so that neither the peer nor what is in between takes the
// connection for abandoned, and so that it turns out if the peer is gone.
type keepAlive struct {
	every time.Duration    // of silence of ours; 0: no pings are sent
	tell  func(did string) // gets what came of each ping; nil: nobody wants it

	said    atomic.Int64 // when something was sent last, in nanoseconds since 1970
	awaits  atomic.Bool  // a message was sent, and none was received since
	pinged  atomic.Bool  // a ping was sent, and no message since
	reading atomic.Bool  // Recv runs, so that a pong is seen
	off     atomic.Bool  // the peer takes pings for messages

	life    context.Context // ends with the connection
	end     context.CancelFunc
	failure atomic.Pointer[error] // why pings ended the connection; nil: they did not
	running sync.WaitGroup
}

// keepAlive starts to send pings.
func (c *channel) keepAlive(every time.Duration, tell func(string)) {
	if every <= 0 {
		return
	}
	k := &c.alive
	k.every, k.tell = every, tell
	if tell == nil {
		k.tell = func(string) {}
	}
	k.said.Store(time.Now().UnixNano())
	k.running.Go(c.sendPings)
}

// sendPings sends a ping after each silence of ours, until the connection ends.
func (c *channel) sendPings() {
	k := &c.alive
	timer := time.NewTimer(k.every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-k.life.Done():
			return
		}
		rest := k.every - time.Since(time.Unix(0, k.said.Load()))
		switch {
		case k.off.Load():
			return
		case rest <= 0 && len(c.sending) == 0: // else a message is on its way
			if err := c.ping(); err != nil {
				k.failure.Store(&err)
				_ = c.link.conn.Close() // Recv ends with err
				return
			}
			rest = k.every
		case rest <= 0:
			rest = k.every
		}
		timer.Reset(rest)
	}
}

// ping sends a ping and waits for the pong. The error says that none came; what else ends the connection is seen by
// Recv.
func (c *channel) ping() error {
	k := &c.alive
	start := time.Now()
	k.said.Store(start.UnixNano())
	k.pinged.Store(true)
	ctx, cancel := context.WithCancel(k.life)
	defer cancel()
	answered := make(chan error, 1)
	k.running.Go(func() { answered <- c.ws.Ping(ctx) })
	look := time.NewTicker(pongPatience)
	defer look.Stop()
	for {
		select {
		case err := <-answered:
			if err == nil {
				k.tell(fmt.Sprintf("a ping was answered after %.1f ms", time.Since(start).Seconds()*1000))
			}
			return nil
		case <-look.C:
			said := fmt.Sprintf("a ping had no answer for %.0f s", time.Since(start).Seconds())
			if k.reading.Load() && !k.awaits.Load() || time.Since(start) >= workPatience {
				return errors.New(said + ": the peer, or the way to it, is gone")
			}
			k.tell(said)
		}
	}
}

// sent takes note of a message that is sent.
func (k *keepAlive) sent() {
	k.said.Store(time.Now().UnixNano())
	k.awaits.Store(true)
	k.pinged.Store(false)
}

// takesPings reports, as a deviation, that message answers a ping: some servers take it for an empty message, and
// answer with an error beside the pong. No more pings are sent then.
func (k *keepAlive) takesPings(message []byte) *rpcconn.Deviation {
	asked := k.awaits.Swap(false)
	if asked || !k.pinged.Load() {
		return nil
	}
	var m struct{ Method, Result, Error, ID json.RawMessage }
	if json.Unmarshal(message, &m) != nil || m.Error == nil || m.Method != nil || m.Result != nil ||
		m.ID != nil && string(m.ID) != "null" {
		return nil
	}
	k.off.Store(true)
	return &rpcconn.Deviation{
		Rule: "ping",
		Text: "takes a ping for a message (RFC 6455 section 5.5.2), so no more are sent: " + rpcconn.Excerpt(message),
	}
}
