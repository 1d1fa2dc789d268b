package view

import (
	"slices"
	"sync"

	"rpcsh/shell/event"
)

// filters choose the messages that a View shows.
type filters struct {
	mu    sync.Mutex // protects what follows
	watch event.Filter
	mute  []event.Filter
}

// SetWatch shows only the messages that f chooses from now on.
func (x *filters) SetWatch(f event.Filter) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.watch = f
}

// AddMute hides the messages that f chooses from now on.
func (x *filters) AddMute(f event.Filter) {
	x.mu.Lock()
	defer x.mu.Unlock()
	same := func(m event.Filter) bool { return m.String() == f.String() }
	if !slices.ContainsFunc(x.mute, same) {
		x.mute = append(x.mute, f)
	}
}

// ClearMute removes all filters of AddMute.
func (x *filters) ClearMute() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mute = nil
}

// Watched returns the filters of SetWatch and AddMute.
func (x *filters) Watched() (watch event.Filter, mute []event.Filter) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.watch, slices.Clone(x.mute)
}

// wanted reports whether e passes the filters. What is no message is hidden only where a filter names its kind: who
// mutes a peer still wants to know that it has gone. A request that waits for the person never is.
func (x *filters) wanted(e *event.Event) bool {
	if e.Kind == event.Parked {
		return true
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	message := e.Kind.IsMessage()
	for _, m := range x.mute {
		if (message || m.Names(e.Kind)) && m.Match(e) {
			return false
		}
	}
	return !message || x.watch.Match(e)
}
