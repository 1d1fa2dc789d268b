package term

import (
	"fmt"
	"strings"

	"rpcsh/shell/term/edit"
)

// recall is a walk through the past lines that begin with what was typed (Up and Down).
type recall struct {
	lines []string // oldest first
	at    int      // len(lines): the typed edit.Line itself
	typed edit.Line
	all   bool // whatever they begin with: what is there was given and not typed, or vi's keys walk
}

// fits reports whether a past line is one of those that are gone through.
func (r *recall) fits(text string) bool { return r.all || strings.HasPrefix(text, r.typed.Text()) }

// older returns the next older line that begins with what was typed, or shown if there is none.
func (r *recall) older(shown edit.Line) edit.Line {
	for i := r.at - 1; i >= 0; i-- {
		if text := edit.Clean(r.lines[i]); text != shown.Text() && r.fits(text) {
			r.at = i
			return edit.Line{Before: text}
		}
	}
	return shown
}

// newer returns the next newer line that begins with what was typed; after the newest, what was typed.
func (r *recall) newer(shown edit.Line) edit.Line {
	for i := r.at + 1; i < len(r.lines); i++ {
		if text := edit.Clean(r.lines[i]); text != shown.Text() && r.fits(text) {
			r.at = i
			return edit.Line{Before: text}
		}
	}
	r.at = len(r.lines)
	return r.typed
}

// search is an incremental search through the past lines (Ctrl-R). Those that have what is searched for are listed, the
// newest first.
type search struct {
	lines []string // oldest first
	query string
	typed edit.Line         // what it began with
	found map[string]string // past lines, by the rows in which they are listed
}

// find returns the rows of the past lines that have the query, at most maxSuggestions.
func (s *search) find() []Suggestion {
	s.found = make(map[string]string)
	var rows []Suggestion
	for i := len(s.lines) - 1; i >= 0 && len(rows) < maxSuggestions; i-- {
		if !strings.Contains(s.lines[i], s.query) {
			continue
		}
		text := edit.Clean(s.lines[i])
		row := strings.TrimSpace(edit.CleanRow(text))
		if _, is := s.found[row]; is || row == "" {
			continue
		}
		s.found[row] = text
		rows = append(rows, Suggestion{Text: row})
	}
	return rows
}

// lineOf returns the past line of a row, with the cursor behind the query; what the search began with where there is
// none.
func (s *search) lineOf(row string) edit.Line {
	text, is := s.found[row]
	if !is {
		return s.typed
	}
	if i := strings.LastIndex(text, s.query); i >= 0 {
		return edit.Line{Before: text}.To(i + len(s.query))
	}
	return edit.Line{Before: text}
}

func (s *search) prompt() string {
	if len(s.found) == 0 {
		return fmt.Sprintf("(no match for %q) ", s.query)
	}
	return fmt.Sprintf("(search %q) ", s.query)
}

// A lastWord is the word that Alt-. has inserted.
type lastWord struct {
	lines []string  // oldest first
	at    int       // the line that it is of
	typed edit.Line // the line without it
}

// next returns the line with the last word of the next older line that has another one.
func (w *lastWord) next(shown edit.Line) edit.Line {
	for i := w.at - 1; i >= 0; i-- {
		l := w.typed.Insert(edit.LastWord(edit.Clean(w.lines[i])))
		if l != w.typed && l != shown {
			w.at = i
			return l
		}
	}
	return shown
}
