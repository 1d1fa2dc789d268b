package script

import "go.starlark.net/starlark"

// A State is what outlives a file's calls, and the file when it is loaded again. It also says whose turn it is to run.
type State struct {
	turn chan struct{} // has an element while something of the file runs
	dict lasting       // for who has the turn
}

// NewState returns a State without anything in it.
func NewState() *State {
	return &State{turn: make(chan struct{}, 1), dict: lasting{new(starlark.Dict)}}
}

// lasting is a dict that is not frozen with the globals that refer to it.
type lasting struct{ *starlark.Dict }

// Freeze implements starlark.Value.
func (lasting) Freeze() {}
