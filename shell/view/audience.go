package view

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"rpcsh/shell/event"
)

// An audience is who looks at a session. It is told of events by one goroutine, and of all else by any.
type audience interface {
	// wants reports whether an event is to be shown, or is awaited. Those who publish ask it, so that they pay for
	// nothing that is filtered, or too much to be read; the latter it counts.
	wants(e *event.Event) bool
	event(e *event.Event) // shows what has happened: an event that it wants

	report(text string)
	remark(text string)
	fail(line string, promptWidth int, err error) // err has not been shown
	page(ctx context.Context, text string) error
	raw(p event.Peer, frame []byte)

	// value adds to the text of a result what belongs beside it.
	value(text string, r *Result, several bool) string
	// callError shows r.Err, where that is not left to the caller.
	callError(t *slot, r *Result, several bool) error
	// late shows a late result; false: it is to be shown as a line of traffic.
	late(t *slot, r *Result, background bool) bool
	// tableText completes a table of results; cut says that some do not fit into it.
	tableText(all []*Result, table string, cut bool) string
	// tooLong reports whether a result is more than can be read.
	tooLong(result json.RawMessage) bool

	defaultOutput() string // the form of results where none was asked for
	width() int            // columns of a line
	listWidth() int        // columns of a line of a list
}

var _ = []audience{person{}, pipe{}, incoming{}, logger{}}

// isTraffic reports whether a message is shown as a line of traffic as soon as it passes. Others are shown as
// results, or have been asked for by the shell itself.
func isTraffic(e *event.Event) bool {
	if !e.Kind.IsMessage() {
		return false
	}
	if e.Match != event.Matched {
		return true // whoever asked does not wait for it any more
	}
	switch e.Origin {
	case event.FromLine, event.FromDiscovery, event.FromSession:
		return false
	}
	return !e.Awaited
}

// isScriptNote reports whether e is what a script has to say, which is for whoever runs the script, with a person
// and without.
func isScriptNote(e *event.Event) bool { return e.Kind == event.Note && e.Origin == event.FromScript }

// noteText returns what an event that is no message has to say, visible.
func noteText(e *event.Event) string {
	switch {
	case e.Kind == event.Parked:
		return fmt.Sprintf("asks %d: %s", e.Pending, requestText(e.Method, e.Params))
	case e.Kind == event.Unparked:
		return fmt.Sprintf("request %d, %s, is gone: %s", e.Pending, Visible(e.Method), Visible(e.Text))
	case e.Kind == event.Problem || isScriptNote(e): // it may quote anything
		return Shorten(e.Text, len(e.Text))
	}
	return Visible(e.Text)
}

// wantsTraffic is wants for those who see messages as lines of traffic, as many as can be read.
func (v *View) wantsTraffic(e *event.Event) bool {
	switch {
	case !e.Kind.IsMessage(), e.Awaited:
		return true
	case !isTraffic(e) || !v.wanted(e):
		return false
	}
	return v.screen.take(Visible(e.Name()))
}

// sampled shows a line of which many may come at a time: those of one Reason once an interval, others as far as
// they can be read.
func (v *View) sampled(e *event.Event, line func() string) {
	name := Visible(cmp.Or(e.Topic, e.Name()))
	if e.Reason != "" {
		v.screen.once(name, e.Reason, line)
		return
	}
	v.screen.sample(name, line)
}
