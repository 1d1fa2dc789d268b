package view

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"rpcsh/shell/event"
)

// An audience is who looks at a session. One goroutine calls event; any number of goroutines may call the other
// methods.
type audience interface {
	// wants reports whether an event that passes the filters is to be shown. If it is one too many to be read, wants
	// counts it. Any number of goroutines may call it: those that publish.
	wants(e *event.Event) bool
	event(e *event.Event) // shows an event that wants has chosen

	report(text string)
	remark(text string)
	fail(line string, promptWidth int, err error)                     // err has not been shown
	page(ctx context.Context, text string, whole func() string) error // as in Terminal
	raw(p event.Peer, frame []byte)

	// value adds to the text of a result what stands next to it. whole is as in Terminal.
	value(text string, whole func() string, r *Result, several bool) string
	// callError shows r.Err, unless that is left to the caller.
	callError(t *slot, r *Result, several bool) error
	// late shows a late result, and reports whether it did; if not, the result is shown as a line of traffic.
	late(t *slot, r *Result, background bool) bool
	// tableText completes a table of results; cut says that some do not fit into it.
	tableText(all []*Result, table string, cut bool) string
	// tooLong reports whether a result is too long to be read.
	tooLong(result json.RawMessage) bool

	defaultOutput() string // the form of results if none was asked for
	width() int            // columns of a line
	listWidth() int        // columns of a line of a list
}

var _ = []audience{person{}, pipe{}, incoming{}, logger{}}

// isTraffic reports whether a message is shown as a line of traffic as soon as it passes. Others are shown as results,
// or the shell itself has asked for them.
func isTraffic(e *event.Event) bool {
	if !e.Kind.IsMessage() || e.Implied {
		return false
	}
	if e.Match != event.Matched {
		return true // nobody waits for it
	}
	switch e.Origin {
	case event.FromLine, event.FromDiscovery, event.FromSession:
		return false
	}
	return !e.Awaited
}

// isScriptNote reports whether e is a script's output, which is shown with a person and without.
func isScriptNote(e *event.Event) bool { return e.Kind == event.Note && e.Origin == event.FromScript }

// noteText returns the text of an event other than a message, visible.
func noteText(e *event.Event) string { return new(row).note(e) }

// note is noteText, and takes note of what is left out.
func (l *row) note(e *event.Event) string {
	switch {
	case e.Held && e.Kind == event.Parked:
		return fmt.Sprintf("held %d: %s", e.Pending, requestText(e.Method, e.Params))
	case e.Held:
		return fmt.Sprintf("message %d, %s, %s", e.Pending, brief(e.Method), brief(e.Text))
	case e.Kind == event.Parked:
		return fmt.Sprintf("asks %d: %s", e.Pending, requestText(e.Method, e.Params))
	case e.Kind == event.Unparked:
		return fmt.Sprintf("request %d, %s, is gone: %s", e.Pending, brief(e.Method), brief(e.Text))
	case e.Kind == event.Problem, e.Kind == event.Deviation, isScriptNote(e): // it may quote anything
		return l.shorten(e.Text, len(e.Text))
	}
	return Visible(e.Text)
}

// admitsTraffic is wants for those who see messages as lines of traffic, as many as can be read.
func (v *View) admitsTraffic(e *event.Event) bool {
	return !e.Kind.IsMessage() || isTraffic(e) && v.screen.admit(brief(e.Name()))
}

// sampled shows a line of a kind of which many may come at once: one line an interval for each Reason, and others as
// many as can be read.
func (v *View) sampled(e *event.Event, line func() string) {
	name := brief(cmp.Or(e.Topic, e.Name()))
	if e.Reason != "" {
		v.screen.once(name, e.Reason, line)
		return
	}
	v.screen.sample(name, line)
}
