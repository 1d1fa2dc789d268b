package call

import (
	"sync"
	"time"
)

// A limit is how long calls may take. A nil limit never ends.
type limit struct {
	after time.Duration
	waits func() bool // reports whether the time does not count now
	end   func()

	mu       sync.Mutex // protects what follows
	timer    *time.Timer
	deadline time.Time
	over     bool // it has ended, or was stopped
}

// startLimit has end called after a time, of which some has passed, unless that is extended, or the limit is stopped
// before. 0 is no limit. While waits reports true, the time begins anew when it is up.
func startLimit(after, passed time.Duration, waits func() bool, end func()) *limit {
	if after <= 0 {
		return nil
	}
	left := max(after-passed, after/leastLeft)
	l := &limit{after: after, waits: waits, end: end, deadline: time.Now().Add(left)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(left, l.up)
	return l
}

// leastLeft is the part of a limit that is left whatever has passed: a peer that answers at once is heard.
const leastLeft = 10

// up ends the limit, if it was not extended or stopped just now.
func (l *limit) up() {
	if l.isUp(l.waits()) {
		l.end()
	}
}

func (l *limit) isUp(waits bool) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.over, time.Now().Before(l.deadline):
		return false
	case waits:
		l.extendLocked()
		return false
	}
	l.over = true
	return true
}

// extend has the time begin anew, unless it is up already.
func (l *limit) extend() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over {
		l.extendLocked()
	}
}

func (l *limit) extendLocked() {
	l.deadline = time.Now().Add(l.after)
	l.timer.Reset(l.after)
}

func (l *limit) stop() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.timer.Stop()
}
