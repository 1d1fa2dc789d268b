package detect

import (
	"context"
	"slices"
	"sync"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/transport"
)

// Spent is what it has cost to find out what a target speaks.
type spent struct {
	mu     sync.Mutex // protects what follows
	opened int        // connections, or child processes
	sent   []string   // what was sent, in order
}

func (s *spent) open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
}

func (s *spent) send(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, what)
}

func (s *spent) all() (opened int, sent []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened, slices.Clone(s.sent)
}

// counting returns d with what it opens over HTTP counted.
func (s *spent) counting(d Detector) Detector {
	channel, get := d.Channel, d.Get
	d.Channel = func(ctx context.Context, t transport.Target) (rpcconn.Channel, error) {
		s.open()
		s.send(t.String())
		return channel(ctx, t)
	}
	d.Get = func(ctx context.Context, t transport.Target, path string) ([]byte, error) {
		s.open()
		s.send("GET " + path)
		return get(ctx, t, path)
	}
	return d
}
