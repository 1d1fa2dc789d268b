package script

import (
	"fmt"
	"sync"

	"go.starlark.net/starlark"

	"rpcsh/shell/answer"
)

// maxUnderWay is how many requests of one peer a file's functions handle at the same time. Without it, a function that
// calls itself through the peer would never end, since each call has a time limit of its own.
const maxUnderWay = 1000

// A State is what outlives calls of a file's functions, also when the file is loaded again. It also says whose turn it
// is to run.
type State struct {
	turn chan struct{} // has an element while a function of the file runs
	dict lasting       // who has the turn may use it

	mu       sync.Mutex  // protects what follows
	underWay map[int]int // requests, by the numbers of peers
}

// NewState returns an empty State.
func NewState() *State {
	return &State{turn: make(chan struct{}, 1), dict: lasting{new(starlark.Dict)}, underWay: make(map[int]int)}
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

// lasting is a dict that stays mutable when the globals that refer to it are frozen.
type lasting struct{ *starlark.Dict }

// Freeze implements starlark.Value.
func (lasting) Freeze() {}
