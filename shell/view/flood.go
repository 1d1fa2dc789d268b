package view

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rpcsh/shell/human"
)

// How much of a flood is shown.
const (
	trafficBurst  = 1000        // lines of traffic shown without a limit
	trafficRate   = 20          // lines shown an interval while a flood lasts
	floodInterval = time.Second // after it, what was left out is summed up
	maxFloodNames = 1000        // names that are counted separately; further ones are "others"
	maxFloodLines = 5           // names that a sum lists
)

// A flood counts lines, so that a screen shows no more than a person can read. The screen's mutex protects it.
type flood struct {
	budget  int             // lines of traffic that may be shown until the interval ends
	skipped map[string]int  // lines left out, by name
	said    map[string]bool // reasons that once has shown in this interval
	ticking bool            // the end of an interval is due
}

func newFlood() flood {
	return flood{budget: trafficBurst, skipped: make(map[string]int), said: make(map[string]bool)}
}

// sample writes the line of traffic that format returns, or counts it under name if there are too many.
func (s *screen) sample(name string, format func() string) {
	if s.admit(name) {
		s.print(s.traffic, format())
	}
}

// once is sample for lines that must not drown in a flood, though many may come for one reason. As long as there are
// few reasons, the first line of each is written in any case; later lines of that reason in the same interval are
// counted under name.
func (s *screen) once(name, reason string, format func() string) {
	switch s.firstOf(name, reason) {
	case repeated:
	case first:
		s.print(s.traffic, format())
	case oneOfMany:
		s.sample(name, format)
	}
}

// A novelty says whether a reason has been told in an interval.
type novelty uint8

const (
	first     novelty = iota // it has not
	repeated                 // it has
	oneOfMany                // there are too many reasons to keep count of
)

// firstOf notes that reason is told. If it has been told already, the line is counted under name.
func (s *screen) firstOf(name, reason string) novelty {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaitTickLocked()
	switch {
	case s.flood.said[reason]:
		s.skipLocked(name, 1)
		return repeated
	case len(s.flood.said) < trafficRate:
		s.flood.said[reason] = true
		return first
	}
	return oneOfMany
}

// few is for lines of which usually few come: they do not share the budget of traffic, and are counted only where the
// queue is full.
func (s *screen) few(to io.Writer, name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) >= maxQueuedLines {
		s.skipLocked(name, 1)
		s.awaitTickLocked()
		return
	}
	s.printLocked(to, text)
}

// skip counts lines that were left out before they reached the screen.
func (s *screen) skip(counts map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, n := range counts {
		s.skipLocked(name, n)
	}
	s.awaitTickLocked()
}

// admit reports whether a line of traffic may be written. If not, it counts the line.
func (s *screen) admit(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.flood.budget > 0 && len(s.queue) < maxQueuedLines
	if taken {
		s.flood.budget--
	} else {
		s.skipLocked(name, 1)
	}
	if s.flood.budget < trafficBurst/2 || !taken {
		s.awaitTickLocked()
	}
	return taken
}

// skipLocked counts n lines that are left out.
func (s *screen) skipLocked(name string, n int) {
	if _, known := s.flood.skipped[name]; !known && len(s.flood.skipped) >= maxFloodNames {
		name = "others"
	}
	s.flood.skipped[name] += n
}

// awaitTickLocked makes sure that the interval ends.
func (s *screen) awaitTickLocked() {
	if !s.flood.ticking && !s.closed {
		s.flood.ticking = true
		time.AfterFunc(floodInterval, s.tick)
	}
}

// tick ends an interval: it sums up what was left out, and allows some more lines.
func (s *screen) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.flood
	f.ticking = false
	clear(f.said)
	switch {
	case s.closed:
		return
	case len(s.queue) >= maxQueuedLines: // the terminal accepts nothing: go on counting
	case len(f.skipped) == 0:
		f.budget = trafficBurst
		return
	default:
		s.sumUpLocked()
		if f.budget > 0 { // lines were left out because they repeated themselves, not because there were too many
			f.budget = trafficBurst
		} else {
			f.budget = trafficRate
		}
	}
	s.awaitTickLocked()
}

// sumUpLocked writes what was left out.
func (s *screen) sumUpLocked() {
	skipped := s.flood.skipped
	names := slices.SortedFunc(maps.Keys(skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(skipped[b], skipped[a]), strings.Compare(a, b))
	})
	var text strings.Builder
	tell := func(n int, of string) { fmt.Fprintln(&text, s.sum("… "+human.Grouped(n)+" more "+of)) }
	rest := 0
	for i, name := range names {
		if i < maxFloodLines {
			tell(skipped[name], name)
		} else {
			rest += skipped[name]
		}
	}
	if rest > 0 {
		tell(rest, fmt.Sprintf("of %d other methods", len(names)-maxFloodLines))
	}
	clear(skipped)
	if text.Len() > 0 {
		s.printLocked(s.traffic, text.String())
	}
}
