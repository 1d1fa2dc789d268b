package view

import (
	"slices"

	"rpcsh/shell/event"
)

// SetWatch has only those messages shown that f chooses.
func (v *View) SetWatch(f event.Filter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.watch = f
}

// AddMute has those messages not shown that f chooses.
func (v *View) AddMute(f event.Filter) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mute = append(v.mute, f)
}

// ClearMute takes back all that AddMute was given.
func (v *View) ClearMute() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.mute = nil
}

// Watched returns what SetWatch and AddMute were given.
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
