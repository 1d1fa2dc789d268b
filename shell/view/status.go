package view

import (
	"slices"
	"sync"
	"time"

	"rpcsh/shell/human"
)

// Working shows text, and the time since the call, beside the line being typed, once a second has passed. stop ends
// that. update replaces the text and shows it at once; it is nil if nobody looks. Of several, the last to begin is
// shown.
func (v *View) Working(text string) (update func(text string), stop func()) {
	if v.opts.Status == nil {
		return nil, func() {}
	}
	w := &work{text: text, since: time.Now()}
	v.status.change(func(all []*work) []*work { return append(all, w) })
	update = func(text string) {
		v.status.change(func(all []*work) []*work {
			w.text, w.updated = text, true
			return all
		})
	}
	stop = func() {
		v.status.change(func(all []*work) []*work {
			return slices.DeleteFunc(all, func(other *work) bool { return other == w })
		})
	}
	return update, stop
}

// A statusLine shows what is being worked on. One goroutine, which it owns, says what.
type statusLine struct {
	show    func(text string) // nil: nobody looks
	changed chan struct{}     // has room for one: something has changed
	quit    chan struct{}
	end     func() // closes quit, once
	done    sync.WaitGroup

	drawing sync.Mutex // protects shown, and is held where show is called
	shown   string

	mu  sync.Mutex // protects what follows, and what it points to
	all []*work    // oldest first
}

// A work is something that takes time.
type work struct {
	text    string
	updated bool
	since   time.Time
}

func newStatusLine(show func(text string)) *statusLine {
	s := &statusLine{show: show, changed: make(chan struct{}, 1), quit: make(chan struct{})}
	s.end = sync.OnceFunc(func() { close(s.quit) })
	if show != nil {
		s.done.Go(s.run)
	}
	return s
}

// close removes what is shown, and ends the goroutine. It may be called more than once.
func (s *statusLine) close() {
	s.end()
	s.done.Wait()
}

func (s *statusLine) change(f func(all []*work) []*work) {
	s.mu.Lock()
	s.all = f(s.all)
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default: // run is about to look
	}
}

// set shows text in the place of what is shown; "": nothing.
func (s *statusLine) set(text string) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if text != s.shown {
		s.show(text)
		s.shown = text
	}
}

// aside takes what is shown away while write writes lines to the same terminal.
func (s *statusLine) aside(write func()) {
	s.drawing.Lock()
	defer s.drawing.Unlock()
	if s.shown == "" {
		write()
		return
	}
	s.show("")
	write()
	s.show(s.shown)
}

func (s *statusLine) run() {
	defer s.set("")
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		text, next := s.text()
		s.set(text)
		timer.Stop()
		if next > 0 {
			timer.Reset(next)
		}
		select {
		case <-s.changed:
		case <-timer.C:
		case <-s.quit:
			return
		}
	}
}

// text returns what is to be shown now, and the time after which that changes; 0: it does not change by itself.
func (s *statusLine) text() (text string, next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 {
		return "", 0
	}
	w := s.all[len(s.all)-1]
	since := time.Since(w.since)
	if w.updated || since >= time.Second {
		text = w.text + " " + human.Age(since) + ", Ctrl-C gives it up"
	}
	return text, time.Second - since%time.Second
}
