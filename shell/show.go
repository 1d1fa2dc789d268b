package shell

// The rules of the screen
//
// All output goes through the screen, which keeps it in order: what a peer sends is put there by the goroutine that reads from
// the peer, in the order of arrival; the answer to a call reserves its place in the same way, and whoever waits for it fills it.
//
// A line of traffic is: time, arrow (← in, → out), peer where there are several, id, method, params as one would type them; an
// answer has how long it took behind it. Results stand alone. What the shell itself has to say begins with a time and · where
// it comes unasked, and with nothing where it was asked for. Times are dim, arrows green in and blue out, errors red.
//
// What a peer sent passes through visible before it is printed, without exception.
//
// Without a person, results alone go to stdout, one JSON value a line, and all else to stderr; with Config.Incoming, what comes
// in goes to stdout too, one JSON object a line. With Config.Log each message, in and out, is a line on stderr, and none is left out.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mattn/go-runewidth"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/lang"
	"rpcsh/shell/traffic"
)

// say shows what was asked for.
func (s *Shell) say(format string, args ...any) {
	s.screen.print(s.stdout(), fmt.Sprintf(format, args...))
}

// Forms of output, for -o and .set output.
const (
	OutputPretty = "pretty"
	OutputJSON   = "json"
	OutputRaw    = "raw"
)

// Outputs returns the forms of output.
func Outputs() []string { return []string{OutputPretty, OutputJSON, OutputRaw} }

// maxPretty is the largest result, in bytes, that is shown whole to a person.
const maxPretty = 256 << 10

// resultText returns a result in the form that is asked for.
func (s *Shell) resultText(v json.RawMessage) string {
	switch s.settings().output {
	case OutputJSON:
		return s.safe(compact(v))
	case OutputRaw:
		if text, err := jsontext.Unquote(v); err == nil {
			return s.safe(text)
		}
		return s.safe(compact(v))
	}
	if len(v) > maxPretty && s.interactive() {
		return shorten(string(v[:maxShown+1]), len(v)) + "\n" + s.colors.dim("too long for the screen: .print $_ | JQ shows a part of it")
	}
	return pretty(v, s.width()-10, s.colors) // room for the time
}

// safe makes text fit for a terminal, if that is where it goes. A pipe gets what the peer sent.
func (s *Shell) safe(text string) string {
	if s.interactive() || s.cfg.Status != nil {
		return visible(text, true)
	}
	return text
}

func (s *Shell) width() int {
	if s.interactive() {
		return s.cfg.Terminal.Width()
	}
	return 80
}

// showResults shows what came of a call in its slot.
func (s *Shell) showResults(o *outcome, j *job, values []json.RawMessage) {
	var texts []string
	for _, v := range values {
		if v != nil {
			texts = append(texts, s.resultText(v))
		}
	}
	if len(texts) == 0 {
		return
	}
	text := strings.Join(texts, "\n")
	if s.interactive() && j.several {
		text = s.colors.bold(o.peer.at()) + " " + text
	}
	if s.interactive() && o.peer != nil {
		text = s.withTime(text, o.took)
	}
	for _, r := range o.remarks {
		s.screen.print(s.stderr(), s.colors.dim(visible(r, false)))
	}
	o.slot.print(s.stdout(), text)
}

// withTime puts how long a call took at the right border, behind the text where there is room.
func (s *Shell) withTime(text string, d time.Duration) string {
	text = strings.TrimSuffix(text, "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	t := took(d)
	gap := s.width() - 1 - displayWidth(last) - displayWidth(t)
	if gap < 2 {
		text, gap = text+"\n", s.width()-1-displayWidth(t)
	}
	return text + strings.Repeat(" ", max(0, gap)) + s.colors.dim(t)
}

// displayWidth returns how many columns text takes, its colours left out.
func displayWidth(text string) int {
	n := 0
	for {
		before, after, found := strings.Cut(text, "\x1b[")
		n += runewidth.StringWidth(before)
		if !found {
			return n
		}
		_, text, _ = strings.Cut(after, "m")
	}
}

// A shownError is one that the person has seen already.
type shownError struct{ error }

func (e *shownError) Unwrap() error { return e.error }

// showCallError shows in the outcome's slot why it has no result.
func (s *Shell) showCallError(o *outcome, j *job) error {
	text := visible(o.err.Error(), false)
	if !s.interactive() {
		o.slot.print(s.stderr(), "rpcsh: "+o.peer.at()+": "+text)
		return &shownError{o.err}
	}
	var e *rpcconn.Error
	if errors.As(o.err, &e) {
		text = visible(errorText(e), false)
	}
	text = s.colors.err(text)
	if j.several {
		text = s.colors.bold(o.peer.at()) + " " + text
	}
	for _, r := range o.remarks {
		text += "  " + s.colors.dim(visible(r, false))
	}
	if o.answered || o.took >= time.Second {
		text = s.withTime(text, o.took)
	}
	o.slot.print(s.stderr(), text)
	return &shownError{o.err}
}

// showBackground shows the answer to a call that nobody waited for.
func (s *Shell) showBackground(o *outcome, j *job) {
	r := &rpcconn.Response{ID: o.id, Result: o.result}
	kind := traffic.Response
	if o.err != nil {
		kind = traffic.Error
		if !errors.As(o.err, &r.Err) {
			switch {
			case s.interactive():
				o.slot.print(s.stderr(), s.colors.err(visible(o.err.Error(), false)))
			case s.cfg.Log:
				o.slot.print(s.stderr(), s.noteText(o.peer, noteProblem, o.err.Error()))
			default:
				o.slot.print(s.stderr(), "rpcsh: "+visible(o.err.Error(), false))
			}
			return
		}
	}
	if !s.interactive() && o.err == nil && j.Background {
		o.slot.print(s.stdout(), s.resultText(o.result))
		return
	}
	if s.cfg.Log {
		return // ask has logged it
	}
	if !s.shown(traffic.Event{Peer: o.peer.number, Kind: kind, Method: j.Calls[0].Method}) {
		return
	}
	line := s.colors.dim(time.Now().Format(clock)) + " " + s.colors.in("←") + " "
	if s.severalPeers() {
		line += s.colors.dim(o.peer.at()) + " "
	}
	if j.Batch {
		r.ID = rpcconn.ID{}
	}
	notes := o.remarks
	if j.left.Load() { // its request is not shown above
		notes = append(notes, j.title())
	}
	o.slot.print(s.stderr(), line+s.responseText(r, visible(strings.Join(notes, ", "), false), o.took))
}

// showError shows what is wrong with line, below the column where it is wrong.
func (s *Shell) showError(line string, err error) {
	var shown *shownError
	if errors.As(err, &shown) {
		return
	}
	text := visible(err.Error(), false)
	var syntax *lang.Error
	if !errors.As(err, &syntax) {
		s.screen.print(s.stderr(), s.colors.err(text))
		return
	}
	before := visible(line[:min(syntax.Column, len(line))], false)
	column := s.column + displayWidth(before)
	mark := "^ " + text
	if column+2 >= s.width() {
		// the line as it was typed is wrapped: show the part that matters once more
		const context = 20
		runes := []rune(before)
		start := string(runes[max(0, len(runes)-context):])
		rest := []rune(visible(line[min(syntax.Column, len(line)):], false))
		s.screen.print(s.stderr(), "  "+start+string(rest[:min(len(rest), context)]))
		column = 2 + displayWidth(start)
	}
	if w := displayWidth(text) + 1; column+1+w >= s.width() && w <= column {
		mark, column = text+" ^", column-w // to the left of it there is room
	}
	s.screen.print(s.stderr(), strings.Repeat(" ", column)+s.colors.err(mark))
}

// showWaiting shows text, from the first second on, with how long it has been; the function that it returns ends that.
func (s *Shell) showWaiting(text string) (stop func()) {
	_, stop = s.showWork(text)
	return stop
}

// showWork is showWaiting for what can tell how far it has come: update, which is nil where nobody looks, shows that in place of text.
func (s *Shell) showWork(text string) (update func(text string), stop func()) {
	status := s.cfg.Status
	if s.interactive() {
		status = s.cfg.Terminal.SetStatus
	}
	if status == nil {
		return nil, func() {}
	}
	start := time.Now()
	done := make(chan struct{})
	news := make(chan string, 1)
	s.tasks.Go(func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		used := false
		show := func() {
			used = true
			status(text + " " + age(time.Since(start)) + ", Ctrl-C gives it up")
		}
		for {
			select {
			case <-tick.C:
				show()
			case text = <-news:
				show()
			case <-done:
				if used {
					status("")
				}
				return
			}
		}
	})
	update = func(text string) {
		for {
			select {
			case news <- text:
				return
			default: // the one before is not shown yet, and has become old
			}
			select {
			case <-news:
			default:
			}
		}
	}
	return update, func() { close(done) }
}
