package term

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/c-bata/go-prompt"
)

// An editor edits a line with go-prompt.
//
// go-prompt has the loop, the completion list with its selection, and the rendering of both. It gets three kinds of
// keys only: editCode, at which it takes over the editor's line, however many keys have changed it; Tab and Shift-Tab,
// which move the selection; and leaveCode, at which its Input returns. It gets a key when it has rendered the one
// before. So a paste is one edit, go-prompt's errors with characters of several bytes do not matter, and no key is lost
// between two lines.
//
// Input polls, so it is entered when there is a key, and left when none has come for parkTime. The screen shows
// neither.
type editor struct {
	complete  func(line string, cursor int) []Suggestion
	hint      func(line string, cursor int) string
	history   func() []string
	continues func(text string) bool
	input     *input
	screen    *screen
	prompt    *prompt.Prompt

	mu  sync.Mutex      // protects all below
	ctx context.Context // of the ReadLine under way

	label   string                                     // the prompt before the line
	answers func(line string, cursor int) []Suggestion // completes the answer to a question; nil: there is none
	line    line                                       // what is typed
	// line with the selected suggestion in it, if there is one
	shown   line
	list    []prompt.Suggest
	lead    string // of the suggestions in list
	hinted  string // the hint for line, if listed is set
	listed  bool   // list is that of line
	hidden  bool   // the list is closed
	recall  *recall
	search  *search
	killed  string // what was cut last (Ctrl-Y)
	prefill string

	done    bool // the line is complete, or err is set
	err     error
	first   string    // a code to be handed over when Input is entered
	busy    bool      // a key has been handed over and not yet rendered
	synced  bool      // go-prompt has the editor's line and list
	leaving bool      // leaveCode is handed over
	lastKey time.Time // when a key was used last
}

// The codes that are handed to go-prompt. It takes \x1b[E for a key that does nothing, and does not know editCode,
// which no terminal sends.
const (
	editCode  = "\x1b[rpcsh edit~"
	leaveCode = "\x1b[E"
	nextCode  = "\t"
	prevCode  = "\x1b[Z"
)

const parkTime = time.Second

// newEditor makes an editor; go-prompt opens /dev/tty, and panics if it cannot.
func newEditor(cfg Config, in *input, s *screen) *editor {
	e := &editor{
		complete: cfg.Complete, hint: cfg.Hint, history: cfg.History, continues: cfg.Continues, input: in, screen: s,
	}
	if e.complete == nil {
		e.complete = func(string, int) []Suggestion { return nil }
	}
	if e.hint == nil {
		e.hint = func(string, int) string { return "" }
	}
	if e.history == nil {
		e.history = func() []string { return nil }
	}
	if e.continues == nil {
		e.continues = func(string) bool { return false }
	}
	e.prompt = prompt.New(func(string) {}, e.suggest,
		closeSpare,
		prompt.OptionParser(parser{e}),
		prompt.OptionWriter(&promptWriter{rendered: e.rendered}),
		prompt.OptionPrefix(""),
		prompt.OptionAddASCIICodeBind(prompt.ASCIICodeBind{ASCIICode: []byte(editCode), Fn: e.takeOver}),
		prompt.OptionSetExitCheckerOnInput(e.exits),
		prompt.OptionCompletionWordSeparator(" "),
		prompt.OptionMaxSuggestion(listHeight),
		prompt.OptionPreviewSuggestionTextColor(rolePreview),
		prompt.OptionSuggestionTextColor(roleSuggestion),
		prompt.OptionSelectedSuggestionTextColor(roleSuggestion),
		prompt.OptionDescriptionTextColor(roleDescription),
		prompt.OptionSelectedDescriptionTextColor(roleDescription),
		prompt.OptionSuggestionBGColor(prompt.DefaultColor),
		prompt.OptionSelectedSuggestionBGColor(prompt.DefaultColor),
		prompt.OptionDescriptionBGColor(prompt.DefaultColor),
		prompt.OptionSelectedDescriptionBGColor(prompt.DefaultColor),
		prompt.OptionScrollbarThumbColor(roleThumb),
		prompt.OptionScrollbarBGColor(roleBar),
	)
	return e
}

// read reads a line, or the answer to a question if answers is not nil. One goroutine at a time may call it.
func (e *editor) read(
	ctx context.Context, label string, answers func(line string, cursor int) []Suggestion,
) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	e.begin(ctx, label, answers)
	e.input.setReading(true)
	defer e.input.setReading(false)
	for {
		switch e.prepare() {
		case lineDone:
			return e.finish()
		case keysWaiting:
			e.prompt.Input()
		case nothingToDo:
			select {
			case <-e.input.wake:
			case <-ctx.Done():
			}
		}
	}
}

func (e *editor) begin(ctx context.Context, label string, answers func(line string, cursor int) []Suggestion) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ctx, e.label, e.answers = ctx, label, answers
	if e.line = (line{}); answers == nil {
		e.line, e.prefill = line{before: e.prefill}, ""
	}
	e.done, e.err = false, nil
	e.restart()
	e.show(nil)
}

// restart forgets what belonged to the line before. e.mu is held.
func (e *editor) restart() {
	e.recall, e.search = nil, nil
	e.hidden = true
	e.touch()
}

// completer returns the function that completes the line. e.mu is held.
func (e *editor) completer() func(line string, cursor int) []Suggestion {
	if e.answers != nil {
		return e.answers
	}
	return e.complete
}

// past returns the past lines that may be recalled. e.mu is held.
func (e *editor) past() []string {
	if e.answers != nil {
		return nil
	}
	return e.history()
}

// touch notes that the line has changed: no suggestion is selected, and its list is unknown. e.mu is held.
func (e *editor) touch() {
	e.shown = e.line
	e.forgetList()
	e.listed = false
}

// forgetList leaves the line without a list and a hint. e.mu is held.
func (e *editor) forgetList() { e.list, e.lead, e.hinted = nil, "", "" }

type readiness int

const (
	nothingToDo readiness = iota
	keysWaiting
	lineDone
)

// prepare applies the keys that are there. It says whether the line is complete, and if not, whether Input is needed to
// show it.
func (e *editor) prepare() readiness {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.synced, e.busy, e.leaving = false, false, false
	e.first = e.nextCode()
	switch {
	case e.done:
		return lineDone
	case e.first == "":
		return nothingToDo
	}
	return keysWaiting
}

func (e *editor) finish() (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.screen.commit(e.promptText(), e.line.text())
	if e.err != nil {
		return "", e.err
	}
	return e.line.text(), nil
}

// fail ends the line with an error. e.mu is held.
func (e *editor) fail(err error) { e.done, e.err = true, err }

// nextCode applies the keys that are there up to one that go-prompt has to see, and returns the code to hand over, or
// "" if nothing has changed. e.mu is held.
func (e *editor) nextCode() string {
	changed := false
	for !e.done {
		k, ok := e.input.next()
		if !ok {
			e.checkEnd()
			break
		}
		e.lastKey = time.Now()
		if e.search != nil && e.applyInSearch(k) {
			changed = true
			continue
		}
		switch e.apply(k, changed) {
		case renderFirst:
			e.input.putBack(k)
			return editCode
		case selectNext:
			return nextCode
		case selectPrevious:
			return prevCode
		case edited:
			changed = true
		}
	}
	switch {
	case e.done:
		return leaveCode
	case changed:
		return editCode
	}
	return ""
}

// checkEnd ends the line if nothing can come any more. e.mu is held.
func (e *editor) checkEnd() {
	for _, err := range []error{e.ctx.Err(), e.input.ended(), e.screen.failed()} {
		if err != nil {
			e.fail(err)
			return
		}
	}
}

// show draws the line, with the completion list that go-prompt rendered. e.mu is held.
func (e *editor) show(list []listRow) {
	for i := range list {
		list[i].text = strings.Replace(list[i].text, e.lead, "", 1) // the text begins with a blank
	}
	e.screen.show(frame{
		prompt: e.promptText(),
		line:   e.shown,
		anchor: len(e.line.before) - len(e.line.word()) + len(e.lead),
		hint:   e.hinted,
		list:   list,
	})
}

func (e *editor) promptText() string {
	if e.search != nil {
		return e.search.prompt()
	}
	return e.label
}

// setLabel changes the prompt of the line being read, if one is; a question stays.
func (e *editor) setLabel(label string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.answers != nil {
		return
	}
	e.label = label
	e.screen.setPrompt(e.promptText())
}

func (e *editor) setPrefill(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.prefill = clean(text)
}
