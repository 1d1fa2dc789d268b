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

// wanted reports whether e passes the filters.
func (v *View) wanted(e *event.Event) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, m := range v.mute {
		if m.Match(e) {
			return false
		}
	}
	return v.watch.Match(e)
}
