package term

import (
	"strconv"
	"strings"
	"time"
)

// askBackground asks a terminal for its background colour (xterm's control sequences, OSC 11). Terminals that do not
// know the question say nothing.
const askBackground = "\x1b]11;?\x1b\\"

// backgroundTime is how long Close and Suspend wait for an answer that may still come: who reads the terminal next
// would take it for keys.
const backgroundTime = 100 * time.Millisecond

// AskBackground asks the terminal what its background is. f is called with the answer, on the goroutine that reads the
// keyboard, and never if there is none. Keys are read meanwhile as ever.
func (t *Terminal) AskBackground(f func(isLight bool)) {
	t.input.awaitBackground(f)
	t.screen.ask(askBackground)
}

// ask sends a question to the terminal.
func (s *screen) ask(question string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lent && !s.closed {
		s.send([]byte(question))
	}
}

// A background is the question for it, and who wants to know.
type background struct {
	told     func(isLight bool)
	answered chan struct{} // closed when the answer has come
	asked    time.Time
}

// awaitBackground tells f the answer that comes next; nil: nobody wants to know any more.
func (in *input) awaitBackground(f func(isLight bool)) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.background = nil
	if f != nil {
		in.background = &background{told: f, answered: make(chan struct{}), asked: time.Now()}
	}
}

// takeReport takes what a terminal has answered, and returns what has to be called for it without the mutex.
func (in *input) takeReport(report string) func() {
	b := in.background
	isLight, ok := parseBackground(report)
	if b == nil || !ok {
		return func() {}
	}
	in.background = nil
	close(b.answered)
	return func() { b.told(isLight) }
}

// settle waits a moment for an answer that may still come.
func (in *input) settle() {
	in.mu.Lock()
	b := in.background
	in.mu.Unlock()
	if b == nil {
		return
	}
	defer in.awaitBackground(nil)
	left := time.NewTimer(backgroundTime - time.Since(b.asked))
	defer left.Stop()
	select {
	case <-b.answered:
	case <-left.C:
	}
}

// parseBackground reads 11;rgb:RRRR/GGGG/BBBB, with one to four hexadecimal digits each (XParseColor).
func parseBackground(report string) (isLight, ok bool) {
	text, ok := strings.CutPrefix(report, "11;rgb:")
	if !ok {
		if text, ok = strings.CutPrefix(report, "11;rgba:"); !ok {
			return false, false
		}
	}
	parts := strings.Split(text, "/")
	if len(parts) < 3 {
		return false, false
	}
	var level [3]float64
	for i := range level {
		n, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		level[i] = float64(n) / float64(uint64(1)<<(4*len(parts[i]))-1)
	}
	// The brightness that the eye sees (ITU-R BT.601).
	return 0.299*level[0]+0.587*level[1]+0.114*level[2] > 0.5, true
}
