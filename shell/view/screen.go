package view

import (
	"bytes"
	"io"
	"sync"
)

// maxQueuedLines is how many slots may wait to be written. Beyond that, traffic is only counted, and printAll waits.
const maxQueuedLines = 10_000

// A screen writes lines in the order in which goroutines give them to it. One goroutine of its own, the painter,
// writes, so that only printAll waits for a slow terminal.
type screen struct {
	mu       sync.Mutex // protects what follows
	changed  *sync.Cond
	queue    []*slot
	given    int  // slots that were put into the queue so far
	written  int  // of those, the number of slots that have been written
	painting bool // the painter has taken lines that are not written yet
	closed   bool
	flood    flood

	traffic io.Writer // samples and their sums go there
	sum     func(text string) string
	aside   func(write func()) // writes where nothing else is drawn
	done    chan struct{}
}

// A slot is a place in the order of output. Nothing after it is written before it is released.
type slot struct {
	screen   *screen
	lines    []line
	first    [1]line // where lines begin, since most slots have one
	released bool
}

type line struct {
	to    io.Writer
	text  string            // ends in a line feed
	write func(w io.Writer) // instead of text: what may be much is written piece by piece
}

// newScreen returns a screen that writes traffic to w. sum renders the line that says what was left out; aside has
// lines written where nothing else is drawn. close ends its painter.
func newScreen(w io.Writer, sum func(text string) string, aside func(write func())) *screen {
	s := &screen{traffic: w, sum: sum, aside: aside, flood: newFlood(), done: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	go s.paint()
	return s
}

// print writes text, with a line feed if it has none.
func (s *screen) print(to io.Writer, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.printLocked(to, text)
}

func (s *screen) printLocked(to io.Writer, text string) {
	t := &slot{screen: s, released: true}
	t.printLocked(to, text)
	s.putLocked(t)
}

// putLocked puts a slot at the end of the queue. After close, it does nothing.
func (s *screen) putLocked(t *slot) {
	if s.closed {
		return
	}
	s.queue = append(s.queue, t)
	s.given++
	s.changed.Broadcast()
}

// printAll is print for output that must be complete, however much there is: it waits while too much is queued. It does
// not wait for a slot to be released, since the goroutine that is to release it may be waiting for the caller.
func (s *screen) printAll(to io.Writer, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > maxQueuedLines && s.queue[0].released && !s.closed {
		s.changed.Wait()
	}
	s.printLocked(to, text)
}

// reserve returns a new slot. The caller has to release it.
func (s *screen) reserve() *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &slot{screen: s}
	s.putLocked(t)
	return t
}

// print puts text into the slot.
func (t *slot) print(to io.Writer, text string) {
	t.screen.mu.Lock()
	defer t.screen.mu.Unlock()
	t.printLocked(to, text)
}

func (t *slot) printLocked(to io.Writer, text string) {
	t.addLocked(line{to: to, text: withLineBreak(text)})
}

func (t *slot) addLocked(l line) {
	if t.lines == nil {
		t.lines = t.first[:0]
	}
	t.lines = append(t.lines, l)
}

// stream has what write writes printed, which is called when the slot's turn comes, and ends in a line feed.
func (t *slot) stream(to io.Writer, write func(w io.Writer)) {
	t.screen.mu.Lock()
	defer t.screen.mu.Unlock()
	t.addLocked(line{to: to, write: write})
}

// release lets the slot, and what comes after it, be written. It may be called more than once.
func (t *slot) release() {
	t.screen.mu.Lock()
	defer t.screen.mu.Unlock()
	t.released = true
	t.screen.changed.Broadcast()
}

// flush waits until all earlier output has been written, except what comes after a slot that is not released.
func (s *screen) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for last := s.given; s.written < last && (s.painting || s.queue[0].released); {
		s.changed.Wait()
	}
}

// close writes the rest, released or not, and ends the painter. Later output is lost.
func (s *screen) close() {
	s.mu.Lock()
	s.sumUpLocked()
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
	var b batch
	for {
		slots := s.next()
		if slots == nil {
			return
		}
		s.aside(func() { b.print(slots) })
		s.wrote(len(slots))
		clear(slots) // the queue's memory would keep them alive
	}
}

// next waits for released slots at the head of the queue and removes them. It returns nil if the screen is closed and
// nothing is left.
func (s *screen) next() []*slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) == 0 || !s.queue[0].released {
		if s.closed && len(s.queue) == 0 {
			return nil
		}
		s.changed.Wait()
	}
	s.painting = true
	n := 1
	for n < len(s.queue) && s.queue[n].released {
		n++
	}
	taken := s.queue[:n:n]
	s.queue = s.queue[n:]
	return taken
}

// wrote notes that the painter has written n slots.
func (s *screen) wrote(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.painting = false
	s.written += n
	s.changed.Broadcast()
}

// writeSize is how many bytes of lines are written at once. A longer piece is written alone.
const writeSize = 64 << 10

// A batch makes one write of consecutive lines for the same writer. If that fails, because the terminal is gone, nobody
// is left to be told; the goroutine that reads lines notices it.
type batch struct {
	to  io.Writer
	buf bytes.Buffer
}

func (b *batch) print(slots []*slot) {
	for _, t := range slots {
		for _, l := range t.lines {
			if l.to != b.to {
				b.flush()
				b.to = l.to
			}
			if l.write != nil {
				l.write(b)
			}
			_, _ = b.WriteString(l.text)
		}
	}
	b.flush()
}

// Write implements io.Writer.
func (b *batch) Write(piece []byte) (int, error) {
	if b.takes(len(piece)) {
		return b.buf.Write(piece)
	}
	return b.to.Write(piece)
}

// WriteString implements io.StringWriter.
func (b *batch) WriteString(piece string) (int, error) {
	if b.takes(len(piece)) {
		return b.buf.WriteString(piece)
	}
	return io.WriteString(b.to, piece)
}

// takes makes room for so many bytes, and reports whether they are few enough to wait for others.
func (b *batch) takes(bytes int) bool {
	if b.buf.Len()+bytes > writeSize {
		b.flush()
	}
	return bytes <= writeSize
}

func (b *batch) flush() {
	if b.buf.Len() > 0 {
		_, _ = b.to.Write(b.buf.Bytes())
		b.buf.Reset()
	}
}
