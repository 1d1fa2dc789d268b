package view

import (
	"slices"

	"rpcsh/shell/event"
)

// SetWatch shows only the messages that f chooses from now on.
func (v *View) SetWatch(f event.Filter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watch = f
}

// AddMute hides the messages that f chooses from now on.
func (v *View) AddMute(f event.Filter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mute = append(v.mute, f)
}

// ClearMute removes all filters of AddMute.
func (v *View) ClearMute() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mute = nil
}

// Watched returns the filters of SetWatch and AddMute.
func (v *View) Watched() (watch event.Filter, mute []event.Filter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.watch, slices.Clone(v.mute)
}

// wanted reports whether e passes the filters. What is no message is hidden only where a filter names its kind: who
// mutes a peer still wants to know that it has gone.
func (v *View) wanted(e *event.Event) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	message := e.Kind.IsMessage()
	for _, m := range v.mute {
		if (message || m.Names(e.Kind)) && m.Match(e) {
			return false
		}
	}
	return !message || v.watch.Match(e)
}
