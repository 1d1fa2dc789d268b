package term

import (
	"slices"
	"strings"
	"unicode"

	"github.com/c-bata/go-prompt"

	"rpcsh/shell/columns"
	"rpcsh/shell/term/edit"
)

const (
	listHeight     = 8    // rows of a completion list
	maxSuggestions = 50   // more are never moved through
	maxCompleted   = 4096 // bytes of a line that is completed; what is longer was pasted
	minDescription = 8    // columns; with fewer, descriptions are left out
)

// A list is the completion list below a line. Which suggestion is selected is go-prompt's to say. It panics when its
// list shrinks under a selection: here the list is replaced as a whole, and nothing is selected then.
type list struct {
	manager *prompt.CompletionManager
	items   []prompt.Suggest
	lead    string // with which the text of every item begins
	top     int    // the item in the first row
}

func newList() *list {
	l := new(list)
	l.manager = prompt.NewCompletionManager(func(prompt.Document) []prompt.Suggest { return l.items }, listHeight)
	return l
}

// set replaces the list. Nothing is selected.
func (l *list) set(items []prompt.Suggest, lead string) {
	l.items, l.lead, l.top = items, lead, 0
	l.manager.Reset()
}

func (l *list) empty() bool { return len(l.items) == 0 }

// none reports whether nothing is selected.
func (l *list) none() bool {
	i, _ := l.selected()
	return i < 0
}

// next selects the next item; after the last, none; after none, the first.
func (l *list) next() {
	l.manager.Next()
	l.scroll()
}

// previous is next, backwards.
func (l *list) previous() {
	l.manager.Previous()
	l.scroll()
}

// selected returns the selected item's place and text; -1: none is.
func (l *list) selected() (i int, text string) {
	s, ok := l.manager.GetSelectedSuggestion()
	if !ok {
		return -1, ""
	}
	return slices.Index(l.items, s), s.Text
}

// scroll moves the list as little as shows the selected item.
func (l *list) scroll() {
	switch i, _ := l.selected(); {
	case i < 0:
		l.top = 0
	case i < l.top:
		l.top = i
	case i >= l.top+listHeight:
		l.top = i - listHeight + 1
	}
}

// rows returns the rows that are shown.
func (l *list) rows() []listRow {
	n := min(len(l.items), listHeight)
	if n == 0 {
		return nil
	}
	texts := column(l.items, l.top, n, func(s prompt.Suggest) string { return strings.TrimPrefix(s.Text, l.lead) })
	descriptions := column(l.items, l.top, n, func(s prompt.Suggest) string { return s.Description })
	chosen, _ := l.selected()
	bar, thumb := n*n/len(l.items), n*l.top/len(l.items) // its length less one, and where it begins
	rows := make([]listRow, n)
	for row := range rows {
		rows[row] = listRow{
			text: texts[row], description: descriptions[row],
			selected: l.top+row == chosen, thumb: thumb <= row && row <= thumb+bar,
		}
	}
	return rows
}

// column returns n texts of a list's column, from the one at top on, padded to the width of the whole column; they are
// empty if all of it is.
func column(items []prompt.Suggest, top, n int, of func(prompt.Suggest) string) []string {
	widest := 0
	for _, s := range items {
		widest = max(widest, columns.Width(of(s)))
	}
	texts := make([]string, n)
	if widest == 0 {
		return texts
	}
	for i := range texts {
		text := of(items[top+i])
		texts[i] = " " + text + strings.Repeat(" ", widest-columns.Width(text)) + " "
	}
	return texts
}

// fit returns the suggestions that can be shown in a window below a line of lineWidth columns, with descriptions that
// fit, too.
func fit(found []Suggestion, cols, rows, lineWidth int) []prompt.Suggest {
	n := maxSuggestions
	if free := rows - 1 - lineWidth/cols; free < listHeight {
		n = max(0, free) // none may be scrolled out of the list
	}
	items := make([]prompt.Suggest, 0, min(n, len(found)))
	widest := 0
	for _, s := range found {
		if len(items) == n {
			break
		}
		if s.Text == "" || strings.IndexFunc(s.Text, unicode.IsControl) >= 0 {
			continue // a control character cannot be typed, or sent to the terminal
		}
		item := prompt.Suggest{Text: s.Text, Description: edit.CleanRow(s.Description)}
		if slices.Contains(items, item) {
			continue // which of two is selected could not be told
		}
		widest = max(widest, columns.Width(strings.TrimPrefix(s.Text, s.Lead)))
		items = append(items, item)
	}
	free := cols - widest - 5 // for blanks around both, and a scroll bar after them
	for i := range items {
		if free < minDescription {
			items[i].Description = ""
		} else {
			items[i].Description = columns.Clip(items[i].Description, free, "…")
		}
	}
	return items
}
