package shell

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// How much of a flood is shown.
const (
	trafficBurst   = 1000        // lines shown at once
	trafficRate    = 20          // lines shown an interval while a flood lasts
	floodInterval  = time.Second // after which what was left out is summed up
	maxFloodNames  = 1000        // names that are counted apart
	maxFloodLines  = 5           // names that the sum tells apart
	maxQueuedLines = 10_000      // waiting to be put out; then traffic is only counted, and who brings other output has to wait
)

// A screen puts lines out in the order in which they were given to it, from any goroutine, and never makes those wait that
// bring what a peer sent: what is more than a person can read is counted instead.
type screen struct {
	mu       sync.Mutex // protects what follows
	changed  *sync.Cond
	queue    []*slot
	given    int  // slots that were ever put into the queue
	written  int  // and those of them that have been put out
	painting bool // the painter has taken lines that are not written yet
	closed   bool
	budget   int             // of lines of traffic until the interval ends
	skipped  map[string]int  // lines left out, by name
	said     map[string]bool // by once, in this interval
	ticking  bool            // an end of the interval is due

	traffic io.Writer // where lines of traffic go
	sum     func(text string) string
	done    chan struct{}
}

// A slot is a place in the order of output. Nothing after it is put out before it is released.
type slot struct {
	screen   *screen
	lines    []line
	released bool
}

type line struct {
	to   io.Writer
	text string // ends in a line break
}

// newScreen returns a screen that writes traffic to w; sum gives the line that says what was left out its form.
func newScreen(w io.Writer, sum func(text string) string) *screen {
	s := &screen{traffic: w, sum: sum, budget: trafficBurst, skipped: make(map[string]int), said: make(map[string]bool), done: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	go s.paint()
	return s
}

// print puts out text, with a line break where it has none.
func (s *screen) print(to io.Writer, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(&slot{screen: s, lines: []line{{to, withLineBreak(text)}}, released: true})
}

// put puts a slot at the end of the queue. The caller holds s.mu.
func (s *screen) put(t *slot) {
	t.released = t.released || s.closed
	s.queue = append(s.queue, t)
	s.given++
	s.changed.Broadcast()
}

// printAll is print for output of which nothing may be left out, however much there is: it waits while too much is queued.
func (s *screen) printAll(to io.Writer, text string) {
	s.mu.Lock()
	for len(s.queue) > maxQueuedLines && !s.closed {
		s.changed.Wait()
	}
	s.mu.Unlock()
	s.print(to, text)
}

// sample puts out the line of traffic that format returns, or counts it under name when there are too many. What one goroutine
// brings stays in order.
func (s *screen) sample(name string, format func() string) {
	if s.take(name) {
		s.print(s.traffic, format())
	}
}

// once is sample for what must not drown in a flood: some texts an interval are put out in any case, but each of them once, since many
// fail for one reason. The others are counted.
func (s *screen) once(name, text string, format func() string) {
	s.mu.Lock()
	again := s.said[text]
	sure := !again && len(s.said) < trafficRate
	if sure {
		s.said[text] = true
	}
	if again {
		s.skipLocked(name)
	}
	s.awaitTickLocked()
	s.mu.Unlock()
	switch {
	case again:
	case sure:
		s.print(s.traffic, format())
	default:
		s.sample(name, format)
	}
}

// take reports whether a line of traffic may be put out; else it counts it.
func (s *screen) take(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.budget > 0 && len(s.queue) < maxQueuedLines
	if taken {
		s.budget--
	} else {
		s.skipLocked(name)
	}
	if s.budget < trafficBurst/2 || !taken {
		s.awaitTickLocked()
	}
	return taken
}

// skipLocked counts a line that is left out.
func (s *screen) skipLocked(name string) {
	if _, known := s.skipped[name]; !known && len(s.skipped) >= maxFloodNames {
		name = "others"
	}
	s.skipped[name]++
}

// awaitTickLocked sees to it that the interval ends.
func (s *screen) awaitTickLocked() {
	if !s.ticking && !s.closed {
		s.ticking = true
		time.AfterFunc(floodInterval, s.tick)
	}
}

// tick ends an interval: it sums up what was left out, and allows some lines more.
func (s *screen) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ticking = false
	clear(s.said)
	switch {
	case s.closed:
		return
	case len(s.queue) >= maxQueuedLines: // the terminal takes nothing: go on counting
	case len(s.skipped) == 0:
		s.budget = trafficBurst
		return
	default:
		s.sumUp()
		if s.budget > 0 { // it was for their repeating that lines were left out
			s.budget = trafficBurst
		} else {
			s.budget = trafficRate
		}
	}
	s.ticking = true
	time.AfterFunc(floodInterval, s.tick)
}

// sumUp says what was left out. The caller holds s.mu.
func (s *screen) sumUp() {
	names := slices.SortedFunc(maps.Keys(s.skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.skipped[b], s.skipped[a]), strings.Compare(a, b))
	})
	var text strings.Builder
	rest := 0
	for i, name := range names {
		if i < maxFloodLines {
			fmt.Fprintln(&text, s.sum(fmt.Sprintf("… %s more %s", grouped(s.skipped[name]), name)))
		} else {
			rest += s.skipped[name]
		}
	}
	if rest > 0 {
		fmt.Fprintln(&text, s.sum(fmt.Sprintf("… %s more of %d other methods", grouped(rest), len(names)-maxFloodLines)))
	}
	clear(s.skipped)
	if text.Len() > 0 {
		s.put(&slot{screen: s, lines: []line{{s.traffic, text.String()}}, released: true})
	}
}

// reserve returns a place in the order of output, which has to be released.
func (s *screen) reserve() *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &slot{screen: s}
	s.put(t)
	return t
}

// print puts text into the slot.
func (t *slot) print(to io.Writer, text string) {
	t.screen.mu.Lock()
	defer t.screen.mu.Unlock()
	t.lines = append(t.lines, line{to, withLineBreak(text)})
}

// release lets the slot and what comes after it be put out. It may be called more than once, and on nil.
func (t *slot) release() {
	if t == nil {
		return
	}
	t.screen.mu.Lock()
	defer t.screen.mu.Unlock()
	t.released = true
	t.screen.changed.Broadcast()
}

// flush waits until all that was given to the screen before, and does not stand behind what is not released, has been put out.
func (s *screen) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for last := s.given; s.written < last && (s.painting || s.queue[0].released); {
		s.changed.Wait()
	}
}

// close puts out the rest, released or not, and ends the painter.
func (s *screen) close() {
	s.mu.Lock()
	s.sumUp()
	s.closed = true
	for _, t := range s.queue {
		t.released = true
	}
	s.changed.Broadcast()
	s.mu.Unlock()
	<-s.done
}

// paint writes what is released, in order, until the screen is closed.
func (s *screen) paint() {
	defer close(s.done)
	taken := 0 // slots
	for {
		s.mu.Lock()
		s.painting = false
		s.written += taken
		s.changed.Broadcast()
		for len(s.queue) == 0 || !s.queue[0].released {
			if s.closed && len(s.queue) == 0 {
				s.mu.Unlock()
				return
			}
			s.changed.Wait()
		}
		s.painting = true
		var lines []line
		taken = 0
		for len(s.queue) > 0 && s.queue[0].released {
			lines = append(lines, s.queue[0].lines...)
			s.queue[0] = nil // or it would live as long as the queue's memory
			s.queue = s.queue[1:]
			taken++
		}
		s.mu.Unlock()
		write(lines)
	}
}

// write writes lines, those that follow each other to the same place at once.
func write(lines []line) {
	var buf bytes.Buffer
	for i, l := range lines {
		buf.WriteString(l.text)
		if i == len(lines)-1 || lines[i+1].to != l.to {
			_, _ = l.to.Write(buf.Bytes()) // nobody is left to tell when the terminal is gone; the reader of lines notices
			buf.Reset()
		}
	}
}

func withLineBreak(text string) string {
	if strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// grouped returns n with its digits in groups of three: 12 408.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(d)
	}
	return b.String()
}
