package shell

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Drain ends the session in good order: nobody is let in any more, and each connection is closed once nothing that its peer asked for is
// open, and what is done for its notifications and its going is done. What is still open after patience is said. Close comes after it.
func (s *Shell) Drain(patience time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.stopListening()
	var closing sync.WaitGroup
	for _, p := range s.peers.list() {
		closing.Go(func() { s.drain(ctx, p) })
	}
	closing.Wait()
}

// drain closes the connection to p, at the latest when ctx ends.
func (s *Shell) drain(ctx context.Context, p *peer) {
	link := p.link.Load()
	if !await(ctx, func() bool { return link.Stats().Serving == 0 && !p.inbox.busy() || !p.alive() }) {
		s.problem(p.title(s) + ": " + p.open() + " still open, the connection is closed all the same")
	}
	s.closeConnections([]*peer{p})
	<-link.reported
	await(ctx, func() bool { return !p.inbox.busy() }) // the lines of .on close
}

// open says what p has asked for that is not done.
func (p *peer) open() string {
	n := p.link.Load().Stats().Serving
	switch {
	case !p.inbox.busy():
		return plural(n, "request")
	case n == 0:
		return "what its notifications have begun is"
	}
	return fmt.Sprintf("%s and what its notifications have begun are", plural(n, "request"))
}

// await waits until ok holds, and reports whether it did before ctx ended.
func await(ctx context.Context, ok func() bool) bool {
	const pause = 5 * time.Millisecond
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ok()
		}
	}
	return true
}
