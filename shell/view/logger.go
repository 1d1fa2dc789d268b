package view

import (
	"time"

	"rpcsh/shell/event"
)

// A logger is a pipe with a line on stderr for every event. Nothing is left out: peers wait if the reader is slow.
type logger struct {
	pipe
	json bool // lines are JSON objects; else they are for a reader
}

func (l logger) wants(e *event.Event) bool {
	switch {
	case e.Kind.IsMessage() && (e.Origin == event.FromDiscovery || e.Origin == event.FromSession):
		return e.Match != event.Matched
	}
	return true
}

func (l logger) event(e *event.Event) {
	if l.json || !e.Kind.IsMessage() || e.Kind == event.Unreadable {
		l.screen.printAll(l.opts.Stderr, l.line(e))
		return
	}
	l.screen.printAll(l.opts.Stderr, l.trafficLine(e, ""))
}

// Liner returns a function that appends the line of an event as a log has it, where there is no session, but somebody
// who prints, and that reports whether something of the event is left out there. Of opts, Color, Output and Several
// count.
func Liner(opts Options) func(dst []byte, e *event.Event) (line []byte, cut bool) {
	v := &View{opts: opts}
	v.style = newStyle(opts)
	l := logger{pipe{v}, opts.Output == OutputJSON}
	return func(dst []byte, e *event.Event) (line []byte, cut bool) {
		if l.json || !e.Kind.IsMessage() || e.Kind == event.Unreadable {
			return append(dst, l.line(e)...), false
		}
		return l.appendTraffic(dst, e, l.digest(e.Digest))
	}
}

// line renders an event as JSON, or as text.
func (l logger) line(e *event.Event) string {
	switch {
	case l.json:
		return l.Safe(string(e.AppendJSON(nil)))
	case e.Kind == event.Stderr:
		return l.stderrLine(e)
	case e.Kind == event.Unreadable:
		return e.Time.Format(clock) + " · " + Visible(e.Peer.Title) + ": " + Shorten(e.Text, len(e.Text))
	}
	return e.Time.Format(clock) + " · " + noteText(e)
}

func (l logger) note(text string) {
	l.screen.printAll(l.opts.Stderr, l.line(&event.Event{Time: time.Now(), Kind: event.Note, Text: text}))
}

func (l logger) report(text string) { l.note(text) }

func (l logger) remark(text string) { l.note(text) }

// late shows what is not in the log yet: the result, on stdout, or why there is no response.
func (l logger) late(t *slot, r *Result, background bool) bool {
	if r.Err != nil && !isPeerError(r.Err) {
		e := &event.Event{Time: time.Now(), Kind: event.Problem, Peer: r.Peer, Text: r.Err.Error()}
		if !l.json {
			e.Text = r.Peer.Title + ": " + e.Text
		}
		t.print(l.opts.Stderr, l.line(e))
		return true
	}
	l.pipe.late(t, r, background)
	return true // the response was logged when it came
}
