package script

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/shell/answer"
)

// maxUnderWay is how many requests of one peer a file's functions handle at the same time. Without it, a function that
// calls itself through the peer would never end, since each call has a time limit of its own.
const maxUnderWay = 1000

// A State is what outlives calls of a file's functions, also when the file is loaded again. It also says whose turn it
// is to run.
type State struct {
	connected func() []answer.Peer

	turn  turns
	dict  lasting           // who has the turn may use it
	peers map[int]*attached // the same; by the numbers of those that are connected

	mu       sync.Mutex  // protects what follows
	underWay map[int]int // requests, by the numbers of peers
}

// NewState returns an empty State. connected returns all peers that are; any number of goroutines may call it.
func NewState(connected func() []answer.Peer) *State {
	return &State{
		connected: connected,
		dict:      lasting{new(starlark.Dict)}, peers: make(map[int]*attached), underWay: make(map[int]int),
	}
}

// begin counts a request of p, unless there are too many already. end has to be called when the request has been
// handled.
func (s *State) begin(p answer.Peer) (end func(), err error) {
	n := p.Number()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.underWay[n] >= maxUnderWay {
		return nil, fmt.Errorf(
			"%d requests of @%d are under way already; does a function call itself through the peer?", maxUnderWay, n,
		)
	}
	s.underWay[n]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.underWay[n]--; s.underWay[n] == 0 {
			delete(s.underWay, n)
		}
	}, nil
}

// An attached is what a file keeps of a peer as long as that is connected.
type attached struct {
	state lasting // of the peer
	came  bool    // on_connect has been called
}

// of returns what is kept of p. Who has the turn may call it. Nothing stays of a peer that has gone.
func (s *State) of(p answer.Peer) *attached {
	n := p.Number()
	a := s.peers[n]
	if a == nil {
		a = &attached{state: lasting{new(starlark.Dict)}}
		if slices.ContainsFunc(s.connected(), func(q answer.Peer) bool { return q.Number() == n }) {
			s.peers[n] = a
		}
	}
	return a
}

// meet returns what is kept of p from now on, until forget is called.
func (s *State) meet(p answer.Peer) *attached {
	a := s.of(p)
	s.peers[p.Number()] = a // also where it has gone in the meantime
	return a
}

// forget forgets what is kept of p.
func (s *State) forget(p answer.Peer) {
	if s.turn.take(context.Background(), nobody) == nil {
		delete(s.peers, p.Number())
		s.turn.leave()
	}
}

// others returns the peers that are connected but p, as values; nil: all of them.
func (s *State) others(p answer.Peer) *starlark.List {
	var others []starlark.Value
	for _, q := range s.connected() {
		if p == nil || q.Number() != p.Number() {
			others = append(others, peerValue{q, s})
		}
	}
	return starlark.NewList(others)
}

// lasting is a dict that stays mutable when the globals that refer to it are frozen.
type lasting struct{ *starlark.Dict }

// Freeze implements starlark.Value.
func (lasting) Freeze() {}

// Type implements starlark.Value. It is not that of a dict, which would take it for one of its own when compared.
func (lasting) Type() string { return "state" }

// CompareSameType implements starlark.Comparable.
func (l lasting) CompareSameType(op syntax.Token, other starlark.Value, depth int) (bool, error) {
	return l.Dict.CompareSameType(op, other.(lasting).Dict, depth)
}
