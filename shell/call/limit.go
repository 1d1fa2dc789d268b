package call

import "time"

// A limit is how long calls may take. A nil limit never ends.
type limit struct {
	timer *time.Timer
	after time.Duration
}

// startLimit has end called after a time, unless that is extended, or the limit is stopped before. 0 is no limit.
func startLimit(after time.Duration, end func()) *limit {
	if after <= 0 {
		return nil
	}
	return &limit{time.AfterFunc(after, end), after}
}

// extend has the time begin anew, unless it is up already.
func (l *limit) extend() {
	if l != nil && l.timer.Stop() {
		l.timer.Reset(l.after)
	}
}

func (l *limit) stop() {
	if l != nil {
		l.timer.Stop()
	}
}
