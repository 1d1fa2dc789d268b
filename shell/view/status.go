package view

import (
	"slices"
	"sync"
	"time"

	"rpcsh/shell/human"
)

// Working shows text beside the line being typed, from the first second on, with how long it has been; stop ends
// that. update, which is nil where nobody looks, replaces the text and shows it at once. Where several are at work,
// the last to begin is shown.
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

// A statusLine shows what is being worked on. One goroutine, which the line owns, calls show.
type statusLine struct {
	show    func(text string) // nil: nobody looks
	changed chan struct{}     // holds one: all is different
	quit    chan struct{}
	end     func() // closes quit, once
	done    sync.WaitGroup

	mu  sync.Mutex // protects what follows, and what it points to
	all []*work    // in the order in which they began
}

// A work is something that takes a while.
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

// close takes away what is shown, and ends the line's goroutine. It may be called more than once.
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
	default: // it is about to look
	}
}

func (s *statusLine) run() {
	shown := ""
	set := func(text string) {
		if text != shown {
			s.show(text)
			shown = text
		}
	}
	defer func() { set("") }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		text, next := s.text()
		set(text)
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

// text returns what is to be shown now, and after which time it changes by itself; 0: it does not.
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
