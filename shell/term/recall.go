package term

import (
	"fmt"
	"strings"
)

// recall is a walk through the past lines that begin with what was typed (Up and Down).
type recall struct {
	lines []string // oldest first
	at    int      // len(lines): the typed line itself
	typed line
}

// older returns the next older line that begins with what was typed, or shown if there is none.
func (r *recall) older(shown line) line {
	for i := r.at - 1; i >= 0; i-- {
		if text := clean(r.lines[i]); text != shown.text() && strings.HasPrefix(text, r.typed.text()) {
			r.at = i
			return line{before: text}
		}
	}
	return shown
}

// newer returns the next newer line that begins with what was typed; after the newest, what was typed.
func (r *recall) newer(shown line) line {
	for i := r.at + 1; i < len(r.lines); i++ {
		if text := clean(r.lines[i]); text != shown.text() && strings.HasPrefix(text, r.typed.text()) {
			r.at = i
			return line{before: text}
		}
	}
	r.at = len(r.lines)
	return r.typed
}

// search is an incremental search through the past lines (Ctrl-R).
type search struct {
	lines  []string // oldest first
	query  string
	at     int  // the line found last; len(lines) before any
	failed bool // nothing (more) was found
	typed  line // what the search began with
	found  line // the line it shows, with the cursor after the match
}

func newSearch(lines []string, typed line) *search {
	return &search{lines: lines, at: len(lines), typed: typed, found: typed}
}

// find goes from line i in steps of by to the next line that contains the query.
func (s *search) find(i, by int) {
	s.failed = true
	for ; s.query != "" && i >= 0 && i < len(s.lines); i += by {
		text := clean(s.lines[i])
		j := strings.LastIndex(text, s.query)
		if j < 0 || (i != s.at && text == s.found.text()) {
			continue
		}
		s.at, s.failed, s.found = i, false, line{before: text}.to(j+len(s.query))
		return
	}
}

// typeMore narrows the search.
func (s *search) typeMore(text string) {
	s.query += text
	s.find(min(s.at, len(s.lines)-1), -1)
}

// typeLess takes the last character of the query back.
func (s *search) typeLess() {
	s.query = strings.TrimSuffix(s.query, lastCluster(s.query))
	s.at, s.found = len(s.lines), s.typed
	s.find(len(s.lines)-1, -1)
	s.failed = s.failed && s.query != ""
}

func (s *search) older() { s.find(s.at-1, -1) }
func (s *search) newer() { s.find(s.at+1, +1) }

func (s *search) prompt() string {
	if s.failed && s.query != "" {
		return fmt.Sprintf("(no match for %q) ", s.query)
	}
	return fmt.Sprintf("(search %q) ", s.query)
}
