package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"rpcsh/shell/human"
)

// A statusRow is a row on a terminal that says what is waited for, once that has taken a second.
type statusRow struct {
	out io.Writer                // nil: there is no terminal
	fit func(text string) string // makes a text fit into a row

	mu    sync.Mutex // protects what follows
	text  string
	began time.Time
	timer *time.Timer // nil: nothing is waited for
	drawn bool
}

// statusRow returns a row on the terminal, if standard error is one.
func (p *program) statusRow() *statusRow {
	if !isTerminal(p.stderr) || !p.draws() {
		return new(statusRow)
	}
	return &statusRow{out: p.stderr, fit: p.inRow}
}

// show has the row say what is waited for from now on; "": nothing is, and other output may come.
func (s *statusRow) show(text string) {
	if s.out == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if s.drawn {
		fmt.Fprint(s.out, "\r\x1b[K")
		s.drawn = false
	}
	if s.text, s.began = text, time.Now(); text != "" {
		s.timer = time.AfterFunc(time.Second, s.draw)
	}
}

func (s *statusRow) draw() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer == nil { // it was taken away just now
		return
	}
	s.drawn = true
	s.drawLocked()
	s.timer.Reset(time.Second)
}

func (s *statusRow) drawLocked() {
	text := fmt.Sprintf("waiting for %s … %s", s.text, human.Age(time.Since(s.began)))
	fmt.Fprint(s.out, "\r\x1b[K"+s.fit(text))
}

// aside takes the row away while write writes lines to the same terminal.
func (s *statusRow) aside(write func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.drawn {
		write()
		return
	}
	fmt.Fprint(s.out, "\r\x1b[K")
	write()
	s.drawLocked()
}
