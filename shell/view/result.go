package view

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
)

// A Result is the outcome of a call at one peer, as it is shown.
type Result struct {
	Peer     event.Peer        // zero: no peer has sent the value
	Event    uint64            // number of the response's event; 0: there is none
	ID       rpcconn.ID        // of a single request
	Title    string            // what was called: a method, or "batch of 3"
	Method   string            // of the first call
	Batch    bool              // of several calls
	Values   []json.RawMessage // to be shown: the result, or what a filter made of it; nil elements are skipped
	Shaping  Shaping           // how they are laid out
	Err      error             // why there is no result, or why it could not be filtered
	Took     time.Duration
	At       time.Time // when it came; zero: now
	Answered bool      // a response came
	Unasked  bool      // no person has asked for it: .watch and .mute choose whether it is shown late
	Remarks  []string  // on the result
}

// Result shows the outcome of a call that somebody waits for, in the slot of its response. It returns r.Err, as an
// *exit.Shown if it was shown: without a person, the error of a single peer is left to the caller. several says that
// other peers are called, too.
func (v *View) Result(r *Result, several bool) error {
	t := v.claim(r.Event)
	defer t.release()
	v.showValues(t, r, several)
	if r.Err == nil {
		return nil
	}
	return v.audience.callError(t, r, several)
}

// noValue tells a person that there is nothing to see, and why: a filter has chosen nothing.
const noValue = "no value"

// showValues shows the result itself, and the remarks on it.
func (v *View) showValues(t *slot, r *Result, several bool) {
	if !slices.ContainsFunc(r.Values, func(value json.RawMessage) bool { return value != nil }) {
		if r.Err == nil && (v.Interactive() || v.Output() == OutputPretty) {
			t.print(v.opts.Stderr, v.colors.Dim(noValue))
		}
		return
	}
	if write := (shaper{v}).writes(r.Values, r.Shaping); write != nil {
		t.stream(v.opts.Stdout, write)
	} else {
		whole := func() string { return shaper{v}.whole(r.Values, r.Shaping) }
		t.print(v.opts.Stdout, v.audience.value(shaper{v}.text(r.Values, r.Shaping), whole, r, several))
	}
	for _, remark := range r.Remarks {
		t.print(v.opts.Stderr, v.wrapped(v.colors.Dim(Visible(remark))))
	}
}

// LateResult shows the outcome of a call that nobody waits for: one in the background, or one that was left waiting.
// background says that the line ended in &; left, that the call is not shown above as traffic, so its title is needed.
func (v *View) LateResult(r *Result, background, left bool) {
	t := v.claim(r.Event)
	defer t.release()
	if v.audience.late(t, r, background) {
		return
	}
	e := event.Event{
		Number: r.Event, Time: cmp.Or(r.At, time.Now()), Kind: event.Response, Peer: r.Peer, Method: r.Method,
		Took: r.Took,
	}
	if !r.Batch {
		e.ID = r.ID
	}
	summary, shaped := "", ""
	if !errors.As(r.Err, &e.Err) {
		e.Result = OneValue(r.Values)
		switch {
		case len(r.Values) == 0:
			summary = v.colors.Dim(noValue)
		case r.Shaping.As != "":
			summary, shaped = v.colors.Dim("as asked for:"), shaper{v}.text(r.Values, r.Shaping)
		}
	} else {
		e.Kind = event.Error
	}
	remarks := r.Remarks
	if left {
		remarks = append(remarks[:len(remarks):len(remarks)], r.Title)
	}
	e.Text = strings.Join(remarks, ", ")
	if !r.Unasked || v.wanted(&e) {
		t.print(v.opts.Stderr, strings.TrimSuffix(v.trafficLine(&e, summary)+"\n"+shaped, "\n"))
	}
}

// Drop releases the slot of a response that nobody shows. number is the number of its event. It may be called for any
// event that has been published.
func (v *View) Drop(number uint64) { v.claim(number).release() }

// reserve reserves a slot for the event of the given number.
func (v *View) reserve(number uint64) {
	t := v.screen.reserve()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.slots[number] = t
}

// claim returns the slot of the event of the given number, or a new one if there is none. The caller has to release it.
func (v *View) claim(number uint64) *slot {
	v.sub.Flush()
	v.mu.Lock()
	t := v.slots[number]
	delete(v.slots, number)
	v.mu.Unlock()
	if t == nil {
		t = v.screen.reserve()
	}
	return t
}

// timeWidth is how many columns the time at the right border takes.
const timeWidth = 10

// resultText returns a result in the form that was asked for.
func (v *View) resultText(result json.RawMessage) string {
	switch v.Output() {
	case OutputJSON:
		return v.Safe(Compact(result))
	case OutputRaw:
		if text, err := jsontext.Unquote(result); err == nil {
			return v.Safe(text)
		}
		return v.Safe(Compact(result))
	}
	if v.audience.tooLong(result) {
		const hint = "too long for the screen: .print $_ | JQ shows a part of it"
		return v.short(result) + "\n" + v.wrapped(v.colors.Dim(hint))
	}
	var b strings.Builder
	shaper{v}.layout(&b).print(result)
	return b.String()
}

// layout returns how results are laid out: the time stands at the right border.
func (v shaper) layout(to io.Writer) *layout {
	return newLayout(to, v.Width()-timeWidth, v.json, v.colors)
}

// A longResult is a result that does not fit on the screen, and was not shown yet.
type longResult struct {
	mu    sync.Mutex    // protects what follows
	text  string        // "": there is none
	whole func() string // what is saved instead of it
}

func (l *longResult) set(text string, whole func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text, l.whole = text, whole
}

// take returns the result, which is shown now.
func (l *longResult) take() (text string, whole func() string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	text, whole = l.text, l.whole
	l.text, l.whole = "", nil
	return text, whole
}

// ForgetLong has PageLong not show what has come before.
func (v *View) ForgetLong() { v.long.take() }

// PageLong shows the last result if it did not fit on the screen. It returns when the person has seen it, and must not
// be called while a line is read.
func (v *View) PageLong(ctx context.Context) error {
	text, whole := v.long.take()
	if text == "" {
		return nil
	}
	return v.audience.page(ctx, text, whole)
}

// Plain returns a value without colours: as a file gets it or, for a person, as it is shown. The form of results says
// how.
func (v *View) Plain(value json.RawMessage, forPerson bool) string {
	switch output := v.Output(); {
	case output == OutputPretty && forPerson:
		return Pretty(json.RawMessage(v.json(value)), v.Width(), NewPalette(false))
	case output == OutputRaw:
		if text, err := jsontext.Unquote(value); err == nil {
			return text
		}
	}
	return Compact(value)
}

// withTime puts the duration of a call, or a little more, at the right border: on the last line of text if there is
// room, else below it.
func (v *View) withTime(text, took string) string {
	text = strings.TrimSuffix(text, "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	gap := v.Width() - 1 - columns.Width(last) - columns.Width(took)
	if gap < 2 {
		text, gap = text+"\n", v.Width()-1-columns.Width(took)
	}
	return text + strings.Repeat(" ", max(0, gap)) + v.colors.Dim(took)
}

// isPeerError reports whether err is a response of a peer.
func isPeerError(err error) bool {
	var e *rpcconn.Error
	return errors.As(err, &e)
}

// OneValue returns what a filter made of a result as one value: the value if there is one, an array if there are
// several, null if there is none.
func OneValue(values []json.RawMessage) json.RawMessage {
	switch {
	case len(values) == 0, len(values) == 1 && values[0] == nil:
		return json.RawMessage("null")
	case len(values) == 1:
		return values[0]
	}
	b := []byte{'['}
	for i, value := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, value...)
	}
	return append(b, ']')
}
