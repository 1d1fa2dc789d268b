package term

import (
	"context"
	"slices"
	"strings"
	"sync"

	"rpcsh/shell/columns"
	"rpcsh/shell/term/edit"
)

// An editor edits a line. All keys that are there are used before anything is drawn: a paste is one edit, and so is
// what is typed faster than it can be shown.
type editor struct {
	complete  func(line string, cursor int) []Suggestion
	hint      func(line string, cursor int) string
	history   func() []string
	continues func(text string) bool
	tokens    func(text string) []Token                     // nil: there are none
	elsewhere func(ctx context.Context, line string) string // nil: lines are edited here alone
	input     *input
	screen    *screen

	// What follows is the reading goroutine's.
	ctx     context.Context                            // of the ReadLine under way
	answers func(line string, cursor int) []Suggestion // completes the answer to a question; nil: there is none
	line    edit.Line                                  // what is typed
	shown   edit.Line                                  // line with the selected suggestion in it, if there is one
	given   edit.Line                                  // what was there to begin with
	list    *list                                      // of line, if listed is set
	hinted  string                                     // the hint for line, if listed is set
	listed  bool
	hidden  bool // the list is closed
	recall  *recall
	search  *search
	dot     *lastWord
	chord   bool              // chordKey was pressed
	keys    map[string]string // by their names, those that do what others do
	undo    edit.Undo
	vi      *edit.Vi // nil: the keys are those of Emacs
	killed  string   // what was cut last (Ctrl-Y)
	done    bool     // the line is complete, or err is set
	pasted  bool     // it was ended by a line break that was pasted
	err     error

	mu        sync.Mutex // protects what follows, and is held while a prompt is drawn
	label     string     // the prompt before the line
	question  bool       // label is a question, which stays
	searching bool       // the search has a prompt of its own
	normal    bool       // vi's keys are in normal mode
	wantsVi   bool       // from the next line on
	wantsKeys map[string]string
	prefill   edit.Line
	restores  bool // prefill was refused: it gives way to what was typed behind it
	stale     bool // what is suggested may be something else by now
}

func newEditor(cfg Config, in *input, s *screen) *editor {
	e := &editor{
		complete: cfg.Complete, hint: cfg.Hint, history: cfg.History, continues: cfg.Continues, tokens: cfg.Tokens,
		elsewhere: cfg.Edit, input: in, screen: s, list: newList(),
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
	return e
}

// read reads a line, or the answer to a question if answers is not nil. One goroutine at a time may call it.
func (e *editor) read(
	ctx context.Context, label string, answers func(line string, cursor int) []Suggestion,
) (string, error) {
	if err := context.Cause(ctx); err != nil {
		return "", err
	}
	e.input.setReading(true) // before the line is seen: a Ctrl-C from then on is for it
	defer e.input.setReading(false)
	e.begin(ctx, label, answers)
	for {
		e.applyAll()
		if e.done {
			return e.finish()
		}
		select {
		case <-e.input.wake:
		case <-ctx.Done():
		}
	}
}

func (e *editor) begin(ctx context.Context, label string, answers func(line string, cursor int) []Suggestion) {
	e.ctx, e.answers, e.line = ctx, answers, edit.Line{}
	e.mu.Lock()
	e.label, e.question = label, answers != nil
	if answers == nil {
		if !e.restores || !e.input.waiting() {
			e.line = e.prefill
		}
		e.prefill, e.restores = edit.Line{}, false
	}
	e.keys = e.wantsKeys
	switch {
	case !e.wantsVi:
		e.vi = nil
	case e.vi == nil:
		e.vi = new(edit.Vi)
	}
	e.given = e.line
	e.mu.Unlock()
	e.done, e.pasted, e.err = false, false, nil
	e.restart()
	e.show()
}

// restart forgets what belonged to the line before.
func (e *editor) restart() {
	e.recall, e.search, e.undo = nil, nil, edit.Undo{}
	e.hidden, e.chord = true, false
	if e.vi != nil {
		e.vi.Begin()
	}
	e.touch()
}

// past returns the past lines that may be recalled.
func (e *editor) past() []string {
	if e.answers != nil {
		return nil
	}
	return e.history()
}

// touch notes that the line has changed: no suggestion is selected, and its list is unknown.
func (e *editor) touch() {
	e.shown, e.listed = e.line, false
}

// relists reports whether the list and the hint have to be found anew though the line is as it was. A selection stays.
func (e *editor) relists() bool {
	e.mu.Lock()
	stale := e.stale
	e.stale = false
	e.mu.Unlock()
	if !stale || e.hidden || e.search != nil || e.shown != e.line {
		return false
	}
	e.listed = false
	return true
}

// relist has the list and the hint of the line found anew. Any goroutine may call it.
func (e *editor) relist() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stale = true
	poke(e.input.wake)
}

// look finds the list and the hint for the line, if they are unknown.
func (e *editor) look() {
	if e.listed {
		return
	}
	e.listed, e.hinted = true, ""
	text, cursor := e.line.Text(), len(e.line.Before)
	if e.hidden || len(text) > maxCompleted {
		e.list.set(nil, "")
		return
	}
	complete := e.complete
	if e.answers != nil {
		complete = e.answers // a question says what belongs there
	} else {
		e.hinted = e.hint(text, cursor)
	}
	found, lead := complete(text, cursor), ""
	if len(found) > 0 {
		lead = found[0].Lead // they all have the same
	}
	cols, rows := e.screen.size()
	e.list.set(fit(found, cols, rows, columns.Width(withPictures(e.prompt()+text))), lead)
}

// selects moves the selection, and shows the line with what is selected.
func (e *editor) selects(move func(*list)) {
	e.look()
	move(e.list)
	e.shown = e.line
	if i, text := e.list.selected(); i >= 0 {
		e.shown.Before = strings.TrimSuffix(e.line.Before, e.line.Word()) + text
	}
}

func (e *editor) finish() (string, error) {
	e.screen.commit(e.prompt(), e.line.Text(), e.tokensOf(e.line))
	if e.err != nil {
		return "", e.err
	}
	return e.line.Text(), nil
}

// fail ends the line with an error.
func (e *editor) fail(err error) { e.done, e.err = true, err }

// applyAll applies the keys that are there, and then draws the line if they have changed anything.
func (e *editor) applyAll() {
	changed := e.relists()
	for !e.done {
		k, ok := e.input.next()
		if !ok {
			e.checkEnd()
			break
		}
		k = e.resolved(k)
		if e.chord && k.name != "ctrl-c" {
			e.chord, k.name = false, chordKey+" "+k.name
		} else if e.chord = k.name == chordKey; e.chord {
			continue
		}
		if does := e.keys[k.name]; does != "" {
			k = key{name: does}
		}
		if e.search != nil && e.applyInSearch(k) {
			changed = true
			continue
		}
		before, selected, wasNormal := e.line, e.shown != e.line, e.inNormal()
		changed = e.press(k) || changed
		if e.search == nil { // what is only looked at is no change
			e.undo.NoteVi(wasNormal, e.inNormal(), before, e.line, k.name == keyText && !selected)
		}
	}
	if changed && !e.done {
		e.show()
	}
}

// inNormal reports whether characters are commands of vi.
func (e *editor) inNormal() bool { return e.vi != nil && e.vi.Normal }

// resolved returns the key that keyEscEnter is with the keys that the line is edited with. In vi's, Escape ends insert
// mode, and Enter runs the line; in those of Emacs, Escape before a key is Alt.
func (e *editor) resolved(k key) key {
	switch {
	case k.name != keyEscEnter:
		return k
	case e.vi == nil:
		return key{name: "alt-enter"}
	}
	e.input.putBack(key{name: keyEnter})
	return key{name: "esc"}
}

// press does what a key does while no search is under way.
func (e *editor) press(k key) (changed bool) {
	if e.vi == nil {
		return e.apply(k)
	}
	used, changed := e.inVi(k)
	if used {
		return changed
	}
	changed = e.apply(k)
	if settled := e.vi.Settle(e.line); settled != e.line && e.shown == e.line {
		e.line = settled
		e.touch()
	}
	return changed
}

// chordKey begins keys that are pressed one after the other.
const chordKey = "ctrl-x"

// checkEnd ends the line if nothing can come any more.
func (e *editor) checkEnd() {
	for _, err := range []error{context.Cause(e.ctx), e.input.ended(), e.screen.failed()} {
		if err != nil {
			e.fail(err)
			return
		}
	}
}

// show draws the line with its list.
func (e *editor) show() {
	e.look()
	f := frame{
		line:   e.shown,
		anchor: len(e.line.Before) - len(e.line.Word()) + len(e.list.lead),
		hint:   e.hinted,
		list:   e.list.rows(),
		tokens: withPartner(e.tokensOf(e.shown), e.shown),
	}
	if e.search != nil {
		f.anchor = 0
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.searching = e.search != nil
	e.normal = e.vi != nil && e.vi.Normal && !e.searching
	f.prompt = e.marked(e.promptLocked())
	e.screen.show(f)
}

// tokensOf returns the tokens of a line.
func (e *editor) tokensOf(l edit.Line) []Token {
	if text := l.Text(); e.tokens != nil && e.answers == nil && e.search == nil && len(text) <= maxCompleted {
		return e.tokens(text)
	}
	return nil
}

// withPartner adds the partner of the bracket at the cursor, or before it, to the tokens of a line.
func withPartner(tokens []Token, l edit.Line) []Token {
	text, at := l.Text(), len(l.Before)
	if len(text) > maxCompleted {
		return tokens
	}
	i := edit.Partner(text, at)
	if i < 0 {
		i = edit.Partner(text, at-1)
	}
	if i < 0 {
		return tokens
	}
	place, _ := slices.BinarySearchFunc(tokens, i, func(t Token, i int) int { return t.From - i })
	return slices.Insert(tokens, place, Token{tokenPartner, i, i + 1})
}

// prompt returns what stands before the line.
func (e *editor) prompt() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.promptLocked()
}

func (e *editor) promptLocked() string {
	if e.search != nil {
		return e.search.prompt()
	}
	return e.label
}

// setLabel changes the prompt of the line being read, if one is; a question stays. Any goroutine may call it.
func (e *editor) setLabel(label string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.question {
		return
	}
	e.label = label
	if !e.searching {
		e.screen.setPrompt(e.marked(label))
	}
}

// marked returns a prompt that shows the mode of vi's keys: in normal mode its > is a colon.
func (e *editor) marked(label string) string {
	if text, ends := strings.CutSuffix(label, "> "); ends && e.normal {
		return text + ": "
	}
	return label
}

// setVi has lines edited with the keys of vi, or of Emacs, from the next one on. Any goroutine may call it.
func (e *editor) setVi(on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.wantsVi = on
}

// setPrefill keeps l for the next line. Any goroutine may call it.
func (e *editor) setPrefill(l edit.Line, restores bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.prefill, e.restores = l, restores
}
