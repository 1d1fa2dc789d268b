package term

import (
	"errors"
	"math"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/c-bata/go-prompt"

	"rpcsh/shell/columns"
)

const (
	listHeight     = 8    // rows of a completion list
	maxSuggestions = 50   // go-prompt formats all that it is given on every key
	maxCompleted   = 4096 // bytes of a line that is completed; what is longer was pasted
	minDescription = 8    // columns; with fewer, descriptions are left out
)

var errAgain = errors.New("no key yet")

// A parser is go-prompt's ConsoleParser. A goroutine of Input calls Read; all else of go-prompt runs on the goroutine
// that has called Input.
type parser struct{ e *editor }

func (parser) Setup() error    { return nil }
func (parser) TearDown() error { return nil }

// GetWinSize reports a window in which nothing is ever wrapped, shortened or too small: the screen does all that.
func (parser) GetWinSize() *prompt.WinSize {
	return &prompt.WinSize{Row: math.MaxUint16, Col: math.MaxUint16}
}

// Read hands over the next key, once the one before is rendered.
func (p parser) Read() ([]byte, error) {
	e := p.e
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.busy || e.leaving {
		return nil, errAgain
	}
	code := e.first
	e.first = ""
	if code == "" {
		code = e.nextCode()
	}
	if code == "" && e.shown == e.line && time.Since(e.lastKey) > parkTime {
		code = leaveCode
	}
	switch code {
	case "":
		return nil, errAgain
	case leaveCode:
		e.leaving = true
	}
	e.busy = true
	return []byte(code), nil
}

// exits tells go-prompt to leave Input. It is an ExitChecker.
func (e *editor) exits(string, bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.leaving
}

// takeOver makes the editor's line go-prompt's. It is a KeyBindFunc.
func (e *editor) takeOver(buf *prompt.Buffer) {
	e.mu.Lock()
	l := e.line
	e.mu.Unlock()
	buf.CursorRight(utf8.RuneCountInString(buf.Document().TextAfterCursor()))
	buf.DeleteBeforeCursor(utf8.RuneCountInString(buf.Text()))
	buf.InsertText(l.text(), false, true)
	buf.CursorLeft(utf8.RuneCountInString(l.after))
}

// rendered shows what go-prompt has rendered, and lets it have the next key. Input begins with a rendering of its own
// buffer, which is not the editor's line yet.
func (e *editor) rendered(r rendering) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.busy {
		return
	}
	e.busy, e.synced = false, true
	e.shown = e.line
	if r.selected {
		word := e.line.word()
		e.shown.before = strings.TrimSuffix(e.line.before, word) + r.preview
	}
	e.show(r.list)
}

// suggest returns the completion list for go-prompt. It is a Completer.
//
// The list stays the same until the line changes: go-prompt asks again after every key, and panics when the list has
// become shorter than where its selection is. It also asks for an empty document when it resets the selection; that
// answer is replaced by the next one before it is used.
func (e *editor) suggest(d prompt.Document) []prompt.Suggest {
	list, l, complete := e.knownList(d)
	if complete == nil {
		return list
	}
	found, hint := complete(l.text(), len(l.before)), e.hint(l.text(), len(l.before))
	cols, rows := e.screen.size()

	e.mu.Lock()
	defer e.mu.Unlock()
	if e.answers == nil { // a question says what belongs there
		e.hinted = hint
	}
	if len(found) > 0 {
		e.lead = found[0].Lead // they all have the same
	}
	e.list = fit(found, cols, rows, columns.Width(e.label+l.text()))
	return e.list
}

// knownList returns the list for d if it is known; else the line to be completed, and the function that completes it.
func (e *editor) knownList(
	d prompt.Document,
) (list []prompt.Suggest, l line, complete func(line string, cursor int) []Suggestion) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.busy || d.TextBeforeCursor() != e.line.before || d.Text != e.line.text() {
		return nil, line{}, nil
	}
	if e.listed {
		return e.list, line{}, nil
	}
	e.forgetList()
	e.listed = true
	if e.hidden || len(d.Text) > maxCompleted {
		return nil, line{}, nil
	}
	return nil, e.line, e.completer()
}

// fit returns the suggestions that can be shown in a window below a line of lineWidth columns, with descriptions that
// fit, too.
func fit(found []Suggestion, cols, rows, lineWidth int) []prompt.Suggest {
	n := maxSuggestions
	if free := rows - 1 - lineWidth/cols; free < listHeight {
		n = max(0, free) // none may be scrolled out of the list
	}
	var list []prompt.Suggest
	widest := 0
	for _, s := range found {
		if len(list) == n {
			break
		}
		if s.Text == "" || strings.IndexFunc(s.Text, unicode.IsControl) >= 0 {
			continue // a control character cannot be typed, or sent to the terminal
		}
		widest = max(widest, columns.Width(strings.TrimPrefix(s.Text, s.Lead)))
		list = append(list, prompt.Suggest{Text: s.Text, Description: clean(s.Description)})
	}
	free := cols - widest - 5 // go-prompt puts blanks around both, and a scroll bar after them
	for i := range list {
		if free < minDescription {
			list[i].Description = ""
		} else {
			list[i].Description = columns.Clip(list[i].Description, free, "…")
		}
	}
	return list
}
